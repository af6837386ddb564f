"""See that exactly one OpenCV is installed and that its import works.

All OpenCV wheels write into one folder, `cv2/`: two of them break each other, and removing one of two leaves
the other without files. `opencv-python` needs a few system libraries for its windows; `opencv-python-headless` is
the same without windows, which Workbench never opens.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from scripts.set_up import system
from scripts.set_up.checkout import Checkout
from scripts.set_up.console import CommandFailed, Runner, SetUpError, step
from scripts.set_up.installer import Installer

DECLARED, STAND_IN = "opencv-python", "opencv-python-headless"
FLAVOURS = (DECLARED, STAND_IN, "opencv-contrib-python", "opencv-contrib-python-headless")
LIBRARIES = ("libgl1", "libglib2.0-0", "libxcb1", "libx11-6", "libsm6", "libxext6")
MISSING_LIBRARY = "cannot open shared object file"
PROBE = "import cv2, numpy; cv2.imencode('.png', numpy.zeros((2, 2, 3), 'uint8')); print(cv2.__version__)"


def installed_flavours(site_packages: Path) -> list[str]:
    """Return the names of the OpenCV packages installed below `site_packages`."""
    found = {path.name.split("-")[0].replace("_", "-") for path in site_packages.glob("opencv_*.dist-info")}
    return [flavour for flavour in FLAVOURS if flavour in found]


def ensure_one_flavour(checkout: Checkout, installer: Installer) -> None:
    """Before a sync: take every flavour out unless the declared one stands alone."""
    for site_packages in (checkout.venv / "lib").glob("python3*/site-packages"):
        flavours = installed_flavours(site_packages)
        if flavours not in ([], [DECLARED]):
            installer.remove(*flavours)


def ensure_opencv(checkout: Checkout, run: Runner, installer: Installer) -> None:
    """After a sync: make `import cv2` work, with system libraries or by the headless wheel."""

    def problem() -> str | None:
        return import_problem(run, checkout.python)

    def install_libraries() -> bool:
        return system.may_install() and system.install(run, *LIBRARIES)

    def use_stand_in() -> None:
        installer.remove(DECLARED)
        installer.add(checkout.headless_lock)

    with step("check OpenCV") as remark:
        for line in mend(problem, install_libraries, use_stand_in):
            remark(line)


def import_problem(run: Runner, python: Path) -> str | None:
    """Return the last line of what importing cv2 prints when it fails; None when it works."""
    try:
        run(python, "-c", PROBE)
    except CommandFailed as error:
        return (error.output.strip().splitlines() or ["no message"])[-1]
    return None


def mend(
    problem: Callable[[], str | None],
    install_libraries: Callable[[], bool],
    use_stand_in: Callable[[], None],
) -> list[str]:
    """Make OpenCV importable by the first way that works; return what was done, for a person to read.

    Raises:
        SetUpError: when no way works.
    """
    first = problem()
    if first is None:
        return []
    if MISSING_LIBRARY in first:
        if install_libraries() and problem() is None:
            return [f"(installed the system libraries it lacked: {' '.join(LIBRARIES)})"]
        use_stand_in()
        if problem() is None:
            library = first.split(MISSING_LIBRARY)[0].split()[-1].rstrip(":")
            return [f"({library} is missing: {STAND_IN} of the same version took the place of {DECLARED})"]
    raise SetUpError(f"OpenCV does not import: {problem() or first}; type: make clean setup")
