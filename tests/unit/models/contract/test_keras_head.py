"""Preprocessing inside a Keras model is found: layers, models in models, and plain arithmetic."""

import numpy as np
import pytest

from workbench.models import load_model
from workbench.models.contract import contract
from workbench.recipes import Recipe

pytestmark = pytest.mark.slow

MEAN, STD = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)


@pytest.fixture(scope="module")
def keras():
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()
    import keras

    return keras


def with_head(keras, head, shape=(16, 16, 3)):
    """Return the loaded model: what `head` makes of the input, a convolution, a mean."""
    image = keras.Input(shape, name="image")
    features = keras.layers.Conv2D(4, 3, padding="same", name="conv")(head(keras, image))
    return load_model(keras.Model(image, keras.layers.GlobalAveragePooling2D()(features), name="net"))


def nested(keras, x):
    inner = [keras.layers.Resizing(16, 16), keras.layers.Rescaling(1 / 255, name="scale")]
    return keras.Sequential(inner, name="prepare")(x)


def twice_nested(keras, x):
    inner = keras.Input((None, None, 3))
    return keras.Model(inner, nested(keras, inner), name="outer")(x)


def one_after_another(keras, x):
    inner = keras.Input((16, 16, 3))
    return keras.Model(inner, keras.layers.Conv2D(3, 3, name="stem")(inner), name="body")(nested(keras, x))


def backbone(keras, x):
    """The usual transfer model: Rescaling sits in the model inside, and the first convolution too."""
    inner = keras.Input((16, 16, 3))
    body = keras.layers.Conv2D(3, 3, name="stem")(keras.layers.Rescaling(1 / 127.5, -1, name="inner_scale")(inner))
    return keras.Model(inner, body, name="backbone")(x)


def adapted(keras, x):
    layer = keras.layers.Normalization(name="adapted")
    layer.adapt(np.random.default_rng(0).integers(0, 256, (8, 8, 8, 3)).astype(np.float32))
    return layer(x)


def unit_statistics(keras, x):
    layer = keras.layers.BatchNormalization(name="first")
    y = layer(x)
    layer.set_weights([np.ones(3), np.zeros(3), np.full(3, 0.45), np.full(3, 0.25**2)])
    return y


def augmented(keras, x):
    return keras.layers.Rescaling(1 / 255)(keras.layers.RandomFlip()(keras.layers.ZeroPadding2D()(x)))


def secret(function):
    return lambda k, x: k.layers.Lambda(function, output_shape=(16, 16, 3), name="secret")(x)


@pytest.mark.parametrize(
    ("head", "expected", "named"),
    [
        pytest.param(lambda k, x: k.layers.Rescaling(1 / 255)(x), "raw", "Rescaling", id="x / 255"),
        pytest.param(lambda k, x: k.layers.Rescaling(1 / 127.5, -1)(x), "raw", "Rescaling", id="x / 127.5 - 1"),
        pytest.param(lambda k, x: k.layers.Rescaling(2.0, -1)(x), "unit", "Rescaling", id="2x - 1"),
        pytest.param(
            lambda k, x: k.layers.Normalization(mean=MEAN, variance=STD**2)(x), "unit", "Normalization", id="torch"
        ),
        pytest.param(
            lambda k, x: k.layers.Normalization(mean=255 * MEAN, variance=(255 * STD) ** 2)(x),
            "raw", "Normalization", id="torch on levels",
        ),
        pytest.param(adapted, "raw", "Normalization 'adapted'", id="adapted"),
        pytest.param(unit_statistics, "unit", "BatchNormalization 'first'", id="statistics of x / 255"),
        pytest.param(nested, "raw", "Rescaling 'scale'", id="in a model inside"),
        pytest.param(twice_nested, "raw", "Rescaling 'scale'", id="two models deep"),
        pytest.param(one_after_another, "raw", "Rescaling 'scale'", id="in a model before the backbone"),
        pytest.param(backbone, "raw", "Rescaling 'inner_scale'", id="in a backbone"),
        pytest.param(augmented, "raw", "Rescaling", id="after layers that do nothing at inference"),
        pytest.param(lambda k, x: x / 255.0, "raw", "Divide", id="division"),
        pytest.param(lambda k, x: (x - 127.0) * (1 / 128), "raw", "Subtract", id="minus, times"),
        pytest.param(lambda k, x: 1.0 - x / 255.0, "raw", "Subtract", id="negative"),
        pytest.param(lambda k, x: (x[..., ::-1] / 255.0 - MEAN) / STD, "raw", "Divide", id="turned round"),
        pytest.param(lambda k, x: x, None, "Conv2D 'conv'", id="nothing"),
        pytest.param(lambda k, x: k.layers.BatchNormalization()(x), None, "Conv2D 'conv'", id="untrained statistics"),
        pytest.param(secret(lambda v: v / 127.5 - 1), "raw", "measured Lambda 'secret'", id="Lambda"),
        pytest.param(secret(lambda v: v[..., ::-1] - 117), "raw", "measured Lambda 'secret'", id="Lambda that turns"),
        pytest.param(secret(lambda v: (v - MEAN) / STD), "unit", "measured Lambda 'secret'", id="Lambda of torch"),
        pytest.param(
            secret(lambda v: abs(v - 100)), None, "Lambda 'secret' takes the input, and what it does cannot be read",
            id="Lambda that is no affine",
        ),
        pytest.param(lambda k, x: k.layers.ReLU()(x), None, "ReLU", id="an operation of no known range"),
    ],
)  # fmt: skip
def test_what_a_model_does_inside_tells_the_range(keras, head, expected, named):
    found = contract(with_head(keras, head))
    range_ = found.slots.get("range")
    assert (range_.best if range_ else None) == expected
    assert named in (range_.evidence if range_ else found.undecided["range"])


