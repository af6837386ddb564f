"""Every slot that contradicts what a model declares gets a sentence with the cure; what comes to the same gets none."""

import re
import warnings

import numpy as np
import pytest

from workbench.errors import PreprocessingWarning
from workbench.inference import predict
from workbench.models import TensorSpec, check_batch
from workbench.models.contract import contract
from workbench.recipes import Recipe


class Declared:
    """A model that only says what it takes."""

    def __init__(self, shape, dtype="float32", quantization=None, *, labels=None, classes=3):
        self.name, self.labels = "declared", labels
        self.inputs = (TensorSpec("image", shape, dtype, quantization=quantization),)
        self.outputs = (TensorSpec("scores", (None, classes), "float32"),)

    def predict(self, batch):
        (array,) = check_batch(batch, self.inputs, self.name)
        return {"scores": np.zeros((len(array), 3), np.float32)}

    def close(self):
        pass


FLOAT = Declared((None, 224, 224, 3))
GRAY = Declared((None, 64, 64, 1))
NCHW = Declared((None, 3, 224, 224))
ANY_SIZE = Declared((1, None, None, 3), "uint8")
UINT8_UNIT = Declared((1, 224, 224, 3), "uint8", (1 / 255, 0))
INT8_SYMMETRIC = Declared((None, 224, 224, 3), "int8", (0.0078431, -1))
INT8_RAW = Declared((None, 224, 224, 3), "int8", (1.0, -128))
INT8_OTHER = Declared((None, 224, 224, 3), "int8", (0.05, 3))
S = {"dtype": "int8", "quantization": (0.0078431, -1)}


@pytest.mark.parametrize(
    ("model", "recipe", "sentence"),
    [
        pytest.param(FLOAT, Recipe(size=(299, 299)), r"size=\(299, 299\) .* set size=\(224, 224\)", id="size"),
        pytest.param(FLOAT, Recipe(size=None), r"size=None .* set size=\(224, 224\)", id="no size"),
        pytest.param(
            Declared((None, 240, 320, 3)), Recipe(size=(320, 240)), "height and width exchanged", id="width first"
        ),
        pytest.param(
            Declared((None, None, 320, 3)), Recipe(size=(100, 200)), r"set size=\(100, 320\)", id="one side fixed"
        ),
        pytest.param(NCHW, Recipe(), "layout='nhwc' .* 3 channels stand first .* set layout='nchw'", id="layout"),
        pytest.param(FLOAT, Recipe(color="gray"), "color='gray', but the input has 3 channels", id="gray into rgb"),
        pytest.param(GRAY, Recipe(size=(64, 64)), "color='rgb', but .* 1 channel; set color='gray'", id="colour"),
        pytest.param(
            ANY_SIZE, Recipe(range="unit"), "dtype='float32', but .* uint8; set dtype='uint8' and range='raw'",
            id="float into uint8",
        ),
        pytest.param(
            ANY_SIZE, Recipe(range="unit", dtype="uint8"), "rounded to a few whole numbers: use range='raw'",
            id="0..1 as uint8",
        ),
        pytest.param(
            INT8_SYMMETRIC, Recipe(range="symmetric", dtype="int8"), r"quantization=None, .* set quantization=\(0.007",
            id="no quantization",
        ),
        pytest.param(INT8_SYMMETRIC, Recipe(range="unit", **S), r"\[-1, 1\] is expected: .* scale 0.007", id="range"),
        pytest.param(INT8_RAW, Recipe(dtype="int8"), r"set quantization=\(1.0, -128\)", id="levels beyond int8"),
        pytest.param(INT8_OTHER, Recipe(dtype="int8"), r"set quantization=\(0.05, 3\)", id="own quantization"),
    ],
)  # fmt: skip
def test_a_contradiction_is_one_sentence_with_the_cure(model, recipe, sentence):
    found = contract(model).contradictions(recipe)
    assert any(re.search(sentence, text) for text in found), found


