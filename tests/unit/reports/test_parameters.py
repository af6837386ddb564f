"""A notebook says what it takes, and nothing else gets in."""

from pathlib import Path

import numpy as np
import pytest

from workbench.errors import InvalidValue, UnknownName, UnreadableSource
from workbench.reports.parameters import bind, from_assignments, from_yaml, read_parameters

CELL = """source: str = "sample:bikes"  # path, folder, camera:0
size: list[int] = [224, 224]  # height, width in pixels
step: int = 5
share: float = 0.5  # of the frames
live: bool = False
limit: "int | None" = None
means: dict[str, float] = {"r": 1}
notes: list = []
recipe: str | dict = ''"""
PARAMETERS = read_parameters(CELL, where="a.ipynb")
DEFAULTS = {p.name: p.default for p in PARAMETERS}


def test_a_cell_is_read_with_types_defaults_and_help():
    first, size, step = PARAMETERS[:3]
    assert (first.name, str(first.kind), first.default) == ("source", "str", "sample:bikes")
    assert first.help == "path, folder, camera:0"
    assert (str(size.kind), size.default, step.help) == ("list[int]", [224, 224], "")
    assert str(PARAMETERS[5].kind) == "int | None"
    assert str(PARAMETERS[6].kind) == "dict[str, float]"


def test_a_line_without_a_type_takes_that_of_its_default():
    (parameter,) = read_parameters("step = 5  # frames", where="a.ipynb")
    assert (str(parameter.kind), parameter.help) == ("int", "frames")


def test_defaults_are_made_plain():
    (size,) = read_parameters("size: list = (224, 224)", where="a.ipynb")
    assert size.default == [224, 224]


@pytest.mark.parametrize(
    ("line", "part"),
    [
        pytest.param("import os", "`import os`, must read `name: type = literal", id="statement"),
        pytest.param("a: int = len('abc')", "must read", id="call"),
        pytest.param("a, b = 1, 2", "must read", id="two names"),
        pytest.param("a: int = 'x'", "takes int", id="default of another type"),
        pytest.param("a: Path = 'x'", "`Path` is no parameter type; known: str, int", id="unknown type"),
        pytest.param("a: list[Path] = []", "`Path` is no parameter type", id="unknown type inside"),
        pytest.param("a: int =", "is no Python", id="syntax error"),
        pytest.param("a.b = 1", "must read", id="attribute"),
        pytest.param("a: float = 1e999", "takes float", id="infinity"),
    ],
)
def test_a_line_that_is_no_plain_parameter_is_refused(line, part):
    with pytest.raises(InvalidValue) as refusal:
        read_parameters(line, where="a.ipynb")
    assert part in str(refusal.value)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, {}, id="defaults"),
        pytest.param({"size": (96, 128)}, {"size": [96, 128]}, id="tuple"),
        pytest.param({"step": np.int64(3)}, {"step": 3}, id="NumPy int"),
        pytest.param({"share": np.float32(0.25)}, {"share": 0.25}, id="NumPy float"),
        pytest.param({"share": 1}, {"share": 1.0}, id="int for float"),
        pytest.param({"source": Path("a.mp4")}, {"source": "a.mp4"}, id="path"),
        pytest.param({"limit": 4}, {"limit": 4}, id="first alternative"),
        pytest.param({"limit": None}, {"limit": None}, id="second alternative"),
        pytest.param({"size": np.array([1, 2])}, {"size": [1, 2]}, id="array"),
    ],
)
def test_values_of_the_right_type_are_bound(given, expected):
    assert bind(PARAMETERS, given) == {**DEFAULTS, **expected}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"step": "5"}, id="text for int"),
        pytest.param({"step": 5.0}, id="float for int"),
        pytest.param({"step": True}, id="bool for int"),
        pytest.param({"live": 1}, id="int for bool"),
        pytest.param({"source": 5}, id="int for text"),
        pytest.param({"size": [224, "a"]}, id="text in a list of ints"),
        pytest.param({"size": 224}, id="int for a list"),
        pytest.param({"means": {"r": "x"}}, id="text in a dict of floats"),
        pytest.param({"share": float("nan")}, id="NaN"),
        pytest.param({"limit": "none"}, id="text for int or None"),
        pytest.param({"notes": {1, 2}}, id="set"),
    ],
)
def test_values_of_another_type_are_refused(given):
    with pytest.raises(InvalidValue) as refusal:
        bind(PARAMETERS, given)
    assert next(iter(given)) in str(refusal.value)


