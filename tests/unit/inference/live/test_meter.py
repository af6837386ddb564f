import math

import numpy as np
import pytest

from tests.unit.inference.live.fakes import picture
from workbench.frames.capture import Captured
from workbench.inference.live.ledger import Ledger
from workbench.inference.live.meter import MOST_MOMENTS, Meter, Spreads, merged
from workbench.inference.live.policy import latest
from workbench.inference.live.stats import Moment


def moment(time_s, shown, age, queue=0, phase="live"):
    return Moment(time_s, shown + 1, shown, 1, age, 2 * age, 3 * age, queue=queue, memory_mb=time_s, phase=phase)


def test_quantiles_are_within_half_a_percent_and_the_largest_exact():
    times = np.random.default_rng(0).lognormal(-4, 1, 20_000)
    spreads = Spreads(("age",))
    for value in times:
        spreads.add("age", value)
    spread = spreads.spread("age")
    expected = np.quantile(times, [0.5, 0.95, 0.99], method="inverted_cdf")
    assert [spread.p50, spread.p95, spread.p99] == pytest.approx(expected, rel=0.0051)
    assert spread.max == times.max()


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        pytest.param(0.0, 0.0, id="no time at all"),
        pytest.param(-1e-9, -1e-9, id="two clocks apart"),
        pytest.param(1e6, 1e6, id="eleven days"),
    ],
)
def test_a_time_outside_the_bins_is_counted_at_their_ends(seconds, expected):
    spreads = Spreads(("age",))
    spreads.add("age", seconds)
    assert spreads.spread("age").max == expected
    assert spreads.spread("age").p50 <= max(expected, 1e-6)


def test_before_there_is_a_time_nothing_is_known():
    spread = Spreads(("age",)).spread("age")
    assert all(math.isnan(value) for value in (spread.p50, spread.p95, spread.p99, spread.max))


def test_a_copy_does_not_change_any_more():
    spreads = Spreads(("age",))
    spreads.add("age", 1.0)
    copy = spreads.copy()
    spreads.add("age", 2.0)
    assert (copy.spread("age").max, spreads.spread("age").max) == (1.0, 2.0)


def test_a_moment_holds_what_happened_since_the_one_before():
    ledger, meter = Ledger(latest()), Meter(100.0)
    for second in range(2):
        for number in range(3):
            ledger.arrive(Captured(picture(number), number, 0.0), 0.0)
        [frame] = ledger.take_work(1, 0.0)
        ledger.finish(frame.turn, None)
        ledger.show()
        meter.shown(0.25 + second, {"infer": 0.1})
        meter.moment(101.0 + second, ledger, "live")
    first, second = meter.moments
    assert (first.captured, first.shown, first.dropped, first.age_max) == (3, 1, 2, 0.25)
    assert (second.captured, second.shown, second.dropped, second.age_p50) == (3, 1, 2, 1.25)
    assert (first.time_s, second.time_s) == (1.0, 2.0)


def test_two_moments_make_one_of_the_same_sum():
    one = merged(moment(1.0, 10, 0.1, queue=4), moment(2.0, 30, 0.3, queue=2, phase="reconnecting"))
    assert (one.time_s, one.captured, one.shown, one.dropped) == (2.0, 42, 40, 2)
    assert (one.age_p50, one.age_p95, one.age_max) == pytest.approx((0.25, 0.6, 0.9))
    assert (one.queue, one.memory_mb, one.phase) == (2, 2.0, "reconnecting")


def test_a_moment_without_a_frame_adds_nothing_to_the_age():
    nothing = Moment(1.0, 0, 0, 0, math.nan, math.nan, math.nan, queue=0, memory_mb=1.0, phase="reconnecting")
    one = merged(nothing, moment(2.0, 5, 0.1))
    assert (one.shown, one.age_p50, one.age_max) == pytest.approx((5, 0.1, 0.3))
    assert math.isnan(merged(nothing, nothing).age_p50)


def test_a_day_takes_no_more_memory_than_two_hours_and_its_sum_stays():
    ledger, meter = Ledger(latest()), Meter(0.0)
    now_s, captured = 0.0, 0
    while now_s < 24 * 3600:
        now_s += meter.period_s
        captured += 1
        ledger.captured = captured
        meter.moment(now_s, ledger, "live")
        assert len(meter.moments) <= MOST_MOMENTS
    assert meter.period_s == 32.0
    assert sum(each.captured for each in meter.moments) == captured
    assert [each.time_s for each in meter.moments] == sorted({each.time_s for each in meter.moments})
