"""What an event loop does while something else runs in it, and how it is run beside a notebook's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from workbench.inference.designs.account import Account
from workbench.inference.designs.run import Blocked

TICK_S = 0.005  # how long the task sleeps that asks to be woken
T = TypeVar("T")


class Ticker:
    """A task that sleeps a tick again and again, and puts down how much later it was woken."""

    def __init__(self) -> None:
        self.late_s: list[float] = []

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            due = time.perf_counter() + TICK_S
            try:
                await asyncio.sleep(TICK_S)
            finally:  # also of a task that is cancelled while it waits in vain
                self.late_s.append(max(time.perf_counter() - due, 0.0))

    def blocked(self) -> Blocked:
        """Return how late it was at most, and the share of its time that it was kept waiting beyond its ticks."""
        late = sum(self.late_s)
        return Blocked(max(self.late_s, default=0.0), late / (late + TICK_S * max(len(self.late_s), 1)))


def run_in_loop(make: Callable[[], Coroutine[object, object, T]], account: Account) -> T:
    """Run a coroutine in an event loop of a thread of its own: a notebook has one that runs already."""
    with ThreadPoolExecutor(1, thread_name_prefix="workbench-loop") as pool:
        try:
            return pool.submit(lambda: asyncio.run(make())).result()
        finally:
            account.stopped = True  # an interrupt comes here, in the main thread: the loop sees it with its next frame
