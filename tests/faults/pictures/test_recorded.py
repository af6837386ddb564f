"""Files whose digests somebody has recorded, in a `SHA256SUMS` beside them or when a sample was fetched."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from tests.faults.pictures.made import PHOTO, encoded, flipped, photo, real_bytes, write
from workbench.frames import open_frames, read_picture
from workbench.models import load_model
from workbench.samples import data_dir, sample_path

DIGEST = 64 * "0"


def record(*names):
    lines = [f"{hashlib.sha256(Path(name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    write("SHA256SUMS", "".join(lines).encode())


def change(name):
    """Flip one bit in the middle, as a disk does: size and times stay."""
    data, times = Path(name).read_bytes(), Path(name).stat()
    write(name, flipped(data, len(data) // 2))
    os.utime(name, ns=(times.st_atime_ns, times.st_mtime_ns))
    return name


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "tif", "bmp", "jp2", "avif", "ppm"])
def test_one_bit_of_a_recorded_picture_is_enough_whatever_its_format(folder, suffix):
    write(f"photo.{suffix}", encoded(photo(), suffix))
    record(f"photo.{suffix}")
    assert open_frames(f"photo.{suffix}").array(0).shape == (64, 96, 3)
    with pytest.raises(OSError, match=rf"photo\.{suffix} is not what the SHA256SUMS beside it says"):
        open_frames(change(f"photo.{suffix}"))


@pytest.mark.parametrize(
    ("name", "source"),
    [
        pytest.param("photo.jpg", PHOTO, id="a recorded JPEG with one bit changed in the middle"),
        pytest.param("clip.mp4", "bikes", id="a recorded video with one bit changed in the middle"),
    ],
)
def test_a_recorded_file(refused, name, source):
    write(name, real_bytes(source))
    record(name)
    refused("stream", change(name), message=f"{name} is not what the SHA256SUMS beside it says")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"%(other)s", "photo.jpg is not what", id="a picture beside the digest of another one"),
        pytest.param(b"%(digest)s  photo.jpg\n0123", "line 2", id="a SHA256SUMS that is cut in a digest"),
        pytest.param(b"%(digest)s  pho", "ends within its last line", id="a SHA256SUMS that is cut in a name"),
        pytest.param(b"%(other)s%(digest)s  photo.jpg\n", "a second digest", id="a SHA256SUMS that contradicts itself"),
        pytest.param(b"<!DOCTYPE html>", "line 1", id="a SHA256SUMS that is a web page"),
    ],
)
def test_a_list_of_digests(refused, content, says):
    data = real_bytes(PHOTO)
    write("photo.jpg", data)
    digest = hashlib.sha256(data).hexdigest().encode()
    write("SHA256SUMS", content % {b"digest": digest, b"other": DIGEST.encode() + b"  photo.jpg\n"})
    refused("stream", "photo.jpg", message=says)


def test_a_recorded_picture_with_one_bit_changed_that_is_taken_all_the_same(folder, told):
    write("photo.jpg", real_bytes(PHOTO))
    record("photo.jpg")
    with pytest.warns(UserWarning, match="not what the SHA256SUMS"):
        frames = open_frames(change("photo.jpg"), allow_damaged=True)
    told("flagged", frames.damaged)


def test_a_recorded_picture_as_it_was(folder, told):
    write("photo.jpg", real_bytes(PHOTO))
    write("other.jpg", b"not looked at")
    record("photo.jpg", "other.jpg")
    assert (open_frames("photo.jpg")[0].image == read_picture(sample_path(PHOTO))).all()
    told("harmless", "read as always")


@pytest.fixture
def own_samples(folder, monkeypatch):
    """Copy two samples into a data folder of the test's."""
    for name in ("imagenet-20", "ssd-mobilenet-oid"):
        shutil.copytree(data_dir() / name, folder / name)
    monkeypatch.setenv("WORKBENCH_DATA", str(folder))
    return folder


@pytest.mark.parametrize(
    "name", [pytest.param("sample:imagenet-20/imagenet_00_243.jpg", id="a photo of a sample with one bit changed")]
)
def test_a_changed_photo_of_a_sample(own_samples, refused, name):
    assert len(open_frames(name)) == 1
    change(own_samples / name.removeprefix("sample:"))
    refused("stream", name, message="sample 'imagenet-20' is damaged")


def test_a_model_of_a_sample_with_one_bit_changed(own_samples, raised):
    change(next((own_samples / "ssd-mobilenet-oid").glob("*.tflite")))
    raised(lambda: load_model("sample:ssd-mobilenet-oid"), message="is damaged")


def test_the_class_names_of_a_sample_with_one_bit_changed(own_samples, raised):
    change(next((own_samples / "ssd-mobilenet-oid").glob("*.labels.txt")))
    raised(lambda: load_model("sample:ssd-mobilenet-oid"), message="is damaged")
