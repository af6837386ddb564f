"""Play a clip that comes from a server in real time: each picture is held back until it is due."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from workbench.frames.capture.capture import Lost
from workbench.frames.capture.feeds import Arrived
from workbench.frames.capture.real_time import RealTime
from workbench.frames.capture.reel import PERIOD_S, Rising


def paced(
    items: Iterator[Arrived | Lost],
    speed: float,
    *,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Arrived | Lost]:
    """Yield what comes, each picture when it is due, `speed` times as fast as real time; it counts as captured then.

    A picture that is late keeps the moment it was due; one that is very late holds up the clock.
    """
    times, clock = Rising(PERIOD_S), RealTime(speed)
    for item in items:
        if isinstance(item, Lost):
            yield item
            continue
        time_s, here = times.at(item.time_s), now()
        if not clock.begun:
            clock.begin(here)
        clock.wait_for(time_s, here)
        due = clock.due(time_s)
        sleep(max(0.0, due - here))
        yield replace(item, captured_s=due)
