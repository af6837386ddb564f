"""Network sources in a process of their own: real servers, really killed."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from scripts.live_sources import read_stamp, serving
from workbench.errors import UnreadableSource
from workbench.frames import open_frames
from workbench.frames.capture import Lost, open_capture, retrying

pytestmark = pytest.mark.slow
PATIENT = {"open_timeout_s": 1000.0, "read_timeout_s": 1000.0}  # no silence of a busy machine is a lost source
ROOT = Path(__file__).resolve().parents[4]


def test_pictures_come_numbered_and_in_cv2s_pixels(server, pictures, stamped):
    with open_capture(server.url, **PATIENT) as capture:
        assert (capture.order, capture.waits, capture.state.phase in ("opening", "live")) == ("bgr", False, True)
        got, _ = pictures(capture, 10)
    assert capture.state.phase == "stopped"
    stamps = [read_stamp(each.image[:, :, ::-1]) for each in got]
    numbers = np.array([each.number for each in got])
    assert (np.diff(stamps) % 60 == np.diff(numbers) % 60).all()  # the clip begins again after its 60
    assert (np.diff([each.captured_s for each in got]) > 0).all()
    assert got[3].time_s - got[0].time_s == pytest.approx(got[3].captured_s - got[0].captured_s)
    plain, own = cv2.VideoCapture(server.url), {}
    while len(set(stamps) & set(own)) < 4:
        image = plain.read()[1]
        own[read_stamp(image)] = image
    plain.release()
    both = [each for each, stamp in zip(got, stamps, strict=True) if stamp in own]
    assert all(np.array_equal(each.image, own[read_stamp(each.image)]) for each in both)


def test_a_slow_reader_gets_the_newest_and_is_told_of_the_rest(server, pictures, eventually):
    with open_capture(server.url, **PATIENT) as capture:
        [first], _ = pictures(capture, 1)
        eventually(lambda: capture._waiting and capture._waiting[0].number > first.number + 30)
        late = capture.read()
        assert isinstance(late, Lost)
        assert late.reason == "overrun"
        assert late.count >= 30
        assert capture.read().number > first.number + 30  # of those that came one of the newest


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        pytest.param("http://user:se@cret@127.0.0.1:9/x?pwd=secret", r"127.0.0.1:9/x\?pwd=\*\*\* cannot", id="address"),
        pytest.param("camera:87", "camera 87 cannot be opened; is it plugged in", id="camera"),
    ],
)
def test_a_source_that_is_absent_says_so_at_once(origin, says):
    with pytest.raises(UnreadableSource, match=says) as caught:
        open_capture(origin, retry_s=10_000, **PATIENT)  # a source that was there once is looked for so long
    assert "cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_that_takes_the_call_and_is_silent_is_left_after_the_time_asked(stamped):
    with (
        serving("mjpeg", stamped, fault="stall 0") as server,
        pytest.raises(UnreadableSource, match=r"does not answer within 0\.5 s"),
    ):
        open_capture(server.url, open_timeout_s=0.5)


def test_a_source_that_stays_away_ends_in_one_line(server, pictures):
    with open_capture(server.url, retry_s=0.6, **PATIENT) as capture:
        pictures(capture, 2)
        server.kill()
        with pytest.raises(UnreadableSource, match=r"was lost and did not come back within 0\.6 s: ") as caught:
            while capture.read() is not None:
                pass
        assert capture.state.phase == "failed"
        assert capture.state.detail == str(caught.value)


@pytest.mark.parametrize("moment", ["live", "stalled", "reconnecting"])
def test_stop_works_at_once_from_any_state_and_leaves_nothing(server, pictures, eventually, monkeypatch, moment):
    monkeypatch.setattr(retrying, "FIRST_S", 1000)  # what does not stop at once goes on for long
    monkeypatch.setattr(retrying, "LONGEST_S", 1000)
    files = psutil.Process().num_fds()
    capture = open_capture(server.url, retry_s=1000, **PATIENT)
    pictures(capture, 2)
    pid = capture.pid
    if moment == "stalled":
        server.fault("stall 0")
    elif moment == "reconnecting":
        server.kill()
        eventually(lambda: capture.state.phase == "reconnecting")
    ended = []
    reader = threading.Thread(target=lambda: ended.append(list(iter(capture.read, None))))
    reader.start()
    time.sleep(0.1)
    capture.stop()
    reader.join(60)
    capture.close()
    assert len(ended) == 1
    assert capture.state.phase == "stopped"
    eventually(lambda: not psutil.pid_exists(pid))
    eventually(lambda: not [thread for thread in threading.enumerate() if thread.name == "workbench-capture"])
    eventually(lambda: psutil.Process().num_fds() <= files)


def test_pyav_tells_broken_pictures_and_follows_a_change_of_size(server, pictures):
    with open_capture(server.url, decode="pyav", **PATIENT) as capture:
        assert capture.order == "rgb"
        server.fault("truncate 4")
        told = set()
        while "broken" not in told:  # behind those that were on their way
            got, lost = pictures(capture, 20)
            told = {each.reason for each in lost}
            assert None not in [read_stamp(each.image) for each in got]
        server.fault("size 0")
        sizes = [(272, 640, 3)]
        while sizes[-1] == (272, 640, 3):
            sizes += [each.image.shape for each in pictures(capture, 1)[0]]
    assert sizes[-1] == (136, 320, 3)


def test_a_clip_on_a_server_waits_for_its_reader_and_ends(files_of, clip, drained):
    path = clip("index-first.mp4")
    plain = cv2.VideoCapture(str(path))
    with open_capture(f"{files_of(path.parent)}/{path.name}", **PATIENT) as capture:
        assert capture.waits
        time.sleep(0.3)
        got, lost = drained(capture)
        assert capture.state.phase == "ended"
    assert (len(got), lost) == (60, [])
    assert all(np.array_equal(each.image, plain.read()[1]) for each in got)
    with open_frames(path) as frames:
        assert [each.time_s for each in got] == pytest.approx([frame.time_s for frame in frames])


@pytest.mark.parametrize("decode", ["cv2", "pyav"])
def test_a_clip_on_a_server_can_be_played_in_real_time(files_of, clip, drained, decode):
    path = clip("index-first.mp4")
    with open_capture(f"{files_of(path.parent)}/{path.name}", decode=decode, speed=4.0, **PATIENT) as capture:
        assert not capture.waits
        got, lost = drained(capture)
        assert capture.state.phase == "ended"
    assert len(got) + sum(each.count for each in lost) == 60
    assert [each.number for each in got] == sorted({each.number for each in got})
    due, times = (np.array([getattr(each, name) for each in got]) for name in ("captured_s", "time_s"))
    assert (due - due[0] >= (times - times[0]) / 4 - 1e-6).all()  # more only where the machine is a second late


WATCHED = """
    import sys, time
    from workbench.frames.capture import open_capture
    capture = open_capture(sys.argv[1], open_timeout_s=1000, read_timeout_s=1000)
    capture.read()
    try:
        print(capture.pid, flush=True)
        while capture.read() is not None:
            pass
    except KeyboardInterrupt:
        time.sleep(0.3)
        alive = capture.read() is not None
        capture.close()
        print("interrupted", alive, flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "ctrl-c"])
def test_the_process_goes_with_its_parent_without_a_word(server, eventually, how):
    """A terminal sends Ctrl-C to the whole group: the parent is asked, and decides for its child."""
    command = [sys.executable, "-c", textwrap.dedent(WATCHED), server.url]
    parent = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    child = int(parent.stdout.readline())
    time.sleep(0.2)  # it waits for its next picture, and not only just begins to
    os.killpg(parent.pid, how)
    said, complained = parent.communicate(timeout=120)
    assert said == ("interrupted True\n" if how == signal.SIGINT else "")
    assert complained == ""
    eventually(lambda: not psutil.pid_exists(child))


def test_the_process_imports_little():
    code = "import sys, workbench.frames.capture.child; print(*{name.split('.')[0] for name in sys.modules})"
    said = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout.split()
    heavy = {"tensorflow", "keras", "av", "PIL", "pandas", "matplotlib", "ipywidgets", "tqdm"}
    assert "cv2" in said
    assert not heavy & set(said)
