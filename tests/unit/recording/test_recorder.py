import errno
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import datetime
from traceback import walk_stack

import numpy as np
import pytest

from tests.unit.recording.live_by_hand import live, prediction, result, stats
from workbench import Recipe
from workbench.errors import InvalidValue, RecordingError
from workbench.frames import open_frames
from workbench.frames.capture.capture import CaptureState
from workbench.recording import Recorder, open_recording, recorded
from workbench.recording.journal import NAME, Journal
from workbench.recording.recorder import WAITING
from workbench.recording.writer import COUNTS_S


def record(folder, results, **of_live):
    with Recorder(folder, live(**of_live)) as recorder:
        for each in results:
            recorder.write(each)
    return recorder


def until_told(folder, text):
    deadline = time.monotonic() + 60
    while text not in (folder / NAME).read_text():
        assert time.monotonic() < deadline, text
        time.sleep(0.02)


def test_frames_come_back_bit_for_bit_with_their_numbers_and_times(tmp_path, images):
    record(tmp_path / "r", [result(image, 3 * i) for i, image in enumerate(images[:20])])
    with open_recording(tmp_path / "r") as recording:
        assert len(recording) == len(recording.frames) == 20
        assert all(np.array_equal(frame.image, image) for frame, image in zip(recording.frames, images, strict=False))
        assert [frame.index for frame in recording.frames] == list(range(0, 60, 3))
        assert recording.frames.time_s(7) == pytest.approx(21 / 25)
        assert np.array_equal(recording.frames[13].image, images[13])
        assert [np.array_equal(a, images[i]) for a, i in zip(recording.frames.pick([5, 2]), (5, 2), strict=True)]
        assert recording.lost == 0


@pytest.mark.parametrize("decode", ["cv2", "pyav"])
def test_the_file_of_frames_opens_like_any_video(tmp_path, images, decode):
    record(tmp_path / "r", [result(image, i) for i, image in enumerate(images[:20])])
    with open_frames(str(tmp_path / "r" / "frames-0000.mkv"), decode=decode) as frames:
        assert all(np.array_equal(frame.image, image) for frame, image in zip(frames, images[:20], strict=True))


def test_what_is_done_to_a_frame_after_it_was_written_is_not_recorded(tmp_path, images):
    mine = [image.copy() for image in images[:10]]
    with Recorder(tmp_path / "r", live()) as recorder:
        for i, image in enumerate(mine):
            recorder.write(result(image, i))
            image[:] = 0
    with open_recording(tmp_path / "r") as recording:
        assert np.array_equal(recording.frames[9].image, images[9])


def test_answers_and_raw_outputs_come_back(tmp_path, images):
    said = [prediction(i) for i in range(5)]
    record(tmp_path / "r", [result(images[i], i, said=said[i]) for i in range(5)])
    with open_recording(tmp_path / "r") as recording:
        for line, one in zip(recording.lines(), said, strict=True):
            assert [tuple(row) for row in line["top"]] == one.classification.top(3)[0]
            assert np.array_equal(np.float32(line["outputs"]["p"]["values"]), one.outputs["p"][0])
        assert recording.results["label"].tolist() == [one.classification.label(0) for one in said]


def test_a_change_of_size_starts_a_new_file_and_the_annotated_video_goes_on(tmp_path, images):
    other = [np.ascontiguousarray(image[:, :40]) for image in images[:6]]
    sent = images[:4] + other + images[4:7]
    record(tmp_path / "r", [result(image, i) for i, image in enumerate(sent)])
    assert sorted(path.name for path in (tmp_path / "r").iterdir()) == [
        "annotated.mp4", "frames-0000.mkv", "frames-0001.mkv", "frames-0002.mkv", NAME
    ]  # fmt: skip
    with open_recording(tmp_path / "r") as recording:
        assert all(np.array_equal(frame.image, image) for frame, image in zip(recording.frames, sent, strict=True))
        assert np.array_equal(recording.frames[11].image, images[5])
        assert recording.results["segment"].nunique() == 3
    with open_frames(tmp_path / "r" / "annotated.mp4") as shown:
        assert len(shown) == len(sent)
        assert {frame.image.shape for frame in shown} == {(54, 96, 3)}
        assert shown[6].image[:, :5].max() < 20  # the narrow ones lie in the middle of black


def test_the_annotated_video_shows_the_answer_and_can_be_left_out(tmp_path, images):
    record(tmp_path / "r", [result(np.full((200, 300, 3), 255, np.uint8), 0, said=prediction(0))])
    with open_frames(tmp_path / "r" / "annotated.mp4") as shown:
        assert shown[0].image[10:40, 10:40].mean() < 150
        assert shown[0].image[80:120, 200:].mean() > 250
    with Recorder(tmp_path / "s", live(), annotate=False) as recorder:
        recorder.write(result(images[0], 0))
    assert not (tmp_path / "s" / "annotated.mp4").exists()


