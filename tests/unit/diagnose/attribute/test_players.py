"""Two recipes become players such that every mix of them is a recipe, and the last one is serving."""

from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from workbench.diagnose.attribute.players import mixed, players
from workbench.errors import InvalidValue
from workbench.recipes import Recipe, choices

SMALL = {"color": ["rgb", "bgr", "gray", "gray3"], "range": ["raw", "symmetric", "torch", "caffe"]}
SLOTS = {
    **{slot: st.sampled_from(SMALL.get(slot) or list(choices(slot))) for slot in ("decode", "exif", "color", "fit")},
    **{slot: st.sampled_from(SMALL.get(slot) or list(choices(slot))) for slot in ("rounding", "range", "order")},
    "resize": st.sampled_from(["cv2.linear", "pil.box"]),
    "crop_fraction": st.sampled_from([0.875, 1.0]),
    "pad": st.sampled_from([0, 114]),
    "size": st.sampled_from([None, (8, 8), (8, 12)]),
    "layout": st.sampled_from(["nhwc", "nchw"]),
    "integer": st.sampled_from([None, ("int8", (0.5, 3)), ("uint8", None), ("uint8", (0.25, 1))]),
}


@st.composite
def recipes(draw):
    slots = {name: draw(values) for name, values in SLOTS.items()}
    integer = slots.pop("integer")
    if integer:
        slots |= {"dtype": integer[0], "quantization": integer[1]}
    try:
        return Recipe(**slots)
    except InvalidValue:
        assume(False)


@settings(deadline=None)
@given(recipes(), recipes())
def test_every_mix_is_a_recipe_and_the_whole_is_serving(training, serving):
    found = players(training, serving)
    assert mixed(training, []) == training
    assert mixed(training, found) == serving
    for chosen in product([False, True], repeat=min(len(found), 5)):
        mixed(training, [player for player, there in zip(found, chosen, strict=False) if there])
    named = [slot for player in found for slot in player.slots]
    assert len(named) == len(set(named))
    assert set(training - serving) <= set(named)


BASE = Recipe(size=(8, 8))


@pytest.mark.parametrize(
    ("training", "serving", "names", "slots"),
    [
        pytest.param(BASE, BASE, [], {}, id="equal"),
        pytest.param(
            BASE, BASE.replace(fit="letterbox", pad=114), ["fit"], {"fit": ("stretch", "letterbox"), "pad": (0, 114)},
            id="pad with its letterbox",
        ),
        pytest.param(
            BASE.replace(fit="center_crop"), BASE.replace(fit="resize_crop", crop_fraction=1), ["fit", "crop_fraction"],
            {"fit": ("center_crop", "resize_crop"), "crop_fraction": (0.875, 1.0)}, id="two crops have a fraction each",
        ),
        pytest.param(
            BASE, BASE.replace(dtype="uint8", quantization=(0.5, 1)), ["dtype"],
            {"dtype": ("float32", "uint8"), "quantization": (None, (0.5, 1))}, id="quantization with its dtype",
        ),
        pytest.param(
            BASE.replace(range="torch"), BASE.replace(color="gray", range="unit"), ["color+range"],
            {"color": ("rgb", "gray"), "range": ("torch", "unit")}, id="one channel excludes a range of three",
        ),
    ],
)  # fmt: skip
def test_slots_that_only_matter_together_are_one_player(training, serving, names, slots):
    found = players(training, serving)
    assert [player.name for player in found] == names
    assert {slot: pair for player in found for slot, pair in player.slots.items()} == slots


def test_without_a_size_all_that_resizes_follows_the_size():
    [player] = players(Recipe(size=None), Recipe(size=(8, 8), resize="pil.box", fit="letterbox", pad=5))
    assert player.name == "size"
    assert player.told[1] == "(8, 8), fit letterbox, pad 5, resize pil.box, rounding uint8, order resize_first"
