import json
import re
import shutil
from pathlib import Path

import pytest

from workbench.errors import SampleError, UnknownName
from workbench.samples import fetch
from workbench.samples.store import RECORD, status


def states(shelf, data):
    return {name: status(data / name, entry) for name, entry in shelf.catalogue.entries.items()}


def visible(data):
    return sorted(path.name for path in data.iterdir() if path.name != ".fetch.lock")


def test_a_fetched_sample_holds_the_members_and_what_is_made_of_them(shelf, data):
    assert shelf.fetcher(data).fetch() == ("pets", "net", "clip")
    assert visible(data) == ["clip", "net", "pets"]
    assert (data / "clip/clip.mp4").read_bytes() == b"frames" * 100
    assert (data / "net/model.labels.txt").read_text() == "cat\ndog\n"
    assert (data / "pets/labels.csv").read_text() == ("file,label,name\nphoto_00_1.png,1,dog\nphoto_01_0.png,0,cat\n")


def test_the_record_names_archive_and_hash_of_every_file(shelf, data):
    shelf.fetcher(data).fetch("clip")
    record = json.loads((data / "clip" / RECORD).read_text())
    assert list(record["packages"]) == ["tiny==1.0"]
    assert record["files"]["clip.mp4"]["bytes"] == 600
    assert len(record["files"]["clip.mp4"]["sha256"]) == 64


def test_an_archive_that_several_samples_need_is_downloaded_once(shelf, data):
    shelf.fetcher(data).fetch()
    assert shelf.taken == ["tiny-1.0-py3-none-any.whl"]


def test_what_is_there_is_not_fetched_again(shelf, data):
    shelf.fetcher(data).fetch()
    shutil.rmtree(shelf.folder)  # as good as no network
    assert shelf.fetcher(data).fetch() == ()


def test_only_the_named_samples_are_fetched(shelf, data):
    assert shelf.fetcher(data).fetch(["sample:clip", "clip"]) == ("clip",)
    assert states(shelf, data) == {"pets": "missing", "net": "missing", "clip": "fetched"}


def test_no_names_are_not_all_names(shelf, data):
    assert shelf.fetcher(data).fetch([]) == ()
    assert not data.exists()


def test_an_unknown_name_is_refused_with_the_closest_before_anything_is_fetched(shelf, data):
    with pytest.raises(UnknownName, match="no sample named 'clop'; did you mean 'clip'"):
        shelf.fetcher(data).fetch(["pets", "clop"])
    assert shelf.taken == []


def test_the_public_fetch_knows_the_real_samples():
    with pytest.raises(UnknownName, match="did you mean 'bikes'"):
        fetch("bike")


def flip_a_byte(file: Path):
    content = bytearray(file.read_bytes())
    content[50] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda folder: flip_a_byte(folder / "model.h5"), id="one bit of a file"),
        pytest.param(lambda folder: (folder / "model.h5").unlink(), id="a file gone"),
        pytest.param(lambda folder: (folder / "model.h5").write_bytes(b""), id="a file emptied"),
        pytest.param(lambda folder: (folder / RECORD).unlink(), id="the record gone"),
        pytest.param(lambda folder: (folder / RECORD).write_text("{}"), id="an empty record"),
        pytest.param(lambda folder: (folder / RECORD).write_text('{"files": ['), id="half a record"),
    ],
)
def test_a_damaged_sample_is_seen_and_made_anew(shelf, data, harm):
    shelf.fetcher(data).fetch()
    harm(data / "net")
    assert states(shelf, data) == {"pets": "fetched", "net": "damaged", "clip": "fetched"}
    assert shelf.fetcher(data).fetch() == ("net",)
    assert set(states(shelf, data).values()) == {"fetched"}


def test_a_sample_of_another_package_version_counts_as_damaged(shelf, data):
    shelf.fetcher(data).fetch("clip")
    shelf.catalogue_text = shelf.catalogue_text.replace('version = "1.0"', 'version = "1.1"')
    assert states(shelf, data)["clip"] == "damaged"


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        pytest.param(flip_a_byte, "is not the expected archive: SHA-256", id="a byte of the archive differs"),
        pytest.param(lambda file: file.write_bytes(file.read_bytes()[:500]), "500 bytes of", id="half an archive"),
        pytest.param(lambda file: file.write_bytes(b""), "0 bytes of", id="an empty archive"),
    ],
)
def test_a_damaged_download_is_refused_and_leaves_nothing(shelf, data, harm, message):
    harm(shelf.folder / "tiny-1.0-py3-none-any.whl")
    with pytest.raises(SampleError, match=message) as refused:
        shelf.fetcher(data).fetch("clip")
    assert str(refused.value).startswith("cannot fetch sample 'clip': ")
    assert visible(data) == []


def test_a_download_that_fails_leaves_the_samples_before_it(shelf, data):
    shelf.fetcher(data).fetch("clip")

    def fail(package, folder, progress):
        (folder / package.file).write_bytes(b"half")
        raise SampleError("no network")

    with pytest.raises(SampleError, match="cannot fetch sample 'pets': no network"):
        shelf.fetcher(data, fail).fetch()
    assert visible(data) == ["clip"]
    assert states(shelf, data)["clip"] == "fetched"


def test_a_download_that_the_disk_cannot_hold_is_not_begun(shelf, data):
    small = f"bytes = {(shelf.folder / 'tiny-1.0-py3-none-any.whl').stat().st_size}"
    shelf.catalogue_text = shelf.catalogue_text.replace(small, f"bytes = {10**15}")
    with pytest.raises(SampleError, match=r"needs about 4,000,000,000 MB of disk .* WORKBENCH_DATA"):
        shelf.fetcher(data).fetch("clip")
    assert shelf.taken == []
    assert visible(data) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_disk_that_fills_up_is_named_and_leaves_nothing(shelf, data):
    def fill(package, folder, progress):
        (folder / package.file).write_bytes(b"the first block")
        with Path("/dev/full").open("wb", buffering=0) as full:
            full.write(b"the block for which there is no room")

    with pytest.raises(SampleError, match="No space left on device; free some space"):
        shelf.fetcher(data, fill).fetch("clip")
    assert visible(data) == []


def test_a_data_folder_that_cannot_be_made_is_named_with_the_cure(shelf, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SampleError, match="cannot write samples to .*; set WORKBENCH_DATA"):
        shelf.fetcher(tmp_path / "file" / "data").fetch("clip")


def test_the_bar_shows_the_package_that_comes(shelf, data, capsys):
    fetcher = shelf.fetcher(data)
    fetcher.progress = True
    fetcher.fetch("clip")
    assert re.search(r"tiny 1.0 +100% ", capsys.readouterr().err)


def test_nothing_is_shown_when_no_progress_is_asked_for(shelf, data, capsys):
    shelf.fetcher(data).fetch()
    assert capsys.readouterr() == ("", "")
