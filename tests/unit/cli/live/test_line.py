import math

import pytest

from workbench.cli.live.line import Meter, Rate, clock, line, state_line
from workbench.frames.capture.capture import CaptureState
from workbench.inference.live.stats import Moment

NOW = Rate(captured=30.0, shown=29.4)
WHOLE = "live 0:12  29.4 of 30.0 fps  age 12/16 ms  dropped 6 overtaken, 2 broken  queue 1  mountain bike 0.83"


@pytest.mark.parametrize(
    ("width", "text"),
    [
        pytest.param(None, WHOLE, id="no end"),
        pytest.param(len(WHOLE), WHOLE, id="it just fits"),
        pytest.param(
            80, "live 0:12  29.4 of 30.0 fps  age 12/16 ms  dropped 8  mountain bike 0.83", id="an old terminal"
        ),
        pytest.param(30, "live 0:12  29.4 of 30.0 fps  …", id="cut off"),
    ],
)
def test_the_line_says_what_fits(stats_of, width, text):
    assert line(stats_of(), NOW, "mountain bike 0.83", width=width).plain == text


def test_an_escape_sequence_in_a_label_is_shown(stats_of):
    assert line(stats_of(), NOW, "\x1b[2J\nbike 0.83").plain.endswith(r"queue 1  \u001b[2J\nbike 0.83")


def test_before_the_first_frame_the_line_has_dashes_and_no_answer(silent_stats):
    assert line(silent_stats, Rate()).plain == "live 0:12  – of – fps  age –/– ms  dropped 0  queue 0"


def test_while_nothing_is_shown_nothing_has_an_age(stats_of):
    silent = Moment(12.0, 0, 0, 0, *[math.nan] * 3, 0, 310.0, "reconnecting")
    assert "  age –/– ms  " in line(stats_of(timeline=(silent,)), NOW).plain


@pytest.mark.parametrize(
    ("state", "text"),
    [
        pytest.param(
            CaptureState("reconnecting", 0.0, "the connection was closed", attempt=2),
            "0:12 reconnecting, try 2: the connection was closed",
            id="gone",
        ),
        pytest.param(CaptureState("live", 0.0, reconnects=1), "0:12 live again (once so far)", id="back"),
        pytest.param(CaptureState("live", 0.0, reconnects=3), "0:12 live again (3 times so far)", id="back thrice"),
    ],
)
def test_a_change_of_state_is_said_in_words(state, text):
    assert state_line(state, 12.3) == text


def test_frames_a_second_are_those_of_the_last_two_seconds(stats_of):
    meter = Meter()
    rates = [
        meter.rate(stats_of(elapsed_s=0.5 * step, captured=10 * min(step, 20), shown=5 * min(step, 20)))
        for step in range(31)
    ]
    assert math.isnan(rates[0].captured)
    assert (rates[20].captured, rates[20].shown) == (20.0, 10.0)  # 10 new ones each half second
    assert rates[22].captured == pytest.approx(10.0)  # none for one of the two seconds
    assert (rates[30].captured, rates[30].shown) == (0.0, 0.0)


@pytest.mark.parametrize(("seconds", "text"), [(0.0, "0:00"), (67.9, "1:07"), (3599.0, "59:59"), (3667.0, "1:01:07")])
def test_a_clock_reads_as_one(seconds, text):
    assert clock(seconds) == text
