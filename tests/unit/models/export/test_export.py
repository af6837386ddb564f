"""A recipe is handed out as text or inside its model; what is written is whole, and right, or not written."""

import pytest

from workbench import Recipe, WorkbenchError, load_recipe
from workbench.errors import InvalidValue, UnknownName
from workbench.models.export import export
from workbench.recipes.code import preprocess_source

RECIPE = Recipe(size=(32, 32), range="unit")


def test_the_code_is_returned_and_written(tmp_path):
    text = export(RECIPE, "cv2", out=tmp_path / "prepare.py", name="prepare")
    assert text == preprocess_source(RECIPE, name="prepare")
    assert (tmp_path / "prepare.py").read_text(encoding="utf-8") == text
    assert [file.name for file in tmp_path.iterdir()] == ["prepare.py"]


def test_yaml_is_read_back_as_the_same_recipe(tmp_path):
    text = export(RECIPE, "yaml", out=tmp_path / "recipe.yaml")
    assert Recipe.from_yaml(text) == load_recipe(tmp_path / "recipe.yaml") == RECIPE


@pytest.mark.parametrize(
    ("to", "options", "said"),
    [
        pytest.param("cv3", {}, "no export target named 'cv3'; did you mean 'cv2'", id="no such target"),
        pytest.param("yaml", {"model": "model.keras"}, "belong to to='keras'", id="a model for text"),
        pytest.param("cv2", {"frame_size": (480, 640)}, "belong to to='keras'", id="a frame size for text"),
        pytest.param("cv2", {"name": "two words"}, "give a name for a function", id="no name for a function"),
        pytest.param("keras", {}, "give model= and out=", id="no model"),
        pytest.param("keras", {"model": "model.keras", "out": "model.onnx"}, "name a .keras or .tflite", id="ONNX"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_cure(to, options, said):
    with pytest.raises((InvalidValue, UnknownName), match=said):
        export(RECIPE, to, **options)


def test_a_file_that_was_there_stays_when_the_text_cannot_be_made(tmp_path):
    out = tmp_path / "prepare.py"
    out.write_text("before")
    with pytest.raises(WorkbenchError):
        export(RECIPE, "cv2", out=out, name="two words")
    assert out.read_text() == "before"


@pytest.mark.parametrize("out", ["missing/prepare.py", "."])
def test_a_place_that_takes_no_file_is_refused(tmp_path, out):
    with pytest.raises(InvalidValue, match="name a"):
        export(RECIPE, "cv2", out=tmp_path / out)
    assert list(tmp_path.iterdir()) == []
