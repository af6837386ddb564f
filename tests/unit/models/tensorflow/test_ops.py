"""A graph that reaches files, the network or Python is found out without being run; a normal one is not accused."""

import re
import shutil

import pytest

from tests.unit.models.graph_models import module, pair_of_signatures, save, tensorflow, tensorflow_1
from workbench.models.tensorflow.ops import BY_ATTRIBUTE, REACHING_OUT, RESTORING, SAVING, TEXT_TABLE, reaching_out
from workbench.samples import sample_path

pytestmark = pytest.mark.slow
NO_FILE = {  # have such a word among their arguments, and reach nothing
    "RegexReplace", "RegexFullMatch", "StaticRegexReplace", "StaticRegexFullMatch", "CTCBeamSearchDecoder",
    "TensorSliceDataset", "SetStatsAggregatorDataset", "ExperimentalSetStatsAggregatorDataset",
}  # fmt: skip


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return pair_of_signatures(tmp_path_factory.mktemp("pair") / "pair")


@pytest.fixture
def edited(pair, tmp_path):
    """Return a function that saves a copy of a SavedModel after `change(meta_graph)`."""
    tensorflow()
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    def edit(change):
        shutil.copytree(pair, tmp_path / "edited")
        path = tmp_path / "edited" / "saved_model.pb"
        proto = SavedModel.FromString(path.read_bytes())
        change(proto.meta_graphs[0])
        path.write_bytes(proto.SerializeToString())
        return reaching_out(tmp_path / "edited", "savedmodel")

    return edit


def function_of(meta, part):
    return next(f for f in meta.graph_def.library.function if part in f.signature.name)


def node_of(function, op):
    return next(node for node in function.node_def if node.op == op)


def test_every_operation_of_tensorflow_with_a_file_or_an_address_is_in_the_table():
    tensorflow()
    from tensorflow.core.framework.op_def_pb2 import OpList
    from tensorflow.python.client import pywrap_tf_session as session

    known = OpList.FromString(session.TF_GetBuffer(session.TF_GetAllOpList()))
    word = re.compile(r"file|path|_dir|dir_|url|address|pattern|prefix|memory_region|descriptor_source|output_stream")
    suspects = {op.name for op in known.op if any(word.search(arg.name) for arg in (*op.attr, *op.input_arg))}
    suspects |= {op.name for op in known.op if "PyFunc" in op.name}
    in_table = SAVING | RESTORING | TEXT_TABLE.keys() | BY_ATTRIBUTE.keys()
    assert len(suspects) > 60
    assert {name for name in suspects - NO_FILE - in_table if not REACHING_OUT.fullmatch(name)} == set()


@pytest.mark.parametrize("sample", ["centernet-coco", "ssd-hands"])
def test_a_real_detector_reaches_nothing(sample):
    assert reaching_out(sample_path(sample), "savedmodel") == []


def test_an_asset_table_and_the_saver_are_no_fault(pair, tmp_path):
    assert reaching_out(pair, "savedmodel") == []
    tensorflow_1(tmp_path / "one", tmp_path / "one.pb")
    assert reaching_out(tmp_path / "one", "savedmodel") == []
    assert reaching_out(tmp_path / "one.pb", "frozen-graph") == []


def written(tf, x):
    tf.io.write_file("out.txt", "x")
    return x


def printed(tf, x):
    tf.print(x, output_stream="file:///tmp/out.txt")
    return x


def branched(tf, x):
    return tf.cond(tf.reduce_sum(x) > 5.0, lambda: x + float(len("a")), lambda: written(tf, x))


