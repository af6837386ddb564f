"""The process in which `--trust-model` runs a command: `python -P -m workbench.cli.trust.child ARGUMENTS`.

It is the `workbench` command with less to lose: no more rights by way of set-uid programs, no core dump, and it ends
with the process that asked. It has the user's rights, and so has what the file carries.
"""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38  # linux/prctl.h


def main() -> None:
    """Give up what can be given up, and run the command line."""
    _restrict()
    from workbench.cli import main as command

    command()


def _restrict() -> None:
    with contextlib.suppress(ImportError):  # Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        library.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        library.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


if __name__ == "__main__":
    main()
