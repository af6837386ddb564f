"""The digest of a file or folder stands for its content, and the cache folder can be chosen."""

import hashlib

import pytest

from tests.unit.full_disk import full_disk
from workbench.cache import cache_dir, file_digest, recall, remember
from workbench.errors import UnreadableSource


@pytest.fixture
def folder(tmp_path):
    model = tmp_path / "model"
    (model / "variables").mkdir(parents=True)
    (model / "saved_model.pb").write_bytes(b"graph")
    (model / "variables" / "data").write_bytes(b"weights")
    return model


def test_the_digest_of_a_file_is_its_sha_256(folder):
    assert file_digest(folder / "saved_model.pb") == hashlib.sha256(b"graph").hexdigest()


@pytest.mark.parametrize("change", ["bytes", "name", "extra file"])
def test_the_digest_of_a_folder_changes_with(folder, change):
    before = file_digest(folder)
    if change == "bytes":
        (folder / "variables" / "data").write_bytes(b"weightz")
    elif change == "name":
        (folder / "variables" / "data").rename(folder / "variables" / "date")
    else:
        (folder / "empty").touch()
    assert file_digest(folder) != before


def test_the_digest_of_a_folder_does_not_hang_on_where_it_lies(folder):
    before = file_digest(folder)
    assert file_digest(folder.rename(folder.with_name("elsewhere"))) == before


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UnreadableSource, match="none.onnx: cannot be read"):
        file_digest(tmp_path / "none.onnx")


def test_the_cache_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "here"))
    assert cache_dir() == tmp_path / "here"
    monkeypatch.delenv("WORKBENCH_CACHE")
    assert cache_dir().name == "workbench"


def test_an_answer_is_kept_by_what_it_depends_on(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    remember("clips", ["a.mp4", 1], {"frames": 3})
    assert recall("clips", ["a.mp4", 1]) == {"frames": 3}
    assert recall("clips", ["a.mp4", 2]) is None


def test_an_answer_that_is_no_more_readable_is_asked_for_anew(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    remember("clips", ["a.mp4"], {"frames": 3})
    for kept in (tmp_path / "clips").iterdir():
        kept.write_bytes(b'{"frames": ')
    assert recall("clips", ["a.mp4"]) is None


def test_a_full_disk_keeps_no_half_of_an_answer(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))

    with full_disk(after=5):
        remember("clips", ["a.mp4"], {"frames": 3})
    assert list((tmp_path / "clips").iterdir()) == []
