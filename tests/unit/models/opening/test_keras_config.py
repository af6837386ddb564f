"""A configuration passes when it names what a model is made of; anything that runs, reads or grows is named."""

import pytest

from workbench.errors import ModelLoadError
from workbench.models.opening.keras_config import MOST_DOUBLED, MOST_NESTED, expect_harmless


def part(class_name, config=None, module="keras.layers", **others):
    return {"class_name": class_name, "config": config or {}, "module": module, **others}


def function(module, name, **others):
    return part("function", name, module, **others)


def in_levels(count, value):
    return in_levels(count - 1, [value]) if count else value


def bidirectional(count):
    return part("Bidirectional", {"layer": bidirectional(count - 1)}) if count else part("LSTM", {"units": 2})


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(part("Conv2D", {"activation": "relu", "kernel_size": [3, 3]}), id="a layer"),
        pytest.param(part("Functional", module="keras.src.models.functional"), id="a class by its place in Keras"),
        pytest.param(part("Functional", module="keras.src.engine.functional"), id="a class by its place in Keras 2"),
        pytest.param(part("Mean", module="keras.src.ops.numpy"), id="an operation of the functional API"),
        pytest.param(part("LayerScale", module="keras.src.applications.convnext"), id="the layer of ConvNeXt"),
        pytest.param(part("DTypePolicy", {"name": "float32"}, "keras"), id="a type policy"),
        pytest.param(function("builtins", "gelu"), id="a function of Keras, as Keras stores it"),
        pytest.param(function("keras.activations", "gelu"), id="a function of Keras in its module"),
        pytest.param(part("Scale", module="mine.layers", registered_name="mine>Scale"), id="a class of the user"),
        pytest.param(part("scale", module="__main__", registered_name="mine>scale"), id="a class of a notebook"),
        pytest.param({"class_name": "squeeze", "config": {}}, id="a class of the user in Keras 2"),
        pytest.param(part("Lambda", {"function": function("mine", "double")}), id="Lambda of a registered function"),
        pytest.param(part("StringLookup", {"vocabulary": ["cat", "dog"]}), id="a table in the file itself"),
        pytest.param(part("__numpy__", {"value": [1.0], "dtype": "float32"}, "builtins"), id="an array"),
        pytest.param(part("__tensor__", {"value": [1.0], "dtype": "float8_e4m3fn"}, "builtins"), id="a small float"),
        pytest.param(part("LSTM", {"unroll": True, "batch_shape": [None, 50, 3]}), id="a short recurrent layer"),
        pytest.param(bidirectional(MOST_DOUBLED), id="a few wrappers in wrappers"),
        pytest.param(in_levels(MOST_NESTED - 3, 1), id="a few lists in lists"),
        pytest.param({"class_name": 3, "module": ["os"]}, id="an entry that is none"),
    ],
)
def test_what_a_model_is_made_of_passes(config):
    expect_harmless({"class_name": "Functional", "config": {"layers": [config]}})


@pytest.mark.parametrize(
    ("config", "message"),
    [
        pytest.param(part("Lambda", {"function": "name"}), "Lambda layer", id="Lambda of a name"),
        pytest.param(part("Lambda", {"function": part("__lambda__")}), "Lambda layer", id="Lambda of code"),
        pytest.param(
            part("Lambda", {"function": function("mine", "f"), "output_shape": part("__lambda__")}),
            "Lambda layer",
            id="code for the shape of a registered Lambda",
        ),
        pytest.param(part("FlaxLayer"), "Flax function", id="Flax"),
        pytest.param(part("__typespec__", spec_name="x"), "type of TensorFlow", id="a type by name"),
        pytest.param(part("Lambda", module="keras.src.layers.core.lambda_layer"), "Lambda layer", id="by its place"),
        pytest.param(part("CSVLogger", module="keras.callbacks"), "'keras.callbacks.CSVLogger'", id="a callback"),
        pytest.param(part("KerasFileEditor", module="keras.saving"), "no part of a model", id="a reader of files"),
        pytest.param(part("ConvNeXtTiny", module="keras.applications"), "no part of a model", id="weights to download"),
        pytest.param(part("deserialize"), "'keras.layers.deserialize'", id="a function of keras.layers"),
        pytest.param(function("keras.utils", "get_file"), "'keras.utils.get_file'", id="get_file"),
        pytest.param(function("keras", "version"), "no part of a model", id="a function of keras itself"),
        pytest.param(function("os", "system"), "'os.system'", id="os.system"),
        pytest.param(part("Popen", module="subprocess"), "'subprocess.Popen'", id="subprocess"),
        pytest.param(part("IntegerLookup", {"vocabulary": "x.txt"}), "would read the file 'x.txt'", id="a path"),
        pytest.param(part("__numpy__", {"dtype": "<U9999"}, "builtins"), "array of the type", id="a wide array"),
        pytest.param([part("LSTM", {"unroll": True}), part("RepeatVector", {"n": 10**9})], "never ends", id="unrolled"),
        pytest.param([part("ReLU")] * 100_001, "100,00[12] parts, more than", id="far too many parts"),
        pytest.param(bidirectional(MOST_DOUBLED + 1), "doubles the model", id="many wrappers in wrappers"),
        pytest.param(in_levels(MOST_NESTED + 1, 1), "nested deeper", id="many lists in lists"),
    ],
)
def test_what_runs_reads_or_grows_is_named(config, message):
    for whole in (config, {"class_name": "Functional", "config": {"layers": [{"nodes": [[config]]}]}}):
        with pytest.raises(ModelLoadError, match=message) as caught:
            expect_harmless(whole)
        assert "\n" not in str(caught.value)
