"""The stamp: what the environment was last made from, and whether that came to its end."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from scripts.set_up.checkout import Checkout

State = Literal["complete", "unfinished"]
Decision = Literal["ready", "refresh", "rebuild"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """What one set-up was made from."""

    state: State
    digest: str  # of the locks, pyproject.toml and set-up itself
    python: str  # "3.11": an environment does not survive a change of it
    place: str  # scripts in an environment hold its path: a moved or copied one is broken


def wanted(checkout: Checkout, state: State = "complete") -> Stamp:
    """Return the stamp of an environment made from the checkout as it is now, by the Python that runs this."""
    digest = hashlib.sha256(_project_version(checkout))
    sources = sorted(Path(__file__).parent.glob("*.py"))
    for path in (checkout.lock, checkout.headless_lock, checkout.root / "pyproject.toml", *sources):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return Stamp(state, digest.hexdigest(), version, str(checkout.venv))


def read(checkout: Checkout) -> Stamp | None:
    """Return the stamp as it was written; None when there is none or it is damaged."""
    try:
        return Stamp(**json.loads(_path(checkout).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write(checkout: Checkout, stamp: Stamp) -> None:
    """Write the stamp in one move: a reader sees the old one or the new one."""
    path = _path(checkout)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_text(json.dumps(asdict(stamp)), encoding="utf-8")
    fresh.replace(path)


def installed_python(checkout: Checkout) -> str | None:
    """Return the version ("3.11") of the environment's Python, or None when there is none that runs."""
    try:
        lines = (checkout.venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    fields = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    version = fields.get("version") or fields.get("version_info") or ""
    # a removed interpreter leaves a dangling link, for which `exists` is False
    return ".".join(version.split(".")[:2]) if checkout.python.exists() and version else None


def decide(found: Stamp | None, want: Stamp, python: str | None) -> Decision:
    """Say what there is to do, given the stamp and the version of the environment's Python.

    `rebuild` clears `.venv` first: nothing in an environment whose set-up was interrupted can be trusted, since
    a package may be listed as installed and lack files. An environment without a stamp was made by hand, or
    its `.cache` was removed; it is brought in step.
    """
    if python != want.python:
        return "rebuild"
    if found is None:
        return "refresh"
    if found.state == "unfinished" or (found.python, found.place) != (want.python, want.place):
        return "rebuild"
    return "ready" if found == want else "refresh"


def _project_version(checkout: Checkout) -> bytes:
    """Return the line with the version: the installed metadata repeats it."""
    module = (checkout.root / "workbench" / "__init__.py").read_bytes()
    return next((line for line in module.splitlines() if line.startswith(b"__version__")), b"")


def _path(checkout: Checkout) -> Path:
    return checkout.state / "stamp.json"
