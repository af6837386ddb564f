"""`make lock`: resolve pyproject.toml anew into the three locks, none of which names where packages come from."""

from __future__ import annotations

import os
from pathlib import Path

from scripts.set_up.checkout import Checkout
from scripts.set_up.console import Runner, SetUpError, step
from scripts.set_up.installer import locked_version

OPTIONS = (
    "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock",
)  # fmt: skip
LAST_4 = "opencv-python-headless<5"


def ensure(checkout: Checkout, run: Runner) -> None:
    """Write the locks; versions stay as they are where they still fit, unless UPGRADE is set."""
    upgrade = ("--upgrade",) if os.environ.get("UPGRADE") else ()
    with step("resolve pyproject.toml"):
        # a relative path: the lock's remarks repeat it
        project = ("--group", "dev", "pyproject.toml")
        run(checkout.uv, "pip", "compile", *OPTIONS, *upgrade, *project, "--output-file", checkout.lock)
    version = locked_version(checkout.lock.read_text(encoding="utf-8"), "opencv-python")
    with step(f"lock opencv-python-headless {version} and the last OpenCV 4"):
        compile_one(checkout, run, f"opencv-python-headless=={version}", checkout.headless_lock)
        compile_one(checkout, run, LAST_4, checkout.opencv4_lock, *upgrade)
    for lock in (checkout.lock, checkout.headless_lock, checkout.opencv4_lock):
        refuse_addresses(lock)


def compile_one(checkout: Checkout, run: Runner, requirement: str, lock: Path, *upgrade: str) -> None:
    """Lock one requirement, without what it depends on."""
    source = checkout.state / "requirement.in"
    source.write_text(requirement + "\n", encoding="utf-8")
    alone = ("--no-deps", "--no-annotate", source)
    run(checkout.uv, "pip", "compile", *OPTIONS, *upgrade, *alone, "--output-file", lock)


def refuse_addresses(lock: Path) -> None:
    """See that a lock installs from whatever source its user has.

    Raises:
        SetUpError: when it holds an address.
    """
    for number, line in enumerate(lock.read_text(encoding="utf-8").splitlines(), 1):
        if "://" in line or " @ " in line or line.lstrip().startswith(("--index", "--extra-index", "--find-links")):
            raise SetUpError(f"{lock.name} line {number} holds an address: {line.strip()}")
