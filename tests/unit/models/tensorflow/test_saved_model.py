"""SavedModels run by signature, inputs and outputs by name; what is wrong with one is named."""

import re
import shutil

import numpy as np
import pytest

from tests.unit.models.graph_models import WEIGHTS, module, pair_of_signatures, save, tensorflow, tensorflow_1
from workbench import load_model, open_frames
from workbench.errors import InputMismatch, InvalidValue, ModelLoadError, UnknownName
from workbench.models.model import LoadedModel
from workbench.models.tensorflow import saved_model
from workbench.models.tensorflow.saved_model import SavedModel

pytestmark = pytest.mark.slow
RANDOM = np.random.default_rng(5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("saved")


@pytest.fixture(scope="module")
def pair(folder):
    return pair_of_signatures(folder / "pair")


@pytest.fixture(scope="module")
def exported(folder):
    """Return a Keras model with two inputs and two outputs, and what `model.export` made of it."""
    tensorflow()
    import keras

    keras.utils.set_random_seed(1)
    image, size = keras.Input((8, 8, 3), name="image"), keras.Input((4,), name="size")
    seen = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(4, 3, activation="relu", name="conv")(image))
    both = keras.layers.Add()([seen, keras.layers.Dense(4, name="dense")(size)])
    outputs = {"scores": keras.layers.Softmax()(both), "sum": both}
    model = keras.Model([image, size], outputs)
    model.export(folder / "exported", verbose=False)
    return model, folder / "exported"


def test_signatures_are_listed_with_names_shapes_and_dtypes(pair):
    model = SavedModel(pair, signature="detect")
    assert {name: str(signature) for name, signature in model.signatures.items()} == {
        "detect": "image (1, any, any, 3) uint8 -> color, mean",
        "scale": "less (any, 2) float32; x (any, 2) float32 -> scaled",
    }
    assert isinstance(model, LoadedModel)
    assert model.runtime == "savedmodel"


def test_a_signature_with_a_table_takes_bytes_and_gives_names(pair):
    image = np.zeros((1, 5, 6, 3), np.uint8)
    image[..., 1] = 200
    outputs = SavedModel(pair, signature="detect").predict(image)
    np.testing.assert_array_equal(outputs["mean"], [[0, 400, 0]])
    assert outputs["color"].tolist() == [b"green"]


def test_inputs_are_told_apart_by_name(pair):
    x, less = RANDOM.random((2, 7, 2), dtype=np.float32)
    outputs = SavedModel(pair, signature="scale").predict({"x": x, "less": less})
    np.testing.assert_allclose(outputs["scaled"], 2 * x - less, rtol=1e-6)


def test_a_signature_has_to_be_chosen_where_none_is_the_default(pair):
    with pytest.raises(ModelLoadError, match=r"no serving_default .*signature=NAME - detect: image .*; scale: less"):
        SavedModel(pair)


def test_an_unknown_signature_gets_the_known_ones(pair):
    with pytest.raises(UnknownName, match="'detekt'; did you mean 'detect'[?] known: detect, scale"):
        SavedModel(pair, signature="detekt")


def test_float_for_bytes_is_refused_before_inference(pair):
    with pytest.raises(InputMismatch, match=r"pair expects image \(1, any, any, 3\) uint8, got .* set dtype='uint8'"):
        SavedModel(pair, signature="detect").predict(np.zeros((1, 4, 4, 3), np.float32))


def test_a_keras_export_gives_the_values_of_its_model(exported):
    keras_model, folder = exported
    batch = {
        "image": RANDOM.random((5, 8, 8, 3), dtype=np.float32),
        "size": RANDOM.random((5, 4), dtype=np.float32),
    }
    model = SavedModel(folder)
    expected = keras_model([batch["image"], batch["size"]], training=False)
    for name, values in model.predict(batch).items():
        np.testing.assert_allclose(values, expected[name], atol=1e-6)
    assert {spec.name: spec.activation for spec in model.outputs} == {"scores": "softmax", "sum": None}


def test_a_model_too_large_to_be_frozen_gives_the_same_values(exported, monkeypatch):
    _, folder = exported
    batch = {"image": np.ones((2, 8, 8, 3), np.float32), "size": np.ones((2, 4), np.float32)}
    expected = SavedModel(folder).predict(batch)
    monkeypatch.setattr(saved_model, "MOST_FROZEN", 0)
    model = SavedModel(folder)
    for name, values in model.predict(batch).items():
        np.testing.assert_allclose(values, expected[name], atol=1e-6)
    assert "frozen" not in vars(model)
    assert [spec.activation for spec in model.outputs] == [None, None]


def test_layers_are_those_of_the_keras_model(exported):
    keras_model, folder = exported
    batch = {"image": RANDOM.random((2, 8, 8, 3), dtype=np.float32), "size": np.ones((2, 4), np.float32)}
    layers = SavedModel(folder).layers(batch)
    names = list(layers)
    [conv] = [name for name in names if re.search(r"conv\w*/Relu$", name)]
    expected = keras_model.get_layer("conv")(batch["image"])
    np.testing.assert_allclose(layers[conv], expected, atol=1e-6)
    assert names.index(conv) < next(i for i, name in enumerate(names) if name.endswith("Softmax"))


def test_a_tensorflow_1_model_runs_with_its_table(tmp_path):
    tensorflow_1(tmp_path / "one", tmp_path / "one.pb")
    a, b = RANDOM.random((2, 3, 4), dtype=np.float32)
    model = SavedModel(tmp_path / "one")
    outputs = model.predict({"a": a, "b": b})
    np.testing.assert_allclose(outputs["answer"], a @ WEIGHTS - 2 * b, rtol=1e-5)
    np.testing.assert_array_equal(outputs["class"], (a @ WEIGHTS - 2 * b).argmax(1) + 10)
    assert "matmul" in model.layers({"a": a, "b": b})


