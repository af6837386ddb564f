"""One job of a sweep as its table shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    """One job of a sweep and what came of it."""

    parameters: Mapping[str, object]  # all of them, with their defaults; plain values
    run_id: str = ""  # 12 hex digits; empty before it is known
    state: str = "waiting"  # of `Run.state` (ok, partial, failed, killed...); `waiting` or `running` before its end
    error: str = ""  # one line; empty when it went well
    duration_s: float | None = None  # None before its end
    metrics: Mapping[str, object] = field(default_factory=dict)  # what the notebook recorded; nested dicts may be
    report: str = ""  # URL of its report, relative to the folder of the sweep; empty when there is none
    thumbnail: str = ""  # URL of its picture, relative as well; empty when there is none
