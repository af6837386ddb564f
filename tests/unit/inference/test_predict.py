"""`predict` gives each frame's own answer in order, refuses what does not fit, and leaves nothing running."""

import threading
import tracemalloc

import numpy as np
import pytest

from workbench.errors import InputMismatch, InvalidValue
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence, FrameStream
from workbench.inference import predict
from workbench.models import TensorSpec, check_batch
from workbench.recipes import Recipe


class MeanModel:
    """A model whose answer is the mean level of red, green and blue."""

    name, labels = "mean", None
    outputs = (TensorSpec("means", (None, 3), "float32"),)

    def __init__(self, size=(8, 8), fail_at=None):
        self.inputs = (TensorSpec("image", (None, *size, 3), "float32"),)
        self.batches, self.fail_at = [], fail_at

    def predict(self, batch):
        (array,) = check_batch(batch, self.inputs, self.name)
        self.batches.append(len(array))
        if self.fail_at == len(self.batches):
            raise RuntimeError("out of memory")
        return {"means": array.mean(axis=(1, 2))}

    def close(self):
        pass


class FixedBatch(MeanModel):
    """A model that takes batches of four and nothing else."""

    inputs = (TensorSpec("image", (4, 8, 8, 3), "float32"),)

    def __init__(self):
        self.batches, self.fail_at = [], None


class Counting(FrameSequence):
    """`length` pictures made on the fly, the i-th of level i % 250 in red, in BGR as OpenCV gives them."""

    order, origin = "bgr", "counting"

    def __init__(self, length, broken_at=None):
        self.length, self.broken_at = length, broken_at

    def __len__(self):
        return self.length

    def array(self, index):
        if index == self.broken_at:
            raise OSError(f"frame {index} is damaged")
        return np.full((12, 16, 3), (1, 2, index % 250), np.uint8)

    def time_s(self, index):
        return index / 25


class Camera(FrameStream):
    """A stream that never ends."""

    origin = "camera"

    def arrays(self):
        while True:
            yield np.zeros((8, 8, 3), np.uint8)

    def __iter__(self):
        raise AssertionError("predict takes the arrays")


RECIPE = Recipe(size=(8, 8))


@pytest.mark.parametrize("length", [1, 7, 8, 9, 100])
@pytest.mark.parametrize("batch_size", [1, 8])
def test_every_frame_gets_its_own_answer_in_order(length, batch_size):
    model = MeanModel()
    prediction = predict(Counting(length), RECIPE, model, batch_size=batch_size, progress=False)
    expected = np.stack([np.array([i % 250, 2, 1], np.float32) for i in range(length)])
    np.testing.assert_array_equal(prediction.outputs["means"], expected)
    assert prediction.times_s == tuple(i / 25 for i in range(length))
    assert max(model.batches) <= batch_size


def test_a_selection_keeps_the_numbers_of_its_source():
    prediction = predict(Counting(50)[10:30:5], RECIPE, MeanModel(), progress=False)
    assert prediction.indices.tolist() == [10, 15, 20, 25]
    assert prediction.outputs["means"][:, 0].tolist() == [10, 15, 20, 25]


def test_a_function_may_stand_for_a_recipe():
    def preprocess(rgb):
        rgb //= 2  # writing into what it is given must not harm anyone
        return rgb[:8, :8].astype(np.float32)[None]

    images = [np.full((9, 9, 3), level, np.uint8) for level in (10, 20)]
    prediction = predict(open_frames(images), preprocess, MeanModel(), progress=False)
    assert prediction.outputs["means"][:, 0].tolist() == [5, 10]
    assert images[0].max() == 10


def test_pictures_of_their_own_size_go_in_batches_of_one_size():
    images = [np.zeros((h, 8, 3), np.uint8) for h in (8, 8, 9, 8)]
    model = MeanModel(size=(None, None))
    predict(images, Recipe(size=None), model, progress=False)
    assert model.batches == [2, 1, 1]


