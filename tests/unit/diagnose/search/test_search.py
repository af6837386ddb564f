from dataclasses import replace

import numpy as np
import pytest
import yaml

from workbench.diagnose.search import SearchCancelled, search
from workbench.errors import InputMismatch, InvalidValue
from workbench.models import TensorSpec
from workbench.recipes import Recipe

SPACE = {"color": ["rgb", "bgr"], "range": ["unit", "raw"]}
RESIZED = SPACE | {"resize": ["cv2.linear", "cv2.nearest", "pil.bilinear"], "fit": ["stretch", "center_crop"]}
TRAINED = Recipe(size=(8, 8), range="unit")


def run(network, pictures, **given):
    given = {"space": SPACE, "progress": False, "recipe": TRAINED} | given
    return search(network, pictures, **given)


def test_labels_tell_the_colour_order(network, pictures):
    found = run(network(), pictures[0], labels=pictures[1])
    assert found.decided
    assert found.recipe.color == "rgb"
    assert found.ranking[0].evidence["labels"] == 0
    assert sum(each.probability for each in found.ranking) == pytest.approx(1)


def test_the_answer_follows_the_network_and_not_the_usual(network, pictures):
    found = run(network(channels=(2, 1, 0)), pictures[0], labels=pictures[1])
    assert found.decided
    assert found.recipe.color == "bgr"


def test_without_labels_a_network_without_normalization_gives_a_tie(network, pictures):
    found = run(network(), pictures[0])
    assert not found.decided
    assert {each.recipe.color for each in found.ties} == {"rgb", "bgr"}
    assert found.undecided["color"] == ("rgb", "bgr")
    assert "cannot decide between" in found.verdict
    assert "label" in found.needs


def test_reference_outputs_find_the_recipe_that_made_them(network, pictures):
    truth = TRAINED.replace(color="bgr", resize="pil.bilinear", fit="center_crop")
    model = network()
    outputs = model.predict(truth.batch(list(pictures[0])))
    found = run(model, pictures[0], reference=outputs, space=RESIZED)
    assert found.decided
    assert found.ranking[0].holds(truth)
    assert found.undecided == {}


def test_a_recipe_and_model_make_the_reference(network, pictures):
    truth = TRAINED.replace(color="bgr")
    found = run(network(), pictures[0], reference=(truth, network()))
    assert found.recipe == truth


def test_a_reference_tells_where_outputs_are_no_classes(network, pictures):
    model = network(classes=False)
    outputs = model.predict(TRAINED.replace(range="raw").batch(list(pictures[0])))["answer"]
    found = run(model, pictures[0], reference=outputs)
    assert (found.recipe.color, found.recipe.range) == ("rgb", "raw")


def test_a_detector_without_reference_has_its_contract_alone(network, pictures):
    model = network(classes=False)
    found = run(model, pictures[0])
    assert not found.decided
    assert set(found.ranking[0].evidence) == {"contract"}
    assert model.asked == 1
    assert "reference outputs would tell" in found.verdict


def test_recipes_that_cannot_be_told_apart_are_one_candidate(network, pictures):
    space = {"range": ["unit", "unit256"], "color": ["rgb", "bgr"]}
    found = run(network(), pictures[0], labels=pictures[1], space=space)
    assert found.ranking[0].also == (TRAINED.replace(range="unit256"),)
    assert found.undecided["range"] == ("unit", "unit256")


def test_gray_pictures_leave_the_colour_order_open_without_a_tie(network, pictures):
    gray = np.repeat(pictures[0][..., :1], 3, axis=3)
    found = run(network(), gray, space={"color": ["rgb", "bgr"]})
    assert len(found.ranking) == 1
    assert found.undecided == {"color": ("rgb", "bgr")}


def test_a_geometry_that_nothing_speaks_against_stands_beside_the_first(network, pictures):
    found = run(network(), pictures[0], labels=pictures[1], space=RESIZED)
    assert found.decided
    assert found.recipe.resize == "cv2.linear"
    assert {recipe.resize for recipe in found.ranking[0].also} == {"cv2.linear", "cv2.nearest", "pil.bilinear"}
    assert "resize" in found.verdict


def test_halving_finds_the_winner_of_the_full_search_with_fewer_recipes(network, pictures):
    ranges = ["unit", "raw", "symmetric", "torch", "caffe", "per_image"]
    space = RESIZED | {"range": ranges, "resize": ["cv2.linear", "cv2.nearest", "pil.bilinear", "pil.lanczos"]}
    halved, full = (
        run(network(), pictures[0], labels=pictures[1], space=space, budget=budget) for budget in (40, 10_000)
    )
    assert halved.ran <= 40 < full.ran
    assert full.ranking[0].holds(halved.recipe)


def test_one_frame_is_enough_to_run_and_too_few_to_be_sure(network, pictures):
    found = run(network(), pictures[0][:1], labels=pictures[1][:1])
    assert found.frames == 1
    assert not found.decided


def test_one_frame_many_times_is_one_frame(network, pictures):
    once, often = (
        run(network(), np.repeat(pictures[0][:1], count, axis=0), labels=np.repeat(pictures[1][:1], count))
        for count in (1, 40)
    )
    assert not often.decided
    assert often.ranking[0].probability < once.ranking[0].probability + 0.1


