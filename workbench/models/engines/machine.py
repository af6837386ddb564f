"""What a choice of engine holds for: this processor and these versions."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

PACKAGES = ("workbench", "ai-edge-litert", "onnxruntime", "tensorflow", "keras", "tf2onnx")
CPU_FACTS = Path("/proc/cpuinfo")  # Linux; elsewhere the standard library knows the name


def machine() -> dict[str, str | int]:
    """Return processor and number of cores."""
    return {"cpu": _cpu(), "architecture": platform.machine(), "cores": os.cpu_count() or 1}


def versions() -> dict[str, str]:
    """Return the versions of what converts and runs models."""
    return {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def _cpu() -> str:
    if not CPU_FACTS.is_file():
        return platform.processor() or platform.machine()
    facts = (line.partition(":") for line in CPU_FACTS.read_text(errors="replace").splitlines())
    return next((value.strip() for name, _, value in facts if name.strip() == "model name"), platform.machine())
