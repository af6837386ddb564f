"""The results of a sweep are one table for programs: typed, flat, whole, and without passwords."""

import pandas as pd
import pytest

from workbench.errors import InvalidValue
from workbench.reports.sweep.columns import columns_of, spelled
from workbench.reports.sweep.row import Row
from workbench.reports.sweep.table import write_results


@pytest.fixture
def write(tmp_path):
    """Return a function that writes rows and returns the table that was read back from Parquet."""

    def put(*rows, swept=("n",), state="ok"):
        write_results(tmp_path / "s", rows, title="Count", swept=swept, state=state)
        return pd.read_parquet(tmp_path / "s" / "sweep.parquet")

    return put


def test_there_is_a_row_a_job_and_the_csv_says_the_same(write, tmp_path):
    table = write(Row({"n": 1}, "a" * 12, "ok", metrics={"x": 0.5}), Row({"n": 2}))
    assert list(table.columns[:3]) == ["n", "state", "x"]
    assert list(table.state) == ["ok", "waiting"]
    text = pd.read_csv(tmp_path / "s" / "sweep.csv")
    assert list(text.columns) == list(table.columns)
    assert text.x.to_list()[0] == table.x[0] == 0.5


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        pytest.param([1, None, 3], "Int64", id="whole numbers"),
        pytest.param([1, 0.5, None], "Float64", id="numbers"),
        pytest.param([True, None, False], "boolean", id="yes or no"),
        pytest.param([1, True, None], "str", id="numbers and yes or no"),
        pytest.param([2**70, 1, None], "str", id="numbers that no column holds"),
        pytest.param([1, "a", None], "str", id="numbers and text"),
        pytest.param([[1, 2], [3], None], "str", id="lists"),
        pytest.param([None, None, None], "str", id="nothing"),
    ],
)
def test_a_column_has_the_type_of_its_values(write, values, kind):
    table = write(*(Row({"n": row}, metrics={"x": value}) for row, value in enumerate(values)))
    assert str(table.x.dtype) == kind
    assert list(table.x.isna()) == [value is None for value in values]


def test_nested_metrics_lie_side_by_side_and_lists_are_json(write):
    table = write(Row({"n": 1}, metrics={"recall": {"cat": 1, "by": {"day": 2}}, "size": [1, 2]}))
    assert (table["recall.cat"][0], table["recall.by.day"][0], table["size"][0]) == (1, 2, "[1, 2]")


def test_a_name_that_is_taken_says_what_it_is_of():
    columns = columns_of([Row({"state": 1, "n": 2}, metrics={"n": 3, "error": 4})], swept=["state"])
    assert list(columns.swept) == ["parameters.state"]
    assert list(columns.metrics) == ["metrics.n", "metrics.error"]
    assert list(columns.others) == ["n"]


def test_no_file_holds_a_password(write, tmp_path):
    write(Row({"n": "rtsp://me:topsecret@camera/1"}, error="no answer with topsecret", metrics={"at": "topsecret"}))
    for path in (tmp_path / "s").iterdir():
        assert b"topsecret" not in path.read_bytes(), path.name


def test_what_cannot_be_written_leaves_the_files_before_it(write, tmp_path):
    write(Row({"n": 1}))
    before = {path: path.read_bytes() for path in (tmp_path / "s").iterdir()}
    with pytest.raises(InvalidValue, match="x is a object"):
        write(Row({"n": 1}, metrics={"x": object()}))
    assert {path: path.read_bytes() for path in (tmp_path / "s").iterdir()} == before


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param({"color": "bgr", "size": 3}, "color=bgr, size=3", id="slots"),
        pytest.param({"a": {"b": 1}}, '{"a": {"b": 1}}', id="nested"),
        pytest.param({}, "{}", id="empty"),
        pytest.param([1, 2], "[1, 2]", id="a list"),
        pytest.param("a", "a", id="text"),
    ],
)
def test_a_value_is_spelled_for_a_person(value, said):
    assert spelled(value) == said
