"""Which operations of a TensorFlow graph reach outside it: files, the network, Python, the process. Nothing is run.

A SavedModel's own saver holds operations that write and read checkpoints. They may stand in the graph as long as
nothing that loading or predicting runs leads to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from workbench.models.tensorflow.reach import Reach

# From the list of TensorFlow 2.21's operations (TF_GetAllOpList): those with a file, path or address among their
# arguments, readers, writers and Python calls; a test holds the table against that list. Abort ends the process.
REACHING_OUT = re.compile(
    r"(Eager)?PyFunc(Stateless)?|ReadFile|WriteFile|(Experimental)?MatchingFiles(Dataset)?|"
    r"(Experimental)?(TextLine|FixedLengthRecord|TFRecord|CSV|LMDB|Sql|Cache|Save|Load|Snapshot|SnapshotChunk)Dataset(V\d)?|"
    r"(Experimental)?DatasetToTFRecord|Snapshot(Nested)?DatasetReader|ListSnapshotChunksDataset|"
    r"(TextLine|FixedLengthRecord|TFRecord|WholeFile|LMDB)Reader(V2)?|RecordInput|ImmutableConst|"
    r"LoadAndRemapMatrix|GenerateVocabRemapping|Skipgram|CalibrationStatisticsSaver|DumpTensor|"
    r"Debug(Identity|NanCount|NumericSummary)(V\d)?|CreateSummary(File|Db)Writer|Write\w*Summary|"
    r"FileSystemSetConfiguration|Rpc(Server|Client|Call)\w*|RemoteCall|"
    r"DataServiceDataset(V\d)?|RegisterDataset(V2)?|DistributedSave|Abort"
)
SAVING = {"Save", "SaveV2", "SaveSlices", "MergeV2Checkpoints"}
RESTORING = {"Restore", "RestoreV2", "RestoreSlice", "DTensorRestoreV2"}
TEXT_TABLE = {"InitializeTableFromTextFile": 1, "InitializeTableFromTextFileV2": 1}  # -> which input is the file
BY_ATTRIBUTE: dict[str, tuple[str, Callable[[str], bool]]] = {  # harmless but for one value of an attribute
    "PrintV2": ("output_stream", lambda value: value.startswith("file://")),
    "DecodeProtoV2": (
        "descriptor_source",
        lambda value: not value.startswith(("local://", "bytes://")) and value != "",
    ),
    "EncodeProto": ("descriptor_source", lambda value: not value.startswith(("local://", "bytes://")) and value != ""),
    "FixedUnigramCandidateSampler": ("vocab_file", bool),
}


def reaching_out(path: Path, runtime: str) -> list[str]:
    """List the operations of a model file that reach outside the graph, each with its place.

    Args:
        path: a SavedModel folder, or the file of a frozen graph.
        runtime: "savedmodel" or "frozen-graph".

    Raises:
        Exception: of TensorFlow's kinds, where the file cannot be parsed.
    """
    if runtime == "frozen-graph":
        from tensorflow.core.framework.graph_pb2 import GraphDef

        return sorted(set(_in_graph(GraphDef.FromString(path.read_bytes()))))
    from tensorflow.python.saved_model.loader_impl import parse_saved_model  # what tf.saved_model.load reads with

    return sorted({found for meta in parse_saved_model(str(path)).meta_graphs for found in _in_meta_graph(meta)})


def _in_graph(graph: Any) -> Iterator[str]:
    """Yield what reaches out in a frozen graph, which has no saver and no assets."""
    for node, place in _nodes(graph):
        if _reaches_out(node) or node.op in SAVING | RESTORING | TEXT_TABLE.keys():
            yield f"{node.op} ({place})"


def _in_meta_graph(meta: Any) -> Iterator[str]:
    reach = Reach(meta.graph_def)
    run = reach.of(_run_nodes(meta), meta.object_graph_def.concrete_functions)
    restored = reach.of([_node(meta.saver_def.restore_op_name)], ())
    for node, place in _nodes(meta.graph_def):
        saver = node.op in SAVING | RESTORING
        if saver and (place in run or (node.op in SAVING and place in restored)):
            yield f"{node.op} ({place})"
        elif not saver and _reaches_out(node):
            yield f"{node.op} ({place})"
        elif node.op in TEXT_TABLE and not _reads_asset(node, meta, place):
            yield f"{node.op} of a file that is not in assets/ ({place})"
    for asset in meta.asset_file_def:
        if PurePosixPath(asset.filename).is_absolute() or ".." in PurePosixPath(asset.filename).parts:
            yield f"asset {asset.filename} outside assets/"


def _run_nodes(meta: Any) -> Iterator[str]:
    """Yield the nodes of the main graph that loading or calling a signature runs."""
    for signature in meta.signature_def.values():
        yield from (_node(tensor.name) for tensor in signature.outputs.values())
    for key in ("saved_model_main_op", "legacy_init_op", "main_op", "table_initializer"):
        yield from (_node(name) for name in meta.collection_def[key].node_list.value)


def _nodes(graph: Any) -> Iterator[tuple[Any, str]]:
    """Yield every node of the main graph and of the library's functions, with its place."""
    for node in graph.node:
        yield node, node.name
    for function in graph.library.function:
        for node in function.node_def:
            yield node, f"{node.name} in function {function.signature.name}"


def _reaches_out(node: Any) -> bool:
    if node.op in BY_ATTRIBUTE:
        attribute, dangerous = BY_ATTRIBUTE[node.op]
        return dangerous(node.attr[attribute].s.decode(errors="replace"))
    return REACHING_OUT.fullmatch(node.op) is not None


def _reads_asset(node: Any, meta: Any, place: str) -> bool:
    """Say whether the file of a table is one of the model's assets, as far as the graph tells."""
    source = _node(node.input[TEXT_TABLE[node.op]])
    function = place.partition(" in function ")[2]
    if not function:
        return source in {_node(asset.tensor_info.name) for asset in meta.asset_file_def}
    inside = {inner.name: inner for f in meta.graph_def.library.function if f.signature.name == function
              for inner in f.node_def}  # fmt: skip
    if source in inside:  # not an argument, so computed from constants
        return False
    bound = meta.object_graph_def.concrete_functions
    captured = bound[function].bound_inputs if function in bound else ()
    kinds = [meta.object_graph_def.nodes[index].WhichOneof("kind") for index in captured]
    return bool(meta.asset_file_def) and "asset" in kinds and not _constants(kinds)


def _constants(kinds: Iterable[str | None]) -> bool:
    return any(kind == "constant" for kind in kinds)


def _node(tensor: str) -> str:
    return tensor.lstrip("^").partition(":")[0]
