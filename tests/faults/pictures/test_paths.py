"""Paths that lead to no picture, and names that were chosen to do harm."""

import os
import socket
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.pictures.made import encoded, photo, write
from workbench.frames import open_frames

NOBODY = 65534


@pytest.fixture
def picture(folder):
    return write("photo.png", encoded(photo(), "png"))


@contextmanager
def as_nobody(folder):
    """Have the permissions of nobody in particular; where the tests run as somebody who is not root, their own."""
    for parent in folder.parents[:2]:  # pytest's, which are the user's alone
        parent.chmod(0o755)
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def _pipe():
    os.mkfifo("photo.jpg")


def _socket():
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("photo.jpg")


def _loop():
    Path("photo.jpg").symlink_to("other.jpg")
    Path("other.jpg").symlink_to("photo.jpg")


def _dangling():
    Path("photo.jpg").symlink_to("gone.jpg")


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        pytest.param(_pipe, "is a device or pipe", id="a pipe that nobody writes to"),
        pytest.param(_socket, "is a device or pipe", id="a socket"),
        pytest.param(_loop, "is a link to other.jpg, and leads nowhere", id="a link to a link to itself"),
        pytest.param(_dangling, "is a link to gone.jpg, and leads nowhere", id="a link to a file that is gone"),
        pytest.param(Path("photo.jpg").mkdir, "photo.jpg has no pictures in it", id="a folder called photo.jpg"),
    ],
)
def test_what_lies_there_instead(folder, refused, cause, says):
    cause()
    refused("stream", "photo.jpg", message=says)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("/dev/zero", "is a device or pipe", id="a device without end"),
        pytest.param("photo.jpeg", "did you mean 'photo.png'", id="a slip of the pen"),
        pytest.param("x" * 300 + ".png", "File name too long", id="a name of 300 letters"),
        pytest.param("a\0b.png", "does not exist", id="a name with a NUL"),
        pytest.param("photo.png/photo.png", "there is no folder photo.png", id="a file taken for a folder"),
        pytest.param("", "the path is empty", id="no name"),
        pytest.param("*.tiff", "no file matches *.tiff", id="a pattern that nothing matches"),
        pytest.param("file:///etc/passwd", "file:///etc/passwd", id="an address of a local file"),
    ],
)
def test_a_name(picture, raised, name, says):
    raised(lambda: open_frames(name), message=says)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("grüße 🎉.png", id="a name with emoji"),
        pytest.param("two\nlines.png", id="a name of two lines"),
        pytest.param("\x1b[31mred\x1b[0m.png", id="a name that paints the terminal red"),
        pytest.param("\u202egnp.exe.png", id="a name that shows backwards"),
        pytest.param(os.fsdecode(b"latin-\xe4.png"), id="a name that is no UTF-8"),
        pytest.param("-rf.png", id="a name like an option"),
        pytest.param("[1-9]*?.png", id="a name like a pattern"),
        pytest.param("seq_%03d.png", id="a name like a number pattern"),
        pytest.param("${HOME}`id`.png", id="a name like a command"),
    ],
)
def test_a_strange_name(folder, told, name):
    data = encoded(photo(), "png")
    write(name, data)
    assert open_frames(folder / name).array(0).shape == (64, 96, 3)
    assert open_frames(folder)[0].image.shape == (64, 96, 3)
    write(name, data[: len(data) // 2])
    with pytest.raises(OSError, match="is damaged") as caught:
        open_frames(folder / name)
    line = str(caught.value)
    assert line.isprintable()
    told("harmless", f"read as any other; half of it is refused in one visible line: {line.split(':', maxsplit=1)[0]}")


@pytest.mark.parametrize(
    ("cause", "path"),
    [
        pytest.param(lambda folder: (folder / "photo.png").chmod(0), "photo.png", id="a picture nobody may read"),
        pytest.param(lambda folder: folder.chmod(0), "photo.png", id="a picture in a folder nobody may look into"),
        pytest.param(lambda folder: folder.chmod(0), ".", id="a folder nobody may look into"),
    ],
)
def test_permissions(picture, tmp_path, raised, cause, path):
    tmp_path.chmod(0o755)
    assert len(open_frames(tmp_path)) == 1
    cause(tmp_path)
    with as_nobody(tmp_path):
        raised(lambda: open_frames(tmp_path / path), message="cannot be read: Permission denied")
    tmp_path.chmod(0o700)


def test_a_list_of_digests_nobody_may_read(picture, tmp_path, raised):
    write("SHA256SUMS", b"")
    (tmp_path / "SHA256SUMS").chmod(0)
    tmp_path.chmod(0o755)
    with as_nobody(tmp_path):
        with pytest.raises(OSError, match="Permission denied"):
            (tmp_path / "SHA256SUMS").read_bytes()
        raised(lambda: open_frames(tmp_path / "photo.png"), message="SHA256SUMS cannot be used: Permission denied")


def test_a_picture_that_is_taken_away_while_it_is_used(picture, raised, folder):
    frames = open_frames(folder)
    Path("photo.png").unlink()
    raised(lambda: frames[0], message="photo.png cannot be read: No such file or directory")


def test_a_disk_of_other_files(folder, raised, monkeypatch):
    """The look for pictures further down, for the sake of a better hint, has an end."""
    monkeypatch.setattr("workbench.frames.listing.MOST_BELOW", 5)
    deep = folder.joinpath(*"abcdef")
    deep.mkdir(parents=True)
    (deep / "photo.png").touch()
    raised(lambda: open_frames(folder), message="no pictures in it")
