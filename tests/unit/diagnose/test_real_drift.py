"""Real models against their own exports, and against copies that were broken on purpose at a known layer."""

import numpy as np
import pytest

from workbench.diagnose import compare_models, drift
from workbench.frames import open_frames, read_labels
from workbench.models import load_model
from workbench.recipes import load_recipe
from workbench.samples import sample_path

pytestmark = pytest.mark.slow
SMALL, LARGE, SSD = "cifar10-cnn", "efficientnet-lite0", "ssd-mobilenet-oid"


@pytest.fixture(scope="module")
def small():
    model, recipe = load_model(f"sample:{SMALL}"), load_recipe(f"sample:{SMALL}")
    return model, recipe, recipe.batch(open_frames("sample:cifar-20"))


@pytest.fixture(scope="module")
def large():
    model, recipe = load_model(f"sample:{LARGE}"), load_recipe(f"sample:{LARGE}")
    return model, recipe, recipe.batch(open_frames("sample:imagenet-20")[:1])


@pytest.fixture(scope="module")
def exports(small, large, tmp_path_factory):
    """Return the paths of exports by name; each was checked by `convert` when it was made."""
    from workbench.models.conversion import convert

    folder = tmp_path_factory.mktemp("exports")
    small_model, _, batch = small
    convert(small_model, "tflite", folder / "small.tflite", batch=batch)
    convert(small_model, "onnx", folder / "small.onnx", batch=batch)
    convert(small_model, "tflite-int8", folder / "int8.tflite", batch=batch)
    convert(large[0], "tflite", folder / "large.tflite", batch=large[2])
    return folder


@pytest.mark.parametrize("export", ["small.tflite", "small.onnx", "cv2:small.onnx"])
def test_an_export_agrees_in_every_layer_that_both_have(small, exports, export):
    origin = export.replace("small", str(exports / "small"))
    found = drift(small[0], origin, small[2][:4])
    assert found.agrees, found.verdict
    assert found.top1_agreement == 1
    assert len(found.layers) >= 18
    assert sum(pair.difference.agrees for pair in found.layers) >= 18


def test_an_export_with_folded_normalization_is_aligned_layer_by_layer(large, exports):
    found = drift(large[0], exports / "large.tflite", large[2])
    assert found.agrees, found.verdict
    assert len(found.layers) == 61  # all that TFLite runs; Keras has 143 layers
    assert all(pair.difference.agrees for pair in found.layers)
    assert ("blocks.0.bn1.relu6", "blocks.0.bn1.relu6") in [(p.a, _block(p.b)) for p in found.layers]


def test_eight_bits_that_cost_answers_are_traced_to_the_layer_whose_steps_are_too_wide(small, exports):
    found = drift(small[0], exports / "int8.tflite", small[2])
    assert found.top1_agreement < 1
    assert (found.first.a, found.first.difference.kind) == ("batch_normalization", "coarse")


def upside_down(layer):
    kernel, *rest = layer.get_weights()
    layer.set_weights([kernel[::-1], *rest])


def shifted_mean(layer):
    gamma, beta, mean, variance = layer.get_weights()
    layer.set_weights([gamma, beta, mean + 0.5, variance])


def one_filter(layer):
    kernel, *rest = layer.get_weights()
    kernel[..., 3] *= 2
    layer.set_weights([kernel, *rest])


def changed(model, name, change):
    """Return a copy of a Keras model with one layer's weights changed."""
    import keras

    copy = keras.models.clone_model(model.keras)
    copy.set_weights(model.keras.get_weights())
    change(copy.get_layer(name))
    return copy


@pytest.mark.parametrize(
    ("name", "change", "export", "first", "text"),
    [
        pytest.param("conv2d_3", one_filter, "small.tflite", "conv2d_3", "1 of 128 channels differ: 3", id="a filter"),
        pytest.param("conv2d_3", one_filter, "small.onnx", "conv2d_3", "1 of 128 channels differ: 3", id="in ONNX"),
        pytest.param("conv2d_2", upside_down, "cv2:small.onnx", "conv2d_2", "other values", id="a kernel, in OpenCV"),
        pytest.param(
            "batch_normalization_2", shifted_mean, "small.tflite", "batch_normalization_2", "its own offset",
            id="a mean",
        ),
        pytest.param("dense_1", upside_down, "small.tflite", "dense_1", "other values", id="a head"),
    ],
)  # fmt: skip
def test_a_layer_whose_weights_were_changed_is_named(small, exports, name, change, export, first, text):
    origin = export.replace("small", str(exports / "small"))
    found = drift(changed(small[0], name, change), origin, small[2][:2])
    assert found.first.a == first
    assert name in found.suspects[0]
    assert text in found.first.difference.text


