"""A recorded stream gives back the stats that the stream itself had, and of a killed one what its lines tell."""

import math
import shutil

import pytest

from workbench.errors import InvalidValue
from workbench.inference.live import stream
from workbench.recording import Recorder, open_recording, recorded_stats
from workbench.recording.journal import NAME


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, images):
    """Return the folder of a short session, and the stats of its stream."""
    folder = tmp_path_factory.mktemp("history") / "whole"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workbench.inference.live.crew.STOP_S", 300)  # its last moment is there when it is closed
        live = stream(iter(images[:30]), policy="block")
        with Recorder(folder, live) as recorder, live:
            for result in live:
                recorder.write(result)
    return folder, live.stats


@pytest.fixture
def killed(recorded, tmp_path):
    """Return the folder as it was before the last line."""
    shutil.copytree(recorded[0], tmp_path / "killed")
    *lines, end = (recorded[0] / NAME).read_text(encoding="utf-8").splitlines(keepends=True)
    assert '"kind":"end"' in end
    (tmp_path / "killed" / NAME).write_text("".join(lines), encoding="utf-8")
    return tmp_path / "killed"


def test_the_stats_are_those_of_the_stream(recorded):
    folder, live = recorded
    with open_recording(folder) as recording:
        stats = recorded_stats(recording)
    for name in ("captured", "shown", "dropped", "in_flight", "queue_max", "workers", "plan", "errors", "balanced"):
        assert getattr(stats, name) == getattr(live, name), name
    assert stats.age.p95 == pytest.approx(live.age.p95, abs=1e-6)
    assert stats.stages["decode"].p50 == pytest.approx(live.stages["decode"].p50, abs=1e-6, nan_ok=True)
    assert stats.state.phase == live.state.phase


def test_every_second_is_there(recorded):
    folder, live = recorded
    with open_recording(folder) as recording:
        assert [moment.captured for moment in recording.moments] == [moment.captured for moment in live.timeline]
    assert sum(moment.captured for moment in recording.moments) == 30


def test_of_a_killed_session_they_end_with_its_last_line(killed):
    with open_recording(killed) as recording:
        stats = recorded_stats(recording)
        assert recording.end is None
        assert stats.age.max == recording.results["age_s"].max()
    assert (stats.captured, stats.shown, stats.balanced) == (30, 30, True)
    assert math.isnan(stats.cpu)


def test_frames_that_are_missing_in_a_killed_session_were_dropped_for_a_reason_that_is_not_told(killed):
    journal = killed / NAME
    lines = journal.read_text(encoding="utf-8").splitlines(keepends=True)
    without = [line for line in lines if '"kind":"result","number":7,' not in line]
    assert len(without) == len(lines) - 1
    journal.write_text("".join(without), encoding="utf-8")
    with open_recording(killed) as recording:
        stats = recorded_stats(recording)
    assert (stats.captured, stats.shown, stats.dropped) == (30, 29, {"not told": 1})


def test_a_session_that_showed_nothing_has_none(tmp_path, images):
    live = stream(iter(images[:1]), policy="block")
    with Recorder(tmp_path / "empty", live), live:
        pass
    with open_recording(tmp_path / "empty") as recording, pytest.raises(InvalidValue, match="holds no result"):
        recorded_stats(recording)
