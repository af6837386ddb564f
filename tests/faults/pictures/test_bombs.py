"""Small files that would take all the memory, or all the time."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.faults.pictures.made import (
    AFTER_IHDR,
    black_png,
    chunk,
    claiming,
    encoded,
    flipped,
    photo,
    pixels,
    png_with,
    same,
    tiled_tiff,
    with_scans,
    write,
    zeros,
)
from workbench.errors import WorkbenchError
from workbench.frames.headers import PIXELS_VARIABLE

pytestmark = pytest.mark.slow  # each takes seconds, unless a bomb goes off


@pytest.fixture(autouse=True)
def no_limit_of_the_users(monkeypatch):
    monkeypatch.delenv(PIXELS_VARIABLE, raising=False)


def _comment_bomb():
    return b"P6\n#" + b"x" * 20_000_000 + b"\n4 4 255\n" + bytes(48)


def _text_bomb():
    return png_with(chunk(b"zTXt", b"Comment\0\0" + zeros(100)))


def _profile_bomb():
    return png_with(chunk(b"iCCP", b"Profile\0\0" + zeros(100)))


@pytest.mark.parametrize(
    ("suffix", "data"),
    [
        pytest.param("png", lambda: black_png(30_000), id="a PNG of 30,000 x 30,000 black pixels in 110 kB"),
        *(
            pytest.param(name, partial(claiming, name), id=f"a header of far too many pixels ({name.upper()})")
            for name in ("jpg", "webp", "gif", "bmp", "tif", "ppm")
        ),
        pytest.param("tif", lambda: tiled_tiff(30_000), id="a TIFF of 100 x 100 pixels in one tile of 30,000 x 30,000"),
        pytest.param("jpg", lambda: with_scans(1000), id="a JPEG that goes over its pixels a thousand times"),
        pytest.param("ppm", _comment_bomb, id="a PPM with a comment of 20 MB"),
        pytest.param("png", _text_bomb, id="a PNG with a text of 100 MB in 100 kB"),
        pytest.param("png", _profile_bomb, id="a PNG with a colour profile of 100 MB in 100 kB"),
    ],
)
def test_a_bomb(refused, suffix, data):
    write(f"small.{suffix}", data())
    refused("stream", f"small.{suffix}", message=f"small.{suffix}")
    for decode in ("cv2", "pil"):
        with pytest.raises(WorkbenchError):
            pixels(f"small.{suffix}", decode=decode)


def test_a_file_of_many_gigabytes_called_jpg(folder, raised):
    with Path("photo.jpg").open("wb") as file:
        file.write(b"\xff\xd8\xff")
        file.truncate(100_000_000_000)
    raised(lambda: pixels("photo.jpg"), message="photo.jpg has 100,000 MB")
    Path("photo.jpg").unlink()


def test_a_picture_over_the_limit_of_a_user_who_knows_it(folder, told, monkeypatch):
    write("large.png", black_png(8_000))
    with pytest.raises(WorkbenchError, match="over the limit of 50 megapixels"):
        pixels("large.png")
    monkeypatch.setenv(PIXELS_VARIABLE, "64000000")
    assert pixels("large.png", decode="pil").shape == (8000, 8000, 3)
    told("harmless", f"read, where {PIXELS_VARIABLE} is set to a higher number")


@pytest.mark.parametrize(
    ("frames", "suffix"),
    [pytest.param(3000, "gif", id="a GIF of 3,000 pictures"), pytest.param(3000, "png", id="a PNG of 3,000 pictures")],
)
def test_many_pictures_in_one(folder, told, frames, suffix):
    first, *others = _flicker(frames)
    write(f"many.{suffix}", encoded(first, suffix, save_all=True, append_images=others))
    assert same(pixels(f"many.{suffix}"), first.convert("RGB"))
    told("harmless", "read as its first picture")


def _flicker(count):
    tiny = photo().convert("P").resize((8, 8))
    for number in range(count):
        tiny.putpixel((number % 8, number // 8 % 8), number % 251)
        yield tiny.copy()


EXIF = b"II*\0\x08\0\0\0"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(EXIF + bytes.fromhex("01006987040001000000 08000000 08000000"), id="EXIF that leads to itself"),
        pytest.param(EXIF + bytes.fromhex("01001201030001000000 09000000 00000000"), id="an orientation that is none"),
        pytest.param(b"garbage", id="EXIF that is garbage"),
        pytest.param(b"II*\0\xff\xff\xff\xff", id="EXIF that points past its end"),
    ],
)
@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_bad_exif(folder, told, body):
    write("photo.png", png_with(chunk(b"eXIf", body)))
    for decode in ("cv2", "pil"):
        assert same(pixels("photo.png", decode=decode), photo())
    told("harmless", "read as if it had none")


def test_a_hundred_thousand_comments(folder, told):
    data = encoded(photo(), "png")
    write("photo.png", data[:AFTER_IHDR] + chunk(b"tEXt", b"Comment\0x") * 100_000 + data[AFTER_IHDR:])
    assert same(pixels("photo.png"), photo())
    told("harmless", "read as the picture it is")


IMPORTS = {
    "Workbench first": "import workbench, cv2",
    "OpenCV first": "import cv2, workbench",
}


@pytest.mark.parametrize("first", [pytest.param(name, id=f"a bomb where a user imports {name}") for name in IMPORTS])
def test_the_limit_holds_whatever_is_imported_first(folder, told, first):
    write("small.png", black_png(30_000))
    code = f"{IMPORTS[first]}\nworkbench.read_picture('small.png')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=_plain())
    line = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert "over the limit of 50 megapixels" in line
    told("refused", line.split(": ", 1)[1])


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="an empty OPENCV_IO_MAX_IMAGE_PIXELS, at which OpenCV aborts"),
        pytest.param("many", id="an OPENCV_IO_MAX_IMAGE_PIXELS that is no number, at which OpenCV aborts"),
    ],
)
def test_a_limit_that_is_no_number(folder, told, value):
    write("small.png", black_png(30_000))
    code = "import workbench, cv2\nworkbench.read_picture('small.png')"
    environment = {**os.environ, PIXELS_VARIABLE: value}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert "over the limit of 50 megapixels" in done.stderr.strip().splitlines()[-1]
    told("harmless", "50 megapixels it is")


def _plain():
    return {name: value for name, value in os.environ.items() if name != PIXELS_VARIABLE}


def test_a_bit_flipped_in_a_header_never_makes_a_bomb(folder):
    """Whatever one bit of the first 64 bytes makes of a picture, it is read or refused, soon and in little memory."""
    for suffix in ("png", "jpg", "webp", "gif", "bmp", "ppm", "jp2"):
        data = encoded(photo(), suffix)
        for place in range(64):
            write(f"photo.{suffix}", flipped(data, place, bit=1 << place % 8))
            try:
                assert pixels(f"photo.{suffix}").size < 3 * 50_000_000
            except WorkbenchError as error:
                assert "\n" not in str(error)
