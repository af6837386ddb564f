"""One row of the fault table: what was done, what the user saw of it, how long it took, and what was left."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from scripts.live_sources import Watched

COLUMNS = (
    "fault", "source", "what the user saw", "s to notice", "s to be live again", "captured", "shown", "dropped",
    "balanced", "s to stop", "left",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """What one fault did."""

    fault: str
    source: str
    saw: str = ""
    noticed_s: float | None = None
    live_again_s: float | None = None
    captured: int | None = None
    shown: int | None = None
    dropped: str = ""
    balanced: bool | None = None
    stop_s: float | None = None
    left: Sequence[str] = ()

    def cells(self) -> list[str]:
        """Return one text a column."""
        return [
            self.fault, self.source, _readable(self.saw), _seconds(self.noticed_s), _seconds(self.live_again_s),
            _number(self.captured), _number(self.shown), self.dropped or "-",
            {True: "yes", False: "NO", None: "-"}[self.balanced], _seconds(self.stop_s),
            ", ".join(self.left) or "nothing",
        ]  # fmt: skip


def noticing(watched: Watched, seen: Callable[[], object], *, within_s: float) -> float | None:
    """Return the seconds until `seen` comes true; None where it does not."""
    try:
        return watched.wait(seen, within_s=within_s)
    except TimeoutError:
        return None


def finished(watched: Watched, row: Row) -> Row:
    """Close a stream; return the row with what became of it."""
    began = watched.told().index("live") + 1 if "live" in watched.told() else 0
    told = [text for text in watched.told()[began:] if not text.endswith("; trying now")]  # said after each pause
    saw = [row.saw, *told]
    stop_s = watched.close()
    left = watched.traces.left()
    stats = watched.stream.stats
    saw += [f"{times} x {text}" for text, times in stats.errors.items()]
    saw += [f"raises {type(watched.error).__name__}: {watched.error}"] if watched.error else []
    return replace(
        row, saw=" → ".join(filter(None, saw)) or "live throughout", captured=stats.captured, shown=stats.shown,
        dropped=", ".join(f"{count} {reason}" for reason, count in sorted(stats.dropped.items())),
        balanced=stats.balanced and not stats.in_flight, stop_s=stop_s, left=left,
    )  # fmt: skip


def refused(fault: str, source: str, start: Callable[[], object], *, limit_s: float = 30.0) -> Row:
    """Open a stream that is to be refused."""
    begun = time.monotonic()
    try:
        watched = Watched(start)
    except Exception as error:  # what it raises is the row
        taken = time.monotonic() - begun
        return Row(fault, source, f"raises {type(error).__name__}: {error}", noticed_s=taken)
    noticing(watched, lambda: watched.error, within_s=limit_s)
    return finished(watched, Row(fault, source, "NOT REFUSED"))


def _readable(text: str) -> str:
    """Put a text into one cell of a table; ports are of no interest."""
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", text).replace("|", "/").replace("\n", " ⏎ ")


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _number(value: int | None) -> str:
    return "-" if value is None else str(value)
