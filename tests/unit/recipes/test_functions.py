"""A user's own function by name: found and run, or refused in one line."""

import numpy as np
import pytest

from workbench.errors import InvalidValue, UnknownName, UnreadableSource
from workbench.recipes import Recipe
from workbench.recipes.functions import file_of, load_function, load_preprocess

FILE = """
from dataclasses import dataclass

@dataclass
class Kept:
    scale: float = 255.0

def unit(frame):
    return frame / Kept().scale

def sized(frame, size):
    return frame

def with_default(frame, size=224):
    return frame

constant = 3
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "serve.py"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["unit", "with_default"])
def test_a_function_of_a_file_is_loaded(file, name):
    assert load_preprocess(f"{file}:{name}")(np.full(2, 255.0)).shape == (2,)


def test_the_tutorials_mistakes_are_reached_by_the_name_of_their_module():
    tensor = load_preprocess("workbench.samples.mistakes:score_picture")(np.full((40, 50, 3), 255, np.uint8))
    assert (tensor.shape, tensor.max()) == ((1, 32, 32, 3), 1.0)


@pytest.mark.parametrize(
    ("origin", "error", "message"),
    [
        pytest.param("nowhere.py:f", UnreadableSource, "nowhere.py: no such file", id="no file"),
        pytest.param("{file}:unitt", UnknownName, "did you mean 'unit'", id="misspelt function"),
        pytest.param("{file}:", UnknownName, "known: Kept, sized, unit", id="no name"),
        pytest.param("{file}:constant", UnknownName, "no function in", id="a number"),
        pytest.param(
            "{file}:sized", InvalidValue, "takes (frame, size); it is called with 1 argument", id="two needed"
        ),
        pytest.param("{file}", InvalidValue, "which function of it", id="a file alone"),
        pytest.param("nowhere.at.all:f", UnreadableSource, "no module named 'nowhere'", id="no module"),
        pytest.param("keras.mobilenetv2", UnknownName, "did you mean 'keras.mobilenet_v2'", id="misspelt preset"),
        pytest.param("nowhere.npy", UnreadableSource, "nowhere.npy: no such file", id="no tensors"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_one_line(file, origin, error, message):
    with pytest.raises(error) as caught:
        load_preprocess(origin.format(file=file))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("1 / 0", "raises ZeroDivisionError: division by zero", id="raises"),
        pytest.param("def f(:", "raises SyntaxError", id="no Python"),
        pytest.param("import nowhere_to_be_found", "imports 'nowhere_to_be_found', which is not there", id="imports"),
        pytest.param("raise SystemExit(3)", "raises SystemExit: 3", id="ends the process"),
    ],
)
def test_a_file_that_fails_is_said_in_one_line(tmp_path, text, message):
    path = tmp_path / "broken.py"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidValue) as caught:
        load_function(f"{path}:f")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_recipes_and_saved_tensors_are_loaded_too(tmp_path):
    np.save(tmp_path / "tensors.npy", np.zeros((2, 4, 4, 3), np.float32))
    assert load_preprocess(str(tmp_path / "tensors.npy")).shape == (2, 4, 4, 3)
    assert load_preprocess("sample:mtcnn") == Recipe(size=None, range="affine(127.5, 128)")
    assert load_preprocess({"color": "bgr"}).color == "bgr"


def test_the_file_behind_a_function_is_known():
    assert file_of("a/b.py:f") == "a/b.py"
    assert file_of("sample:bikes") == "sample:bikes"
