"""`attribute` on models whose answer is known, and on a real one."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import supervision as sv

from workbench.diagnose import attribute
from workbench.diagnose.attribute import mixes
from workbench.diagnose.identify.slips import found as found_slip
from workbench.errors import InvalidValue, UnknownName
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence
from workbench.models import TensorSpec, check_batch
from workbench.recipes import Recipe

RECIPE = Recipe(size=(8, 8))


class Rule:
    """A model that answers by a function of the mean level of each channel; counts the tensors it is given."""

    name, labels = "rule", None
    inputs = (TensorSpec("image", (None, 8, 8, 3), "float32"),)

    def __init__(self, answer, activation="softmax"):
        self.answer, self.seen = answer, 0
        self.outputs = (TensorSpec("out", (None, None), "float32", activation),)

    def predict(self, batch):
        (array,) = check_batch(batch, self.inputs, self.name)
        self.seen += len(array)
        return {"out": np.array([self.answer(row) for row in array.mean(axis=(1, 2))], np.float32)}

    def close(self):
        pass


def redder(means):
    """Sure that it is the class "red" where the first channel is the largest, else that it is not."""
    return [0.1, 0.9] if means[0] > means[1:].max() else [0.9, 0.1]


RED, BLUE = (np.full((6, 9, 3), levels, np.uint8) for levels in ((200, 20, 20), (20, 20, 200)))


def test_a_loss_that_one_slot_makes_is_all_its_own():
    serving = RECIPE.replace(color="bgr", resize="pil.box", rounding="float")
    found = attribute(Rule(redder), [RED, RED, BLUE, BLUE], training=RECIPE, serving=serving, progress=False)
    assert found.metric == "flips"
    assert found.values == pytest.approx({"color": 1.0, "resize": 0.0, "rounding": 0.0})
    assert found.shares["color"] == pytest.approx(1.0)
    assert found.verdict == (
        "100% of the loss is color (1.00 of 1.00 flips a frame), resize 0%, rounding 0% on 4 frames."
    )


def test_two_slots_that_hide_each_other_share_the_loss():
    # Either a swap of the channels or levels below 1 makes the answer wrong; both together are no worse.
    def answer(means):
        return [0.1, 0.9] if means[0] > means[1:].max() and means.max() > 1 else [0.9, 0.1]

    serving = RECIPE.replace(color="bgr", range="unit")
    found = attribute(Rule(answer), [RED] * 3, training=RECIPE, serving=serving, progress=False)
    assert found.values == pytest.approx({"color": 0.5, "range": 0.5})
    assert found.interactions.loc["color", "range"] == pytest.approx(-1)
    assert "; color and range partly hide each other (−1.00)" in found.verdict
    table = found.to_frame().set_index("slot")
    assert table.loc["color", ["alone", "mended"]].tolist() == [1, 1]
    assert found.coalitions["loss"].tolist() == [0, 1, 1, 1]


def test_each_frame_has_parts_of_its_own_and_their_mean_is_the_value():
    serving = RECIPE.replace(color="bgr", range="unit")
    gray = np.full((6, 9, 3), 90, np.uint8)
    found = attribute(Rule(redder), [RED, BLUE, gray], training=RECIPE, serving=serving, progress=False)
    assert found.per_frame["color"].tolist() == [1, 1, 0]
    assert found.per_frame.mean().to_dict() == pytest.approx(found.values)
    low, high = found.intervals["color"]
    assert low < 2 / 3 < high
    assert found.total_interval == pytest.approx((low, high))


@pytest.mark.parametrize("metric", ["flips", "kl", "accuracy"])
@pytest.mark.parametrize("seed", range(3))
def test_the_parts_sum_to_the_whole(metric, seed):
    rng = np.random.default_rng(seed)
    frames = [rng.integers(0, 256, (13, 17, 3), dtype=np.uint8) for _ in range(6)]
    weights = rng.normal(size=(3, 4)) / 30

    def answer(means):
        logits = np.exp(means @ weights)
        return logits / logits.sum()

    serving = RECIPE.replace(
        color="bgr", range="symmetric", resize="pil.lanczos", fit="center_crop", rounding="float", rotate=90
    )
    labels = rng.integers(0, 4, 6)
    found = attribute(
        Rule(answer), frames, training=RECIPE, serving=serving, metric=metric, labels=labels, progress=False
    )
    assert sum(found.values.values()) == pytest.approx(found.total, abs=1e-9)
    assert found.losses.mean[0] == 0
    parts = found.per_frame.sum(axis=1).to_numpy()
    np.testing.assert_allclose(parts, found.losses.per_frame[-1] - found.losses.per_frame[0], atol=1e-9)


class Counting(FrameSequence):
    """Pictures that count how often each is decoded."""

    order, origin, decoders = "rgb", "counting", ("cv2", "pil")

    def __init__(self, asked=None, level=0):
        self.asked, self.level = [] if asked is None else asked, level

    def __len__(self):
        return 5

    def array(self, index):
        self.asked.append(index)
        return RED + np.uint8(self.level)

    def time_s(self, index):
        return None

    def decoded_by(self, decode, exif="apply"):
        return Counting(self.asked, level=int(decode == "pil"))


def test_each_frame_is_decoded_once_a_decoder_however_little_memory_there_is(monkeypatch):
    monkeypatch.setattr(mixes, "TENSORS_MB", 0)
    frames, model = Counting(), Rule(redder)
    serving = RECIPE.replace(color="bgr", range="unit", decode="pil")
    attribute(model, frames, training=RECIPE, serving=serving, progress=False)
    assert sorted(frames.asked) == sorted([*range(5)] * 2)
    assert model.seen == 5 * 2**3


def test_a_decoder_that_reads_the_frames_alike_is_set_aside():
    frames, model = Counting(), Rule(redder)
    serving = RECIPE.replace(color="bgr", exif="ignore")
    found = attribute(model, frames, training=RECIPE, serving=serving, progress=False)
    assert found.aside == {"exif": "it reads these frames the same"}
    assert model.seen == 5 * 2


def test_what_the_model_refuses_and_what_cannot_matter_is_set_aside():
    serving = RECIPE.replace(color="bgr", layout="nchw", decode="pil")
    found = attribute(Rule(redder), [RED], training=RECIPE, serving=serving, progress=False)
    assert list(found.values) == ["color"]
    assert found.verdict.endswith(
        "; decode is set aside: these frames come decoded; layout is set aside: rule refuses it, so it stops the run "
        "instead of changing an answer."
    )


@pytest.mark.parametrize(
    ("serving", "verdict"),
    [
        pytest.param({}, "Nothing to split: no slot that can change an answer differs.", id="equal"),
        pytest.param({"resize": "pil.box"}, "Nothing to split: resize together lose 0.00", id="nothing lost"),
    ],
)
def test_nothing_to_split_is_said(serving, verdict):
    found = attribute(Rule(redder), [RED], training=RECIPE, serving=RECIPE.replace(**serving), progress=False)
    assert found.verdict.startswith(verdict)
    assert found.shares == {}
    assert found.to_dict()["total"] == 0


def test_auto_takes_a_finer_metric_where_no_answer_flips():
    def answer(means):
        share = 0.5 + means[0] / 1000
        return [1 - share, share]

    found = attribute(Rule(answer), [RED], training=RECIPE, serving=RECIPE.replace(color="bgr"), progress=False)
    assert (found.metric, found.reason) == ("kl", "kl, since flips lose nothing")
    assert "nats" in found.verdict


def test_a_gain_is_called_one():
    found = attribute(
        Rule(redder), [RED, BLUE], training=RECIPE.replace(color="bgr"), serving=RECIPE, labels=[1, 0], progress=False
    )
    assert found.metric == "accuracy"
    assert found.total == -1
    assert found.verdict.startswith("100% of the gain (serving is better) is color")


def test_a_model_of_neither_classes_nor_boxes_is_split_by_the_change_of_its_outputs():
    model = Rule(lambda means: means, activation="linear")
    model.outputs = ()
    model.predict = lambda batch: {"map": batch}
    found = attribute(model, [RED], training=RECIPE, serving=RECIPE.replace(color="bgr"), progress=False)
    assert found.metric == "change"
    assert found.total == pytest.approx(np.sqrt(2) * 180 / np.hypot(200, np.hypot(20, 20)))


class Finder(Rule):
    """Finds what is red, if its first channel is red: a row of pixels, class 1."""

    labels = ("other", "red")
    inputs = (TensorSpec("image", (None, 32, 32, 3), "float32"),)

    def predict(self, batch):
        rows = np.zeros((len(batch), 3, 6), np.float32)
        for row, picture in zip(rows, batch, strict=True):
            y, x = np.nonzero(picture[:, :, 0] > 127)
            if len(y):
                row[0] = x.min(), y.min(), x.max() + 1, y.max() + 1, 0.9, 1
        return {"rows": rows}


@pytest.mark.parametrize(
    ("labelled", "metric", "verdict"),
    [
        pytest.param(True, "map", "of 1.00 mean average precision", id="true boxes"),
        pytest.param(False, "boxes", "of 1.00 box overlap", id="none"),
    ],
)
def test_a_detector_is_split_by_precision_or_by_overlap(labelled, metric, verdict):
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[10:30, 20:50] = 255, 0, 0
    true = sv.Detections(np.array([[20, 10, 50, 30]], np.float32), class_id=np.array([1]))
    recipe = Recipe(size=(32, 32))
    found = attribute(
        Finder(redder), [picture] * 3, training=recipe, serving=recipe.replace(color="bgr", fit="center_crop"),
        labels=[true] * 3 if labelled else None, progress=False,
    )  # fmt: skip
    assert found.metric == metric
    assert verdict in found.verdict
    assert sum(found.values.values()) == pytest.approx(found.total, abs=1e-9)
    assert found.values["color"] > 0.5
    assert (found.per_frame is None) == labelled


class Left(Rule):
    """Sure of class 1 where the left half is redder than the right."""

    def predict(self, batch):
        (array,) = check_batch(batch, self.inputs, self.name)
        left, right = (half.mean(axis=(1, 2)) for half in (array[:, :, :4, 0], array[:, :, 4:, 0]))
        share = np.where(left > right, 0.9, 0.1)
        return {"out": np.stack([1 - share, share], axis=1).astype(np.float32)}


def test_a_slip_has_its_part_beside_the_slots():
    half = np.zeros((8, 8, 3), np.uint8)
    half[:, :4, 0] = 200
    serving = SimpleNamespace(recipe=RECIPE.replace(color="bgr"), slips=(found_slip("mirror"),))
    found = attribute(Left(redder), [half], training=RECIPE, serving=serving, progress=False)
    # As BGR no half is the redder one, and mirrored it is the other: each makes the answer another, both no worse.
    assert found.values == pytest.approx({"color": 0.5, "mirror": 0.5})
    assert found.to_frame().set_index("slot").loc["mirror", "serving"] == "left and right are exchanged"


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        pytest.param({"serving": lambda image: image}, InvalidValue, "serving is a recipe .*identify", id="function"),
        pytest.param({"metric": "flip"}, UnknownName, "did you mean 'flips'", id="unknown metric"),
        pytest.param({"metric": "accuracy"}, InvalidValue, "needs true classes: labels=", id="no labels"),
        pytest.param({"metric": "boxes"}, InvalidValue, "here there are: flips, kl", id="another kind"),
        pytest.param({"labels": [0]}, InvalidValue, "one for each of 2 frames; got 1", id="labels"),
        pytest.param({"labels": 3}, InvalidValue, "one for each of 2 frames; got 3", id="a number"),
        pytest.param({"labels": [0, 7]}, InvalidValue, "class indices go from 0 to 1", id="no such class"),
    ],
)
def test_what_cannot_be_split_is_refused_with_the_cure(given, error, message):
    sides = {"training": RECIPE, "serving": RECIPE.replace(color="bgr")} | given
    with pytest.raises(error, match=message):
        attribute(Rule(redder), [RED, BLUE], **sides, progress=False)


def test_a_model_that_answers_nothing_finite_in_training_has_nothing_to_lose():
    broken = Rule(lambda means: [np.nan, np.nan])
    with pytest.raises(InvalidValue, match=r"every answer under the training recipe holds NaN or Inf \(2 frames\)"):
        attribute(broken, [RED, BLUE], training=RECIPE, serving=RECIPE.replace(color="bgr"), progress=False)


def test_more_than_ten_slots_are_too_many():
    training = RECIPE.replace(fit="letterbox", pad=3)
    serving = Recipe(
        decode="pil", rotate=90, color="bgr", fit="letterbox_corner", pad=0, size=(8, 9), resize="pil.box",
        rounding="float", range="unit", dtype="uint8", layout="nchw",
    )  # fmt: skip
    model = Rule(redder)
    model.predict, model.inputs = (lambda batch: {"out": np.full((len(batch), 2), 0.5, np.float32)}), ()
    with pytest.raises(InvalidValue, match="11 slots differ .*2048 mixes; attribute splits up to 10"):
        attribute(model, Counting(), training=training, serving=serving, progress=False)


@pytest.mark.slow
def test_a_real_model_loses_by_its_range_and_its_colour():
    model, frames = "sample:cifar10-cnn", open_frames("sample:cifar-20")
    training = Recipe(size=(32, 32))
    serving = training.replace(color="bgr", range="unit", resize="cv2.area", layout="nchw")
    found = attribute(model, frames, training=training, serving=serving, progress=False)
    assert sum(found.values.values()) == pytest.approx(found.total, abs=1e-6)
    assert found.total > 0.7
    assert max(found.values, key=found.values.get) == "range"
    assert found.values["resize"] == pytest.approx(0, abs=1e-9)  # the pictures are 32 x 32 already
    assert found.interactions.loc["color", "range"] < -0.2
    assert list(found.aside) == ["layout"]
    assert isinstance(found.to_frame(), pd.DataFrame)
