import numpy as np
import pytest

from workbench.views.lettering import overlay, shortened


@pytest.fixture
def wall():
    return np.full((120, 300, 3), 180, np.uint8)


def changed(before, after):
    """Rows and columns in which two pictures differ, as a box."""
    rows, columns = np.nonzero((before != after).any(axis=2))
    return rows.min(), rows.max(), columns.min(), columns.max()


@pytest.mark.parametrize(
    ("corner", "top", "left"),
    [
        pytest.param("top left", True, True, id="top left"),
        pytest.param("top right", True, False, id="top right"),
        pytest.param("bottom left", False, True, id="bottom left"),
        pytest.param("bottom right", False, False, id="bottom right"),
    ],
)
def test_text_stands_in_the_corner_asked_for(wall, corner, top, left):
    first_row, last_row, first_column, last_column = changed(wall, overlay(wall, ["cat .92"], corner=corner))
    assert (last_row < 60) == top
    assert (first_row > 60) == (not top)
    assert (last_column < 150) == left
    assert (first_column > 150) == (not left)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("cafe", "café", id="accents"),
        pytest.param("a", "я", id="Cyrillic"),
        pytest.param("a", "猫", id="Chinese, at least as a box"),
    ],
)
def test_letters_beyond_ascii_are_drawn(wall, one, other):
    assert (overlay(wall, [one]) != overlay(wall, [other])).any()


def test_letters_are_white_on_dark_whatever_the_picture(wall):
    drawn = overlay(wall, ["MMMM"], size=30)
    assert drawn.max() == 255
    assert drawn.min() < 70


def test_a_label_too_long_for_the_picture_is_shortened_within_it(wall):
    long, longer = (overlay(wall, ["wide " * n]) for n in (40, 400))
    assert changed(wall, long)[3] < wall.shape[1]
    assert (long == longer).all()


def test_a_line_break_in_a_label_is_a_blank(wall):
    assert (overlay(wall, ["two\nlines"]) == overlay(wall, ["two lines"])).all()


def test_each_line_has_a_row_of_its_own(wall):
    one, two = (changed(wall, overlay(wall, ["word"] * n)) for n in (1, 2))
    assert two[1] > one[1] + 10


def test_no_lines_leave_the_picture_as_it_is(wall):
    assert (overlay(wall, []) == wall).all()


def test_overlay_leaves_the_old_picture(wall):
    before = wall.copy()
    overlay(wall, ["cat"])
    assert (wall == before).all()


@pytest.mark.timeout(60)  # letter by letter it would take minutes
def test_a_label_of_thousands_of_letters_is_shortened_at_once():
    short = shortened("w" * 100_000, 300, 12)
    assert short.endswith("w…")
    assert shortened(short[:-1], 300, 12) == short[:-1]  # one letter more is too many
    assert shortened(short[:-1] + "ww", 300, 12) == short
    assert shortened("wide", 1, 12) == "…"
