import pytest

from tests.unit.full_disk import full_disk
from workbench.errors import InvalidValue
from workbench.whole_file import whole_file, write_text


@pytest.fixture
def place(tmp_path):
    (tmp_path / "out.bin").write_bytes(b"before")
    return tmp_path / "out.bin"


def test_a_reader_finds_the_old_content_until_the_new_is_whole(place):
    with whole_file(place) as file:
        file.write(b"after")
        file.flush()
        assert place.read_bytes() == b"before"
    assert place.read_bytes() == b"after"
    assert list(place.parent.iterdir()) == [place]


def test_what_fails_half_way_leaves_the_old_content_and_nothing_else(place):
    with pytest.raises(KeyboardInterrupt), whole_file(place) as file:
        file.write(b"aft")
        raise KeyboardInterrupt
    assert place.read_bytes() == b"before"
    assert list(place.parent.iterdir()) == [place]


def test_a_full_disk_is_said_in_one_line_and_takes_nothing_away(place):
    with (
        full_disk(after=5),
        pytest.raises(InvalidValue, match=r"out.bin: no file can be written there \(File too large"),
    ):
        write_text(place, "a text of more")
    assert place.read_bytes() == b"before"
    assert list(place.parent.iterdir()) == [place]


def test_it_may_be_read_by_whoever_may_read_any_new_file(place):
    (place.parent / "other").touch()
    with whole_file(place):
        pass
    assert place.stat().st_mode == (place.parent / "other").stat().st_mode


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(".", "this is a folder; name a file in it", id="a folder"),
        pytest.param("no/such/folder/out.txt", r"no folder \S+/no/such/folder\); name another place", id="no folder"),
        pytest.param("x" * 300, "File name too long", id="a name that no file can have"),
    ],
)
def test_a_place_that_takes_no_text_is_refused(tmp_path, name, message):
    with pytest.raises(InvalidValue, match=message):
        write_text(tmp_path / name, "text")
    assert list(tmp_path.iterdir()) == []
