"""One model that eats raw BGR frames gives the answers of the model with the recipe before it, in every format."""

from functools import cache

import cv2
import numpy as np
import pytest

from workbench import Recipe, load_model, open_frames, predict, preset
from workbench.errors import ConversionError, InputMismatch, InvalidValue
from workbench.models.export import export
from workbench.models.export import with_model as module

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.*size=None feeds pictures of their own size"),  # which are of the right one
]
RAW_BGR = Recipe(color="bgr", size=None, range="raw", dtype="uint8")  # frames as OpenCV hands them out
FORMATS = {"keras": "whole.keras", "savedmodel": "whole", "tflite": "whole.tflite"}


@pytest.fixture(scope="module")
def keras():
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()
    import keras

    return keras


@pytest.fixture(scope="module")
def frames():
    """Return frames of a real clip at their own size: (N, 272, 640, 3) uint8 RGB."""
    return [frame.image for frame, _ in zip(open_frames("sample:bikes"), range(3), strict=False)]


@pytest.fixture(scope="module")
def cifar(loaded):
    return loaded("cifar10-cnn")


def first(prediction):
    return next(iter(prediction.outputs.values()))


CROPPED = Recipe(size=(32, 32), fit="center_crop", resize="pil.bicubic")


@pytest.fixture(scope="module")
def whole(cifar, frames, tmp_path_factory):
    """Return a function: format -> the file made of cifar10-cnn and CROPPED, once."""
    folder = tmp_path_factory.mktemp("whole")

    @cache
    def made(to):
        return export(CROPPED, "keras", model=cifar, out=folder / FORMATS[to], frame_size=frames[0].shape[:2])

    return made


@pytest.mark.parametrize("to", list(FORMATS))
def test_every_format_gives_the_answers_of_the_recipe(to, whole, cifar, frames):
    model = load_model(whole(to))
    expected, got = predict(frames, CROPPED, cifar), predict(frames, RAW_BGR, model)
    assert list(got.outputs) == list(expected.outputs)
    np.testing.assert_allclose(first(got), first(expected), rtol=0, atol=1e-5)
    assert model.labels == cifar.labels


def test_plain_keras_loads_it_in_safe_mode(keras, whole, cifar, frames):
    plain = keras.saving.load_model(whole("keras"), safe_mode=True)
    bgr = np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2BGR) for frame in frames])
    expected = cifar.keras.predict_on_batch(CROPPED.batch(frames))
    np.testing.assert_allclose(plain.predict_on_batch(bgr), expected, rtol=0, atol=1e-5)


def test_a_network_for_gray_faces_answers_as_with_its_recipe_outside(loaded, frames, tmp_path):
    recipe, model = preset("sample:emotion-cnn"), loaded("emotion-cnn")
    path = export(recipe, "keras", model=model, out=tmp_path / "whole.keras", frame_size=frames[0].shape[:2])
    expected, got = predict(frames, recipe, model), predict(frames, RAW_BGR, load_model(path))
    np.testing.assert_allclose(first(got), first(expected), rtol=0, atol=1e-5)


@pytest.fixture(scope="module")
def tensor_of(keras):
    """Return a function: recipe, pictures of one size -> what its operations in a Keras model make of them."""
    from workbench.models.export.graph import in_graph

    def made(recipe, pictures):
        inputs = keras.Input(pictures[0].shape, dtype="uint8")
        bgr = np.stack([cv2.cvtColor(picture, cv2.COLOR_RGB2BGR) for picture in pictures])
        return keras.Model(inputs, in_graph(recipe, inputs)).predict_on_batch(bgr)

    return made


