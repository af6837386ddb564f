"""What differs, in words a person uses; and which credible recipe serving is held against."""

import pytest

from workbench.diagnose.diagnosis.reference import nearest_credible
from workbench.diagnose.diagnosis.words import CLAUSES, clause, listed, noun
from workbench.diagnose.search import Candidate, SearchResult
from workbench.recipes import SLOTS, Recipe, choices


@pytest.mark.parametrize(
    ("slot", "training", "serving", "said"),
    [
        pytest.param("color", "rgb", "bgr", "gives BGR where the model was trained on RGB", id="colour"),
        pytest.param("range", "raw", "unit", "feeds x / 255 where the model was trained on levels", id="range"),
        pytest.param("range", "unit", "double_unit", "scales twice: it feeds x / 255 / 255", id="scaled twice"),
        pytest.param("range", "caffe", "affine(mean=[104.0, 117.0, 123.0], std=1.0)",
                     "feeds nearly x less the Caffe means with those of red and blue exchanged", id="swapped means"),
        pytest.param("range", "raw", "affine(mean=7, std=3)", "feeds affine(mean=7, std=3) where", id="another affine"),
        pytest.param("resize", "pil.bicubic", "cv2.linear", "does not antialias its resize (cv2.", id="kernel"),
        pytest.param("resize", "tf.bilinear", "tf.bilinear_aa", "antialiases its resize", id="antialiased"),
        pytest.param("resize", "cv2.linear", "cv2.nearest", "resizes by cv2.nearest instead of", id="another kernel"),
        pytest.param("size", (224, 320), (320, 224), "exchanges height and width (320 x 224 for 224 x 320)", id="swap"),
        pytest.param("size", None, (300, 300), "resizes to 300 x 300 before a model that takes pictures", id="size"),
        pytest.param("fit", "center_crop", "stretch", "stretches the whole picture where training cuts", id="fit"),
        pytest.param("crop_fraction", 0.875, 1.0, "takes the whole picture where training took the central", id="crop"),
        pytest.param("dtype", "uint8", "float32", "hands over float32 where the model takes uint8", id="dtype"),
        pytest.param("rotate", 0, 90, "has rotate 90 instead of 0", id="any other slot"),
    ],
)  # fmt: skip
def test_a_slot_is_told_as_a_person_would(slot, training, serving, said):
    assert clause(slot, training, serving).startswith(said)


@pytest.mark.parametrize("slot", [slot for slot in SLOTS if slot in CLAUSES and choices(slot)])
def test_every_pair_of_choices_has_a_clause(slot):
    names = list(choices(slot))
    said = {clause(slot, a, b) for a in names for b in names if a != b}
    assert len(said) >= len(names)


def test_lists_and_groups_are_sentences():
    assert (listed([]), listed(["a"])) == ("", "a")
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert noun("color") == "the colour"
    assert noun("pad + fit") == "pad and the fit"


# --- which credible recipe serving is held against ---------------------------------------------------------

RGB = Recipe(size=(24, 24), range="symmetric")
BGR = RGB.replace(color="bgr")


def result(*candidates):
    return SearchResult(
        "toy", candidates, ("color", "range", "resize"), frames=8, recipes=9, ran=9, needs="labels would"
    )


def candidate(recipe, probability, also=()):
    return Candidate(recipe, tuple(also), probability, {"statistics": 0.0})


def test_a_credible_recipe_that_serving_follows_accuses_nothing():
    found = result(candidate(RGB, 0.7), candidate(BGR, 0.28), candidate(RGB.replace(range="unit"), 0.02))
    assert nearest_credible(found, BGR) == BGR
    assert nearest_credible(found, None) == RGB


def test_what_every_credible_recipe_has_otherwise_is_accused():
    found = result(candidate(RGB, 0.97), candidate(BGR, 0.03))
    assert set(nearest_credible(found, BGR.replace(range="unit")) - BGR.replace(range="unit")) == {"color", "range"}


def test_recipes_that_cannot_be_told_apart_count_as_one():
    area = RGB.replace(resize="cv2.area")
    found = result(candidate(RGB, 0.99, also=[area]), candidate(BGR, 0.01))
    assert nearest_credible(found, area) == area
