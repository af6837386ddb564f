"""A folder that fills."""

import os
import shutil
import threading
import time

import cv2
import numpy as np
import pytest

from workbench.errors import UnknownName, UnreadableSource
from workbench.frames.capture import Lost, open_capture, watch
from workbench.frames.capture.watched import WatchedFolder


@pytest.fixture
def jpeg(photo):
    return cv2.imencode(".jpg", photo)[1].tobytes()


@pytest.fixture
def inbox(tmp_path):
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def test_each_new_picture_comes_once_and_old_ones_do_not(inbox, jpeg):
    (inbox / "old.jpg").write_bytes(jpeg)
    with open_capture(f"watch:{inbox}") as capture:
        for name in ("b.jpg", "a.jpg"):
            before = time.monotonic()
            (inbox / name).write_bytes(jpeg)
            got = capture.read()
            assert got.origin == str(inbox / name)
            assert got.image.shape == (64, 96, 3)
            assert before <= got.captured_s <= time.monotonic()
        assert got.number == 1
        threading.Timer(0.2, capture.stop).start()
        assert capture.read() is None


def test_pictures_that_are_there_are_read_if_asked_the_oldest_first(inbox, jpeg):
    for hour, name in enumerate(("z.jpg", "a.jpg")):
        (inbox / name).write_bytes(jpeg)
        os.utime(inbox / name, (3600 * hour, 3600 * hour))
    with watch(inbox, existing=True) as capture:
        assert [capture.read().origin for _ in range(2)] == [str(inbox / "z.jpg"), str(inbox / "a.jpg")]


def test_a_half_written_picture_is_waited_for(inbox, jpeg, eventually):
    with WatchedFolder(inbox, patience_s=1000) as capture:
        path = inbox / "slow.jpg"
        path.write_bytes(jpeg[:500])

        def finish():
            eventually(lambda: any(seen.tried for seen in list(capture._seen.values())))
            path.write_bytes(jpeg)

        threading.Thread(target=finish).start()
        assert np.array_equal(capture.read().image, cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR))


def test_one_that_stays_half_is_broken_and_the_next_one_comes(inbox, jpeg):
    with WatchedFolder(inbox, patience_s=0.2) as capture:
        (inbox / "half.jpg").write_bytes(jpeg[:500])
        (inbox / "empty.png").write_bytes(b"")
        assert [capture.read(), capture.read()] == [Lost("broken"), Lost("broken")]
        (inbox / "whole.jpg").write_bytes(jpeg)
        assert capture.read().number == 2


def test_a_name_that_is_overwritten_is_a_new_picture(inbox, jpeg, photo):
    with watch(inbox) as capture:
        for value in (50, 200):
            cv2.imwrite(str(inbox / "latest.png"), np.full((8, 8, 3), value, np.uint8))
            assert capture.read().image[0, 0, 0] == value


def test_many_pictures_are_listed_once_a_look_and_not_once_each(inbox, jpeg, monkeypatch):
    for number in range(20):
        (inbox / f"{number}.jpg").write_bytes(jpeg)
    looks, listed = [], WatchedFolder._list
    monkeypatch.setattr(WatchedFolder, "_list", lambda self: looks.append(1) or listed(self))
    with watch(inbox, existing=True) as capture:
        assert [capture.read().number for _ in range(20)] == list(range(20))
    assert len(looks) == 2


def test_one_that_changes_after_the_look_comes_once_as_it_is_then(inbox, photo):
    for hour, name in enumerate(("a.png", "b.png")):
        cv2.imwrite(str(inbox / name), np.full((8, 8, 3), 50, np.uint8))
        os.utime(inbox / name, (3600 * hour, 3600 * hour))
    with watch(inbox, existing=True) as capture:
        capture.read()
        cv2.imwrite(str(inbox / "b.png"), np.full((8, 8, 3), 200, np.uint8))
        got = capture.read()
        threading.Timer(0.3, capture.stop).start()
        assert (got.number, int(got.image[0, 0, 0]), capture.read()) == (1, 200, None)


def test_hidden_and_other_files_are_passed_over(inbox, jpeg):
    with watch(inbox) as capture:
        (inbox / ".part.jpg").write_bytes(jpeg)
        (inbox / "notes.txt").write_text("x")
        (inbox / "one.jpg").write_bytes(jpeg)
        assert capture.read().origin == str(inbox / "one.jpg")


def test_a_folder_that_is_gone_is_waited_for(inbox, jpeg, eventually):
    with watch(inbox) as capture:
        inbox.rmdir()

        def back():
            eventually(lambda: capture.state.phase == "reconnecting")
            inbox.mkdir()
            (inbox / "one.jpg").write_bytes(jpeg)

        threading.Thread(target=back).start()
        assert capture.read().number == 0
        assert (capture.state.phase, capture.state.reconnects) == ("live", 1)


def test_a_folder_that_stays_away_fails(inbox):
    with open_capture(f"watch:{inbox}", retry_s=0.1) as capture:
        shutil.rmtree(inbox)
        with pytest.raises(UnreadableSource, match="is gone and did not come back within 0.1 s"):
            capture.read()
        assert capture.state.phase == "failed"


def test_what_is_no_folder_or_decoder_is_refused(inbox, tmp_path):
    with pytest.raises(UnreadableSource, match="is no folder to be watched"):
        watch(tmp_path / "nowhere")
    with pytest.raises(UnknownName, match="no picture decoder named 'cv3'"):
        watch(inbox, decode="cv3")
