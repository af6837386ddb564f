"""Channels taken apart and put together again: how Keras' mode caffe turns red and blue round in a graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from workbench.models.contract.node import Graph, Node
from workbench.models.contract.operations import Operation

TAKE = {"StridedSlice", "STRIDED_SLICE", "GatherV2", "GATHER", "Gather", "Slice"}  # second input: where, or which
HOPS = {"Squeeze", "SQUEEZE", "Unsqueeze", "ExpandDims", "EXPAND_DIMS", "Reshape", "RESHAPE", "Identity"}
PUT = {"Pack", "PACK", "ConcatV2", "CONCATENATION", "Concat"}
Constant = Callable[[Graph, Any], np.ndarray | None]


def restacked(graph: Graph, users: Sequence[tuple[Node, int]], constant: Constant) -> tuple[Operation, Any] | None:
    """Return the flip that several single channels of one tensor make, and the tensor they are put together in."""
    channels: dict[int, int] = {}  # place among the inputs of the operation that joins them -> channel
    joins: dict[str, Node] = {}
    for node, _ in users:
        taken = constant(graph, node.inputs[1]) if node.kind in TAKE and len(node.inputs) > 1 else None
        end = _end(graph, node)
        if taken is None or not taken.size or end is None:
            return None
        join, place = end
        joins[join.name] = join
        channels[place] = int(taken.reshape(-1)[-1])
    order = [channels[place] for place in sorted(channels)]
    if len(joins) != 1 or graph.channels is None or order != list(range(graph.channels))[::-1]:
        return None
    [join] = joins.values()
    return Operation(join.name, join.kind, "flip"), join.output


def _end(graph: Graph, node: Node) -> tuple[Node, int] | None:
    """Follow one channel to the operation that joins it with others; its place among the inputs there."""
    for _ in range(4):
        users = graph.users(node.output)
        if len(users) != 1:
            return None
        node, place = users[0]
        if node.kind in PUT:
            return node, place
        if node.kind not in HOPS:
            return None
    return None
