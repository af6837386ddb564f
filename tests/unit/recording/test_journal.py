import math

import pytest

from workbench.errors import UnreadableSource
from workbench.recording.journal import NAME, Journal, known, read_line, read_lines


@pytest.fixture
def folder(tmp_path):
    journal = Journal(tmp_path)
    journal.write("session", origin="Kamera 猫")
    journal.write("result", number=1)
    journal.write("end", error=None)
    journal.close()
    return tmp_path


def test_lines_are_read_back_with_their_places(folder):
    lines = list(read_lines(folder))
    assert [line for _, line in lines] == [
        {"kind": "session", "origin": "Kamera 猫"}, {"kind": "result", "number": 1}, {"kind": "end", "error": None}
    ]  # fmt: skip
    assert [read_line(folder, place) for place, _ in lines] == [line for _, line in lines]


def test_wherever_the_file_is_cut_off_the_whole_lines_are_read(folder):
    whole = (folder / NAME).read_bytes()
    for length in range(len(whole)):
        (folder / NAME).write_bytes(whole[:length])
        assert len(list(read_lines(folder))) == whole[:length].count(b"\n")


def test_a_line_is_on_disk_as_soon_as_it_is_written(tmp_path):
    journal = Journal(tmp_path)
    journal.write("result", number=1)
    assert len(list(read_lines(tmp_path))) == 1
    assert journal.bytes == (tmp_path / NAME).stat().st_size


def test_an_earlier_file_is_not_touched(folder):
    before = (folder / NAME).read_bytes()
    with pytest.raises(FileExistsError):
        Journal(folder)
    assert (folder / NAME).read_bytes() == before


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(b"{broken\n", "line 2 is no JSON", id="no JSON"),
        pytest.param(b"\xff\xfe\n", "line 2 is no JSON", id="no text"),
        pytest.param(b"[1]\n", "line 2 has no kind", id="no object"),
    ],
)
def test_a_line_that_was_changed_is_named(folder, line, says):
    first, _, last = (folder / NAME).read_bytes().splitlines(keepends=True)
    (folder / NAME).write_bytes(first + line + last)
    with pytest.raises(UnreadableSource, match=says) as caught:
        list(read_lines(folder))
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_recording_is_refused_in_one_line(tmp_path):
    with pytest.raises(UnreadableSource, match="holds no recording"):
        list(read_lines(tmp_path / "nothing"))


@pytest.mark.parametrize(("number", "held"), [(1 / 3, 0.333333), (math.nan, None), (math.inf, None)], ids=str)
def test_numbers_that_json_has_not_become_null(number, held):
    assert known(number) == held


def test_the_name_of_a_file_that_is_no_utf_8_comes_back(tmp_path):
    journal = Journal(tmp_path)
    journal.write("result", origin="caf\udce9 \U0001f6b2.jpg")
    assert [line["origin"] for _, line in read_lines(tmp_path)] == ["caf\udce9 \U0001f6b2.jpg"]
