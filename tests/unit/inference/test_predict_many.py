"""`predict_many` gives each model what `predict` would, and decodes every frame once."""

import numpy as np
import pytest
from PIL import Image

from workbench.errors import InputMismatch, InvalidValue
from workbench.frames.frame import FrameSequence
from workbench.inference import predict, predict_many
from workbench.models import TensorSpec, check_batch
from workbench.recipes import Recipe

RECIPE = Recipe(size=(8, 8))
UNIT = RECIPE.replace(range="unit", color="bgr")


class MeanModel:
    """A model whose answer is the mean level of each channel; notes the batches it is given."""

    name, labels = "mean", None
    outputs = (TensorSpec("means", (None, 3), "float32"),)

    def __init__(self, length=None, size=(8, 8)):
        self.inputs = (TensorSpec("image", (length, *size, 3), "float32"),)
        self.batches = []

    def predict(self, batch):
        (array,) = check_batch(batch, self.inputs, self.name)
        self.batches.append(array.copy())
        return {"means": array.mean(axis=(1, 2))}

    def close(self):
        pass


class Decoding(FrameSequence):
    """Pictures made on the fly, which counts how often each is asked for."""

    order, origin, decoders = "bgr", "decoding", ()

    def __init__(self, length, decoders=()):
        self.asked, self.length, self.decoders = [], length, decoders

    def __len__(self):
        return self.length

    def array(self, index):
        self.asked.append(index)
        return np.full((12, 16, 3), (1, 2, index), np.uint8)

    def time_s(self, index):
        return index / 25


@pytest.mark.parametrize("length", [1, 16, 37])
def test_each_side_gets_what_predict_gives_it_alone(length):
    sides = {"own": (RECIPE, MeanModel()), "unit": (UNIT, MeanModel()), "fixed": (RECIPE, MeanModel(4))}
    together = predict_many(Decoding(length), sides, progress=False)
    for name, (recipe, model) in sides.items():
        alone = predict(Decoding(length), recipe, model, progress=False)
        np.testing.assert_array_equal(together[name].outputs["means"], alone.outputs["means"])
        assert (together[name].sizes, together[name].times_s) == (alone.sizes, alone.times_s)


def test_every_frame_is_decoded_once_for_all():
    frames = Decoding(37)
    predict_many(frames, {str(i): (RECIPE if i % 2 else UNIT, MeanModel()) for i in range(5)}, progress=False)
    assert sorted(frames.asked) == list(range(37))


def test_equal_recipes_share_their_tensors():
    calls = []

    def preprocess(rgb):
        calls.append(1)
        return rgb[:8, :8].astype(np.float32)

    predict_many(Decoding(5), {"a": (preprocess, MeanModel()), "b": (preprocess, MeanModel())}, progress=False)
    assert len(calls) == 5


def test_a_model_of_one_batch_length_gets_parts_of_it_padded():
    fixed = MeanModel(4)
    answers = predict_many(Decoding(18), {"any": (RECIPE, MeanModel()), "fixed": (RECIPE, fixed)}, progress=False)
    assert {len(batch) for batch in fixed.batches} == {4}
    assert answers["fixed"].outputs["means"][:, 0].tolist() == list(range(18))


def test_each_decoder_reads_for_itself(tmp_path):
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (40, 40, 3), np.uint8)).save(tmp_path / "a.jpg", exif=_turned())
    upright, stored = Recipe(size=(40, 40)), Recipe(size=(40, 40), exif="ignore")
    sides = {name: (recipe, MeanModel(size=(40, 40))) for name, recipe in (("up", upright), ("as", stored))}
    answers = predict_many(str(tmp_path / "a.jpg"), sides, progress=False)
    assert list(answers) == ["up", "as"]
    up, as_stored = (side[1].batches[0][0] for side in sides.values())
    np.testing.assert_array_equal(up, np.rot90(as_stored, -1))


def _turned():
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned a quarter
    return exif


def test_pictures_of_their_own_size_go_in_batches_of_one_size():
    images = [np.full((h, 8, 3), h, np.uint8) for h in (8, 8, 9, 8)]
    own, fixed = MeanModel(size=(None, None)), MeanModel()
    answers = predict_many(images, {"own": (Recipe(size=None), own), "8": (RECIPE, fixed)}, progress=False)
    assert [len(batch) for batch in own.batches] == [2, 1, 1]
    assert answers["own"].outputs["means"][:, 0].tolist() == [8, 8, 9, 8]
    assert answers["8"].outputs["means"][:, 0].tolist() == [8, 8, 9, 8]


def test_what_does_not_fit_is_refused_before_any_model_runs():
    good = MeanModel()
    with pytest.raises(InputMismatch, match="expects"):
        predict_many(Decoding(3), {"a": (RECIPE, good), "b": (Recipe(size=(9, 9)), MeanModel())}, progress=False)
    assert good.batches == []


def test_no_side_is_refused():
    with pytest.raises(InvalidValue, match="at least one side"):
        predict_many(Decoding(3), {}, progress=False)


def test_the_stage_times_are_each_sides_own_but_for_the_decoding():
    answers = predict_many(Decoding(20), {"a": (RECIPE, MeanModel()), "b": (UNIT, MeanModel())}, progress=False)
    a, b = answers["a"].seconds, answers["b"].seconds
    assert a["decode"] == b["decode"]
    assert a["preprocess"] != b["preprocess"]
    assert set(a) == {"decode", "preprocess", "infer", "wall"}
