"""Play a clip that comes from a server in real time: each picture is held back until it is due."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from workbench.frames.capture.capture import Lost
from workbench.frames.capture.feeds import Arrived
from workbench.frames.capture.played import PATIENCE_S
from workbench.frames.capture.reel import PERIOD_S, Rising


def paced(
    items: Iterator[Arrived | Lost],
    speed: float,
    *,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Arrived | Lost]:
    """Yield what comes, each picture when it is due, `speed` times as fast as real time; it counts as captured then.

    A picture that is late keeps the moment it was due. Where one comes more than `PATIENCE_S` late, the clock waits for
    it, as `PlayedFile`'s does.
    """
    clock, start = Rising(PERIOD_S), None
    for item in items:
        if isinstance(item, Lost):
            yield item
            continue
        due, here = clock.at(item.time_s) / speed, now()
        if start is None or here - (start + due) > PATIENCE_S:
            start = here - due
        sleep(max(0.0, start + due - here))
        yield replace(item, captured_s=start + due)
