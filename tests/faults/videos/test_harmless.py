"""Videos that are unusual, and read for what they are; and those whose frames one decoder gets wrong, which say so."""

import struct

import cv2
import numpy as np
import pytest

from tests.faults.videos.clips import half, written
from tests.unit.cli.command_line import run
from workbench.frames import open_frames, video_check

pytestmark = pytest.mark.slow  # clips are encoded for it


def plainly_read(path):
    """Return the frames that the plain loop of cv2 reads, RGB."""
    capture = cv2.VideoCapture(str(path))
    found = []
    while (answer := capture.read())[0]:
        found.append(answer[1][..., ::-1])
    return found


def at_no_rate(data):
    """Return an AVI that says it has 0 frames a second."""
    stream = data.index(b"strh") + 8
    return written(data, (stream + 20, bytes(8)), (data.index(b"avih") + 8, bytes(4)))


def stamps_of(frames):
    return [round(frames.time_s(index), 3) for index in range(4)]


@pytest.mark.parametrize(
    ("name", "damage", "seen"),
    [
        pytest.param(
            "uneven.mp4",
            bytes,
            lambda frames: f"each at its own time, {stamps_of(frames)} s...",
            id="a variable frame rate",
        ),
        pytest.param(
            "paused.mp4",
            bytes,
            lambda frames: f"the last at {frames.time_s(19):.2f} s",
            id="a pause of 100 s in the middle",
        ),
        pytest.param(
            "odd.avi",
            bytes,
            lambda frames: f"{frames[0].image.shape[1]}x{frames[0].image.shape[0]}",
            id="an odd width and height",
        ),
        pytest.param(
            "motion-jpeg.avi", at_no_rate, lambda frames: f"times {stamps_of(frames)}", id="0 frames a second"
        ),
    ],
)
def test_an_unusual_video(folder, clip_of, told, name, damage, seen):
    (folder / name).write_bytes(damage(clip_of(name)))
    expected = plainly_read(folder / name)
    with open_frames(name) as frames:
        assert len(frames) == len(expected)
        assert all(np.array_equal(frame.image, image) for frame, image in zip(frames, expected, strict=True))
        assert np.array_equal(frames[len(frames) - 2].image, expected[-2])
        assert frames.damaged is None
        told("harmless", f"the {len(frames)} frames that cv2 reads, {seen(frames)}")


@pytest.mark.parametrize(
    ("name", "shown_as"),
    [
        pytest.param("clip.jpg", "clip.mp4", id="a video under a picture's name"),
        pytest.param("take_%03d.mp4", "clip.mp4", id="a video with a number pattern in its name"),
        pytest.param("clip\x1b[31m\n.mp4", "clip.mp4", id="a video with a line end and an escape sequence in its name"),
    ],
)
def test_a_video_under_another_name(folder, clip_of, told, name, shown_as):
    (folder / name).write_bytes(clip_of(shown_as))
    with open_frames(name) as frames:
        assert len(frames) == 90
    told("harmless", "90 frames")


def test_a_change_of_size_in_the_middle(refused, folder, clip_of):
    (folder / "clip.h264").write_bytes(clip_of("first.h264") + clip_of("second.h264"))
    refused("stream", "clip.h264", message="from frame 30 on its frames are 80x34 instead of 160x68")
    with open_frames("clip.h264", decode="pyav") as frames:
        assert [frames[index].image.shape[:2] for index in (29, 30)] == [(68, 160), (34, 80)]


def test_interlaced_frames(refused, folder, clip_of):
    (folder / "clip.ts").write_bytes(clip_of("interlaced.ts"))
    refused("stream", "clip.ts", message="is interlaced")


def test_a_frame_past_the_end(raised, folder, clip_of):
    (folder / "clip.mp4").write_bytes(clip_of("clip.mp4"))
    with open_frames("clip.mp4") as frames:
        raised(lambda: frames[90], message="there is no frame 90; these 90 frames have the numbers 0 to 89")
        with pytest.raises(IndexError):
            frames[-91]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda path: path.unlink(), id="a video that is removed while it is read"),
        pytest.param(lambda path: path.write_bytes(half(path.read_bytes())), id="a video that is cut while it is read"),
    ],
)
def test_a_video_that_changes_after_it_was_opened(raised, folder, clip_of, change):
    path = folder / "clip.avi"
    path.write_bytes(clip_of("clip.avi"))
    with open_frames(path) as frames:
        assert len(frames) == 90
        frames.close()
        change(path)
        raised(lambda: frames[80])


def test_an_MP4_that_announces_50_million_frames(refused, folder, clip_of):
    data = clip_of("clip.mp4")
    sizes, chunks, many = data.index(b"stsz"), data.index(b"stsc"), struct.pack(">I", 50_000_000)
    one = struct.pack(">I", 1)
    bomb = written(data, (sizes + 8, one + many), (chunks + 12, one + many))
    (folder / "clip.mp4").write_bytes(bomb)
    refused("stream", "clip.mp4", message="announces more frames than it has bytes")


def test_a_video_whose_recorded_digest_is_another(refused, folder, clip_of):
    data = clip_of("clip.avi")
    (folder / "clip.avi").write_bytes(written(data, (len(data) // 2, b"\0")))
    (folder / "SHA256SUMS").write_text(f"{'ab' * 32}  clip.avi\n")
    refused("stream", "clip.avi", message="SHA256SUMS")


def test_bytes_changed_behind_what_is_checked_of_a_long_video(folder, clip_of, monkeypatch, capsys, told):
    data = bytearray(clip_of("clip.avi"))
    data[len(data) // 3 :: 701] = bytes(len(data[len(data) // 3 :: 701]))
    (folder / "clip.avi").write_bytes(data)
    monkeypatch.setattr(video_check, "BUDGET_PIXELS", 25 * 160 * 68)  # as if it were 40 times as long
    status, output, error = run(monkeypatch, capsys, "stream", "clip.avi", "--policy", "block")
    assert status == 2
    assert "captured" in output  # what has come is summed up
    told("flagged", error.strip().splitlines()[-1].removeprefix("workbench: "))