def test_weights_changed_in_the_middle_of_a_folded_network_are_named(large, exports):
    found = drift(changed(large[0], "blocks.7.depthwise_conv", upside_down), exports / "large.tflite", large[2])
    assert (found.first.a, _block(found.first.b)) == ("blocks.7.bn1.relu6", "blocks.7.bn1.relu6")
    assert found.suspects[0] == ("blocks.7.depthwise_conv", "blocks.7.bn1", "blocks.7.bn1.relu6")


def test_padding_moved_to_the_other_side_is_named_and_measured(large, exports):
    """Padding before a stride of 2 as PyTorch has it: two pixels above and left where Keras has one."""
    import keras

    name, pad = "blocks.3.depthwise_conv", keras.layers.ZeroPadding2D(((2, 1), (2, 1)))

    def valid(layer):
        return type(layer).from_config(layer.get_config() | ({"padding": "valid"} if layer.name == name else {}))

    def padded(layer, given, **options):
        return layer(pad(given) if layer.name == name else given, **options)

    copy = keras.models.clone_model(large[0].keras, clone_function=valid, call_function=padded)
    copy.set_weights(large[0].keras.get_weights())
    found = drift(copy, exports / "large.tflite", large[2])
    assert found.first.a == "blocks.3.bn1.relu6"
    assert name in found.suspects[0]
    assert found.first.difference.kind == "padding"
    assert "moved 0.5 px up and 0.5 px left" in found.first.difference.text


def test_the_boxes_that_opencv_reorders_silently_are_named_and_restored():
    recipe = load_recipe(f"sample:{SSD}")
    batch = recipe.batch(open_frames("sample:skimage")[:2])
    model = load_model(f"sample:{SSD}")
    in_opencv = load_model(f"cv2:{sample_path(SSD)}")
    found = drift(model, in_opencv, batch)
    boxes, scores = found.outputs
    assert scores.agrees
    assert boxes.difference.kind == "order"
    assert "19x19x3, 10x10x6, 5x5x6, 3x3x6, 2x2x6, 1x1x6" in boxes.difference.text
    assert (found.first.a, found.first.difference.kind) == ("BoxPredictor_0/Reshape", "order")
    right, wrong = (each.predict(batch[:1])[boxes.a][0] for each in (model, in_opencv))
    np.testing.assert_allclose(eval(boxes.difference.repair, {"np": np, "b": wrong}), right, atol=1e-4)


def test_runtimes_side_by_side_cost_and_answer(small, exports):
    _, recipe, _ = small
    labels = small[0].labels
    sides = {
        "keras": (recipe, small[0]),
        "litert": (recipe, load_model(exports / "small.tflite", labels=labels)),
        "int8": (recipe, load_model(exports / "int8.tflite", labels=labels)),
        "cv2": (recipe, load_model(f"cv2:{exports / 'small.onnx'}", labels=labels)),
    }
    frames = open_frames("sample:cifar-20")
    found = compare_models(sides, frames, read_labels("sample:cifar-20", frames), progress=False)
    assert found.accuracy["keras"] == found.accuracy["litert"] == found.accuracy["cv2"] == 1.0
    assert found.accuracy["int8"] < 1
    assert found.drifts["litert"].agrees
    assert found.drifts["cv2"].agrees
    assert set(found.memory_mb) == set(sides)
    assert found.memory_mb["litert"] < found.memory_mb["keras"]
    assert all(cost.load_seconds > 0 and not cost.note for cost in found.costs.values())


def _block(name):
    """Return the layer's own name out of one that TFLite has fused: model/NAME_1/op;..."""
    return name.partition(";")[0].partition("/")[2].partition("/")[0].removesuffix("_1")
