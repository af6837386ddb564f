"""Pictures of which a part is missing or changed, and nobody has recorded what they were."""

import random

import pytest
from PIL import ImageFile

from tests.faults.pictures.made import (
    PHOTO,
    PNG_PHOTO,
    chunks,
    encoded,
    flipped,
    photo,
    pixels,
    real_bytes,
    with_orientation,
    write,
)
from workbench.errors import DamageWarning
from workbench.frames import open_frames
from workbench.frames.capture.capture import Captured, Lost
from workbench.frames.capture.watched import WatchedFolder

FORMATS = ["webp", "gif", "tif", "bmp", "jp2", "avif", "ppm"]


def _share(data, share):
    return data[: int(len(data) * share)]


def _flipped_in_data():
    data = real_bytes(PNG_PHOTO)
    return flipped(data, len(data) // 2)


def _without_a_chunk():
    found = chunks(real_bytes("skimage/coffee.png"))
    pixel_data = [each for each in found if each[4:8] == b"IDAT"]
    found.remove(pixel_data[len(pixel_data) // 2])
    return b"\x89PNG\r\n\x1a\n" + b"".join(found)


def _flipped_in_exif():
    """Without a word, OpenCV leaves out EXIF whose checksum is wrong: the picture lies on its side."""
    data = with_orientation(6, "png")
    return flipped(data, data.index(b"eXIf") + 12)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("half.jpg", lambda: _share(real_bytes(PHOTO), 0.5), id="half a JPEG"),
        pytest.param("cut.jpg", lambda: real_bytes(PHOTO)[:-1], id="a JPEG without its last byte"),
        pytest.param("half.png", lambda: _share(real_bytes(PNG_PHOTO), 0.5), id="half a PNG"),
        pytest.param("cut.png", lambda: real_bytes(PNG_PHOTO)[:-1], id="a PNG without its last byte"),
        pytest.param("cut.webp", lambda: encoded(photo(), "webp")[:-100], id="a WebP without its last 100 bytes"),
        pytest.param(
            "rest.jpg", lambda: _share(real_bytes(PHOTO), 0.5) + bytes(9_000), id="half a JPEG and zeros for the rest"
        ),
        pytest.param("flip.png", _flipped_in_data, id="a PNG with one bit changed"),
        pytest.param("lost.png", _without_a_chunk, id="a PNG without one of its chunks of pixels"),
        pytest.param("turned.png", _flipped_in_exif, id="a PNG with one bit changed in its orientation"),
    ],
)
def test_a_damaged_picture(refused, name, data):
    refused("stream", write(name, data()), message=f"{name} ")


def _corrupted(name, seed):
    """Other bytes in the middle of the pixels of a real JPEG."""
    data = bytearray(real_bytes(name))
    place = len(data) // 2
    data[place : place + 32] = random.Random(seed).randbytes(32)
    return bytes(data)


def test_a_JPEG_with_other_bytes_in_its_middle_which_nobody_has_recorded(refused):
    refused("stream", write("photo.jpg", _corrupted("faces-6/sample1.jpg", 1)), message="photo.jpg is damaged")


def test_a_JPEG_with_bytes_too_many_in_its_middle(folder, told):
    with pytest.warns(DamageWarning, match="photo.jpg may be damaged") as caught:
        open_frames(write("photo.jpg", _corrupted("skimage/rocket.jpg", 1)))
    told("flagged", str(caught[0].message))


def test_a_damaged_JPEG_read_by_Pillow_is_named_where_damage_is_allowed(folder):
    write("photo.jpg", _corrupted("faces-6/sample1.jpg", 1))
    assert open_frames("photo.jpg", decode="pil").damaged is None  # as far as Pillow can tell
    with pytest.warns(DamageWarning, match="libjpeg"):
        assert "libjpeg" in open_frames("photo.jpg", decode="pil", allow_damaged=True).damaged


@pytest.mark.parametrize("decode", ["cv2", "pil"])
@pytest.mark.parametrize("suffix", FORMATS)
def test_half_a_picture_is_refused_by_every_decoder_whatever_its_format(folder, suffix, decode):
    data = encoded(photo(), suffix)
    write(f"half.{suffix}", data[: len(data) // 2])
    with pytest.raises(OSError, match=rf"half\.{suffix} (is damaged|cannot be read)"):
        open_frames(f"half.{suffix}", decode=decode)


def test_a_JPEG_cut_in_half_while_Pillow_is_told_to_take_anything(refused, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    data = encoded(photo(), "gif")
    with pytest.raises(OSError, match="is damaged"):
        pixels(write("half.gif", data[: len(data) // 2]))
    refused("stream", write("half.jpg", _share(real_bytes(PHOTO), 0.5)), message="half.jpg is damaged")


def test_one_damaged_picture_of_many(folder, raised):
    _many(folder)
    frames = open_frames(folder)
    assert frames.array(0).shape == frames.array(2).shape
    raised(lambda: list(frames), message="b.png is damaged")


def test_one_damaged_picture_of_many_played_at_the_command_line(folder, monkeypatch, capsys, told):
    from tests.unit.cli.command_line import run

    _many(folder)
    status, _, error = run(monkeypatch, capsys, "stream", "*.png", "--speed", "100", "--policy", "block")
    line = error.strip().splitlines()[-1]
    assert status == 2
    assert line.startswith("workbench: b.png is damaged")
    told("refused", line.removeprefix("workbench: "))


def _many(folder):
    whole = encoded(photo(), "png")
    for name in ("a.png", "b.png", "c.png"):
        (folder / name).write_bytes(whole[: len(whole) // 2] if name == "b.png" else whole)


def test_damaged_pictures_put_into_a_watched_folder(folder, told):
    with WatchedFolder(folder, patience_s=0.2) as watched:
        _many(folder)
        write("d.jpg", b"<!DOCTYPE html>")
        read = [watched.read() for _ in range(4)]
    shown = sorted(each.origin for each in read if isinstance(each, Captured))
    assert shown == [str(folder / name) for name in ("a.png", "c.png")]
    assert [each.reason for each in read if isinstance(each, Lost)] == ["broken", "broken"]
    told("flagged", "the whole ones are shown; 2 are counted as broken, once they have not grown for 5 s")


def test_damaged_pictures_of_which_what_is_there_is_asked_for(folder, told):
    _many(folder)
    write("half.jpg", _share(real_bytes(PHOTO), 0.5))
    with pytest.warns(UserWarning, match="damaged"):
        frames = open_frames(["a.png", "half.jpg"], allow_damaged=True)
    assert frames[1].image.shape == pixels(_whole(folder)).shape
    assert frames[:1].damaged == frames.damaged
    told("flagged", frames.damaged)
    with pytest.raises(OSError, match="b.png cannot be read"), pytest.warns(DamageWarning, match="b.png|1 files"):
        list(open_frames(["b.png"], allow_damaged=True))


def _whole(folder):
    return write("whole.jpg", real_bytes(PHOTO))
