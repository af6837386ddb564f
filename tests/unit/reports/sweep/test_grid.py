"""What a grid on a command line means, and which jobs come of it."""

import pytest

from workbench.errors import InvalidValue, UnknownName
from workbench.reports.parameters import read_parameters
from workbench.reports.sweep.grid import Asked, differing, read_grid

PARAMETERS = read_parameters(
    'number: int = 3\nrate: float = 0.5\nname: str = "a"\nsize: list[int] = [2, 3]\nlimit: int | None = None\n'
    "options: dict = {}\nrecipe: str | dict = 'x'\nfast: bool = False\nany = None",
    where="count.ipynb",
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("number=1,2,3", {"number": [1, 2, 3]}, id="numbers"),
        pytest.param("rate=1, 2.5", {"rate": [1.0, 2.5]}, id="typed as the parameter is, spaces aside"),
        pytest.param("name=clip.mp4,street", {"name": ["clip.mp4", "street"]}, id="texts"),
        pytest.param("name=a,b;c", {"name": ["a,b", "c"]}, id="semicolons keep commas in texts"),
        pytest.param("name='',b", {"name": ["", "b"]}, id="an empty text is quoted"),
        pytest.param("name=a=b", {"name": ["a=b"]}, id="an equals sign in a value"),
        pytest.param("limit=none,5", {"limit": [None, 5]}, id="alternatives"),
        pytest.param("fast=yes,no", {"fast": [True, False]}, id="yes and no"),
        pytest.param("size=224,224;160,160", {"size": [[224, 224], [160, 160]]}, id="lists between semicolons"),
        pytest.param("size=[224,224],[160,160]", {"size": [[224, 224], [160, 160]]}, id="lists in brackets"),
        pytest.param("size=[224,224]", {"size": [[224, 224]]}, id="one list in brackets"),
        pytest.param("options={a: 1},{b: 2}", {"options": [{"a": 1}, {"b": 2}]}, id="dicts in braces"),
        pytest.param("recipe=keras.vgg16,own.yaml", {"recipe": ["keras.vgg16", "own.yaml"]}, id="names of recipes"),
        pytest.param("recipe={color: bgr},own.yaml", {"recipe": [{"color": "bgr"}, "own.yaml"]}, id="slots and a name"),
        pytest.param("any=1;x", {"any": [1, "x"]}, id="no type declared"),
    ],
)
def test_a_grid_is_read_as_its_parameters_are_typed(text, expected):
    assert read_grid(PARAMETERS, [text]) == expected


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        pytest.param(["number"], "write name=value,value", id="no equals sign"),
        pytest.param(["nummer=1"], "did you mean 'number'", id="misspelt"),
        pytest.param(["number=1", "number=2"], "names 'number' twice", id="twice"),
        pytest.param(["number=1,x"], "takes int", id="another type"),
        pytest.param(["number=1,,2"], "empty value", id="an empty value"),
        pytest.param(["name=a,"], "empty value", id="a comma at the end"),
        pytest.param(["size=224,224"], "one value or several", id="one list, or two numbers"),
        pytest.param(["size=[1,2],3"], "one value or several", id="a list and a number"),
        pytest.param(["any=1,2"], "one value or several", id="no type to tell"),
        pytest.param(["size=[1,2"], "brackets that do not fit", id="torn brackets"),
    ],
)
def test_a_grid_that_can_be_misread_is_refused(texts, message):
    with pytest.raises((InvalidValue, UnknownName), match=message):
        read_grid(PARAMETERS, texts)


def test_jobs_are_all_combinations_for_every_row_of_the_table():
    asked = Asked({"number": [1, 2], "name": ["a", "b"]}, [{"fast": True}, {"rate": 2.0}], {"limit": 7})
    jobs = asked.jobs()
    assert asked.names == ("fast", "rate", "number", "name")
    assert len(jobs) == 8
    assert jobs[1] == {"limit": 7, "fast": True, "number": 1, "name": "b"}
    assert jobs[-1] == {"limit": 7, "rate": 2.0, "number": 2, "name": "b"}


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        pytest.param({}, "nothing to sweep over", id="nothing"),
        pytest.param({"fixed": {"number": 1}}, "nothing to sweep over", id="only what is the same in all"),
        pytest.param({"grid": {"name": "abc"}}, "give a list", id="a text for a list"),
        pytest.param({"grid": {"name": []}}, "no value", id="no value"),
        pytest.param({"grid": {"name": ["a"]}, "fixed": {"name": "b"}}, "given twice", id="in the grid and for all"),
        pytest.param({"grid": {"name": ["a"]}, "table": [{"name": "b"}]}, "given twice", id="in the grid and table"),
        pytest.param({"grid": {"a": range(200), "b": range(101)}}, "20200 jobs", id="too many"),
    ],
)
def test_what_makes_no_jobs_is_refused_before_any_is_made(asked, message):
    with pytest.raises(InvalidValue, match=message):
        Asked(**asked)


@pytest.mark.parametrize(
    ("jobs", "expected"),
    [
        pytest.param([{"a": 1, "b": [1]}, {"a": 1, "b": [2]}], ("b",), id="one differs"),
        pytest.param([{"a": 1, "b": 2}], ("a", "b"), id="a single job"),
    ],
)
def test_what_differs_from_job_to_job_is_told(jobs, expected):
    assert differing(["a", "b"], jobs) == expected
