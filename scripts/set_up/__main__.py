"""Set Workbench up: `python3 -m scripts.set_up [environment | chromium | opencv4 | lock]...`.

Run it from the top of the checkout. This file alone has to run on any Python 3, however old: it finds a
Python that Workbench takes and goes on in that one. Everything beside it needs the standard library only.
"""

import os
import shutil
import subprocess
import sys
from typing import Optional, Tuple

FIT = ((3, 11), (3, 12), (3, 13))


def version_of(python: str) -> "Optional[Tuple[int, int]]":
    """Return (major, minor) of the interpreter at path `python`, or None when it does not run."""
    code = "import sys; print(sys.version_info[0], sys.version_info[1])"
    try:
        answer = subprocess.check_output([python, "-c", code], stderr=subprocess.DEVNULL)
        major, minor = answer.split()
    except (OSError, ValueError, subprocess.CalledProcessError):
        return None  # pyenv leaves `python3.12` commands that only print an error
    return int(major), int(minor)


def find_fit_python() -> "Optional[str]":
    """Return the path of the first pythonX.Y on PATH that Workbench takes, or None."""
    for fit in FIT:
        python = shutil.which("python{}.{}".format(*fit))
        if python and version_of(python) == fit:
            return python
    return None


def refusal() -> str:
    """Return the one line for a machine without a fit Python."""
    return (
        "set-up: Workbench needs Python 3.11, 3.12 or 3.13; this is {}.{}.{} ({}) and no python3.11, python3.12 "
        "or python3.13 is on PATH. Install one, or name it: make PYTHON=/path/to/python3.12"
    ).format(*sys.version_info[:3], sys.executable)


def main() -> int:
    """Go on in a fit Python: this one, or one from PATH."""
    if sys.version_info[:2] in FIT:
        from scripts.set_up.main import main as set_up

        return set_up(sys.argv[1:])
    python = find_fit_python()
    if python is None:
        sys.stderr.write(refusal() + "\n")
        return 2
    return subprocess.call([python, "-m", "scripts.set_up", *sys.argv[1:]], env=dict(os.environ))


if __name__ == "__main__":
    sys.exit(main())
