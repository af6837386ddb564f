"""Put values that OpenCV DNN reads in another order back into the file's.

A TFLite detector reshapes each feature map (1, h, w, boxes * 4) to (1, h * w * boxes, 1, 4) and joins them. OpenCV
holds tensors of four axes channels first and reshapes them as they lie: (1, boxes * 4, h, w) to (1, 4, h * w * boxes,
1). Every number is right, and most stand in another row and column, silently. Seen in OpenCV 4.14 and 5.0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from workbench.models.tflite.graph import Operator, TFLiteGraph

JOINING = "CONCATENATION"
SHAPING = ("RESHAPE", "SQUEEZE")
Shape = tuple[int, ...]


def restore(values: np.ndarray, graph: TFLiteGraph, output: int) -> np.ndarray:
    """Return an output of OpenCV in the file's order; unchanged where its graph has no such reshape.

    Args:
        values: (N, ...) as OpenCV gave it.
        graph: the file's own graph.
        output: the output's tensor number.
    """
    maps = list(_reshapes(output, _makers(graph), graph))
    sizes = [int(np.prod(source)) for source, _ in maps]
    if not maps or sum(sizes) != values[0].size:
        return values
    rows = [np.split(row, np.cumsum(sizes)[:-1]) for row in values.reshape(len(values), -1)]
    restored = [np.concatenate([_turned(p, *m) for p, m in zip(row, maps, strict=True)]) for row in rows]
    return np.stack(restored).reshape(values.shape)


def reordered(graph: TFLiteGraph) -> tuple[int, ...]:
    """Return the tensor numbers of the outputs that OpenCV gives in another order than the file's."""
    return tuple(number for number in graph.outputs if any(_reshapes(number, _makers(graph), graph)))


def _turned(part: np.ndarray, source: Shape, target: Shape) -> np.ndarray:
    """Undo one reshape that was made channels first; both shapes are (height, width, channels)."""
    blob = part.reshape(target).transpose(2, 0, 1)  # as OpenCV holds it
    height, width, channels = source
    return blob.reshape(channels, height, width).transpose(1, 2, 0).ravel()


def _makers(graph: TFLiteGraph) -> dict[int, Operator]:
    return {number: op for op in graph.operators for number in op.outputs}


def _reshapes(tensor: int, makers: Mapping[int, Operator], graph: TFLiteGraph) -> Iterator[tuple[Shape, Shape]]:
    """Yield shapes before and after of the four-axis reshapes of feature maps that an output is joined from."""
    op = makers.get(tensor)
    if op is None or op.kind not in (JOINING, *SHAPING):
        return
    if op.kind == JOINING:
        for part in op.inputs:
            yield from _reshapes(part, makers, graph)
        return
    source, target = graph.tensors[op.inputs[0]].shape, graph.tensors[tensor].shape
    if len(source) != 4 or (op.inputs[0] in makers and makers[op.inputs[0]].kind in (JOINING, *SHAPING)):
        yield from _reshapes(op.inputs[0], makers, graph)
    elif len(target) == 4 and None not in source + target:
        yield tuple(n or 0 for n in source[1:]), tuple(n or 0 for n in target[1:])
