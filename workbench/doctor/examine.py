"""Run every check; one that fails itself is a finding too."""

from __future__ import annotations

from collections.abc import Callable

from workbench.doctor.finding import Finding
from workbench.doctor.installed import codecs, opencv, packages, python, reinstall
from workbench.doctor.jupyter import kernel, widgets
from workbench.doctor.machine import browser, disk, loaded_tensorflow, processor, samples, tensorflow

CHECKS: tuple[Callable[[], Finding], ...] = (
    python, packages, opencv, codecs, widgets, kernel, samples, processor, tensorflow, browser, disk,
)  # fmt: skip


def examine(*, load_tensorflow: bool = False) -> tuple[Finding, ...]:
    """Run every check.

    Args:
        load_tensorflow: also import TensorFlow, in a process of its own, and ask it for GPUs.
    """
    checks = (*CHECKS, loaded_tensorflow) if load_tensorflow else CHECKS
    return tuple(guarded(check) for check in checks)


def guarded(check: Callable[[], Finding]) -> Finding:
    """Run `check`; if it fails, its failure is the finding."""
    try:
        return check()
    except Exception as error:  # one broken package must not hide what the other checks find
        return Finding(check.__name__.replace("_", " "), "problem", f"{type(error).__name__}: {error}", reinstall())
