"""What a person sees of set-up: one line a step, with its seconds; everything else goes to a log."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SHOWN = 15  # last lines of a failed command's output that are worth a look


class SetUpError(Exception):
    """Set-up cannot go on; the text says why and what to type."""


class CommandFailed(SetUpError):
    """A command ended with an error; `output` is all it printed."""

    def __init__(self, command: str, output: str) -> None:
        tail = "\n".join("    " + line for line in output.strip().splitlines()[-SHOWN:])
        super().__init__(f"`{command}` failed:\n{tail}")
        self.output = output


@contextmanager
def step(text: str) -> Iterator[Callable[[str], None]]:
    """Print `text`, then the seconds that the body took; the body may add remarks through what it is given."""
    print(f"  {text:<44}", end="", flush=True)
    begin, remarks = time.monotonic(), list[str]()
    try:
        yield remarks.append
    except BaseException:
        print("  stopped", flush=True)
        raise
    print(f"{time.monotonic() - begin:6.1f} s", *(f" {remark}" for remark in remarks), flush=True)


class Runner:
    """Runs commands quietly and keeps what they print in a log."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __call__(self, *command: str | Path, variables: Mapping[str, str] | None = None) -> str:
        """Run `command` and return what it printed.

        Files that are open here and marked inheritable stay open in the command: while a command outlives a
        killed set-up, the next set-up keeps waiting for the lock file.

        Raises:
            CommandFailed: when the command does not exist or does not end with 0.
        """
        words = [str(word) for word in command]
        try:
            done = subprocess.run(
                words,
                env=clean(os.environ) | dict(variables or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                close_fds=False,
                check=False,
            )
        except OSError as error:
            raise CommandFailed(" ".join(words), str(error)) from error
        output = done.stdout.decode(errors="replace")
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(words)}\n{output}[{done.returncode}]\n")
        if done.returncode:
            raise CommandFailed(" ".join(words), output)
        return output


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` without what would lead Python or pip out of `.venv`."""
    strays = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CONDA_PREFIX", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"}
    kept = {name: value for name, value in environment.items() if name not in strays}
    return kept | {"PYTHONNOUSERSITE": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
