"""Workbench's own `stream`, read by a loop and by an event loop."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from workbench.inference.designs.account import Account
from workbench.inference.designs.event_loop import Ticker, run_in_loop
from workbench.inference.designs.run import DesignRun
from workbench.inference.designs.setting import Setting
from workbench.inference.designs.told import design_run
from workbench.inference.live import Stream, stream
from workbench.inference.live.stats import StreamStats


def workbench_stream(name: str, setting: Setting) -> DesignRun:
    """Run it: threads capture, prepare and predict; a frame that waits is overtaken by a newer one."""
    account = Account(setting.seconds)
    with _opened(setting) as live:
        for result in live:
            account.show(result.captured_s, at_s=result.shown_s)
            if account.over:
                break
        account.close()
        stats = live.stats
    return design_run(name, setting.engine, account, stats=stats)


def workbench_async(name: str, setting: Setting) -> DesignRun:
    """Run the same in an event loop, which goes on with its other tasks meanwhile."""
    account, ticker = Account(setting.seconds), Ticker()
    stats = run_in_loop(lambda: _iterate(setting, account, ticker), account)
    return design_run(name, setting.engine, account, stats=stats, loop=ticker.blocked())


def _opened(setting: Setting) -> Stream:
    setting.look("rgb")  # the model is warm before the clock, as for the other designs
    source = setting.source
    return stream(
        source.origin, setting.recipe, setting.model, policy="latest", speed=source.speed, loop=True, boxes=None
    )


async def _iterate(setting: Setting, account: Account, ticker: Ticker) -> StreamStats:
    async with _opened(setting) as live:
        ticking = asyncio.create_task(ticker.run())
        try:
            async for result in live:
                account.show(result.captured_s, at_s=result.shown_s)
                if account.over:
                    break
            account.close()
            return live.stats
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