def test_the_graph_for_serving_is_taken_of_many(tmp_path):
    tf = tensorflow()
    v1 = tf.compat.v1
    builder = v1.saved_model.Builder(str(tmp_path / "many"))
    for tags, factor in ((["train"], 3.0), (["serve"], 2.0)):
        with tf.Graph().as_default(), v1.Session() as session:
            x = v1.placeholder(tf.float32, [None])
            signature = v1.saved_model.predict_signature_def({"x": x}, {"y": x * factor})
            add = builder.add_meta_graph if factor == 2.0 else builder.add_meta_graph_and_variables
            add(*([tags] if factor == 2.0 else [session, tags]), signature_def_map={"serving_default": signature})
    builder.save()
    assert SavedModel(tmp_path / "many").predict(np.ones(2, np.float32))["y"].tolist() == [2, 2]


def test_a_model_without_signatures_says_how_to_save_it(tmp_path):
    tf = tensorflow()
    made = module(lambda self, x: x, tf.TensorSpec([None]))
    tf.saved_model.save(made, str(tmp_path / "none"))
    tensorflow().saved_model.save(tf.Module(), str(tmp_path / "none"))
    with pytest.raises(ModelLoadError, match=r"no signature.*signatures=FUNCTION.*model\.export\(FOLDER\)"):
        SavedModel(tmp_path / "none")


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        pytest.param("no variables", r"weights are missing: no variables/variables\.index", id="no variables"),
        pytest.param("cut variables", r"weights are cut off or damaged", id="cut variables"),
        pytest.param("cut graph", r"saved_model\.pb is cut off or damaged", id="cut graph"),
    ],
)
def test_a_broken_folder_names_the_broken_file(exported, tmp_path, harm, message):
    broken = tmp_path / "broken"
    shutil.copytree(exported[1], broken)
    if harm == "no variables":
        shutil.rmtree(broken / "variables")
    else:
        [data] = broken.glob("saved_model.pb" if harm == "cut graph" else "variables/*.data-*")
        data.write_bytes(data.read_bytes()[: data.stat().st_size // 2])
    with pytest.raises(ModelLoadError, match=message) as caught:
        SavedModel(broken)
    assert "\n" not in str(caught.value)


def test_an_operation_of_another_package_is_named(exported, tmp_path):
    tensorflow()
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel as Proto

    shutil.copytree(exported[1], tmp_path / "custom")
    path = tmp_path / "custom" / "saved_model.pb"
    proto = Proto.FromString(path.read_bytes())
    node = next(n for f in proto.meta_graphs[0].graph_def.library.function for n in f.node_def if n.op == "Relu")
    node.op = "SentencepieceOp"
    path.write_bytes(proto.SerializeToString())
    with pytest.raises(ModelLoadError, match="the operation SentencepieceOp, which this TensorFlow does not have"):
        SavedModel(tmp_path / "custom")


def test_it_runs_again_after_it_was_closed(pair):
    model = SavedModel(pair, signature="scale")
    batch = {"x": np.ones((2, 2), np.float32), "less": np.zeros((2, 2), np.float32)}
    first = model.predict(batch)["scaled"]
    model.close()
    model.close()
    np.testing.assert_array_equal(model.predict(batch)["scaled"], first)


def test_layers_that_would_not_fit_in_memory_are_refused(tmp_path):
    tf = tensorflow()
    folder = save(
        tmp_path / "wide", lambda self, x: {"y": tf.reduce_sum(tf.tile(x, [1, 2**20]), 1)}, tf.TensorSpec([None, 1])
    )
    with pytest.raises(InvalidValue, match="600 pictures take 2.3 GiB; give at most 511 at once"):
        SavedModel(folder).layers(np.ones((600, 1), np.float32))


def test_an_object_detection_export_finds_hands_and_faces(loaded):
    """The sample is a real Object Detection API export: bytes of any size in, its own output names out."""
    hands = loaded("ssd-hands")
    assert str(hands.inputs[0]) == "input_tensor (1, any, any, 3) uint8"
    image = open_frames("sample:faces-6/*.jpg")[0].image
    outputs = hands.predict(image[None])
    assert {"detection_boxes", "detection_classes", "detection_scores", "num_detections"} <= set(outputs)
    assert (outputs["detection_scores"][0] > 0.7).sum() >= 2
    assert outputs["detection_boxes"].shape == (1, 100, 4)


def test_the_path_of_the_graph_stands_for_its_folder(pair):
    assert load_model(pair / "saved_model.pb", signature="scale", trust=True).name == "pair"


def test_fused_operations_that_change_the_answers_are_not_used(loaded):
    """With oneDNN, TensorFlow 2.21 fuses CenterNet's operations into others: its boxes' sizes move by 1%."""
    centernet = loaded("centernet-coco")
    pixels = open_frames("sample:skimage/astronaut.png")[0].image
    batch = np.ascontiguousarray(pixels[None], np.float32)
    got = centernet.predict(batch)
    options = tensorflow().config.optimizer
    fused = options.get_experimental_options()
    options.set_experimental_options({**fused, "remapping": False})
    try:
        expected = centernet.frozen([batch])
    finally:
        options.set_experimental_options({"remapping": True, **fused})
    for values, spec in zip(expected, centernet.outputs, strict=True):
        np.testing.assert_array_equal(got[spec.name], values)
