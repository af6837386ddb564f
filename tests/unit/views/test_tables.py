import re

import numpy as np
import pandas as pd
import pytest

from workbench.views.tables import table


def cells(markup, tag="td"):
    return re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", str(markup))


class Result:
    """A fake result: only its table."""

    def to_frame(self):
        return pd.DataFrame({"label": ["cat"], "probability": [0.98765]})


def test_text_is_escaped_wherever_it_stands():
    evil = "<img src=x onerror=alert(1)>"
    markup = str(table(pd.DataFrame({evil: [evil]}), caption=evil))
    assert "<img" not in markup
    assert markup.count("&lt;img") == 3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(0.98765, "0.988", id="a share"),
        pytest.param(np.float32(0.5), "0.5", id="a NumPy number"),
        pytest.param(0.00001234, "1.23e-05", id="a small one"),
        pytest.param(12345.6, "12346", id="a large one"),
        pytest.param(float("nan"), "", id="NaN"),
        pytest.param(7, "7", id="a whole number"),
        pytest.param(True, "yes", id="true"),
        pytest.param(np.bool_(False), "no", id="NumPy's false"),
        pytest.param("text", "text", id="text"),
    ],
)
def test_a_value_is_written_for_a_reader(value, expected):
    assert cells(table(pd.DataFrame({"value": [value]}))) == [expected]


def test_none_is_an_empty_cell():
    assert cells(table(pd.DataFrame({"value": pd.Series(["a", None], dtype=object)}))) == ["a", ""]


def test_numbers_stand_to_the_right_and_everything_else_to_the_left():
    markup = str(table(pd.DataFrame({"n": [1.5], "text": ["a"], "flip": [True]})))
    assert re.findall(r"<td style=\"text-align:(\w+)\"", markup) == ["right", "left", "left"]


def test_rows_beyond_the_limit_are_counted():
    markup = table(pd.DataFrame({"n": range(30)}), max_rows=20)
    assert len(cells(markup)) == 20
    assert "and 10 more rows" in str(markup)


def test_a_result_is_laid_out_by_its_own_table():
    assert cells(table(Result()), "th") == ["label", "probability"]


def test_a_mapping_is_a_table_of_names_and_values():
    assert cells(table({"flips": 3, "share": 0.25})) == ["flips", "3", "share", "0.25"]


def test_a_named_index_is_a_column():
    frame = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["a", "b"], name="slot"))
    assert cells(table(frame)) == ["a", "1", "b", "2"]


def test_an_empty_table_has_its_head():
    markup = table(pd.DataFrame({"a": [], "b": []}))
    assert cells(markup, "th") == ["a", "b"]
    assert cells(markup) == []


def test_a_table_shows_itself_and_reads_as_text():
    markup = table({"flips": 3})
    assert str(markup) in markup._repr_html_()
    assert "flips" in repr(markup)


def test_control_characters_are_escapes_and_dollars_no_mathematics():
    markup = table({"label": "\x1b[31m$x^2$\u202e"})
    assert cells(markup)[1] == r"\u001b[31m$x^2$\u202e"
    assert r"\u001b[31m$x^2$" in repr(markup)
    assert markup._repr_html_().startswith('<div class="mathjax_ignore">')
