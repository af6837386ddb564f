"""Put the last OpenCV 4 beside the environment: both majors are out in the field, so tests run on both."""

from __future__ import annotations

import hashlib
import shutil
import sys

from scripts.set_up.checkout import Checkout
from scripts.set_up.console import Runner, step
from scripts.set_up.installer import Installer, locked_version


def ensure(checkout: Checkout, run: Runner) -> None:
    """Make the folder `.cache/opencv4`, in one move, unless it is there and of the locked version."""
    lock = checkout.opencv4_lock.read_bytes()
    mark = hashlib.sha256(lock).hexdigest() + f" {sys.version_info.major}.{sys.version_info.minor}"
    target, fresh = checkout.opencv4, checkout.opencv4.with_suffix(".fresh")
    complete = target / "complete"
    if complete.is_file() and complete.read_text(encoding="utf-8") == mark:
        return
    with step(f"add OpenCV {locked_version(lock.decode(), 'opencv-python-headless')} for the tests"):
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(target, ignore_errors=True)
        Installer(checkout, run).add(checkout.opencv4_lock, target=fresh)
        (fresh / "complete").write_text(mark, encoding="utf-8")
        fresh.rename(target)