@pytest.mark.filterwarnings("ignore::workbench.errors.PreprocessingWarning")  # what is refused is warned of first
@pytest.mark.parametrize(
    ("frames", "recipe", "error", "message"),
    [
        pytest.param(Counting(3), Recipe(size=(9, 9)), InputMismatch, "expects .* got", id="size"),
        pytest.param(Counting(3), Recipe(size=(8, 8), dtype="uint8"), InputMismatch, "uint8", id="dtype"),
        pytest.param(Counting(3), Recipe(size=(8, 8), layout="nchw"), InputMismatch, "nhwc", id="layout"),
        pytest.param(Counting(0), RECIPE, InvalidValue, "no frames", id="nothing"),
        pytest.param(Camera(), RECIPE, InvalidValue, "give limit", id="an endless stream"),
    ],
)
def test_what_does_not_fit_is_refused_before_inference(frames, recipe, error, message):
    model = MeanModel()
    with pytest.raises(error, match=message):
        predict(frames, recipe, model, progress=False)
    assert model.batches == []


@pytest.mark.parametrize("length", [1, 4, 11])
def test_a_model_with_a_fixed_batch_gets_it_and_the_padding_is_cut_off(length):
    model = FixedBatch()
    prediction = predict(Counting(length), RECIPE, model, progress=False)
    assert prediction.outputs["means"][:, 0].tolist() == list(range(length))
    assert set(model.batches) == {4}


class Merging(MeanModel):
    """A model whose output has not one row a frame."""

    def predict(self, batch):
        return {"boxes": np.zeros((5, 6), np.float32)}


def test_an_output_that_merges_frames_is_refused():
    with pytest.raises(InvalidValue, match=r"'boxes' has the shape \(5, 6\) for a batch of 11: one row a frame"):
        predict(Counting(11), RECIPE, Merging(), progress=False)


class Echo(MeanModel):
    """A model whose output is as large as its input."""

    def predict(self, batch):
        return {"mask": batch}


def test_outputs_of_different_sizes_are_refused_in_words():
    images = [np.zeros((h, 8, 3), np.uint8) for h in (8, 9)]
    with pytest.raises(InvalidValue, match="'mask' differs in shape from frame to frame: .* give the recipe a size"):
        predict(images, Recipe(size=None), Echo(size=(None, None)), progress=False)


class Varying(MeanModel):
    """A detector that gives as many boxes as it finds."""

    def predict(self, batch):
        self.batches.append(len(batch))
        return {"rows": np.zeros((len(batch), len(self.batches), 6), np.float32)}


def test_as_many_boxes_as_there_are_is_refused_with_a_cure_that_helps():
    with pytest.raises(InvalidValue, match=r"frame to frame: \(1, 6\), \(2, 6\); have the model pad") as refused:
        predict(Counting(2), RECIPE, Varying(), batch_size=1, progress=False)
    assert "give the recipe a size" not in str(refused.value)


def test_a_function_may_return_float64_as_divisions_do():
    prediction = predict([np.full((8, 8, 3), 51, np.uint8)], lambda rgb: rgb / 255.0, MeanModel(), progress=False)
    np.testing.assert_allclose(prediction.outputs["means"], 0.2, rtol=1e-6)


@pytest.mark.parametrize("options", [{"batch_size": 0}, {"batch_size": -1}, {"limit": 0}, {"limit": -3}], ids=str)
def test_counts_below_one_are_refused(options):
    with pytest.raises(InvalidValue, match="whole number of frames from 1"):
        predict(Counting(3), RECIPE, MeanModel(), progress=False, **options)


def test_a_stream_is_read_up_to_the_limit():
    assert len(predict(Camera(), RECIPE, MeanModel(), limit=11, progress=False)) == 11


@pytest.mark.parametrize(
    ("frames", "model", "message"),
    [
        pytest.param(Counting(100, broken_at=40), MeanModel(), "frame 40 is damaged", id="in the source"),
        pytest.param(Counting(10_000), MeanModel(fail_at=2), "out of memory", id="in the model"),
    ],
)
def test_an_error_is_raised_in_place_and_ends_the_thread(frames, model, message):
    with pytest.raises((OSError, RuntimeError), match=message):
        predict(frames, RECIPE, model, progress=False)
    assert [t.name for t in threading.enumerate() if t.name == "workbench-prefetch"] == []


def test_memory_stays_flat_over_ten_thousand_frames():
    tracemalloc.start()
    try:
        peaks = []
        for length in (500, 10_000):
            tracemalloc.reset_peak()
            predict(Counting(length), RECIPE, MeanModel(), progress=False)
            peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    outputs = 9_500 * (3 * 4 + 300)  # what each frame may leave: its output, number, origin and time
    assert peaks[1] - peaks[0] < outputs
