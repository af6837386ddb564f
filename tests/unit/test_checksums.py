"""A file that a `SHA256SUMS` names is that file, or it is refused."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from workbench.checksums import SUMS, SUMS_BYTES, expect_recorded, known_sha256, recorded_in
from workbench.errors import UnreadableSource

DIGEST = hashlib.sha256(b"pixels").hexdigest()
OTHER = hashlib.sha256(b"others").hexdigest()
NAMES = ["a.jpg", "two words.png", "grüße.png", "with\nline.png", "back\\slash.png", "*star.png", "(b) = c.png"]
needs_sha256sum = pytest.mark.skipif(not shutil.which("sha256sum"), reason="no coreutils here")


@pytest.fixture
def folder(tmp_path):
    for name in NAMES:
        (tmp_path / name).write_bytes(b"pixels")
    return tmp_path


def write_sums(folder, *lines, end="\n"):
    (folder / SUMS).write_text("\n".join(lines) + end)


@needs_sha256sum
@pytest.mark.parametrize("options", [[], ["--binary"], ["--tag"]], ids=["text", "binary", "tagged"])
def test_what_sha256sum_writes_is_read(folder, options):
    written = subprocess.run(["sha256sum", *options, "--", *NAMES], cwd=folder, capture_output=True, check=True).stdout
    (folder / SUMS).write_bytes(written)
    assert recorded_in(folder) == dict.fromkeys(NAMES, DIGEST)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(f"{DIGEST}  ./a.jpg", id="as find names it"),
        pytest.param(f"{DIGEST.upper()} *a.jpg", id="in capitals"),
        pytest.param(f"{DIGEST}  a.jpg\r", id="written on Windows"),
        pytest.param(f"\ufeff{DIGEST}  a.jpg", id="with a mark of UTF-8"),
        pytest.param(f"# of the camera\n\n{DIGEST}  a.jpg", id="with a comment"),
        pytest.param(f"{DIGEST}  a.jpg\n{DIGEST}  a.jpg", id="twice the same"),
    ],
)
@pytest.mark.parametrize("end", ["", "\n"], ids=["open", "ended"])
def test_a_line_may_be_written_by_other_hands(folder, line, end):
    write_sums(folder, line, end=end)
    assert recorded_in(folder) == {"a.jpg": DIGEST}


def test_a_file_as_recorded_passes_and_another_is_refused(folder):
    write_sums(folder, f"{DIGEST}  a.jpg", f"{OTHER}  two words.png")
    expect_recorded(folder / "a.jpg")
    expect_recorded(folder / "a.jpg", b"pixels")
    for data in (None, b"pixels"):
        says = re.escape(f"two words.png is not what the SHA256SUMS beside it says (SHA-256 {OTHER[:8]}... there")
        with pytest.raises(UnreadableSource, match=says):
            expect_recorded(folder / "two words.png", data)
    with pytest.raises(UnreadableSource, match=r"a\.jpg is not what"):
        expect_recorded(folder / "a.jpg", b"pixel5")


def test_what_is_not_named_is_not_held_to_anything(folder):
    expect_recorded(folder / "a.jpg", b"anything")
    write_sums(folder, f"{OTHER}  elsewhere/a.jpg")
    expect_recorded(folder / "a.jpg")
    write_sums(folder, "")
    expect_recorded(folder / "a.jpg")


@pytest.mark.parametrize("set_back", [False, True], ids=["as it comes", "with its time set back"])
def test_a_byte_changed_while_the_process_runs_is_seen(folder, set_back):
    write_sums(folder, f"{DIGEST}  a.jpg")
    path = folder / "a.jpg"
    expect_recorded(path)
    before = path.stat()
    path.write_bytes(b"pixelS")
    if set_back:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(UnreadableSource, match=r"a\.jpg is not what"):
        expect_recorded(path)


def test_a_list_that_is_written_anew_is_read_anew(folder):
    write_sums(folder, f"{OTHER}  a.jpg")
    with pytest.raises(UnreadableSource):
        expect_recorded(folder / "a.jpg")
    write_sums(folder, f"{DIGEST}  a.jpg")
    expect_recorded(folder / "a.jpg")


def test_a_file_is_read_once_as_long_as_it_is_as_it_was(folder, monkeypatch):
    read = []
    monkeypatch.setattr("workbench.checksums.is_settled", lambda facts: True)  # a file of long ago
    monkeypatch.setattr("workbench.checksums.sha256_of", lambda path: read.append(path) or DIGEST)
    assert [known_sha256(folder / "a.jpg") for _ in range(3)] == [DIGEST] * 3
    assert read == [folder / "a.jpg"]


def test_a_file_that_is_seconds_old_is_read_each_time(folder, monkeypatch):
    write_sums(folder, f"{DIGEST}  a.jpg")
    now = (folder / "a.jpg").stat()
    monkeypatch.setattr(Path, "stat", lambda path, **_: now)  # of a coarse clock: a change leaves the times
    expect_recorded(folder / "a.jpg")
    (folder / "a.jpg").write_bytes(b"pixelS")
    with pytest.raises(UnreadableSource, match=r"a\.jpg is not what"):
        expect_recorded(folder / "a.jpg")


@pytest.fixture
def saved(tmp_path):
    """A folder as a SavedModel is one."""
    (tmp_path / "model" / "variables").mkdir(parents=True)
    for name in ("saved_model.pb", "variables/variables.index"):
        (tmp_path / "model" / name).write_bytes(b"pixels")
    write_sums(tmp_path / "model", f"{DIGEST}  saved_model.pb", f"{DIGEST}  ./variables/variables.index")
    return tmp_path / "model"


def test_of_a_folder_every_file_that_is_named_is_looked_at(saved):
    expect_recorded(saved)
    (saved / "variables" / "variables.index").write_bytes(b"others")
    with pytest.raises(UnreadableSource, match=r"variables\.index is not what the SHA256SUMS"):
        expect_recorded(saved)


def test_a_file_that_is_named_and_gone_is_missed(saved):
    (saved / "saved_model.pb").unlink()
    with pytest.raises(UnreadableSource, match=r"saved_model\.pb is in the SHA256SUMS beside it and cannot be read"):
        expect_recorded(saved)


def test_a_pipe_in_a_folder_is_not_waited_for(saved):
    (saved / "saved_model.pb").unlink()
    os.mkfifo(saved / "saved_model.pb")
    with pytest.raises(UnreadableSource, match="cannot be read: it is no file"):
        expect_recorded(saved)


def test_a_list_made_for_the_second_time_may_name_the_first(saved):
    write_sums(saved, f"{DIGEST}  ./{SUMS}", f"{DIGEST}  saved_model.pb")
    expect_recorded(saved)


@pytest.mark.parametrize("name", ["/dev/zero", "../other.pb", "variables/../../other.pb"])
def test_a_list_cannot_name_what_lies_outside_of_its_folder(saved, name):
    write_sums(saved, f"{OTHER}  {name}")
    expect_recorded(saved)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(f"{DIGEST}  a.jpg\n{OTHER[:40]}".encode(), "line 2 is no digest and name", id="cut in a digest"),
        pytest.param(f"{DIGEST}  two wo".encode(), "it ends within its last line, at 'two wo'", id="cut in a name"),
        pytest.param(f"{DIGEST}\n".encode(), "line 1 is no digest and name", id="no name"),
        pytest.param(f"{DIGEST[:32]}  a.jpg\n".encode(), "line 1 is no digest and name", id="another kind of digest"),
        pytest.param(f"{DIGEST}  a.jpg\n{OTHER}  ./a.jpg\n".encode(), "a second digest", id="two digests"),
        pytest.param(bytes(range(256)), "line 1 is no digest and name", id="noise"),
        pytest.param(f"{DIGEST}  a.jpg\n".encode("utf-16"), "line 1 is no digest and name", id="in UTF-16"),
        pytest.param(b"#" * (SUMS_BYTES + 1), "it has more than 16 MB", id="too long"),
    ],
)
def test_a_damaged_list_is_refused_for_what_it_is(folder, content, says):
    (folder / SUMS).write_bytes(content)
    with pytest.raises(UnreadableSource, match=re.escape(says)) as caught:
        expect_recorded(folder / "a.jpg")
    assert str(caught.value).startswith(f"{folder / SUMS} cannot be used: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["a pipe", "a folder"])
def test_a_list_that_is_no_file_is_refused(folder, make):
    make(folder / SUMS)
    with pytest.raises(UnreadableSource, match="SHA256SUMS cannot be used: it is no file"):
        expect_recorded(folder / "a.jpg")


def test_a_list_that_is_a_link_to_itself_is_refused(folder):
    (folder / SUMS).symlink_to(SUMS)
    with pytest.raises(UnreadableSource, match="SHA256SUMS cannot be used: Too many levels of symbolic links"):
        expect_recorded(folder / "a.jpg")