def test_the_first_line_says_what_the_session_stood_on_and_the_last_how_it_ended(tmp_path, images):
    recipe = Recipe(size=(32, 32), range="unit")
    with pytest.raises(KeyError):
        with Recorder(tmp_path / "r", live(recipe=recipe, policy="block", stats=stats({"broken": 2}))) as recorder:
            recorder.write(result(images[0], 0, recipe=recipe))
            raise KeyError("mine")
    with open_recording(tmp_path / "r") as recording:
        assert recording.session["origin"] == "by hand"
        assert recording.session["policy"] == "block"
        assert recording.session["versions"]["av"]
        assert recording.recipe == recipe
        assert recording.end["error"] == "KeyError: 'mine'"
        assert recording.end["stats"]["dropped"] == {"broken": 2}
        assert recording.end["recorder"]["frames"] == 1
        assert datetime.fromisoformat(recording.session["started"]).tzinfo is not None


def test_recipes_are_told_apart_where_they_were_switched(tmp_path, images):
    first, second = Recipe(size=(32, 32)), Recipe(size=(32, 32), color="bgr")
    used = [first, first, second, second, first, np.asarray]
    record(tmp_path / "r", [result(images[i], i, recipe=recipe) for i, recipe in enumerate(used)], recipe=first)
    with open_recording(tmp_path / "r") as recording:
        assert recording.recipes == (first, second, first, "asarray")
        assert recording.results["recipe"].tolist() == [0, 0, 1, 1, 2, 3]
        with pytest.raises(InvalidValue, match="switched 3 times"):
            _ = recording.recipe


def test_changes_of_the_source_and_drops_are_told_when_they_come(tmp_path, images):
    watched = live()
    with Recorder(tmp_path / "r", watched) as recorder:
        recorder.write(result(images[0], 0))
        until_told(tmp_path / "r", '"result"')
        watched.state = CaptureState("reconnecting", time.monotonic(), "no answer", attempt=1)
        watched.stats = stats({"overtaken": 3, "broken": 1})
        until_told(tmp_path / "r", '"reconnecting"')  # nothing comes, and it is written all the same
        time.sleep(COUNTS_S)
        recorder.write(result(images[1], 9))
    with open_recording(tmp_path / "r") as recording:
        assert [state["phase"] for state in recording.states] == ["live", "reconnecting"]
        assert recording.results["dropped"].tolist() == [0, 4]


def test_an_earlier_recording_stays_as_it_is(tmp_path, images):
    record(tmp_path / "r", [result(images[0], 0)])
    before = {path.name: path.read_bytes() for path in (tmp_path / "r").iterdir()}
    with pytest.raises(RecordingError, match="holds a recording already") as caught:
        Recorder(tmp_path / "r", live())
    assert "\n" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in (tmp_path / "r").iterdir()} == before


@pytest.mark.parametrize(
    ("place", "says"),
    [
        pytest.param("file/r", "Not a directory", id="below a file"),
        pytest.param("file", "File exists", id="a file"),
    ],
)
def test_a_folder_that_cannot_be_made_is_told_in_one_line(tmp_path, place, says):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(RecordingError, match=f"cannot record to .*{says}") as caught:
        Recorder(tmp_path / place, live())
    assert "\n" not in str(caught.value)
    assert (tmp_path / "file").read_text() == "mine"


def let_go_of_who_waits(let_go):
    main = threading.main_thread().ident
    while "_put" not in {frame.f_code.co_name for frame, _ in walk_stack(sys._current_frames()[main])}:
        time.sleep(0.001)
    time.sleep(0.3)  # from now on, when it waits already
    let_go.set()


def test_a_slow_disk_holds_the_writer_of_results_up_and_loses_nothing(tmp_path, images, monkeypatch):
    let_go = threading.Event()
    recorder = Recorder(tmp_path / "r", live())
    add = recorder._writer.add
    monkeypatch.setattr(recorder._writer, "add", lambda *given: (let_go.wait(), add(*given)))
    for i in range(WAITING + 10):
        if i == WAITING + 1:  # one is being written, the others wait, and for this there is no room
            threading.Thread(target=let_go_of_who_waits, args=(let_go,)).start()
        recorder.write(result(images[i], i))
    recorder.close()
    assert recorder.stats.frames == WAITING + 10
    assert recorder.stats.held_up_s > 0.2
    assert recorder.stats.bytes == sum(path.stat().st_size for path in (tmp_path / "r").iterdir())
    assert recorder.stats.ms_a_frame > 0