@pytest.mark.parametrize(
    ("model", "recipe"),
    [
        pytest.param(FLOAT, Recipe(), id="declared as it is"),
        pytest.param(FLOAT, Recipe(range="torch", color="bgr"), id="what a shape cannot tell"),
        pytest.param(FLOAT, Recipe(color="gray3"), id="gray three times"),
        pytest.param(GRAY, Recipe(size=(64, 64), color="gray_bgr"), id="one channel"),
        pytest.param(NCHW, Recipe(layout="nchw"), id="channels first"),
        pytest.param(ANY_SIZE, Recipe(size=(37, 91), dtype="uint8"), id="any size"),
        pytest.param(
            UINT8_UNIT, Recipe(range="unit", dtype="uint8", quantization=(1 / 255, 0)), id="quantized by the book"
        ),
        pytest.param(UINT8_UNIT, Recipe(range="raw", dtype="uint8"), id="the same integers without the detour"),
        pytest.param(INT8_SYMMETRIC, Recipe(range="symmetric", **S), id="int8"),
        pytest.param(INT8_SYMMETRIC, Recipe(range="centered", **S), id="nearly the same numbers"),
        pytest.param(INT8_RAW, Recipe(dtype="int8", quantization=(1.0, -128)), id="levels as int8"),
    ],
)
def test_what_fits_or_comes_to_the_same_is_no_contradiction(model, recipe):
    assert contract(model).contradictions(recipe) == ()


@pytest.mark.parametrize("model", [FLOAT, GRAY, NCHW, ANY_SIZE, UINT8_UNIT, INT8_SYMMETRIC, INT8_RAW, INT8_OTHER])
def test_the_recipe_a_contract_mends_has_no_contradiction(model):
    found = contract(model)
    assert found.contradictions(found.applied_to(Recipe(size=(9, 7), range="unit", layout="nchw"))) == ()


def test_a_model_without_pictures_has_nothing_to_contradict():
    found = contract(Declared((None, 12)))
    assert (found.input, dict(found.slots), found.contradictions(Recipe())) == (None, {}, ())
    assert found.notes == ("no input takes pictures: image (any, 12) float32",)


@pytest.mark.parametrize("shape", [(None, 3, 64, 3), (None, None, None, None), (None, 32, 32, 32)])
def test_a_layout_no_one_can_tell_is_undecided(shape):
    found = contract(Declared(shape))
    assert "layout" in found.undecided
    assert not {"layout", "size", "color"} & set(found.slots)


@pytest.mark.parametrize(
    ("classes", "note"),
    [
        pytest.param(3, (), id="as many"),
        pytest.param(4, ("3 labels for 4 classes of 'scores'; it may put a background class first",), id="one more"),
        pytest.param(9, ("3 labels for 9 classes of 'scores'",), id="others"),
    ],
)
def test_labels_are_held_against_the_classes(classes, note):
    assert contract(Declared((None, 8, 8, 3), labels=("a", "b", "c"), classes=classes)).notes == note


def test_what_a_model_cannot_say_is_listed_and_not_guessed():
    undecided = contract(Declared((None, None, None, 3))).undecided
    assert set(undecided) == {"resize", "size", "order of the channels", "range"}


def test_a_contract_goes_into_tables_and_yaml():
    import yaml

    found = contract(INT8_SYMMETRIC)
    frame = found.to_frame().set_index("slot")
    assert frame.loc["size", "expected"] == "(224, 224)"
    assert frame.loc["range", "evidence"].startswith("the input 'image' has scale 0.0078431 and zero point -1")
    assert frame.loc["resize", "expected"] == "undecided"
    assert yaml.safe_load(yaml.safe_dump(found.to_dict())) == found.to_dict()


PICTURES = [np.zeros((16, 16, 3), np.uint8)]


def test_predict_warns_once_for_a_model_and_a_recipe():
    model, recipe = Declared((None, 8, 8, 3), "uint8"), Recipe(size=(8, 8), range="unit", dtype="uint8")
    with pytest.warns(PreprocessingWarning, match="^declared: range='unit' feeds") as caught:
        predict(PICTURES, recipe, model, progress=False)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error", PreprocessingWarning)
        predict(PICTURES, recipe, model, progress=False)
    with pytest.warns(PreprocessingWarning, match="range='symmetric'"):
        predict(PICTURES, recipe.replace(range="symmetric"), model, progress=False)


def test_predict_is_silent_on_the_right_recipe_and_on_a_function():
    with warnings.catch_warnings():
        warnings.simplefilter("error", PreprocessingWarning)
        predict(PICTURES, Recipe(size=(8, 8), dtype="uint8"), Declared((None, 8, 8, 3), "uint8"), progress=False)
        predict(PICTURES, lambda rgb: rgb[:8, :8], Declared((None, 8, 8, 3), "uint8"), progress=False)


def test_a_model_that_nobody_can_hold_weakly_still_has_a_contract():
    class Slotted(Declared):
        __slots__ = ()
        __hash__ = None

    model = Slotted((None, 8, 8, 3), "uint8")
    assert contract(model).slots["range"].best == "raw"
    with pytest.warns(PreprocessingWarning):
        predict(PICTURES, Recipe(size=(8, 8), range="unit", dtype="uint8"), model, progress=False)
