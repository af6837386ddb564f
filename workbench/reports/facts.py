"""What a run stood on: package versions, codec builds, the machine, the commit. Facts only, gathered by reading."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
from functools import lru_cache
from importlib import metadata
from pathlib import Path

from workbench.reports.plain import Plain

PACKAGES = (
    "workbench", "tensorflow", "keras", "ai-edge-litert", "onnxruntime", "opencv-python", "opencv-python-headless",
    "numpy", "pillow", "av", "supervision", "matplotlib", "pandas", "ipywidgets",
    "papermill", "nbclient", "nbconvert", "ipykernel",
)  # fmt: skip
CODECS = re.compile(
    r"^\s+(JPEG|PNG|TIFF|WEBP|FFMPEG|avcodec|avformat|avutil|swscale|GStreamer|v4l/v4l2):\s+(.*\S)", re.MULTILINE
)


def versions() -> dict[str, Plain]:
    """Return the versions of Python and of the installed packages that pixels and numbers pass through."""
    folders = {sysconfig.get_path(kind) for kind in ("purelib", "platlib")}
    return dict(
        _versions(tuple(Path(folder).stat().st_mtime_ns for folder in sorted(folders) if Path(folder).is_dir()))
    )


@lru_cache(maxsize=1)
def _versions(changed: tuple[int, ...]) -> dict[str, Plain]:
    """Read the versions; once, as long as nothing is installed or removed, which changes a folder's time."""
    del changed
    found: dict[str, Plain] = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def codecs() -> dict[str, Plain]:
    """Return what decodes pictures and video: OpenCV's and PyAV's libraries, as they were built."""
    import av
    import cv2

    build: dict[str, Plain] = {name: value for name, value in CODECS.findall(cv2.getBuildInformation())}
    libraries: dict[str, Plain] = {name: ".".join(map(str, version)) for name, version in av.library_versions.items()}
    return {"cv2": {"version": cv2.__version__, **build}, "pyav": libraries}


def machine() -> dict[str, Plain]:
    """Return the system, processor and memory."""
    import psutil

    return {
        "system": platform.platform(),
        "architecture": platform.machine(),
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
    }


def commit(folder: Path) -> dict[str, Plain] | None:
    """Return the git commit that `folder` is at, and whether tracked files differ from it; None outside git."""
    if shutil.which("git") is None:
        return None
    told = _git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no") or ""
    head = re.search(r"^# branch\.oid ([0-9a-f]+)$", told, re.MULTILINE)  # `(initial)` before the first commit
    dirty = any(not line.startswith("#") for line in told.splitlines())
    return {"commit": head[1], "dirty": dirty} if head else None


def _git(folder: Path, *command: str) -> str | None:
    try:
        # Without the monitor and the locks: reading a foreign checkout must neither run its hooks nor change it.
        options = ("-c", "core.fsmonitor=false", "--no-optional-locks", "-C", str(folder))
        words = ["git", *options, *command]  # the git that its user would run
        done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def _cpu() -> str:
    """Return the processor's name; the standard library leaves it empty on Linux."""
    if sys.platform == "linux":
        models = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(errors="replace"), re.MULTILINE)
        if models:
            return str(models[0])
    return platform.processor() or platform.machine()
