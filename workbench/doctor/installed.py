"""Is what is installed what Workbench needs: Python, the packages, one OpenCV that loads, the codecs?"""

from __future__ import annotations

import platform
import sys
import tomllib
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from workbench.doctor.finding import Finding

PYTHONS = ((3, 11), (3, 13))  # first and last that the package declares
FLAVOURS = ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless")
CHECKOUT = Path(__file__).resolve().parents[2]


def python() -> Finding:
    """Check the version of Python."""
    found = f"{platform.python_version()}, {sys.executable}"
    if PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]:
        return Finding("python", "ok", found)
    return Finding("python", "problem", found, "use Python 3.11, 3.12 or 3.13")


def packages() -> Finding:
    """Compare installed versions with the declared ones."""
    from packaging.requirements import Requirement

    wrong = []
    requirements = [Requirement(line) for line in declared()]
    for requirement in requirements:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        version = version_of(requirement.name) or (_stand_in() if requirement.name == FLAVOURS[0] else None)
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} {version or 'missing'} (needs {requirement.specifier})")
    if wrong:
        return Finding("packages", "problem", "; ".join(wrong), reinstall())
    return Finding("packages", "ok", f"workbench {version_of('workbench')}; all {len(requirements)} it needs fit")


def declared() -> list[str]:
    """Return what Workbench depends on: by pyproject.toml in a checkout, else by the installed metadata."""
    project = CHECKOUT / "pyproject.toml"
    if project.is_file():
        return list(tomllib.loads(project.read_text(encoding="utf-8"))["project"]["dependencies"])
    return metadata.requires("workbench") or []


def opencv() -> Finding:
    """Check that one OpenCV is installed, that it loads, and that it is the one that loads."""
    installed = {name: version for name in FLAVOURS if (version := version_of(name))}
    if len(installed) > 1:
        found = f"{' and '.join(installed)} stand side by side: they write into one folder and break each other"
        return Finding("opencv", "problem", found, _leave_one(installed))
    try:
        import cv2

        loaded = cv2.__version__
    except (ImportError, AttributeError) as error:  # half removed, it imports as an empty folder
        libraries = "shared object" in str(error)
        cure = "apt-get install libgl1 libglib2.0-0, or use opencv-python-headless" if libraries else reinstall()
        return Finding("opencv", "problem", f"does not load: {error}", cure)
    for name, version in installed.items():
        if not version.startswith(loaded):
            found = f"{name} {version} is installed, but the cv2 that loads is {loaded}, {cv2.__file__}"
            return Finding("opencv", "warning", found, _leave_one(installed))
    return Finding("opencv", "ok", f"{loaded} ({' '.join(installed) or cv2.__file__})")


def _leave_one(installed: Iterable[str]) -> str:
    if in_checkout():
        return reinstall()
    pip = f"{sys.executable} -m pip"
    return f"{pip} uninstall -y {' '.join(installed)} && {pip} install {FLAVOURS[0]}"


def codecs() -> Finding:
    """Say which libraries decode pictures and video."""
    import av

    from workbench.reports.facts import codecs as builds

    build = builds()["cv2"]
    assert isinstance(build, dict)
    avcodec = str(build.get("avcodec", "NO"))
    found = (
        f"cv2: avcodec {avcodec.removeprefix('YES ').strip('()')}, JPEG {build.get('JPEG', 'NO')}; "
        f"PyAV {av.__version__}: FFmpeg {av.ffmpeg_version_info}"
    )
    if not avcodec.startswith("YES") or "h264" not in av.codecs_available:
        return Finding("codecs", "problem", f"{found}; H.264 video cannot be read", reinstall())
    return Finding("codecs", "ok", found)


def in_checkout() -> bool:
    """Say whether this is the environment that the checkout's set-up made."""
    return Path(sys.prefix) == CHECKOUT / ".venv"


def reinstall() -> str:
    """Say how this environment is made anew."""
    return "make clean setup" if in_checkout() else "install Workbench again, into a fresh environment"


def version_of(name: str) -> str | None:
    """Return the version of an installed package, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _stand_in() -> str | None:
    """Return the version of whichever other OpenCV package is there; each is a full substitute."""
    return next(filter(None, map(version_of, FLAVOURS[1:])), None)
