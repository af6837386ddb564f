"""The same notebook, parameters and bytes are the same run; anything else is another."""

import nbformat
import pytest

from workbench.errors import InvalidValue, SampleError, UnknownName, UnreadableSource
from workbench.reports import identity, store
from workbench.reports.identity import find_inputs, notebook_hash, run_id
from workbench.reports.scenarios import load_notebook


@pytest.fixture
def files(tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / "photos").mkdir(exist_ok=True)
        (tmp_path / "photos" / name).write_text(name)
    return tmp_path


def hashes(parameters):
    return [each.sha256 for each in find_inputs(parameters)]


def test_files_folders_and_patterns_are_inputs(files):
    photos = files / "photos"
    found = find_inputs({"file": str(photos / "a.txt"), "folder": str(photos),
                         "pattern": str(photos / "*.txt"), "deep": [{"a": str(photos / "b.txt")}, 3]})  # fmt: skip
    assert [(each.parameter, each.files, each.bytes) for each in found] == [
        ("file", 1, 5), ("folder", 2, 10), ("pattern", 2, 10), ("deep", 1, 5)]  # fmt: skip
    assert found[1].sha256 == found[2].sha256


@pytest.mark.parametrize("value", ["", " ", "camera:0", "rtsp://host/x", "x" * 5000, "a\0b", "no such", 5, None])
def test_other_values_are_no_inputs(value):
    assert find_inputs({"a": value}) == ()


def test_a_function_by_name_is_its_file(files):
    (files / "serve.py").write_text("def f(x): return x")
    [before] = hashes({"serving": f"{files / 'serve.py'}:f"})
    (files / "serve.py").write_text("def f(x): return -x")
    assert hashes({"serving": f"{files / 'serve.py'}:f"}) != [before]


def test_an_unknown_sample_is_refused():
    with pytest.raises(UnknownName):
        find_inputs({"source": "sample:no-such"})


def test_a_sample_that_is_not_fetched_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("WORKBENCH_DATA", str(tmp_path))
    with pytest.raises(SampleError, match="workbench samples fetch bikes"):
        find_inputs({"source": "sample:bikes"})


def test_a_file_that_may_not_be_read_is_refused_in_one_line(files, monkeypatch):
    def refuse(path, *_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.open", refuse)  # root, who runs tests in containers, may read anything
    with pytest.raises(UnreadableSource, match=r"cannot read .*a\.txt: Permission denied"):
        find_inputs({"f": str(files / "photos/a.txt")})


def test_a_changed_byte_changes_the_hash(files):
    before = hashes({"f": str(files / "photos")})
    (files / "photos/a.txt").write_text("A.txt")
    assert hashes({"f": str(files / "photos")}) != before


def test_two_files_that_trade_names_change_the_hash(files):
    before = hashes({"f": str(files / "photos")})
    photos = files / "photos"
    (photos / "a.txt").rename(photos / "c")
    (photos / "b.txt").rename(photos / "a.txt")
    (photos / "c").rename(photos / "b.txt")
    assert hashes({"f": str(files / "photos")}) != before


def test_the_labels_beside_a_model_count(tmp_path):
    (tmp_path / "m.keras").write_bytes(b"weights")
    before = hashes({"model": str(tmp_path / "m.keras")})
    (tmp_path / "m.labels.txt").write_text("cat\ndog\n")
    assert hashes({"model": str(tmp_path / "m.keras")}) != before


def test_saved_outputs_and_execution_counts_do_not_count(write_notebook):
    notebook = load_notebook(write_notebook("print(1)"))
    before = notebook_hash(notebook)
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text="1")]
    notebook.cells[-1].execution_count = 9
    notebook.cells[-1].id = "another"
    assert notebook_hash(notebook) == before
    notebook.cells[-1].source = "print(2)"
    assert notebook_hash(notebook) != before


def test_a_run_id_is_the_same_for_the_same_and_differs_for_another(write_notebook):
    notebook = load_notebook(write_notebook("print(1)"))
    first = run_id(notebook, {"a": 1, "b": "x"}, ())
    assert first == run_id(notebook, {"b": "x", "a": 1}, ())
    assert first != run_id(notebook, {"a": 2, "b": "x"}, ())
    assert len(first) == 12
    assert set(first) <= set("0123456789abcdef")


def test_a_model_for_opencv_is_an_input_like_any_other(files):
    path = str(files / "photos/a.txt")
    assert hashes({"model": f"cv2:{path}"}) == hashes({"model": path})


def test_the_labels_beside_the_folder_of_a_savedmodel_count(files):
    before = hashes({"model": str(files / "photos")})
    (files / "photos.labels.txt").write_text("cat\ndog\n")
    assert hashes({"model": str(files / "photos")}) != before


def test_a_folder_of_too_many_files_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(identity, "MOST_FILES", 2)
    for name in "abc":
        (tmp_path / name).touch()
    with pytest.raises(InvalidValue, match="more than 2 files"):
        identity.find_inputs({"source": str(tmp_path)})


def test_a_file_that_is_written_to_or_replaced_is_a_changed_input(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text("before")
    inputs = identity.find_inputs({name: str(tmp_path / name) for name in ("a", "b", "c")})
    assert identity.changed_inputs(inputs) == []
    (tmp_path / "a").write_text("after it")
    (tmp_path / "b").unlink()
    assert identity.changed_inputs(inputs) == [str(tmp_path / "a"), str(tmp_path / "b")]


def test_reports_written_into_a_folder_of_pictures_are_no_part_of_it(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"a photo")
    before = identity.find_inputs({"source": str(tmp_path)})
    with store.hold(tmp_path / "reports", "count", "0" * 12) as target:
        (target.draft / "report.html").write_text("a report")
        assert identity.changed_inputs(before) == []
        assert identity.find_inputs({"source": str(tmp_path)}) == before