def test_an_unknown_name_is_refused_with_the_closest():
    with pytest.raises(UnknownName, match="no parameter named 'steps'; did you mean 'step'"):
        bind(PARAMETERS, {"steps": 5})


def test_a_name_that_is_code_is_refused():
    with pytest.raises(UnknownName):
        bind(PARAMETERS, {"step = 1; import os  #": 5})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("source=5", "5", id="text stays text"),
        pytest.param("source=a=b", "a=b", id="only the first = counts"),
        pytest.param("size=96,128", [96, 128], id="list without brackets"),
        pytest.param("size=[96, 128]", [96, 128], id="list with brackets"),
        pytest.param("size=", [], id="empty list"),
        pytest.param("step= 7", 7, id="space"),
        pytest.param("share=1e-3", 0.001, id="exponent"),
        pytest.param("live=yes", True, id="yes"),
        pytest.param("live=FALSE", False, id="FALSE"),
        pytest.param("limit=none", None, id="none"),
        pytest.param("limit=9", 9, id="an int where None may stand"),
        pytest.param("means={r: 1e-3, g: 2}", {"r": 0.001, "g": 2.0}, id="dict"),
        pytest.param("notes=a, 1", ["a", 1], id="list of anything"),
        pytest.param("notes=['5', {a: '1'}]", ["5", {"a": "1"}], id="quoted text in a list of anything"),
        pytest.param("recipe=sample:bikes", "sample:bikes", id="text where a dict may stand"),
        pytest.param("recipe={range: unit}", {"range": "unit"}, id="a dict where text may stand"),
    ],
)
def test_texts_are_read_as_the_declared_type(text, expected):
    assert from_assignments(PARAMETERS, [text]) == {text.partition("=")[0]: expected}


@pytest.mark.parametrize(
    ("text", "error", "part"),
    [
        pytest.param("step=a", InvalidValue, "parameter 'step' takes int, such as 5; got 'a'", id="no number"),
        pytest.param("step=1.5", InvalidValue, "takes int", id="float for int"),
        pytest.param("live=1", InvalidValue, "takes bool", id="1 for bool"),
        pytest.param("size=a,b", InvalidValue, "takes list[int]", id="words in a list of ints"),
        pytest.param("size={a", InvalidValue, "takes list[int]", id="torn YAML"),
        pytest.param("share=nan", InvalidValue, "takes float", id="nan"),
        pytest.param("step", InvalidValue, "write name=value", id="no ="),
        pytest.param("stpe=1", UnknownName, "did you mean 'step'", id="typing error"),
        pytest.param("__import__('os')=1", UnknownName, "no parameter named", id="code for a name"),
    ],
)
def test_texts_that_mean_nothing_are_refused(text, error, part):
    with pytest.raises(error) as refusal:
        from_assignments(PARAMETERS, [text])
    assert part in str(refusal.value)


def test_a_yaml_file_gives_values(tmp_path):
    (tmp_path / "p.yaml").write_text("size: [96, 128]\nstep: 2\n")
    assert bind(PARAMETERS, from_yaml(tmp_path / "p.yaml"))["size"] == [96, 128]


def test_an_empty_yaml_file_gives_none(tmp_path):
    (tmp_path / "p.yaml").write_text("# nothing\n")
    assert from_yaml(tmp_path / "p.yaml") == {}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("- 1\n- 2\n", InvalidValue, id="list"),
        pytest.param("1: 2\n", InvalidValue, id="number as name"),
        pytest.param("a: [1\n", UnreadableSource, id="torn"),
        pytest.param("a: !!python/object/apply:os.system [echo]\n", UnreadableSource, id="code in YAML"),
    ],
)
def test_a_yaml_file_that_is_no_mapping_is_refused_in_one_line(tmp_path, text, error):
    (tmp_path / "p.yaml").write_text(text)
    with pytest.raises(error) as refusal:
        from_yaml(tmp_path / "p.yaml")
    assert "\n" not in str(refusal.value)


def test_a_missing_yaml_file_is_refused(tmp_path):
    with pytest.raises(UnreadableSource, match=r"none\.yaml"):
        from_yaml(tmp_path / "none.yaml")
