import os
import sys
from pathlib import Path

import platformdirs
import pytest

from workbench.errors import InvalidValue, SampleError, UnknownName
from workbench.samples import data_dir, portable, resolve, sample_path
from workbench.samples.catalogue import catalogue
from workbench.samples.store import CHECKOUT, write_record


@pytest.fixture
def bikes(tmp_path, monkeypatch):
    """Put files of the right names, though not of the right content, in the place of the sample `bikes`."""
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    folder = tmp_path / "bikes"
    folder.mkdir()
    for name in ("bikes.mp4", "bigbuckbunny.mp4"):
        (folder / name).write_bytes(b"frames")
    write_record(folder, catalogue()["bikes"])
    return folder


@pytest.mark.parametrize(
    ("origin", "path"),
    [
        pytest.param("sample:bikes", "bikes.mp4", id="the main file"),
        pytest.param("sample:bikes/bigbuckbunny.mp4", "bigbuckbunny.mp4", id="another file"),
        pytest.param("sample:bikes/*.mp4", "*.mp4", id="a pattern"),
        pytest.param("sample:bikes/", ".", id="the folder"),
        pytest.param(Path("sample:bikes"), "bikes.mp4", id="a Path"),
    ],
)
def test_an_origin_that_names_a_sample_becomes_its_path(bikes, origin, path):
    assert resolve(origin) == bikes / path


def test_a_file_of_a_sample_goes_by_its_samples_name(bikes, tmp_path):
    assert portable(bikes / "bikes.mp4") == "sample:bikes/bikes.mp4"
    assert resolve(portable(bikes / "bikes.mp4")) == bikes / "bikes.mp4"
    assert portable(tmp_path.parent / "clip.mp4") == str(tmp_path.parent / "clip.mp4")


def test_a_folder_of_a_sample_goes_by_its_samples_name(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    model = tmp_path / "ssd-hands" / "saved_model"
    (model / "variables").mkdir(parents=True)
    (model / "saved_model.pb").write_bytes(b"graph")
    (model / "variables" / "variables.index").write_bytes(b"nothing")
    write_record(tmp_path / "ssd-hands", catalogue()["ssd-hands"])
    assert portable(resolve("sample:ssd-hands")) == "sample:ssd-hands/saved_model"
    assert resolve("sample:ssd-hands/saved_model") == resolve("sample:ssd-hands/saved_model/") == model
    with pytest.raises(UnknownName, match="no file in sample 'ssd-hands' named 'saved'"):
        resolve("sample:ssd-hands/saved")
    (model / "saved_model.pb").write_bytes(b"another graph")
    with pytest.raises(SampleError, match="is damaged"):
        resolve("sample:ssd-hands")


def test_a_home_folder_is_expanded(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert resolve("~/clip.mp4") == tmp_path / "clip.mp4"


@pytest.mark.parametrize("origin", ["clip.mp4", "rtsp://camera/1", "camera:0", Path("clip.mp4"), "", "a/sample:bikes"])
def test_any_other_origin_stays_what_it_is(origin):
    assert resolve(origin) is origin


def test_the_prefix_may_be_left_out_of_a_name(bikes):
    assert sample_path("bikes") == sample_path("sample:bikes") == bikes / "bikes.mp4"


def test_a_sample_that_is_not_fetched_is_named_with_the_command_that_fetches_it(bikes):
    with pytest.raises(SampleError, match=r"sample 'skimage' is missing in .*; run: workbench samples fetch skimage"):
        resolve("sample:skimage/coffee.png")


def test_a_sample_with_other_bytes_and_the_old_size_and_time_is_called_damaged(bikes):
    resolve("sample:bikes")
    clip = bikes / "bikes.mp4"
    before = clip.stat()
    clip.write_bytes(b"frameS")
    os.utime(clip, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(SampleError, match="is damaged"):
        resolve("sample:bikes")


def test_a_sample_with_a_file_gone_is_called_damaged(bikes):
    (bikes / "bigbuckbunny.mp4").unlink()
    with pytest.raises(SampleError, match="is damaged in .*; run: workbench samples fetch bikes"):
        sample_path("bikes")


def test_an_unknown_sample_is_refused_with_the_closest():
    with pytest.raises(UnknownName, match="no sample named 'bike'; did you mean 'bikes'"):
        resolve("sample:bike")


def test_an_unknown_file_of_a_sample_is_refused_with_the_closest(bikes):
    with pytest.raises(UnknownName, match="no file in sample 'bikes' named 'bike.mp4'; did you mean 'bikes.mp4'"):
        resolve("sample:bikes/bike.mp4")


@pytest.mark.parametrize("inside", ["../secret.txt", "x/../../secret.txt", "../*"])
def test_a_path_that_leads_out_of_a_sample_is_refused(bikes, inside):
    (bikes.parent / "secret.txt").write_text("secret")
    with pytest.raises(InvalidValue, match="leads out of sample 'bikes'"):
        resolve(f"sample:bikes/{inside}")


def test_an_absolute_path_in_a_sample_is_no_file_of_it(bikes):
    with pytest.raises(UnknownName, match="no file in sample 'bikes'"):
        resolve("sample:bikes//etc/hostname")


def test_the_data_folder_is_that_of_the_checkout(monkeypatch):
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    assert data_dir() == CHECKOUT / "data"
    assert (CHECKOUT / "pyproject.toml").is_file()


def test_an_installed_workbench_uses_the_data_folder_of_the_user(monkeypatch, tmp_path):
    monkeypatch.delenv("WORKBENCH_DATA", raising=False)
    monkeypatch.setattr(sys.modules[data_dir.__module__], "CHECKOUT", tmp_path)
    assert data_dir() == platformdirs.user_data_path("workbench", appauthor=False)


def test_workbench_data_names_another_folder(monkeypatch):
    monkeypatch.setenv("WORKBENCH_DATA", "~/elsewhere")
    assert data_dir() == Path.home() / "elsewhere"
