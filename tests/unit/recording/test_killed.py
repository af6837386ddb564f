"""A process that records is killed at any moment; all that is there is read back by every reader, bit for bit."""

import json
import random
import signal
import subprocess
import sys
import time

import av
import cv2
import numpy as np
import pytest

from tests.unit.recording.live_by_hand import live
from workbench.frames import open_frames
from workbench.recording import Recorder, open_recording
from workbench.recording.journal import NAME
from workbench.recording.recorder import WAITING
from workbench.samples import sample_path

pytestmark = pytest.mark.slow

AT_MOST_LOST_S = 1.1  # a piece, and the frame that would have ended it


@pytest.fixture(scope="module")
def source():
    with open_frames(sample_path("bikes")) as frames:
        return [frame.image[::2, ::2] for frame in frames[:60]]


def killed(folder, root, chance):
    """Record until some frame between the 70th and the 110th was given, and kill soon after; return its number."""
    command = [sys.executable, "-m", "tests.unit.recording.record_to_kill", str(sample_path("bikes")), str(folder)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as child:
        said = [child.stdout.readline() for _ in range(chance.randrange(70, 110))]
        time.sleep(chance.uniform(0, 0.05))
        child.send_signal(signal.SIGKILL)
        said += child.stdout.readlines()
    assert child.returncode == -signal.SIGKILL
    return int(said[-1])


def read_by_cv2(path):
    capture = cv2.VideoCapture(str(path))
    while (image := capture.read()[1]) is not None:
        yield cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    capture.release()


def read_by_pyav(path):
    with av.open(str(path)) as container:
        try:
            for frame in container.decode(video=0):
                yield frame.to_ndarray(format="rgb24")
        except av.FFmpegError:
            return  # the torn end


def read_by_the_house(path):
    with open_frames(path, allow_damaged=True) as frames:
        yield from (frame.image for frame in frames)


@pytest.mark.parametrize("seed", range(2))
def test_what_a_killed_process_recorded_can_be_read(tmp_path, request, source, seed):
    given = killed(tmp_path / "r", request.config.rootpath, random.Random(seed))
    with open_recording(tmp_path / "r") as recording:
        frames, results = recording.frames, recording.results
        assert recording.end is None
        assert results["number"].tolist() == list(range(len(recording)))
        assert given - len(recording) <= WAITING + 2  # those that waited for the writer
        assert all(np.array_equal(frame.image, source[frame.index % 60]) for frame in frames)
        assert results["time_s"].iloc[-1] - frames.time_s(len(frames) - 1) <= AT_MOST_LOST_S
        assert [len(line["top"]) for line in recording.lines()] == [3] * len(recording)
    path = tmp_path / "r" / "frames-0000.mkv"
    for reader in (read_by_cv2, read_by_pyav, read_by_the_house):
        read = list(reader(path))
        assert len(read) == len(frames)
        assert all(np.array_equal(image, source[i % 60]) for i, image in enumerate(read))
    for reader in (read_by_cv2, read_by_pyav):
        played = sum(1 for _ in reader(tmp_path / "r" / "annotated.mp4"))
        assert len(recording) - 27 <= played <= len(recording)


def test_a_recording_that_was_killed_before_its_first_frame_was_whole_has_none(tmp_path):
    Recorder(tmp_path / "r", live()).close()
    lines = (tmp_path / "r" / NAME).read_bytes().splitlines(keepends=True)
    told = {"number": 0, "captured": "2026-01-01T00:00:00+00:00", "time_s": 0.0, "age_s": 0.1, "origin": "by hand"}
    told |= {"kind": "result", "seconds": {}, "segment": "frames-0000.mkv", "frame": 0}
    for left in (None, b"", b"\x1a\x45\xdf\xa3"):
        (tmp_path / "r" / NAME).write_bytes(lines[0] + json.dumps(told).encode() + b"\n")
        if left is not None:
            (tmp_path / "r" / "frames-0000.mkv").write_bytes(left)
        with open_recording(tmp_path / "r") as recording:
            assert len(recording) == recording.lost == 1
            assert len(recording.frames) == 0
            assert recording.results["kept"].tolist() == [False]
