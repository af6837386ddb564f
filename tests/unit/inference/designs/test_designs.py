"""Each design does what it is said to do, on a source and a model that do what a test tells them."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import repeat

import pytest

from tests.unit.inference.live.fakes import FakeCapture, FakeModel
from workbench import Recipe
from workbench.frames.capture import Captured, Lost
from workbench.inference.designs.asyncio_queue import asyncio_queue
from workbench.inference.designs.compare import DESIGNS
from workbench.inference.designs.sequential import sequential_loop
from workbench.inference.designs.setting import WARM_UPS, Setting

FITS = Recipe(size=(4, 4), range="raw", color="rgb")
OLD_S, SLOW_S = 0.25, 0.04  # the first is exact in binary, so that a moment less it is as much older


class LateCapture(FakeCapture):
    """A source whose pictures have waited for a while."""

    def read(self):
        item = super().read()
        if isinstance(item, Captured):
            return Captured(item.image, item.number, item.captured_s - OLD_S)
        return item


@dataclass
class Script:
    """A source that plays a script; stands where a played clip does."""

    steps: Iterable
    kind: type = FakeCapture
    opened: FakeCapture | None = None

    def open(self):
        self.opened = self.kind(self.steps, waits=False)
        return self.opened


def setting(steps, *, model=None, seconds=600.0, kind=FakeCapture):
    return Setting(Script(steps, kind), FITS, model or FakeModel(), "fake", seconds)


HERE = pytest.mark.parametrize("design", [sequential_loop, asyncio_queue], ids=["loop", "asyncio"])


@HERE
def test_every_frame_is_answered_and_every_loss_counted(design):
    given = setting([0.0, 0.0, Lost("overrun", 3), 0.0, Lost("broken"), 0.0])
    run = design("it", given)
    stats = run.stats
    assert (stats.captured, stats.shown, stats.dropped, stats.in_flight) == (8, 4, {"overrun": 3, "broken": 1}, 0)
    assert stats.balanced
    assert given.model.calls == [1] * (4 + WARM_UPS)
    assert given.source.opened.closed == 1
    assert (run.name, run.engine, run.dropped) == ("it", "fake", 0.5)


@HERE
def test_an_age_counts_from_the_capture_however_long_the_frame_has_waited(design):
    run = design("it", setting([0.0] * 3, kind=LateCapture))
    assert len(run.ages_s) == 3
    assert (run.ages_s >= OLD_S).all()
    assert run.stats.age.max == run.ages_s.max()


@HERE
def test_it_ends_when_its_time_is_up(design):
    begun = time.monotonic()
    run = design("it", setting(repeat(0.005), seconds=0.15))  # from a source without an end
    assert time.monotonic() - begun >= 0.15
    assert run.stats.captured > 0


@HERE
def test_what_the_model_raises_comes_out_and_the_source_is_closed(design):
    def break_down(call):
        if call > WARM_UPS:
            raise ZeroDivisionError("no such luck")

    given = setting([0.001] * 10_000, model=FakeModel(break_down))
    with pytest.raises(ZeroDivisionError, match="no such luck"):
        design("it", given)
    assert given.source.opened.closed == 1


def test_two_tasks_of_one_loop_take_turns_and_block_it():
    run = asyncio_queue("it", setting([0.0] * 6, model=FakeModel(lambda call: time.sleep(SLOW_S))))
    assert run.stats.queue_max == 0
    assert run.loop.longest_s >= 0.6 * SLOW_S
    assert run.loop.share > 0.5


def test_it_runs_beside_an_event_loop_that_runs_already():
    async def notebook():
        return asyncio_queue("it", setting([0.0] * 3))

    assert asyncio.run(notebook()).stats.shown == 3


def test_the_designs_have_the_names_that_are_documented():
    assert list(DESIGNS) == ["sequential loop", "process queue", "asyncio queue", "workbench stream", "workbench async"]
