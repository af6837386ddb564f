"""The contracts of the real sample models: what they declare, and no quarrel with the recipes of their training."""

import os

import pytest

from workbench.errors import SampleError
from workbench.models.contract import contract
from workbench.recipes import load_recipe

pytestmark = pytest.mark.slow

RGB, GRAY = ("rgb", "bgr", "gray3"), ("gray", "gray_bgr")


@pytest.fixture
def real(request, loaded):
    try:
        return loaded(request.param)
    except SampleError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("real", "size", "color", "dtype"),
    [
        pytest.param("efficientnet-lite0", (224, 224), RGB, "float32", id="efficientnet-lite0"),
        pytest.param("cifar10-cnn", (32, 32), RGB, "float32", id="cifar10-cnn"),
        pytest.param("emotion-cnn", (64, 64), GRAY, "float32", id="emotion-cnn"),
        pytest.param("dog-breeds", (160, 160), RGB, "float32", id="dog-breeds"),
        pytest.param("centernet-coco", (512, 512), RGB, "float32", id="centernet-coco"),
        pytest.param("ssd-mobilenet-oid", (300, 300), RGB, "float32", id="ssd-mobilenet-oid"),
        pytest.param("ssd-hands", None, RGB, "uint8", id="ssd-hands"),
    ],
    indirect=["real"],
)
def test_a_real_model_says_what_it_takes(real, size, color, dtype):
    found = contract(real)
    assert (found.slots["size"].best if size else found.undecided["size"]) == (size or "any size runs")
    assert found.slots["color"].values == color
    assert found.slots["dtype"].best == dtype
    assert found.slots["layout"].best == "nhwc"
    recipe = load_recipe(f"sample:{real.name}")
    assert found.contradictions(recipe) == ()
    expected = found.slots.get("range")
    assert expected is None or expected.best == recipe.range


@pytest.mark.parametrize("real", ["ssd-hands"], indirect=True)
def test_small_numbers_into_the_uint8_signature_are_caught(real):
    recipe = load_recipe("sample:ssd-hands")
    [text] = contract(real).contradictions(recipe.replace(range="unit"))
    assert "rounded to a few whole numbers: use range='raw'" in text
    texts = contract(real).contradictions(recipe.replace(range="unit", dtype="float32"))
    assert "set dtype='uint8' and range='raw'" in texts[0]