def test_a_recorder_that_is_closed_takes_no_more(tmp_path, images):
    recorder = record(tmp_path / "r", [])
    recorder.close()
    with pytest.raises(InvalidValue, match="is closed"):
        recorder.write(result(images[0], 0))
    with open_recording(tmp_path / "r") as recording:
        assert len(recording) == len(recording.frames) == len(recording.results) == 0


def test_no_thread_is_left(tmp_path, images):
    record(tmp_path / "r", [result(images[0], 0)])
    assert "recorder" not in {thread.name for thread in threading.enumerate()}


def test_recorded_yields_what_it_records_and_ends_when_its_reader_does(tmp_path, images):
    class Watched:
        def __init__(self):
            self.__dict__ |= vars(live())

        def __iter__(self):
            return (result(image, i) for i, image in enumerate(images))

    for count, each in enumerate(recorded(Watched(), tmp_path / "r"), 1):
        assert each.frame.index == count - 1
        if count == 5:
            break
    with open_recording(tmp_path / "r") as recording:
        assert len(recording.frames) == 5
        assert recording.end is not None


def test_what_cannot_be_drawn_stops_the_recording_with_one_line(tmp_path, images):
    broken = replace(prediction(0), classification=None, detections=("no boxes",))
    recorder = Recorder(tmp_path / "r", live())
    recorder.write(result(images[0], 0, said=broken))
    with pytest.raises(RecordingError, match="stopped after 0 frames: AttributeError") as caught:
        recorder.close()
    assert "\n" not in str(caught.value)


def test_a_session_that_cannot_begin_leaves_no_recording_behind(tmp_path, images, monkeypatch):
    def full(self, kind, **fields):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "write", full)
        with pytest.raises(RecordingError, match="cannot record to .*: the disk is full; give another folder"):
            Recorder(tmp_path / "r", live())
    record(tmp_path / "r", [result(images[0], 0)])
    with open_recording(tmp_path / "r") as recording:
        assert len(recording) == 1


def test_a_stream_that_says_nothing_of_itself_leaves_no_recording_behind(tmp_path):
    with pytest.raises(AttributeError):
        Recorder(tmp_path / "r", live(model=object()))
    assert list((tmp_path / "r").iterdir()) == []


def test_all_files_go_where_the_recording_began_whatever_directory_the_process_goes_to(tmp_path, images, monkeypatch):
    (tmp_path / "here ü").mkdir()
    monkeypatch.chdir(tmp_path / "here ü")
    with Recorder("a b", live()) as recorder:
        monkeypatch.chdir(tmp_path)
        recorder.write(result(images[0], 0))
        recorder.write(result(np.ascontiguousarray(images[1][:, :40]), 1))
        assert str(recorder.folder) == "a b"
    with open_recording(tmp_path / "here ü" / "a b") as recording:
        assert [frame.image.shape for frame in recording.frames] == [(54, 96, 3), (54, 40, 3)]


FULL = """
import resource, signal, sys
from tests.unit.recording.live_by_hand import live, prediction, result
from workbench.errors import RecordingError
from workbench.frames import open_frames
from workbench.recording import Recorder
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
images = [frame.image for frame in open_frames("sample:bikes")[:60]]
resource.setrlimit(resource.RLIMIT_FSIZE, (2_500_000, 2_500_000))
try:
    with Recorder(sys.argv[1], live()) as recorder:
        for number in range(240):
            recorder.write(result(images[number % 60], number, said=prediction(number)))
except RecordingError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_disk_that_is_full_stops_the_recording_and_leaves_what_was_written(tmp_path, request):
    """A limit on the size of files stands in for the disk."""
    child = [sys.executable, "-c", FULL, str(tmp_path / "r")]
    done = subprocess.run(child, cwd=request.config.rootpath, capture_output=True, text=True, check=False, timeout=300)
    assert done.stdout.startswith(f"recording to {tmp_path / 'r'} stopped after ")
    assert "File too large; all but about the last second can be read" in done.stdout
    assert done.stdout.count("\n") == 1
    assert "Traceback" not in done.stderr
    with open_recording(tmp_path / "r") as recording, open_frames("sample:bikes") as source:
        assert recording.end is None
        assert len(recording) > len(recording.frames) > 10
        assert all(np.array_equal(frame.image, source[frame.index % 60].image) for frame in recording.frames)
    with open_frames(tmp_path / "r" / "annotated.mp4", allow_damaged=True) as shown:
        assert len(shown) >= 25
