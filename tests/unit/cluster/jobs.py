"""Jobs for the tests: a worker imports them by name."""

import os
import subprocess
import sys
import time


def settings(names):
    """Return environment variables of the worker, and print something."""
    print("a job prints")
    print("and complains", file=sys.stderr)
    return {name: os.environ.get(name) for name in names}


def invert(number):
    """Return 1 / number."""
    return 1 / number


def unsendable(_):
    """Return what cannot be pickled."""
    return (number for number in ())


def die(how):
    """End the worker's process as asked; otherwise take a moment."""
    if how == "at once":
        os._exit(1)
    time.sleep(0.05)
    return how


def start_and_stay(folder):
    """Start a process of its own session, as a kernel is, tell its number in `folder`, and stay."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True) as child:
        (folder / str(child.pid)).touch()
        child.wait()
