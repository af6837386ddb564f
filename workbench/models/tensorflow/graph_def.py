"""Read the nodes of a frozen TensorFlow graph without TensorFlow, for runtimes that do not need it.

The fields are those of TensorFlow's graph.proto, node_def.proto, attr_value.proto and tensor_shape.proto; what is
not listed here (the weights, above all) is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SCHEMA = """
name: "workbench_graph_def.proto" package: "workbench.graph_def" syntax: "proto3"
message_type { name: "GraphDef"
  field { name: "node" number: 1 label: LABEL_REPEATED type: TYPE_MESSAGE type_name: ".workbench.graph_def.Node" } }
message_type { name: "Node"
  field { name: "name" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
  field { name: "op" number: 2 label: LABEL_OPTIONAL type: TYPE_STRING }
  field { name: "input" number: 3 label: LABEL_REPEATED type: TYPE_STRING }
  field { name: "attr" number: 5 label: LABEL_REPEATED type: TYPE_MESSAGE type_name: ".workbench.graph_def.Entry" } }
message_type { name: "Entry"
  field { name: "key" number: 1 label: LABEL_OPTIONAL type: TYPE_STRING }
  field { name: "value" number: 2 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".workbench.graph_def.Value" } }
message_type { name: "Value"
  field { name: "type" number: 6 label: LABEL_OPTIONAL type: TYPE_INT32 }
  field { name: "shape" number: 7 label: LABEL_OPTIONAL type: TYPE_MESSAGE type_name: ".workbench.graph_def.Shape" } }
message_type { name: "Shape"
  field { name: "dim" number: 2 label: LABEL_REPEATED type: TYPE_MESSAGE type_name: ".workbench.graph_def.Dim" }
  field { name: "unknown_rank" number: 3 label: LABEL_OPTIONAL type: TYPE_BOOL } }
message_type { name: "Dim"
  field { name: "size" number: 1 label: LABEL_OPTIONAL type: TYPE_INT64 } }
"""
# types.proto
DTYPES = {1: "float32", 2: "float64", 3: "int32", 4: "uint8", 6: "int8", 9: "int64", 10: "bool", 19: "float16"}


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a graph."""

    name: str
    kind: str  # as Conv2D
    inputs: tuple[str, ...]  # names of nodes, without output numbers and control inputs
    dtype: str | None  # of a Placeholder
    shape: tuple[int | None, ...] | None  # of a Placeholder; None where its number of axes is not known


def read_nodes(path: Path) -> tuple[Node, ...]:
    """Return the nodes of a frozen graph, in the file's order.

    Raises:
        ValueError: this is no graph.
    """
    from google.protobuf.message import DecodeError

    graph = _message()()
    try:
        graph.ParseFromString(path.read_bytes())
    except DecodeError as error:
        raise ValueError(str(error)) from error
    return tuple(map(_node, graph.node))


def ends(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the nodes whose values no other node takes: the outputs of the graph."""
    taken = {name for node in nodes for name in node.inputs}
    return tuple(node for node in nodes if node.name not in taken and node.kind not in ("Const", "NoOp", "Placeholder"))


def _node(node: Any) -> Node:
    attributes = {entry.key: entry.value for entry in node.attr}
    inputs = tuple(name.split(":")[0] for name in node.input if not name.startswith("^"))
    shape = attributes["shape"].shape if "shape" in attributes else None
    known = shape is not None and not shape.unknown_rank
    return Node(
        name=node.name,
        kind=node.op,
        inputs=inputs,
        dtype=DTYPES.get(attributes["dtype"].type) if "dtype" in attributes else None,
        shape=tuple(dim.size if dim.size >= 0 else None for dim in shape.dim) if shape is not None and known else None,
    )


@cache
def _message() -> Any:
    """Return the class of the GraphDef message, in a pool of its own beside TensorFlow's."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

    pool = descriptor_pool.DescriptorPool()
    pool.Add(text_format.Parse(SCHEMA, descriptor_pb2.FileDescriptorProto()))
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("workbench.graph_def.GraphDef"))
