"""An account is read as a run: counts, spreads and moments that agree with each other."""

import numpy as np
import pytest

from workbench.frames.capture import Captured, Lost
from workbench.inference.designs.account import Account, Arrivals, Shown, Weighed
from workbench.inference.designs.told import design_run

START = 1000.0


def account(*, captured=(), lost=(), shown=(), length=3.0):
    """Return closed books; times are seconds after the start."""
    made = Account(10.0)
    made.begin(START)
    made.arrivals = Arrivals([START + at for at in captured], [(START + at, "overrun", n) for at, n in lost])
    made.shown = [Shown(START + at, age, waiting) for at, age, waiting in shown]
    made.weights = [Weighed(START, 100.0, 0.0), Weighed(START + 1, 150.0, 0.5), Weighed(START + length, 120.0, 1.5)]
    return made


BUSY = account(
    captured=[0.0, 0.5, 1.0, 1.5, 2.9],
    lost=[(0.9, 2), (2.5, 3)],
    shown=[(0.1, 0.1, 0), (0.7, 0.2, 1), (1.2, 0.2, 4), (2.0, 0.5, 2)],
)


def test_the_counts_are_those_of_the_account():
    stats = design_run("it", "fake", BUSY, plan="who does what", in_flight=1).stats
    assert (stats.captured, stats.shown, stats.dropped, stats.in_flight) == (10, 4, {"overrun": 5}, 1)
    assert stats.balanced
    assert (stats.queue_max, stats.plan, stats.elapsed_s) == (4, "who does what", 3.0)
    assert (stats.memory_start_mb, stats.memory_mb, stats.cpu) == (100.0, 120.0, 0.5)


def test_the_moments_add_up_to_the_whole():
    stats = design_run("it", "fake", BUSY).stats
    table = stats.to_frame()
    assert table.time_s.tolist() == [1.0, 2.0, 3.0]
    assert table.captured.tolist() == [4, 2, 4]
    assert table.shown.tolist() == [2, 1, 1]
    assert table.dropped.tolist() == [2, 0, 3]
    np.testing.assert_allclose(table.age_max, [0.2, 0.2, 0.5])
    assert table.memory_mb.tolist() == [150.0, 150.0, 120.0]


def test_ages_and_times_are_of_every_shown_frame():
    run = design_run("it", "fake", BUSY)
    np.testing.assert_allclose(run.ages_s, [0.1, 0.2, 0.2, 0.5])
    np.testing.assert_allclose(run.times_s, [0.1, 0.7, 1.2, 2.0])
    assert run.stats.age.p50 == pytest.approx(0.2)


def test_a_run_whose_first_frame_is_shown_late_has_the_memory_of_then():
    late = account(shown=[(3.8, 3.8, 0)])
    late.weights = [Weighed(START + 3.8, 100.0, 0.0), Weighed(START + 4, 120.0, 0.5)]
    assert design_run("it", "fake", late).stats.to_frame().memory_mb.tolist() == [100.0, 100.0, 100.0, 120.0]


@pytest.mark.parametrize(
    ("length", "ends"),
    [
        pytest.param(2.2, [1.0, 2.2], id="a short rest belongs to the second before"),
        pytest.param(2.6, [1.0, 2.0, 2.6], id="a longer one is a moment"),
        pytest.param(0.2, [0.2], id="less than one second"),
    ],
)
def test_the_last_moment_ends_with_the_run(length, ends):
    table = design_run("it", "fake", account(length=length)).stats.to_frame()
    assert table.time_s.tolist() == pytest.approx(ends)


def test_a_run_that_showed_nothing_says_so():
    run = design_run("it", "fake", account())
    assert np.isnan(run.stats.age.p50)
    assert np.isnan(run.dropped)
    assert run.stats.captured == 0


def test_the_clock_starts_with_the_first_frame_and_not_with_what_was_lost_before():
    books = Account(10.0)
    assert not books.take(Lost("broken"))
    assert np.isnan(books.start_s)
    assert not books.over
    assert books.take(Captured(np.zeros((2, 2, 3), np.uint8), 1, START))
    assert books.start_s == START
    assert books.over  # START is long ago