@pytest.mark.parametrize(
    ("function", "operation"),
    [
        pytest.param(written, "WriteFile", id="writes a file"),
        pytest.param(branched, "WriteFile", id="writes in one branch"),
        pytest.param(lambda tf, x: x + tf.strings.to_number(tf.io.read_file("in.txt")), "ReadFile", id="reads a file"),
        pytest.param(lambda tf, x: (tf.io.matching_files("/*"), x)[1], "MatchingFiles", id="lists files"),
        pytest.param(lambda tf, x: tf.numpy_function(lambda v: v, [x], tf.float32), "PyFunc", id="calls Python"),
        pytest.param(lambda tf, x: tf.py_function(lambda v: v, [x], tf.float32), "EagerPyFunc", id="eager Python"),
        pytest.param(printed, "PrintV2", id="prints to a file"),
        pytest.param(
            lambda tf, x: tf.data.TextLineDataset("in.txt").reduce(x, lambda total, line: total),
            "TextLineDataset",
            id="reads lines",
        ),
        pytest.param(
            lambda tf, x: (tf.raw_ops.SaveV2(prefix="p", tensor_names=["x"], shape_and_slices=[""], tensors=[x]), x)[1],
            "SaveV2",
            id="writes a checkpoint when called",
        ),
        pytest.param(
            lambda tf, x: x + tf.raw_ops.RestoreV2(
                prefix="p", tensor_names=["x"], shape_and_slices=[""], dtypes=[tf.float32]
            )[0],
            "RestoreV2",
            id="reads a checkpoint when called",
        ),
    ],
)  # fmt: skip
def test_what_a_call_reaches_is_named_with_its_function(tmp_path, function, operation):
    tf = tensorflow()
    save(tmp_path / "m", lambda self, x: {"y": function(tf, x)}, tf.TensorSpec([None]))
    found = reaching_out(tmp_path / "m", "savedmodel")
    assert found
    assert all(re.fullmatch(rf"{operation} \(\S+ in function \S+\)", text) for text in found)


def test_printing_to_the_terminal_is_no_fault(tmp_path):
    tf = tensorflow()
    save(tmp_path / "m", lambda self, x: (tf.print(x), {"y": x})[1], tf.TensorSpec([None]))
    assert reaching_out(tmp_path / "m", "savedmodel") == []


def test_a_frozen_graph_is_searched_too(tmp_path):
    tf = tensorflow()
    function = module(lambda self, x: written(tf, x), tf.TensorSpec([None])).__call__.get_concrete_function()
    (tmp_path / "m.pb").write_bytes(function.graph.as_graph_def().SerializeToString())
    assert reaching_out(tmp_path / "m.pb", "frozen-graph") == ["WriteFile (WriteFile)"]


def test_a_restore_that_writes_is_found(edited):
    """Loading a TensorFlow 1 model runs its restore function; one that saves as well would write where it likes."""

    def change(meta):
        restore, save_function = function_of(meta, "traced_restore"), function_of(meta, "traced_save")
        restore.node_def.append(node_of(save_function, "SaveV2"))

    [found] = edited(change)
    assert re.fullmatch(r"SaveV2 \(SaveV2 in function \S*traced_restore\S*\)", found)


def test_a_signature_that_calls_the_saver_is_found(edited):
    def change(meta):
        caller = node_of(function_of(meta, "signature_wrapper_detect"), "StatefulPartitionedCall")
        caller.attr["f"].func.name = function_of(meta, "traced_save").signature.name

    assert any("SaveV2" in found for found in edited(change))


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd"])
def test_an_asset_outside_of_the_folder_is_found(edited, name):
    def change(meta):
        meta.asset_file_def[0].filename = name

    assert edited(change) == [f"asset {name} outside assets/"]


def test_a_table_of_a_file_outside_of_the_folder_is_found(edited):
    def change(meta):
        function = function_of(meta, "initializer")
        table = node_of(function, "InitializeTableFromTextFileV2")
        path = function.node_def.add(name="path", op="Const")
        path.attr["value"].tensor.string_val.append(b"/etc/passwd")
        table.input[1] = "path:output:0"

    [found] = edited(change)
    assert found.startswith("InitializeTableFromTextFileV2 of a file that is not in assets/")


def test_a_table_whose_asset_became_a_constant_is_found(edited):
    def change(meta):
        node = next(node for node in meta.object_graph_def.nodes if node.WhichOneof("kind") == "asset")
        node.constant.operation = "Const"

    [found] = edited(change)
    assert found.startswith("InitializeTableFromTextFileV2 of a file that is not in assets/")
