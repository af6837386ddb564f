"""A cursor steps where that is cheap, jumps where it is not, and believes no landing that a time does not prove."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import UnreadableSource
from workbench.frames.cursor import SMALL_JUMP, Cursor
from workbench.frames.video_index import VideoIndex
from workbench.frames.video_scan import VideoScan

COUNT, GROUP, PERIOD = 200, 50, 0.04
STAMPS = np.arange(COUNT) * PERIOD
KEYS = np.arange(0, COUNT, GROUP)


@dataclass
class FakeReader:
    """A decoder of frames that are their own numbers; `lands` says where a seek to a frame ends."""

    log: list
    lands: dict = field(default_factory=dict)
    count: int = COUNT
    place: int = -1
    exact: bool = False  # the frames since the start or the last key frame are right

    def grab(self):
        self.place += 1
        self.exact = self.exact or self.place % GROUP == 0
        self.log.append("grab")
        return self.place < self.count

    def stamp(self):
        return self.place * PERIOD

    def retrieve(self):
        return np.array([self.place if self.exact else -self.place])

    def seek(self, stamp):
        wanted = round(stamp / PERIOD)
        self.place = self.lands.get(wanted, wanted)
        self.exact = self.place % GROUP == 0
        self.log.append(f"seek {wanted}")

    def close(self):
        self.log.append("close")


def scan(container="mpegts"):
    return VideoScan(
        path=Path("clip.ts"),
        container=container,
        codec="h264",
        size=(96, 40),
        rate=25,
        stamps=STAMPS,
        progressive=True,
        keys=np.isin(np.arange(COUNT), KEYS),
        clean=True,
        damaged=None,
    )


def cursor(lands=None, stamps=STAMPS, count=COUNT):
    log = []
    index = VideoIndex(STAMPS, stamps, KEYS if stamps is not None else np.zeros(1, int))
    return Cursor(scan(), index, lambda: FakeReader(log, lands or {}, count)), log


def seeks(log):
    return [entry for entry in log if entry.startswith("seek")]


def test_the_next_frames_are_stepped_to():
    standing, log = cursor()
    assert [int(standing.read(index)[0]) for index in (0, 1, 2, 2 + SMALL_JUMP)] == [0, 1, 2, 2 + SMALL_JUMP]
    assert seeks(log) == []
    assert log.count("grab") == 3 + SMALL_JUMP


def test_a_frame_of_the_same_group_is_stepped_to_since_a_jump_could_not_be_shorter():
    standing, log = cursor()
    standing.read(101)
    log.clear()
    assert standing.read(149)[0] == 149
    assert log == ["grab"] * 48


def test_a_far_frame_is_jumped_to_from_its_key_frame():
    standing, log = cursor()
    assert standing.read(170)[0] == 170
    assert seeks(log) == ["seek 150"]
    assert log.count("grab") == 20


@pytest.mark.parametrize("wrong", [151, 163, 170], ids=["just past the key frame", "in the group", "on the frame"])
def test_a_landing_past_the_key_frame_is_not_believed(wrong):
    standing, log = cursor({150: wrong})
    assert standing.read(170)[0] == 170
    assert seeks(log) == ["seek 150", "seek 100"]


def test_a_landing_before_the_key_frame_passes_through_it():
    standing, log = cursor({150: 142})
    assert standing.read(170)[0] == 170
    assert seeks(log) == ["seek 150"]


def test_where_no_landing_can_be_believed_one_starts_again_from_the_first_frame():
    standing, log = cursor({50: 199, 100: 199, 150: 199})
    assert standing.read(170)[0] == 170
    assert seeks(log) == ["seek 150", "seek 100"]
    assert log.count("grab") == 171


def test_a_landing_at_no_known_time_is_not_believed():
    standing, log = cursor({150: 150.4})
    assert standing.read(170)[0] == 170
    assert seeks(log) == ["seek 150", "seek 100"]


def test_frames_without_times_are_counted_from_the_start():
    standing, log = cursor(stamps=None)
    assert standing.read(170)[0] == 170
    assert standing.read(20)[0] == 20
    assert seeks(log) == []
    assert log.count("grab") == 171 + 21


def test_a_frame_that_does_not_come_is_damage():
    standing, log = cursor(count=160)
    with pytest.raises(UnreadableSource, match=r"clip\.ts: frame 170 does not decode"):
        standing.read(170)
    assert log[-1] == "close"
