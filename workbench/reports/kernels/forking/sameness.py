"""What has to be the same for a copy of one process to stand for a fresh start of another.

Imports read the environment, and a process hands its limits on to those it starts: a fork server serves the kernels
that are to have what it was started with.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

if sys.platform == "linux":
    import resource

LATE = ("WORKBENCH_", "JPY_")  # beginnings of names that nothing reads at its import
LATE_NAMES = ("IPYTHONDIR", "PYTEST_CURRENT_TEST", "PWD", "OLDPWD", "_")
NEEDED = ("PYTHONHASHSEED", "TF_ENABLE_ONEDNN_OPTS")  # each process would draw the first; TensorFlow reads the second
# once, and Workbench sets it where it is the first to import it
LAUNCHER = [sys.executable, "-m", "ipykernel_launcher"]

Key = tuple[object, ...]


def is_late(name: str) -> bool:
    """Tell whether an environment variable is read when a kernel runs, and not when modules are imported."""
    return name.startswith(LATE) or name in LATE_NAMES


def late(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that each kernel may have of its own."""
    return {name: value for name, value in environment.items() if is_late(name)}


def early(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a kernel and its server must have in common."""
    return {name: value for name, value in environment.items() if not is_late(name)}


def is_forkable(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Tell whether a kernel of this command and environment can be a copy of a process that has made the imports.

    Linux alone: macOS does not let a process that has loaded its frameworks go on after a fork, Windows knows none.
    """
    possible = sys.platform == "linux" and hasattr(os, "pidfd_open")
    fixed = all(environment.get(name, "random") != "random" for name in NEEDED)
    return possible and fixed and list(command[: len(LAUNCHER)]) == LAUNCHER


def key_of(environment: Mapping[str, str]) -> Key:
    """Return what a server must share with a kernel that this process would start: environment, limits, user, cores."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    mask = next((line for line in status.splitlines() if line.startswith("Umask:")), "")
    limits = tuple(resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_"))
    cores, nice = tuple(sorted(os.sched_getaffinity(0))), os.getpriority(os.PRIO_PROCESS, 0)
    folders = environment.get("PYTHONPATH", "").split(os.pathsep)
    place = "" if all(map(os.path.isabs, filter(None, folders))) else str(Path.cwd())
    return tuple(sorted(early(environment).items())), place, limits, mask, cores, nice, os.getuid(), os.getgid()


def shadowed(folder: Path, loaded: Mapping[str, ModuleType], names: set[str]) -> list[str]:
    """Return which of `names` a fresh start would import from `folder`, which a notebook's imports look into first.

    Args:
        folder: where the kernel is to run.
        loaded: modules by name, as `sys.modules`.
        names: top-level modules that the server has imported for its kernels.
    """
    with os.scandir(folder) as entries:
        there = {entry.name.removesuffix(".py") for entry in entries if entry.name.endswith(".py") or entry.is_dir()}
    found = {name: _source(folder, name) for name in names & there}
    return sorted(name for name, file in found.items() if file.is_file() and not _is(loaded.get(name), file))


def _source(folder: Path, name: str) -> Path:
    """Return the file that `import name` would find in `folder`, where it is a package or else a module."""
    package = folder / name / "__init__.py"
    return package if package.is_file() else folder / f"{name}.py"


def _is(module: ModuleType | None, file: Path) -> bool:
    found = getattr(module, "__file__", None)
    return found is not None and Path(found).resolve() == file.resolve()
