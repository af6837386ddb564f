"""When a lost source is tried again."""

import pytest

from workbench.frames.capture.retrying import next_pause_s, pause_s


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [
        pytest.param(1, 0.5, id="first"),
        pytest.param(2, 1, id="second"),
        pytest.param(5, 8, id="fifth"),
        pytest.param(6, 10, id="the longest"),
        pytest.param(10_000, 10, id="no overflow"),
    ],
)
def test_pauses_double_up_to_ten_seconds(attempt, seconds):
    assert pause_s(attempt) == seconds


@pytest.mark.parametrize(
    ("attempt", "now_s", "pause"),
    [
        pytest.param(1, 100, 0.5, id="just lost"),
        pytest.param(6, 155.5, 4.5, id="the last pause ends with the time"),
        pytest.param(7, 160, None, id="time is up"),
        pytest.param(7, 999, None, id="long after"),
    ],
)
def test_a_source_is_looked_for_as_long_as_asked(attempt, now_s, pause):
    assert next_pause_s(attempt, lost_s=100, now_s=now_s, retry_s=60) == pause


def test_no_time_to_retry_means_no_try():
    assert next_pause_s(1, lost_s=5, now_s=5, retry_s=0) is None
