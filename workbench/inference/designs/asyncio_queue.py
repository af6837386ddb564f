"""Capture and inference as two tasks of one event loop, with a queue that has no bound."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from workbench.frames.capture.capture import Capture, Captured
from workbench.inference.designs.account import Account
from workbench.inference.designs.event_loop import Ticker, run_in_loop
from workbench.inference.designs.run import DesignRun
from workbench.inference.designs.setting import Look, Setting
from workbench.inference.designs.told import design_run

PLAN = "one event loop: a task that captures and a task that predicts take turns, with an unbounded queue between"


def asyncio_queue(name: str, setting: Setting) -> DesignRun:
    """Run it: both tasks block the loop they share, so they take turns as in the sequential loop."""
    account, ticker = Account(setting.seconds), Ticker()
    with setting.source.open() as capture:
        look = setting.look(capture.order)
        in_flight = run_in_loop(lambda: _both(capture, look, account, ticker), account)
        account.close()
    return design_run(name, setting.engine, account, plan=PLAN, in_flight=in_flight, loop=ticker.blocked())


async def _both(capture: Capture, look: Look, account: Account, ticker: Ticker) -> int:
    """Run both tasks until the time is up, and return how many frames still wait."""
    frames: asyncio.Queue[Captured] = asyncio.Queue()
    inferring, ticking = asyncio.create_task(_infer(frames, look, account)), asyncio.create_task(ticker.run())
    inferring.add_done_callback(lambda _: capture.stop())  # it goes on until it is cancelled, or its model raises
    try:
        await _capture(capture, frames, account)
        if inferring.done():
            inferring.result()
        return frames.qsize()
    finally:
        for task in (inferring, ticking):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def _capture(capture: Capture, frames: asyncio.Queue[Captured], account: Account) -> None:
    while not account.over and (item := capture.read()) is not None:  # blocks the loop until a frame is there
        if account.take(item) and isinstance(item, Captured):
            await frames.put(item)
        await asyncio.sleep(0)


async def _infer(frames: asyncio.Queue[Captured], look: Look, account: Account) -> None:
    while True:
        item = await frames.get()
        look(item.image)  # blocks the loop until the model has answered
        account.show(item.captured_s, waiting=frames.qsize())
        await asyncio.sleep(0)
