"""Files that are called pictures and are none, or another kind than their name says."""

import io
import zipfile

import pytest

from tests.faults.pictures.made import PHOTO, encoded, photo, pixels, real_bytes, same, write
from workbench.frames import open_frames
from workbench.samples import sample_path


def _zip():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("photo.jpg", real_bytes(PHOTO))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(lambda: b"", "is empty", id="no bytes"),
        pytest.param(
            lambda: b"<!DOCTYPE html>\n<title>404 Not Found</title>", "is no picture but text", id="a web page"
        ),
        pytest.param(lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "is no picture but text", id="an SVG"),
        pytest.param(
            lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n",
            "is no picture but text",
            id="a Git LFS pointer",
        ),
        pytest.param(lambda: bytes(10_000), "cannot be read", id="zeros only"),
        pytest.param(lambda: bytes(range(256)) * 40, "cannot be read", id="noise"),
        pytest.param(
            lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 9, "is damaged", id="noise that starts as a JPEG"
        ),
        pytest.param(_zip, "cannot be read", id="an archive"),
        pytest.param(lambda: real_bytes("emotion-cnn"), "cannot be read", id="a model"),
        pytest.param(
            lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%\x01\n%%BoundingBox: 0 0 9 9\n(x) print\n",
            "cannot be read",
            id="a PostScript program, which Pillow would give to Ghostscript",
        ),
        pytest.param(
            lambda: b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 20000 +X 20000\n" + bytes(range(256)),
            "cannot be read",
            id="a format of which only OpenCV knows the size",
        ),
    ],
)
def test_what_is_called_photo_jpg(refused, data, says):
    refused("stream", write("photo.jpg", data()), message=f"photo.jpg {says}")


def test_no_program_is_started_for_a_PostScript_picture(folder, monkeypatch):
    (folder / "gs").write_text(f"#!/bin/sh\ntouch {folder}/started\n")
    (folder / "gs").chmod(0o755)
    monkeypatch.setattr("PIL.EpsImagePlugin.gs_binary", str(folder / "gs"))
    for head in (b"%!PS-Adobe-3.0 EPSF-3.0\n%\x01\n%%BoundingBox: 0 0 9 9\n", b"\xc5\xd0\xd3\xc6" + bytes(90)):
        for decode in ("cv2", "pil"):
            with pytest.raises(OSError, match="cannot be read"):
                pixels(write("a.jpg", head), decode=decode, allow_damaged=True)
    assert not (folder / "started").exists()


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        pytest.param("photo.jpg", "png", id="a PNG called .jpg"),
        pytest.param("photo.txt", "png", id="a PNG called .txt"),
        pytest.param("photo", "png", id="a PNG without a suffix"),
        pytest.param("photo.mp4", "png", id="a PNG called .mp4"),
        pytest.param("photo.png", "bmp", id="a BMP called .png"),
    ],
)
def test_a_picture_under_another_kinds_name(folder, told, name, suffix):
    write(name, encoded(photo(), suffix))
    for decode in ("cv2", "pil"):
        assert same(open_frames(name, decode=decode)[0].image, photo())
    told("harmless", "read as what it is")


def test_a_video_called_jpg(folder, told):
    write("photo.jpg", sample_path("bikes").read_bytes())
    assert len(open_frames("photo.jpg")) == 250
    told("harmless", "read as what it is: a sequence of 250 frames")


def test_a_picture_with_something_behind_its_end(folder, told):
    write("photo.jpg", real_bytes(PHOTO) + b"<script>alert(1)</script>" * 100)
    assert same(pixels("photo.jpg"), pixels(sample_path(PHOTO)))
    told("harmless", "read as the picture it is; the rest is never looked at")
