"""A table of jobs, from a file or from Python."""

import pandas as pd
import pytest

from workbench.errors import InvalidValue, UnknownName, UnreadableSource
from workbench.reports.parameters import read_parameters
from workbench.reports.sweep.jobs_table import read_table

PARAMETERS = read_parameters('number: int = 3\nname: str = "a"\nsize: list[int] = [2, 3]', where="count.ipynb")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("number,name\n1,x\n2,y\n", [{"number": 1, "name": "x"}, {"number": 2, "name": "y"}], id="typed"),
        pytest.param("number,name\n1,\n", [{"number": 1}], id="an empty cell has the default"),
        pytest.param('size,name\n"5,6","a,b"\n', [{"size": [5, 6], "name": "a,b"}], id="quoted commas"),
        pytest.param("\ufeffnumber\r\n1\r\n\r\n2\r\n", [{"number": 1}, {"number": 2}], id="as Excel writes it"),
    ],
)
def test_a_csv_file_has_a_row_for_each_job(tmp_path, text, expected):
    (tmp_path / "jobs.csv").write_text(text, encoding="utf-8")
    assert read_table(PARAMETERS, tmp_path / "jobs.csv") == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "no row", id="empty"),
        pytest.param(b"number\n", "no row", id="a heading alone"),
        pytest.param(b"nummer\n1\n", "did you mean 'number'", id="misspelt"),
        pytest.param(b"number,number\n1,2\n", "two columns", id="a column twice"),
        pytest.param(b"number,name\n1,a,b\n", "row 1 of .* has 3 values for 2 columns", id="a row too long"),
        pytest.param(b"number\n1,2\n", "row 1 of .* has 2 values for 1 column;", id="a column too many"),
        pytest.param(b"number\n1\nx\n", "row 2 of .*takes int", id="another type"),
        pytest.param(b'name\n"a', "no UTF-8 CSV", id="a quote that does not end"),
        pytest.param(b"name\n\xff\n", "no UTF-8 CSV", id="another encoding"),
    ],
)
def test_a_file_that_is_no_table_of_jobs_is_refused(tmp_path, data, message):
    (tmp_path / "jobs.csv").write_bytes(data)
    with pytest.raises((InvalidValue, UnknownName, UnreadableSource), match=message):
        read_table(PARAMETERS, tmp_path / "jobs.csv")


def test_what_is_missing_in_a_pandas_table_has_the_default():
    table = pd.DataFrame({"number": pd.array([1, None], dtype="Int64"), "name": ["x", "y"]})
    assert read_table(PARAMETERS, table) == [{"number": 1, "name": "x"}, {"name": "y"}]


def test_mappings_are_taken_as_they_are():
    assert read_table(PARAMETERS, ({"number": n} for n in (1, 2))) == [{"number": 1}, {"number": 2}]
    with pytest.raises(UnknownName, match="did you mean"):
        read_table(PARAMETERS, [{"nummer": 1}])
