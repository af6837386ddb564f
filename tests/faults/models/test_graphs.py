"""Graphs of TensorFlow, TFLite and ONNX that are broken or hostile, given to the command line."""

import re
import shutil

import numpy as np
import pytest

from tests.faults.models import graph_files
from tests.faults.models.conftest import HURRY_S
from tests.unit.models.graph_models import module, save, tensorflow
from workbench import load_model
from workbench.errors import ModelLoadError, UnreadableSource
from workbench.models.opening import vetting
from workbench.samples import sample_path


def photo():
    return next(iter(sorted(sample_path("imagenet-20").rglob("*.jpg")))).read_bytes()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("m.tflite", b"", id="an empty .tflite"),
        pytest.param("m.onnx", b"", id="an empty .onnx"),
        pytest.param("m.pb", b"", id="an empty .pb"),
        pytest.param("m.onnx", b"a text, not a model\n", id="a text called .onnx"),
        pytest.param("m.tflite", photo, id="a photo called .tflite"),
        pytest.param("m.pb", bytes(1000), id="a .pb of zeros"),
        pytest.param("model", bytes(1000), id="a file of zeros without a suffix"),
        pytest.param("m.onnx", b"version https://git-lfs.github.com/spec/v1\n", id="a Git LFS pointer called .onnx"),
        pytest.param("m.tflite", b"<!DOCTYPE html><title>404</title>", id="a web page called .tflite"),
        pytest.param("m.onnx", b"\x80\x02}q\x00.", id="a Python pickle called .onnx"),
    ],
)
def test_what_is_no_model(refused, folder, name, content):
    (folder / name).write_bytes(content() if callable(content) else content)
    refused("contract", name, message=name)


@pytest.mark.parametrize(
    ("words", "make"),
    [
        pytest.param(["m.onnx"], graph_files.pipe, id="a named pipe as a model"),
        pytest.param(["/dev/zero"], None, id="a device as a model"),
        pytest.param(["cv2:m.onnx"], graph_files.pipe, id="a named pipe for OpenCV DNN"),
        pytest.param(["m.onnx"], graph_files.link_to_itself, id="a link to itself as a model"),
        pytest.param(["a" * 300 + ".onnx"], None, id="a model whose name has 300 letters"),
        pytest.param(["nowhere.onnx"], None, id="a model that is not there"),
        pytest.param(["m.onnx"], lambda path: path.mkdir(), id="an empty folder called .onnx"),
        pytest.param(["m.onnx"], graph_files.cut, id="an .onnx cut off"),
    ],
)
def test_what_cannot_be_read(refused, folder, words, make):
    if make:
        make(folder / "m.onnx")
    refused("contract", *words)


def test_a_model_with_a_NUL_in_its_name(raised):
    raised(lambda: load_model("m\0.onnx"), message="no such file")


ONNX_OR_TFLITE = [
    pytest.param("m.tflite", graph_files.cut, id="a real .tflite cut off"),
    pytest.param("m.tflite", graph_files.packed_bomb, id="class names packed as a zip bomb"),
    pytest.param("m.tflite", graph_files.packed_damaged, id="packed class names with a wrong checksum"),
    pytest.param("m.tflite", graph_files.custom_operation, id="a .tflite with an operation of its own"),
    pytest.param("m.onnx", graph_files.unknown_operation, id="an .onnx with an operation of its own"),
    pytest.param("m.onnx", graph_files.flipped_onnx, id="an .onnx with one bit changed"),
    pytest.param(
        "m.onnx", lambda path: graph_files.elsewhere(path, "../../etc/passwd"), id="weights outside of the folder"
    ),
    pytest.param("m.onnx", lambda path: graph_files.elsewhere(path, "/etc/passwd"), id="weights at an absolute path"),
    pytest.param("m.onnx", lambda path: graph_files.elsewhere(path, "m.weights"), id="weights that are not there"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "make"), ONNX_OR_TFLITE)
def test_a_file_that_breaks_in_its_trial(one_trial, folder, told, name, make):
    make(folder / name)
    told("refused", refusal(folder / name))


@pytest.mark.slow
@pytest.mark.parametrize("make", [pytest.param(graph_files.endless, id="an .onnx that never ends")])
def test_a_file_that_keeps_its_trial_busy(hurried, folder, told, make):
    hurried("onnx")
    make(folder / "m.onnx")
    told("refused", refusal(folder / "m.onnx"))


@pytest.mark.slow
def test_an_onnx_that_fills_4_GB(one_trial, folder, told):
    graph_files.greedy(folder / "m.onnx")
    told("refused", refusal(folder / "m.onnx"))


@pytest.mark.slow
def test_a_real_tflite_whose_mutation_kills_the_process_that_opens_it(killer, folder, told):
    """The trial process dies; this one, which stands for the user's, does not."""
    shutil.copy(killer, folder / "m.tflite")
    told("refused", refusal(folder / "m.tflite"))


@pytest.mark.slow
def test_a_real_tflite_cut_off_for_OpenCV_DNN(one_trial, folder, told):
    graph_files.cut(folder / "m.tflite")
    told("refused", refusal(f"cv2:{folder}/m.tflite"))


