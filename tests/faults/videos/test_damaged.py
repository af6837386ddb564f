"""Video files that are not whole: refused, and what is there of them is taken where that is asked for."""

import struct

import cv2
import numpy as np
import pytest

from tests.faults.videos.clips import changed, half, written

pytestmark = pytest.mark.slow  # clips are encoded for it


def torn(data):
    """Return the first half of a transport stream, which ends within a packet."""
    return data[: 188 * (len(data) // 376) + 94]


def lost_packets(data):
    """Return a transport stream without 20 of its packets, as one comes off a bad line."""
    start = 188 * (len(data) // 188 // 2)
    return data[:start] + data[start + 188 * 20 :]


def cut_jpegs(data):
    """Return a motion JPEG whose last quarter is zeros, as a disk leaves it that lost its power."""
    return data[: 3 * len(data) // 4] + bytes(len(data) - 3 * len(data) // 4)


def with_large_frames(data):
    """Return an AVI of one picture of 7200x7200, 25 kB, whose header says what that of `data` says."""
    encoded = cv2.imencode(".png", np.zeros((7200, 7200), np.uint8))[1].tobytes()
    first = data.index(b"00dc", data.index(b"movi"))
    frame = b"00dc" + struct.pack("<I", len(encoded)) + encoded + bytes(len(encoded) % 2)
    named = data[:first].replace(b"MJPG", b"MPNG") + frame
    chunk = data.index(b"movi") - 8
    sizes = ((4, struct.pack("<I", len(named) - 8)), (chunk + 4, struct.pack("<I", len(named) - chunk - 8)))
    return written(named, *sizes)


def without_frames(data):
    """Return an AVI that ends where its frames would begin."""
    return data[: data.index(b"movi") + 4]


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        pytest.param("clip.mp4", half, "cut short", id="half an MP4 with its index at the end"),
        pytest.param("index-first.mp4", half, "of 90 frames are there", id="half an MP4 with its index first"),
        pytest.param("fragmented.mp4", half, "frames are there", id="half a fragmented MP4"),
        pytest.param("clip.avi", half, "of 90 frames are there", id="half an AVI"),
        pytest.param("clip.mkv", half, "of about 90 frames are there", id="half a Matroska file"),
        pytest.param("clip.ts", torn, "frames are there", id="half a transport stream"),
        pytest.param("clip.mp4", changed, "of 90 frames are broken", id="an MP4 with bytes changed in its middle"),
        pytest.param("clip.avi", changed, "of 90 frames are broken", id="an AVI with bytes changed in its middle"),
        pytest.param("clip.mkv", changed, "of 90 frames are broken", id="a Matroska file with changed bytes"),
        pytest.param("clip.ts", lost_packets, "broken", id="a transport stream that has lost packets"),
        pytest.param("motion-jpeg.avi", cut_jpegs, "broken", id="motion JPEG whose last quarter is zeros"),
        pytest.param("clip.avi", without_frames, "", id="an AVI without a frame"),
        pytest.param("encrypted.mp4", bytes, "", id="an encrypted MP4"),
        pytest.param(
            "still.avi", with_large_frames, "over the limit", id="a frame of 7200x7200 behind a header of 160x68"
        ),
        pytest.param("sound.mp4", bytes, "no video", id="sound alone"),
        pytest.param("cover.m4a", bytes, "cover picture", id="sound with a cover picture"),
    ],
)
def test_a_video_that_is_not_whole(refused, folder, clip_of, name, damage, message):
    (folder / name).write_bytes(damage(clip_of(name)))
    refused("stream", name, message=message)
