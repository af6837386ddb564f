"""The rules by which `benchmarks/mismatch_search.py` calls an answer right, and by which its networks are drawn."""

import numpy as np
import pytest

from benchmarks.zoo.draws import RANGES, draw_config, draw_recipe
from benchmarks.zoo.pictures import FIRST_KEPT_ASIDE, HELD, Pictures, _tiles
from benchmarks.zoo.scoring import same_range, score
from workbench.diagnose.search import Candidate
from workbench.recipes import Recipe

TRUE = Recipe(size=(32, 32), color="bgr", range="symmetric", resize="pil.bicubic")
WRONG = TRUE.replace(color="rgb", range="unit")


def candidate(probability, *recipes):
    return Candidate(recipes[0], recipes[1:], probability, {})


@pytest.mark.parametrize(
    ("name", "true", "same"),
    [
        pytest.param("symmetric", "symmetric", True, id="itself"),
        pytest.param("centered", "symmetric", True, id="0.4% of the spread away"),
        pytest.param("unit256", "unit", True, id="0.4% of the spread away, at white"),
        pytest.param("affine(mean=127.5, std=127.5)", "symmetric", True, id="another name"),
        pytest.param("affine(mean=127.5, std=128)", "symmetric", True, id="not in the catalogue"),
        pytest.param("unit", "symmetric", False, id="another range"),
        pytest.param("torch_swapped", "torch", False, id="means exchanged"),
        pytest.param("caffe_swapped", "caffe", False, id="means exchanged, in levels"),
        pytest.param("double_unit", "unit", False, id="scaled twice"),
        pytest.param("per_image", "per_image", True, id="by the picture itself"),
        pytest.param("torch", "per_image", False, id="constants for what has none"),
    ],
)
def test_ranges_are_the_same_where_their_numbers_are(name, true, same):
    assert same_range(name, true) is same


def test_the_first_candidate_may_hold_the_truth_among_what_it_cannot_tell_apart():
    best = candidate(0.97, TRUE.replace(resize="cv2.linear"), TRUE)
    found = score([best], [best], TRUE)
    assert (found.right, found.right_whole, found.rank, found.rank_whole, found.tied) == (True, True, 1, 1, True)
    assert found.resize is None


def test_the_right_colour_with_another_kernel_is_not_the_whole_recipe():
    best, second = candidate(0.6, TRUE.replace(resize="cv2.linear")), candidate(0.4, TRUE)
    found = score([best, second], [best, second], TRUE)
    assert (found.right, found.right_whole, found.rank, found.rank_whole) == (True, False, 1, 2)
    assert found.resize is False


def test_candidates_that_differ_in_the_kernel_only_take_one_place():
    ranking = [candidate(0.4, WRONG), candidate(0.3, WRONG.replace(resize="cv2.area")), candidate(0.3, TRUE)]
    found = score(ranking, ranking[:2], TRUE)
    assert (found.rank, found.rank_whole, found.right, found.tied, found.stated) == (2, 3, False, False, 0.4)


def test_a_truth_that_is_nowhere_has_no_rank():
    assert score([candidate(1.0, WRONG)], [], TRUE).rank == 0


def test_a_kernel_of_the_same_family_is_the_same_kernel():
    linear = TRUE.replace(resize="cv2.linear")
    assert score([candidate(1.0, linear)], [], TRUE.replace(resize="tf.bilinear")).resize is True


@pytest.mark.parametrize("shape", [(80, 80), (128, 96)])
def test_what_is_held_out_of_a_photo_overlaps_nothing_that_is_learned(shape):
    learned, held = _tiles(np.zeros((512, 640, 3), np.uint8), shape, np.random.default_rng(0))
    assert len(learned) >= (HELD - 1) * (len(held) - 1) > 0
    seen = np.zeros((512, 640), int)
    for tiles, value in ((learned, 1), (held, 2)):
        for tile in tiles:
            part = seen[tile.top : tile.top + shape[0] + 16, tile.left : tile.left + shape[1] + 16]
            assert not part.any()
            part[:] = value


def test_a_gray_network_gets_no_range_with_a_constant_for_each_colour():
    some = np.random.default_rng(0).integers(256, size=(2, 4, 4, 3), dtype=np.uint8)
    pictures = Pictures(some, np.zeros(2, int), some, np.zeros(2, int), labels=("a",))
    drawn = [draw_recipe(seed, "digits", pictures) for seed in range(60)]
    assert {recipe.color for recipe in drawn} >= {"gray", "rgb"}
    assert {recipe.range for recipe in drawn} - set(RANGES)  # affine ones, with their numbers


def test_another_draw_of_a_network_keeps_whether_it_has_normalization():
    seeds = range(FIRST_KEPT_ASIDE, FIRST_KEPT_ASIDE + 40)
    has_norm = [{draw_config(seed, attempt).norm != "none" for attempt in range(3)} for seed in seeds]
    assert all(len(each) == 1 for each in has_norm)
    assert {True} in has_norm
    assert {False} in has_norm
