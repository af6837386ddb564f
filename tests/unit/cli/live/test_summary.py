from workbench.cli.live.summary import summary
from workbench.frames.capture.capture import CaptureState


def test_every_frame_is_accounted_for(stats_of):
    lines = summary(stats_of(), ended="Ctrl-C")
    assert lines[:3] == [
        "ended       Ctrl-C after 12 s",
        "captured    370 = 361 shown + 8 dropped + 1 in flight",
        "dropped     6 overtaken, 2 broken",
    ]


def test_times_stand_in_columns(stats_of):
    assert summary(stats_of(), ended="")[-3:] == [
        "ms a frame        p50      p95      p99      max",
        "age             500.0    600.0    700.0    800.0",
        "infer             6.0      6.0      6.0      6.0",
    ]


def test_what_went_wrong_is_said(stats_of):
    lines = summary(stats_of(state=CaptureState("live", 0.0, reconnects=2), errors={"ValueError: no": 3}), ended="")
    assert "came back   2 x" in lines
    assert "error       3 x ValueError: no" in lines


def test_counts_that_do_not_add_up_are_not_hidden(stats_of):
    assert "captured    371 is not 361 shown" in "\n".join(summary(stats_of(captured=371), ended=""))


def test_of_a_stream_that_showed_nothing_there_are_no_times(silent_stats):
    lines = summary(silent_stats, ended="Ctrl-C")
    assert "captured    0 = 0 shown + 0 dropped + 0 in flight" in lines
    assert not [line for line in lines if "ms a frame" in line or "nan" in line]


def test_a_plan_has_a_line_for_each_of_its_clauses(stats_of):
    lines = summary(stats_of(plan="two workers; decoding is cheap"), ended="")
    assert lines[lines.index("plan        two workers") + 1] == "            decoding is cheap"