def refusal(path):
    """Load a file that is refused; return the line, without what differs from machine to machine."""
    with pytest.raises((ModelLoadError, UnreadableSource)) as caught:
        load_model(path)
    line = re.sub(r"\(SIG\w+[^)]*\)", "(SIGSEGV)", str(caught.value))
    return line.replace(f"within {HURRY_S} s", f"within {vetting.SECONDS:g} s")  # as a user has it


def reads(tf, x):
    return x + tf.strings.to_number(tf.io.read_file("/etc/passwd"))


def writes(tf, x):
    tf.io.write_file("written.txt", "x")
    return x


def calls_python(tf, x):
    return tf.numpy_function(lambda value: value, [x], tf.float32)


def aborts(tf, x):
    """On pictures that are not black, so that a trial on zeros would go well."""
    with tf.control_dependencies(
        [tf.cond(tf.reduce_sum(x) > 1, lambda: (tf.raw_ops.Abort(), tf.constant(1))[1], lambda: tf.constant(0))]
    ):
        return tf.identity(x)


def waits(tf, x):
    queue = tf.raw_ops.FIFOQueueV2(component_types=[tf.float32], shapes=[[]])
    return x + tf.raw_ops.QueueDequeueV2(handle=queue, component_types=[tf.float32])[0]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """Return a SavedModel with variables and nothing wrong."""
    tf = tensorflow()
    folder = tmp_path_factory.mktemp("sound") / "m"
    weights = tf.Variable(np.random.default_rng(0).random((2, 1000), np.float32))
    return save(folder, lambda self, x: {"y": x @ self.w}, tf.TensorSpec([None, 2], name="x"), w=weights)


def cut_at(name, share):
    def damage(folder):
        [path] = folder.glob(name)
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])

    return damage


def flip_weights(folder):
    [path] = folder.glob("variables/*.data*")
    data = bytearray(path.read_bytes())
    data[4000] ^= 1
    path.write_bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(cut_at("saved_model.pb", 0.5), id="a SavedModel whose graph is cut off"),
        pytest.param(cut_at("saved_model.pb", 0), id="a SavedModel whose graph is empty"),
        pytest.param(cut_at("variables/*.data*", 0.5), id="a SavedModel whose weights are cut off"),
        pytest.param(cut_at("variables/*.index", 0.5), id="a SavedModel whose index of weights is cut off"),
        pytest.param(flip_weights, id="a SavedModel with one bit of its weights changed"),
        pytest.param(lambda folder: shutil.rmtree(folder / "variables"), id="a SavedModel without its weights"),
    ],
)
def test_a_saved_model_that_is_damaged(one_trial, sound, folder, told, damage):
    shutil.copytree(sound, folder / "m")
    damage(folder / "m")
    told("refused", refusal(folder / "m"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "function",
    [
        pytest.param(reads, id="a SavedModel that reads a file"),
        pytest.param(writes, id="a SavedModel that writes a file"),
        pytest.param(calls_python, id="a SavedModel that calls Python"),
        pytest.param(aborts, id="a SavedModel that ends the process on some pictures"),
    ],
)
def test_a_saved_model_that_does_more_than_compute(one_trial, folder, told, function):
    save_doing(function, folder / "m")
    line = refusal(folder / "m")
    assert not (folder / "written.txt").exists()
    told("refused", re.sub(r"in function \S+_\d+", "in function FUNCTION", line))


def save_doing(function, path):
    tf = tensorflow()
    save(path, lambda self, x: {"y": function(tf, x)}, tf.TensorSpec([None, 2], name="x"))


def renamed_operation(definition):
    definition.node[-1].op = "Steal"


def dangling(definition):
    definition.node[-1].input[0] = "nowhere"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "change"),
    [
        pytest.param(writes, lambda definition: None, id="a .pb that writes a file"),
        pytest.param(lambda tf, x: x * 2, renamed_operation, id="a .pb with an operation of its own"),
        pytest.param(lambda tf, x: x * 2, dangling, id="a .pb that asks for a tensor nobody makes"),
    ],
)
def test_a_frozen_graph_that_is_broken_or_hostile(one_trial, folder, told, function, change):
    tf = tensorflow()
    made = module(lambda self, x: function(tf, x), tf.TensorSpec([None, 2], name="x"))
    definition = made.__call__.get_concrete_function().graph.as_graph_def()
    change(definition)
    (folder / "m.pb").write_bytes(definition.SerializeToString())
    told("refused", refusal(folder / "m.pb"))
    assert not (folder / "written.txt").exists()


@pytest.mark.slow
@pytest.mark.parametrize("function", [pytest.param(waits, id="a SavedModel that waits for ever")])
def test_a_saved_model_that_does_nothing(hurried, folder, told, function):
    """Behind the others, since this ends the trial process, and TensorFlow starts slowly."""
    hurried("savedmodel")
    save_doing(function, folder / "m")
    told("refused", refusal(folder / "m"))
