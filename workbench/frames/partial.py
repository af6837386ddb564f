"""Sources of which only a part is there, or is whole: whether they are taken, and where it is noted that one was.

A report sets both variables for its notebook, so that `workbench report --allow-damaged` holds for every source that
the notebook opens, and what is made of damaged sources says so.
"""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import DamageWarning, UnreadableSource

ALLOW = "WORKBENCH_ALLOW_DAMAGED"  # environment variable: "1" stands for allow_damaged=True wherever that is not said
NOTES = "WORKBENCH_DAMAGE_NOTES"  # environment variable: a file that gains a line for each damaged source


def damage_allowed(asked: bool | None) -> bool:
    """Tell whether a damaged source is taken: as asked, else as the environment says, else not."""
    return os.environ.get(ALLOW) == "1" if asked is None else asked


@contextmanager
def allowing(damaged: bool) -> Iterator[None]:
    """Take damaged sources in this process and those it starts, or leave that as it is."""
    before = os.environ.get(ALLOW)
    if damaged:
        os.environ[ALLOW] = "1"
    try:
        yield
    finally:
        if damaged and before is None:
            os.environ.pop(ALLOW, None)
        elif damaged and before is not None:
            os.environ[ALLOW] = before


def refusal(path: object, damage: str) -> UnreadableSource:
    """Make the error for a damaged source that is not to be taken."""
    return UnreadableSource(
        f"{path} is damaged: {damage}; get the whole file, or pass allow_damaged=True (--allow-damaged) to take what "
        "is there"
    )


def note_damage(origin: str, damage: str) -> None:
    """Warn of a damaged source that is taken, and note it for the report that is being made."""
    told = f"{origin} is damaged: {damage}"
    warnings.warn(told, DamageWarning, stacklevel=3)
    if name := os.environ.get(NOTES):
        with Path(name).open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")


def noted_damage(path: Path) -> tuple[str, ...]:
    """Return what was noted in a file, each source once; nothing where there is no such file."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    return tuple(dict.fromkeys(str(json.loads(line)) for line in lines))
