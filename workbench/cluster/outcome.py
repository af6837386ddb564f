"""What became of one job."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One job that ended: well, with an error of its own, or because its workers died."""

    key: str  # the job's name, as it was given
    value: Any  # what the function returned; None where it did not
    error: str  # one line; "" when well
    seconds: float  # from start to end on the worker; 0 where no worker lived to tell
    worker: str  # the host and process that did it, as "host:pid"; "" where none lived to tell
