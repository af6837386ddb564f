import asyncio
import threading

import pytest

from tests.unit.inference.live.fakes import FakeCapture, FakeModel, as_tensor, live_threads, number_of
from workbench.inference.live import stream


@pytest.fixture(autouse=True)
def no_thread_is_left():
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def test_the_loop_goes_on_while_a_slow_model_answers():
    let_go, answered = threading.Event(), []
    model = FakeModel(lambda call: answered.append(let_go.wait(60)))

    async def let_it_answer():
        while not model.calls:
            await asyncio.sleep(0.001)
        let_go.set()

    async def run():
        beside = asyncio.create_task(let_it_answer())
        async with stream(FakeCapture([0] * 2), as_tensor, model, policy="block") as live:
            shown = [number_of(result) async for result in live]
        await beside
        assert live.stats.balanced
        return shown

    assert asyncio.run(run()) == [0, 1]
    assert answered == [True, True]  # it waits for the loop, and not in vain


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
    capture = FakeCapture([0, 10_000.0])

    async def consume():
        async with stream(capture, as_tensor, FakeModel(), policy="block") as live:
            async for _ in live:
                pass

    async def run():
        task = asyncio.create_task(consume())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
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
    more = threading.Event()

    async def run():
        live = stream(FakeCapture([0, more] + [0.001] * 30), as_tensor, FakeModel(), policy="latest")
        await anext(live)
        waiting = asyncio.create_task(anext(live))
        while not live._desk._listeners:
            await asyncio.sleep(0.001)
        waiting.cancel()
        return live

    live = asyncio.run(run())
    more.set()
    assert [number_of(result) for result in live][-1] == 31
    assert live.stats.errors == {}
