import math
from dataclasses import replace

import pytest

from workbench.frames.capture.capture import CaptureState
from workbench.inference.live.stats import Moment, Spread, StreamStats
from workbench.views.live_figures import clock, figures, in_one_line, status

SPREAD = Spread(0.012, 0.020, 0.03, 0.05)
NONE = Spread(math.nan, math.nan, math.nan, math.nan)


def moment(second, **more):
    usual = {"captured": 30, "shown": 28, "dropped": 2, "age_p50": 0.012, "age_p95": 0.02, "age_max": 0.03}
    return Moment(time_s=float(second), queue=0, memory_mb=100.0, phase="live", **usual | more)


@pytest.fixture
def stats():
    return StreamStats(
        captured=3000, shown=2800, dropped={"overtaken": 198, "broken": 2, "full": 0}, in_flight=0, elapsed_s=100.5,
        age=SPREAD, queue=0, queue_max=1, stages={}, workers=1, plan="one worker", cpu=0.5, memory_mb=100.0,
        memory_start_mb=90.0, state=CaptureState("live", 0.0), errors={},
        timeline=tuple(moment(second) for second in range(1, 101)),
    )  # fmt: skip


def tiles(shown):
    return {tile["name"]: f"{tile['value']} {tile['unit']}".strip() for tile in shown["tiles"]}


def test_the_figures_are_of_now_and_the_drops_of_the_whole_run(stats):
    late = tuple(moment(second, captured=15, shown=15, age_p50=0.1, age_p95=0.2) for second in (97, 98, 99, 100))
    shown = figures(replace(stats, timeline=stats.timeline[:96] + late), (0.05, 0.06, 0.5))
    assert tiles(shown) == {
        "in": "15.0 fps", "out": "15.0 fps", "age": "100 / 200 ms", "on screen": "60 ms",
        "dropped": "200 6.7% · 198 overtaken, 2 broken",
    }  # fmt: skip
    assert shown["elapsed"] == "1:40"


def test_before_the_first_second_there_are_no_figures_yet(stats):
    shown = figures(replace(stats, timeline=(), captured=0, shown=0, dropped={}, elapsed_s=0.2))
    assert tiles(shown) == {"in": "– fps", "out": "– fps", "age": "– / – ms", "on screen": "– ms", "dropped": "0"}
    assert shown["history"] == []


def test_the_history_is_the_last_minute_without_the_seconds_that_showed_nothing(stats):
    gap = moment(90, shown=0, age_p50=math.nan, age_p95=math.nan)
    timeline = (*stats.timeline[:89], gap, *stats.timeline[90:])
    history = figures(replace(stats, timeline=timeline))["history"]
    assert len(history) == 59
    assert history[-1] == [0.5, 0.012, 0.02]
    assert 10.5 not in [ago for ago, _, _ in history]


def test_a_whole_run_in_one_line(stats):
    told = in_one_line(stats)
    assert told == "1:40, 3,000 frames in, 2,800 out at 27.9 fps, age 12 / 20 ms (p50 / p95), 200 dropped"
    assert "age – / – ms" in in_one_line(replace(stats, age=NONE))


@pytest.mark.parametrize(
    ("state", "told"),
    [
        pytest.param(CaptureState("live", 0.0), ("live", ""), id="live"),
        pytest.param(CaptureState("live", 0.0, reconnects=1), ("live", "came back once"), id="came back"),
        pytest.param(
            CaptureState("reconnecting", 30.0, "closed; again in 2 s", attempt=2),
            ("reconnecting", "closed; again in 2 s · 1:10 without a picture"),
            id="reconnecting",
        ),
        pytest.param(CaptureState("failed", 0.0, "no such host"), ("failed", "no such host"), id="failed"),
    ],
)
def test_the_source_says_how_it_is_doing(state, told):
    shown = status(state, 100.0)
    assert (shown["phase"], shown["detail"]) == told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        pytest.param(-0.1, "0:00", id="not begun"),
        pytest.param(7.9, "0:07", id="seconds"),
        pytest.param(3599, "59:59", id="minutes"),
        pytest.param(3723, "1:02:03", id="hours"),
    ],
)
def test_a_clock_is_read_at_a_glance(seconds, told):
    assert clock(seconds) == told
