"""The lines of a label file are the names, whatever signs are in them."""

import pytest

from workbench.errors import InvalidValue
from workbench.models.labels import read_labels


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param("cat\ndog\n", ("cat", "dog"), id="lines"),
        pytest.param("cat\r\n dog \r\n\r\n", ("cat", "dog"), id="lines of Windows"),
        pytest.param("cat\n\ndog", ("cat", "", "dog"), id="an empty line between names is a class"),
        pytest.param("ca\u2028t\nd\x85o\x0bg", ("ca\u2028t", "d\x85o\x0bg"), id="signs that end a line elsewhere"),
    ],
)
def test_a_line_is_a_name(tmp_path, text, names):
    (tmp_path / "labels.txt").write_bytes(text.encode())
    assert read_labels(tmp_path / "labels.txt") == names


def test_a_file_of_blanks_holds_no_name(tmp_path):
    (tmp_path / "labels.txt").write_text(" \n\n")
    with pytest.raises(InvalidValue, match="hold no name"):
        read_labels(tmp_path / "labels.txt")
