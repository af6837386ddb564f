"""Values on their way into JSON and notebooks keep their meaning or are refused."""

import json
from pathlib import Path

import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.reports.plain import plain, read_json, strict_json


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param((224, 224), [224, 224], id="tuple"),
        pytest.param(np.int64(5), 5, id="NumPy int"),
        pytest.param(np.float32(0.5), 0.5, id="NumPy float32"),
        pytest.param(np.float64(0.5), 0.5, id="NumPy float64, which is a float by inheritance"),
        pytest.param(np.bool_(True), True, id="NumPy bool"),
        pytest.param(np.str_("a"), "a", id="NumPy text"),
        pytest.param(np.arange(4).reshape(2, 2), [[0, 1], [2, 3]], id="array"),
        pytest.param(Path("a/b"), "a/b", id="path"),
        pytest.param({"a": (np.int8(1), None)}, {"a": [1, None]}, id="nested"),
        pytest.param(True, True, id="bool stays bool"),
    ],
)
def test_values_become_plain(value, expected):
    made = plain(value, name="x")
    assert made == expected
    assert type(made) is type(expected)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        pytest.param({1: "a"}, "x has the key 1", id="number as key"),
        pytest.param([{"a": object()}], "x[0].a is a object", id="object deep inside"),
        pytest.param({1, 2}, "x is a set", id="set"),
        pytest.param(b"a", "x is a bytes", id="bytes"),
    ],
)
def test_a_value_without_plain_form_is_refused_by_its_place(value, part):
    with pytest.raises(InvalidValue) as refusal:
        plain(value, name="x")
    assert part in str(refusal.value)


def test_nan_and_infinities_become_null_in_json():
    text = strict_json({"a": np.nan, "b": [np.inf, -np.inf, 1.5], "c": np.float32("nan")}, name="x")
    strict = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert strict == {"a": None, "b": [None, None, 1.5], "c": None}


@pytest.mark.parametrize("text", ['{"a": 1', "[1]", "", "\x00"], ids=["torn", "list", "empty", "binary"])
def test_a_file_without_a_json_object_reads_as_empty(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    assert read_json(tmp_path / "a.json") == {}


def test_a_missing_file_reads_as_empty(tmp_path):
    assert read_json(tmp_path / "none.json") == {}