def test_many_frames_are_thinned_out_evenly(network, pictures):
    found = run(network(), np.concatenate([pictures[0]] * 4), labels=np.tile(pictures[1], 4))
    assert found.frames == 64


def test_some_frames_without_a_finite_answer_do_no_harm(network, pictures):
    class Brittle(network):
        def predict(self, batch):
            answers = super().predict(batch)["answer"]
            return {"answer": np.where(batch.mean(axis=(1, 2, 3))[:, None] > 0.4, np.nan, answers)}

    found = run(Brittle(), pictures[0], labels=pictures[1])
    assert found.recipe.color == "rgb"


def test_progress_is_told_and_counts_recipes(network, pictures):
    told = []
    run(network(), pictures[0], progress=lambda done, total, text: told.append((done, total, text)))
    done, totals, texts = zip(*told, strict=True)
    assert list(done) == sorted(done)
    assert done[-1] <= totals[-1]
    assert list(dict.fromkeys(texts)) == ["the model", "the frames", "recipes that differ", "the whole space"]
    assert {total for total, text in zip(totals, texts, strict=True) if text == "the frames"} == {0}


def test_a_search_stops_when_progress_says_no(network, pictures):
    with pytest.raises(SearchCancelled, match="stopped after 2 recipes"):
        run(network(), pictures[0], space=RESIZED, progress=lambda done, total, text: done < 2)


@pytest.mark.parametrize("where", ["the model", "the frames", "recipes that differ"])
def test_a_search_stops_before_the_network_is_asked(network, pictures, where):
    model = network()
    with pytest.raises(SearchCancelled, match="stopped after 0 recipes"):
        run(model, pictures[0], progress=lambda done, total, text: text != where)
    assert model.asked == 0


def test_a_search_is_heard_before_each_picture_and_each_batch(network, pictures):
    told = []
    run(network(), np.concatenate([pictures[0]] * 2), progress=lambda *given: told.append(given[2]))
    frames, recipes = len(pictures[0]) * 2, 4
    assert told.count("the frames") == frames + 1
    assert told.count("the whole space") >= recipes * (frames // 16)


def test_frames_and_labels_stay_as_they_are(network, pictures):
    frames, labels = pictures[0].copy(), pictures[1].copy()
    run(network(), frames, labels=labels, space=RESIZED)
    np.testing.assert_array_equal(frames, pictures[0])
    np.testing.assert_array_equal(labels, pictures[1])


def test_results_are_plain_tables(network, pictures):
    found = run(network(), pictures[0], labels=pictures[1], space=RESIZED)
    table = found.to_frame()
    assert list(table["probability"]) == [each.probability for each in found.ranking]
    assert {"color", "range", "labels", "contract", "recipes"} <= set(table.columns)
    assert yaml.safe_load(yaml.safe_dump(found.to_dict()))["decided"] is True
    assert repr(found) == f"SearchResult({found.verdict})"


class TwoInputs:
    name, labels = "pair", None
    inputs = (TensorSpec("image", (None, 8, 8, 3), "float32"), TensorSpec("age", (None, 1), "float32"))
    outputs = (TensorSpec("answer", (None, 3), "float32"),)

    def predict(self, batch):
        raise AssertionError("it is refused before it runs")

    def close(self):
        pass


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        pytest.param({"labels": [0, 1]}, InvalidValue, "for each of 24 frames", id="too few labels"),
        pytest.param({"labels": [3] * 24}, InvalidValue, "label 3 is outside the 3 classes", id="no such class"),
        pytest.param({"labels": [-1] * 24}, InvalidValue, "below 0", id="negative class"),
        pytest.param({"labels": [0.5] * 24}, InvalidValue, "whole number", id="labels that are no classes"),
        pytest.param(
            {"reference": np.zeros((3, 3))}, InvalidValue, "each of 24 frames", id="reference of other frames"
        ),
        pytest.param({"reference": {"boxes": np.zeros((24, 4))}}, InputMismatch, "is none of", id="another output"),
        pytest.param({"budget": 3}, InvalidValue, "budget=3", id="a budget below the colours and ranges"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(network, pictures, given, error, match):
    with pytest.raises(error, match=match) as caught:
        run(network(), pictures[0], **given)
    assert "\n" not in str(caught.value)


def test_labels_of_a_model_without_classes_are_refused(network, pictures):
    with pytest.raises(InvalidValue, match="no class probabilities"):
        run(network(classes=False), pictures[0], labels=pictures[1])


def test_a_model_of_two_inputs_is_refused(pictures):
    with pytest.raises(InvalidValue, match="one input, which takes pictures; it has 2"):
        run(TwoInputs(), pictures[0])


def test_a_network_that_gives_nan_always_is_refused(network, pictures):
    with pytest.raises(InvalidValue, match="NaN or Inf for every one of"):
        run(network(gain=np.nan), pictures[0])


def test_a_model_whose_input_fits_no_recipe_says_so(network, pictures):
    model = network()
    model.inputs = (replace(model.inputs[0], dtype="float64"),)
    with pytest.raises(InputMismatch, match="float64"):
        run(model, pictures[0])
