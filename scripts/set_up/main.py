"""The steps of set-up, one set-up at a time."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.set_up import chromium, environment, locks, opencv4
from scripts.set_up.checkout import Checkout
from scripts.set_up.console import CommandFailed, Runner, SetUpError
from scripts.set_up.stamp import decide, installed_python, read, wanted

STEPS: dict[str, Callable[[Checkout, Runner], None]] = {
    "environment": environment.ensure,
    "chromium": chromium.ensure,
    "opencv4": opencv4.ensure,
    "lock": locks.ensure,
}


def main(names: list[str]) -> int:
    """Do the named steps after the environment; return the exit code."""
    checkout = Checkout(Path(__file__).resolve().parents[2])
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        sys.stderr.write(f"set-up: no step named {unknown[0]!r}; known: {', '.join(STEPS)}\n")
        return 2
    try:
        return set_up(checkout, ["environment", *names])
    except KeyboardInterrupt:
        sys.stderr.write("\nset-up: stopped; the next run begins again\n")
        return 130
    except (SetUpError, OSError) as error:
        sys.stderr.write(f"set-up: {error}\n")
        if isinstance(error, CommandFailed):
            sys.stderr.write(f"  all that was printed: {checkout.state / 'log.txt'}\n")
        return 2


def set_up(checkout: Checkout, names: list[str]) -> int:
    """Do the named steps, alone in this checkout."""
    ready = decide(read(checkout), wanted(checkout), installed_python(checkout)) == "ready"
    if ready and set(names) == {"environment"}:
        return 0
    begin = time.monotonic()
    with alone(checkout):
        log = checkout.state / "log.txt"
        log.write_text("", encoding="utf-8")
        for name in dict.fromkeys(names):
            STEPS[name](checkout, Runner(log))
    if not ready:
        print(f"  set up in {time.monotonic() - begin:.1f} s", flush=True)
    return 0


@contextmanager
def alone(checkout: Checkout) -> Iterator[None]:
    """Hold this checkout's lock file; wait while another set-up holds it."""
    checkout.state.mkdir(parents=True, exist_ok=True)
    with (checkout.state / "lock").open("w") as lock:
        os.set_inheritable(lock.fileno(), True)  # a command that outlives this process keeps the lock
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  another set-up is at work here; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
