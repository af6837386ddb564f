"""Real networks on real pictures; what they were trained with is known from their authors' code (see presets.py)."""

import numpy as np
import pytest

from workbench import load_model, open_frames, preset, read_labels
from workbench.diagnose.search import search

pytestmark = pytest.mark.slow
# what decides the geometry has its own tests; here it would only take time
COLORS = {"color": ["rgb", "bgr", "gray3"], "range": ["raw", "unit", "symmetric", "centered", "torch", "caffe"]}
GRAYS = {"color": ["gray"], "range": ["raw", "unit", "symmetric", "centered", "affine(127.5, 255)"]}


def place(found, name):
    truth = preset(f"sample:{name}")
    coloring = next(
        place
        for place, each in enumerate(found.ranking)
        for recipe in (each.recipe, *each.also)
        if (recipe.color, recipe.range) == (truth.color, truth.range)
    )
    return coloring, found.ranking[coloring]


@pytest.fixture(scope="module")
def cifar():
    return load_model("sample:cifar10-cnn")


def test_statistics_alone_put_the_truth_first_on_frames_of_the_own_domain(cifar):
    found = search(cifar, "sample:cifar-20", space=COLORS, progress=False)
    assert place(found, "cifar10-cnn")[0] == 0
    assert {each.recipe.range for each in found.ties} == {"raw"}
    assert found.ranking[0].evidence["statistics"] == 0


def test_sixteen_labels_rule_the_other_colour_order_out(cifar):
    frames = open_frames("sample:cifar-20")[:16]
    labels = read_labels("sample:cifar-20", frames)
    found = search(cifar, frames, labels=labels, space=COLORS, progress=False)
    assert place(found, "cifar10-cnn")[0] == 0
    assert "bgr" not in {each.recipe.color for each in found.ties}


def test_reference_outputs_are_near_proof(cifar):
    frames = open_frames("sample:imagenet-20")[:4]
    truth = preset("sample:cifar10-cnn").replace(resize="cv2.area")
    space = COLORS | {"resize": ["cv2.linear", "cv2.area", "pil.bicubic"]}
    found = search(cifar, frames, reference=(truth, cifar), space=space, progress=False)
    assert found.decided
    assert found.recipe == truth


def test_a_fast_engine_is_read_by_its_original(cifar):
    class Fast:
        """As `FastModel`: the answers of an engine, and the original beside it."""

        runtime, path = "tflite", None
        name, labels, inputs, outputs = cifar.name, cifar.labels, cifar.inputs, cifar.outputs
        predict, close = cifar.predict, cifar.close

        def original(self):
            return cifar

    found = search(Fast(), "sample:cifar-20", space=COLORS, progress=False)
    assert "statistics" in found.ranking[0].evidence


@pytest.mark.parametrize("frames", ["faces-6", "skimage", "imagenet-20"])
def test_frames_of_another_domain_leave_the_truth_among_the_ties(frames):
    """A contrast that is not that of faces looks like another range: the answer must not be a sure one."""
    found = search("sample:emotion-cnn", f"sample:{frames}", space=GRAYS, progress=False)
    assert not found.decided or place(found, "emotion-cnn")[0] == 0
    assert place(found, "emotion-cnn")[0] < len(found.ties)
    assert found.needs or found.decided


def test_efficientnet_is_found_without_labels():
    frames = open_frames("sample:imagenet-20")[:8]
    found = search("sample:efficientnet-lite0", frames, space=COLORS, progress=False)
    assert found.decided
    assert (found.recipe.color, found.recipe.range) == ("rgb", "symmetric")
    assert found.ranking[0].also == (found.recipe.replace(range="centered"),)


def test_the_same_search_gives_the_same_answer(cifar):
    first, again = (search(cifar, "sample:cifar-20", space=COLORS, progress=False) for _ in range(2))
    np.testing.assert_array_equal(first.to_frame()["probability"], again.to_frame()["probability"])
