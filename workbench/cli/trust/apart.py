"""The asking half of `--trust-model`: say which file is run, by its SHA-256, and run the command in a child process.

The child may load that very file and no other. What kills it is one line here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from workbench.cache import file_digest
from workbench.cli.terminal import say
from workbench.errors import InvalidValue, ModelLoadError, RunError
from workbench.models.opening.trust import TRUSTED, trusting
from workbench.models.opening.vetting import vet
from workbench.models.original import is_file, located

HANDED_ON = (signal.SIGINT, signal.SIGTERM)
LOOK = 5.0  # seconds that a file may take to show what is wrong with it
PATIENCE = 3  # times that it is asked to end
STATUSES = (0, 1, 2, 130, 141)  # with which a command ends by itself; 128 + SIGINT, 128 + SIGPIPE


def run_apart(*origins: str) -> None:
    """Run this process' command line again in a child that trusts these models, and end with its exit status.

    Does nothing in that child.

    Args:
        origins: what the command was given as its models; samples are trusted anyway.

    Raises:
        InvalidValue: none of them is a file.
        UnreadableSource: there is no such file.
        ModelLoadError: it is no model.
        RunError: the child was killed.
        SystemExit: it has ended by itself.
    """
    if TRUSTED in os.environ:
        return
    files = dict(_introduced(origin) for origin in dict.fromkeys(origins) if is_file(origin) and not _is_sample(origin))
    if not files:
        raise InvalidValue(f"--trust-model is for a model of your own, and {_listed(origins)}; leave it out")
    raise SystemExit(_status(files))


def _is_sample(origin: str) -> bool:
    return origin.removeprefix("cv2:").startswith("sample:")


def _listed(origins: tuple[str, ...]) -> str:
    return f"{' and '.join(origins)} is none" if origins else "none is named"


def _introduced(origin: str) -> tuple[Path, str]:
    """Say which file is run, and what is known against it; return its path and SHA-256."""
    runtime, path = located(origin)
    digest = file_digest(path)
    against = _objection(path, runtime)
    say(
        f"workbench: {path}: sha256 {digest}; it is run as a file that you trust{against and f', although {against}'}",
        file=sys.stderr,
    )
    return path, digest


def _objection(path: Path, runtime: str) -> str:
    """Return what a trial has against a file, without the cure; empty where it loads and runs."""
    try:
        vet(path, runtime, seconds=LOOK)
    except ModelLoadError as error:
        return str(error).removeprefix(f"{path}: ").partition("; ")[0]
    return ""


def _status(files: dict[Path, str]) -> int:
    """Run the child to its end and return its exit status.

    Raises:
        RunError: it did not end by itself.
    """
    # -P: no module of the current folder; a session of its own: a terminal's Ctrl-C reaches this process only
    command = [sys.executable, "-P", "-m", "workbench.cli.trust.child", *sys.argv[1:]]
    with subprocess.Popen(command, env=os.environ | trusting(files), start_new_session=True) as child:
        with handing_on(child) as asked:
            status = child.wait()
    if status in STATUSES:
        return status
    if asked and status < 0:
        return 128 + asked[0]
    how = f"was killed ({signal.Signals(-status).name})" if status < 0 else f"ended with exit status {status}"
    memory = ", which the system does when memory runs out" if status == -signal.SIGKILL else ""
    raise RunError(
        f"{', '.join(map(str, files))}: the process that ran it as a trusted file {how}{memory}; what it carries, or "
        "the file, is broken or hostile: get it again from where it comes from"
    )


@contextmanager
def handing_on(child: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Hand Ctrl-C and a request to end on to the child, which ends in its own way; the third time it is killed.

    Yields the signals that came.
    """
    asked: list[int] = []

    def hand_on(number: int, frame: FrameType | None) -> None:
        del frame
        asked.append(number)
        child.send_signal(number if len(asked) < PATIENCE else signal.SIGKILL)

    before = {number: signal.signal(number, hand_on) for number in HANDED_ON}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