INSIDE = {
    "cv2.linear": Recipe(size=(48, 70)),
    "cv2.linear by two": Recipe(size=(48, 64)),
    "cv2.linear_exact": Recipe(size=(48, 150), resize="cv2.linear_exact", color="bgr"),
    "cv2.lanczos4": Recipe(size=(120, 70), resize="cv2.lanczos4"),
    "cv2.area by three": Recipe(size=(32, 64), resize="cv2.area"),
    "cv2.area larger": Recipe(size=(97, 64), resize="cv2.area"),
    "cv2.nearest": Recipe(size=(33, 200), resize="cv2.nearest", rotate=90),
    "pil.bicubic": Recipe(size=(40, 40), fit="center_crop", resize="pil.bicubic", range="centered"),
    "pil.lanczos": Recipe(size=(200, 40), resize="pil.lanczos", range="torch"),
    "pil.hamming": Recipe(size=(40, 40), fit="resize_crop", resize="pil.hamming", layout="nchw"),
    "pil.nearest": Recipe(size=(40, 41), resize="pil.nearest", rotate=180),
    "tf.bilinear": Recipe(size=(40, 41), resize="tf.bilinear", rotate=270),
    "tf.bicubic": Recipe(size=(40, 41), resize="tf.bicubic"),
    "tf1.bilinear": Recipe(size=(40, 41), resize="tf1.bilinear", rounding="float"),
    "letterbox": Recipe(size=(64, 64), fit="letterbox", pad=114, range="unit"),
    "gray": Recipe(size=(48, 70), color="gray", range="symmetric"),
    "gray three times": Recipe(size=(48, 70), color="gray3"),
    "wrong gray": Recipe(size=(48, 70), color="gray_bgr"),
    "levels": Recipe(size=(48, 70), dtype="uint8"),
    "frames as they are": Recipe(size=None, range="caffe", color="bgr"),
    "pad in range": Recipe(size=(64, 64), fit="letterbox_corner", pad=9, range="torch", order="range_first"),
    "its own mean": Recipe(size=(48, 70), range="per_image", order="range_first", fit="letterbox", pad=3),
    "tf.bilinear_aa": Recipe(size=(40, 41), resize="tf.bilinear_aa", rounding="float"),
    "cv2.cubic": Recipe(size=(40, 41), resize="cv2.cubic", rounding="float"),
}


@pytest.mark.parametrize("name", list(INSIDE))
def test_the_operations_inside_give_the_recipes_tensor(name, tensor_of, frames):
    recipe = INSIDE[name]
    pictures = [cv2.resize(frame, (128, 96), interpolation=cv2.INTER_AREA) for frame in frames[:2]]
    expected, got = np.concatenate([recipe(picture) for picture in pictures]), tensor_of(recipe, pictures)
    assert got.dtype == expected.dtype
    last_bits = 2e-6 * np.abs(expected).max()  # one level of one pixel is 2,000 times as much
    np.testing.assert_allclose(got.astype(np.float64), expected, rtol=0, atol=last_bits)


def test_frames_of_any_size_go_where_that_is_exact(cifar, frames, tmp_path):
    recipe = Recipe(size=(32, 32), resize="tf.bilinear", rounding="float")
    whole = load_model(export(recipe, "keras", model=cifar, out=tmp_path / "whole.keras"))
    for size in ((640, 272), (50, 60)):
        pictures = [cv2.resize(frame, size) for frame in frames]
        expected, got = predict(pictures, recipe, cifar), predict(pictures, RAW_BGR, whole)
        np.testing.assert_allclose(first(got), first(expected), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    ("recipe", "options", "error", "said"),
    [
        pytest.param({}, {}, ConversionError, "give frame_size", id="a kernel that needs the size"),
        pytest.param({"fit": "letterbox"}, {}, ConversionError, "give frame_size", id="a fit that needs the size"),
        pytest.param({}, {"frame_size": (480,)}, InvalidValue, "frame_size is", id="half a size"),
        pytest.param({"size": (30, 32)}, {"frame_size": (96, 128)}, InputMismatch, "32", id="tensors that do not fit"),
    ],
)
def test_what_cannot_be_is_refused_and_leaves_nothing(recipe, options, error, said, cifar, tmp_path):
    with pytest.raises(error, match=said):
        export(Recipe(**{"size": (32, 32)} | recipe), "keras", model=cifar, out=tmp_path / "whole.keras", **options)
    assert list(tmp_path.iterdir()) == []


def test_other_answers_are_refused_with_the_measured_difference(cifar, tmp_path, monkeypatch):
    out = tmp_path / "whole.keras"
    out.write_bytes(b"before")
    other = Recipe(size=(32, 32), color="bgr")
    joined = module.joined
    monkeypatch.setattr(module, "joined", lambda recipe, inner, size: joined(other, inner, size))
    with pytest.raises(ConversionError, match=r"differs by \d\.\de[-+]\d\d .* more than"):
        export(Recipe(size=(32, 32)), "keras", model=cifar, out=out, frame_size=(96, 128))
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("whole.keras", b"before")]


@pytest.mark.parametrize("shape", ["list", "dict"])
def test_many_outputs_keep_their_names_and_order(keras, shape, tmp_path):
    keras.utils.set_random_seed(1)
    image = keras.Input((24, 24, 3))
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3)(image))
    heads = [keras.layers.Dense(4, name="boxes")(x), keras.layers.Dense(2, name="scores")(x)]
    outputs = heads if shape == "list" else {"where": heads[0], "what": heads[1]}
    model = load_model(keras.Model(image, outputs))
    recipe = Recipe(size=(24, 24), range="unit")
    whole = load_model(export(recipe, "keras", model=model, out=tmp_path / "w.keras", frame_size=(40, 60)))
    assert [spec.name for spec in whole.outputs] == [spec.name for spec in model.outputs]
