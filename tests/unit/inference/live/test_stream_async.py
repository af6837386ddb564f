import asyncio
import threading
import time

import pytest

from tests.unit.inference.live.fakes import FakeCapture, FakeModel, as_tensor, live_threads, number_of
from workbench.inference.live import stream


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


async def longest_pause(until):
    """Return the longest that the loop did not come round."""
    longest, before = 0.0, time.monotonic()
    while not until.is_set():
        await asyncio.sleep(0.001)
        now = time.monotonic()
        longest, before = max(longest, now - before), now
    return longest


def test_the_loop_goes_on_while_a_slow_model_answers():
    async def run():
        over = asyncio.Event()
        pauses = asyncio.create_task(longest_pause(over))
        shown = []
        model = FakeModel(lambda call: time.sleep(0.4))
        async with stream(FakeCapture([0] * 2), as_tensor, model, policy="block") as live:
            async for result in live:
                shown.append(number_of(result))
        over.set()
        assert live.stats.balanced
        return shown, await pauses

    shown, pause = asyncio.run(run())
    assert shown == [0, 1]
    assert pause < 0.35  # less than one call of the model


def test_no_result_is_lost_or_shown_twice_when_waiting_is_cancelled_again_and_again():
    async def run():
        shown = []
        async with stream(FakeCapture([0.003] * 30), as_tensor, FakeModel(), policy="block") as live:
            while len(shown) < 30:
                try:
                    shown.append(number_of(await asyncio.wait_for(anext(live), 0.001)))
                except TimeoutError:
                    continue
        return shown, live.stats

    shown, stats = asyncio.run(run())
    assert stats.shown == 30
    assert shown == list(range(30))


def test_cancelling_a_task_that_waits_ends_everything():
    capture = FakeCapture([0, 60.0])

    async def consume():
        async with stream(capture, as_tensor, FakeModel(), policy="block") as live:
            async for _ in live:
                pass

    async def run():
        task = asyncio.create_task(consume())
        await asyncio.sleep(0.05)
        start = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - start

    assert asyncio.run(run()) < 5  # seconds, on a machine that may be busy; the source is silent for 60
    assert capture.closed


def test_what_ends_a_stream_is_raised_in_the_task():
    def broken(call):
        raise ValueError("no")

    async def run():
        async with stream(FakeCapture([0] * 50), as_tensor, FakeModel(broken), policy="block") as live:
            async for _ in live:
                pass

    with pytest.raises(ValueError, match="no"):
        asyncio.run(run())
    assert not live_threads()


def test_a_loop_that_ended_is_not_told_of_results():
    async def run():
        live = stream(FakeCapture([0, 0.05] + [0.001] * 30), as_tensor, FakeModel(), policy="latest")
        await anext(live)
        waiting = asyncio.create_task(anext(live))
        await asyncio.sleep(0.01)
        waiting.cancel()
        return live

    live = asyncio.run(run())
    assert [number_of(result) for result in live][-1] == 31
    assert live.stats.errors == {}
