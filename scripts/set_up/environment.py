"""Make `.venv`: an environment with the locked packages and Workbench itself."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.set_up import locks, system
from scripts.set_up.checkout import Checkout
from scripts.set_up.console import CommandFailed, Runner, SetUpError, step
from scripts.set_up.installer import Installer, base_python, locked_names, locked_version
from scripts.set_up.opencv import ensure_one_flavour, ensure_opencv
from scripts.set_up.stamp import decide, installed_python, read, wanted, write


def ensure(checkout: Checkout, run: Runner) -> None:
    """Bring `.venv` in step with the checkout; does nothing when it is."""
    decision = decide(read(checkout), wanted(checkout), installed_python(checkout))
    if decision == "ready":
        return
    write(checkout, wanted(checkout, "unfinished"))
    if decision == "rebuild":
        with step(f"make .venv with Python {sys.version.split()[0]}"):
            make(checkout, run)
    fill(checkout, run)
    write(checkout, wanted(checkout))


def make(checkout: Checkout, run: Runner) -> None:
    """Make an empty environment, clearing what stood there; a pip of its own comes with the lock.

    Raises:
        SetUpError: when this Python cannot make one, with what to type.
    """
    python = base_python()
    if not can_make_environments(run, python) and not (
        system.may_install() and system.install(run, venv_package()) and can_make_environments(run, python)
    ):
        raise SetUpError(
            f"{python} cannot make environments; type: apt-get install {venv_package()} "
            "(as root), or name another Python: make PYTHON=/path/to/python3.12"
        )
    run(python, "-m", "venv", "--clear", "--without-pip", checkout.venv)


def venv_package() -> str:
    """Return the Debian package that makes this Python able to make environments."""
    return f"python3.{sys.version_info.minor}-venv"


def can_make_environments(run: Runner, python: Path) -> bool:
    """Say whether `python` has venv and ensurepip; Debian ships them apart."""
    try:
        run(python, "-c", "import ensurepip, venv")
    except CommandFailed:
        return False
    return True


def fill(checkout: Checkout, run: Runner) -> None:
    """Install uv, the locked packages and the project, and see that OpenCV works."""
    for path in (checkout.lock, checkout.headless_lock):
        locks.refuse_addresses(path)
        locks.expect_hashed(path)
    installer, lock = Installer(checkout, run), checkout.lock.read_text(encoding="utf-8")
    if not installer.uses_uv:
        with step(f"install uv {locked_version(lock, 'uv')}") as remark:
            if not installer.bootstrap_uv():
                remark("(not to be had: pip does it, in a minute or two)")
    ensure_one_flavour(checkout, installer)
    with step(f"install {len(locked_names(lock))} locked packages") as remark:
        if installer.sync(checkout.lock) == "pip":
            remark("(by pip)")
    with step("install workbench, editable"):
        installer.add_project()
    ensure_opencv(checkout, run, installer)