def test_double_scaling_is_named_with_the_layer(keras):
    found = contract(with_head(keras, lambda k, x: k.layers.Rescaling(1 / 255, name="rescaling")(x)))
    assert found.contradictions(Recipe(size=(16, 16))) == ()
    [text] = found.contradictions(Recipe(size=(16, 16), range="unit"))
    assert text.startswith("range='unit' feeds [0, 1], but [0, 255] is expected: inside, Rescaling 'rescaling'")
    assert text.endswith("as it is, the picture would be scaled twice: use range='raw'")


def test_a_normalization_of_small_numbers_finds_levels_unscaled(keras):
    found = contract(with_head(keras, lambda k, x: k.layers.Normalization(mean=MEAN, variance=STD**2)(x)))
    assert found.contradictions(Recipe(size=(16, 16), range="unit")) == ()
    [text] = found.contradictions(Recipe(size=(16, 16), range="raw"))
    assert text.endswith("as it is, the picture would be left unscaled: use range='unit'")


def test_an_input_that_branches_is_left_undecided(keras):
    found = contract(with_head(keras, lambda k, x: k.layers.Concatenate()([x / 255.0, x])))
    assert "Divide" in found.undecided["range"]
    assert "Concatenate" in found.undecided["range"]


@pytest.mark.parametrize("family", ["mobilenet_v2", "densenet", "vgg16"])
def test_a_family_function_inside_leaves_rgb_levels(keras, family):
    """`preprocess_input` on the symbolic input: modes tf, torch, and caffe, which turns the channels round."""
    prepare = getattr(keras.applications, family).preprocess_input
    found = contract(with_head(keras, lambda k, x: prepare(x)))
    assert found.slots["range"].best == "raw"
    assert found.contradictions(Recipe(size=(16, 16))) == ()
    if family != "mobilenet_v2":
        assert found.slots["color"].values == ("rgb",)
        assert "color='bgr'" in found.contradictions(Recipe(size=(16, 16), color="bgr"))[0]


def test_a_network_with_its_preprocessing_inside_is_not_judged_by_its_name(keras):
    image = keras.Input((96, 96, 3))
    scaled = keras.applications.mobilenet_v2.preprocess_input(image)
    body = keras.applications.MobileNetV2(weights=None, alpha=0.35, input_shape=(96, 96, 3))
    found = contract(load_model(keras.Model(image, body(scaled))))
    assert found.slots["range"].values == ("raw",)
    assert found.slots["range"].confidence > 0.9


def test_a_resize_inside_leaves_any_size(keras):
    found = contract(with_head(keras, nested, shape=(None, None, 3)))
    assert found.undecided["size"] == "any size runs; inside it becomes 16 x 16"


def test_a_fixed_batch_is_noted(keras):
    image = keras.Input((16, 16, 3), batch_size=4)
    model = load_model(keras.Model(image, keras.layers.Conv2D(2, 3)(image)))
    assert contract(model).notes == ("it takes batches of 4 only; shorter ones are padded",)


@pytest.mark.parametrize(
    ("classes", "warns"), [pytest.param(1000, True, id="as published"), pytest.param(7, False, id="trained anew")]
)
def test_a_known_name_is_a_weak_sign(keras, classes, warns):
    made = keras.applications.MobileNetV2(weights=None, alpha=0.35, input_shape=(96, 96, 3), classes=classes)
    found = contract(load_model(made))
    assert found.slots["range"].best == "symmetric"
    assert "mobilenet_v2.preprocess_input" in found.slots["range"].evidence
    assert bool(found.contradictions(Recipe(size=(96, 96), range="unit"))) is warns
    assert found.contradictions(Recipe(size=(96, 96), range="symmetric")) == ()
