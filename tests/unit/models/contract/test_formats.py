"""One network says the same in every format; a TFLite file is read without TensorFlow."""

import subprocess
import sys
from functools import cache, partial

import numpy as np
import pytest

from workbench.models import load_model
from workbench.models.contract import contract
from workbench.recipes import Recipe, preset

pytestmark = pytest.mark.slow

FORMATS = ("memory", ".keras", "savedmodel", "pb", "tflite", "onnx")


@pytest.fixture(scope="module")
def keras():
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()
    import keras

    return keras


@pytest.fixture(scope="module")
def builders(keras):
    a, k = keras.applications, keras.layers
    small = {"weights": None, "input_shape": (64, 64, 3)}
    heads = {
        "plain": [k.Input((64, 64, 3))],
        "resized": [k.Input((None, None, 3)), k.Resizing(64, 64), k.Rescaling(1 / 127.5, -1)],
        "folded": [k.Input((64, 64, 3)), k.Rescaling(1 / 255)],
        "gray": [k.Input((64, 64, 1)), k.Normalization(mean=127.5, variance=64.0**2)],
    }
    return {
        "MobileNetV2": lambda: beginning(keras, a.MobileNetV2(alpha=0.35, **small)),
        "MobileNetV3Small": lambda: beginning(keras, a.MobileNetV3Small(minimalistic=True, **small)),
        "caffe": partial(caffe, keras),
        **{name: partial(with_convolution, keras, head) for name, head in heads.items()},
    }


def beginning(keras, network):
    """Return a network to the end of its first block, with 1000 classes: all that a contract looks at."""
    last = [layer for layer in network.layers if layer.name.lower() == "expanded_conv_project_bn"]
    classes = keras.layers.Dense(1000, "softmax")(keras.layers.GlobalAveragePooling2D()(last[0].output))
    return keras.Model(network.inputs, classes, name=network.name)


def caffe(keras):
    image = keras.Input((64, 64, 3))
    return keras.Model(image, keras.layers.Conv2D(4, 3)(keras.applications.vgg16.preprocess_input(image)))


def with_convolution(keras, head):
    return keras.Sequential([*head, keras.layers.Conv2D(4, 3), keras.layers.Flatten()])


@pytest.fixture(scope="module")
def model(builders, tmp_path_factory):
    """Return a function that gives a network in a format, each made once."""
    from workbench.models.conversion.convert import write
    from workbench.models.tensorflow.frozen_graph import FrozenGraph

    @cache
    def built(name):
        return load_model(builders[name]())

    @cache
    def made(name, form):
        source, folder = built(name), tmp_path_factory.mktemp(name)
        path = folder / {"savedmodel": "saved"}.get(form, f"m.{form.removeprefix('.')}")
        if form == "memory":
            return source
        if form == ".keras":
            source.keras.save(path)
        elif form == "savedmodel":
            source.keras.export(path, verbose=False)
        elif form == "pb":
            return FrozenGraph(frozen(made(name, "savedmodel"), path))
        else:
            write(source, form, path)
        return load_model(path, trust=True)

    return made


def frozen(saved, path):
    path.write_bytes(saved.frozen.function.graph.as_graph_def().SerializeToString())
    return path


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        pytest.param("MobileNetV2", preset("keras.mobilenet_v2"), "raw", id="MobileNetV2"),
        pytest.param("MobileNetV3Small", preset("keras.mobilenet_v3"), "unit", id="MobileNetV3Small"),
        pytest.param("folded", Recipe(), "unit", id="x / 255 before a convolution"),
        pytest.param("caffe", Recipe(), "unit", id="vgg16.preprocess_input inside"),
        pytest.param("gray", Recipe(color="gray"), "unit", id="one channel"),
    ],
)
def test_the_documented_recipe_is_silent_and_a_wrong_range_is_not(model, name, right, wrong, form):
    found = contract(model(name, form))
    right = right.replace(size=(64, 64))
    assert found.slots["range"].best == right.range
    assert found.contradictions(right) == ()
    [text] = found.contradictions(right.replace(range=wrong))
    assert text.startswith(f"range={wrong!r} feeds")
    assert found.slots["size"].best == (64, 64)


@pytest.mark.parametrize("form", FORMATS)
def test_channels_that_are_turned_round_inside_are_told_by_their_means(model, form):
    found = contract(model("caffe", form))
    assert found.slots["color"].values == ("rgb",)
    assert "ImageNet's means in the order r, g, b" in found.slots["color"].evidence


@pytest.mark.parametrize("form", ["memory", "savedmodel", "pb", "onnx"])
def test_a_resize_inside_is_seen(model, form):
    found = contract(model("resized", form))
    assert found.undecided["size"] == "any size runs; inside it becomes 64 x 64"
    assert found.slots["range"].best == "raw"


@pytest.fixture(scope="module")
def quantized(model, tmp_path_factory):
    """Return a function that gives a quantized TFLite model, calibrated on noise in a range."""
    from workbench.models.conversion import convert

    @cache
    def made(name, range_, integer):
        levels = np.random.default_rng(0).integers(0, 256, (4, 64, 64, 3), np.uint8)
        batch = Recipe(size=(64, 64), range=range_).batch(levels)
        out = tmp_path_factory.mktemp("int8") / "m.tflite"
        convert(model(name, "memory"), "tflite-int8", out, batch=batch, integer_inputs=integer)
        return load_model(out, trust=True)

    return made


@pytest.mark.parametrize(
    ("name", "range_", "zero"),
    [
        pytest.param("plain", "symmetric", -1, id="-1..1"),
        pytest.param("plain", "unit", -128, id="0..1"),
        pytest.param("folded", "raw", -128, id="levels"),
    ],
)
def test_an_int8_input_says_the_numbers_it_was_calibrated_on(quantized, name, range_, zero):
    found = contract(quantized(name, range_, True))
    assert found.slots["range"].best == range_
    assert found.slots["quantization"].best[1] == zero
    mended = found.applied_to(Recipe(size=(64, 64), range=range_))
    assert (mended.dtype, mended.quantization) == ("int8", found.slots["quantization"].best)
    assert found.contradictions(mended) == ()
    assert "dtype='int8'" in found.contradictions(Recipe(size=(64, 64), range=range_))[0]


def test_a_float_input_that_is_quantized_at_once_says_the_same(quantized):
    found = contract(quantized("plain", "unit", False))
    assert found.slots["dtype"].best == "float32"
    assert "QUANTIZE" in found.slots["range"].evidence


def test_a_tflite_file_needs_no_tensorflow(model):
    code = (
        "import sys; from workbench.models import load_model; from workbench.models.contract import contract\n"
        "found = contract(load_model(sys.argv[1], trust=True))\n"
        "print(found.slots['range'].best, 'tensorflow' in sys.modules, 'keras' in sys.modules)"
    )
    path = model("MobileNetV3Small", "tflite").path
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["raw", "False", "False"]
