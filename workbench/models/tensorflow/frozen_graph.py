"""The runtime of frozen TensorFlow graphs: a `.pb` file with the weights as constants."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import ModelLoadError, unknown
from workbench.models.model import Batch, check_batch, described
from workbench.models.tensorflow.errors import graph_error
from workbench.models.tensorflow.function import Frozen, GraphLayers, is_array, prune, short, spec_of, with_activations
from workbench.models.tensorflow.runtime import import_tensorflow

VARIABLES = {"VariableV2", "Variable", "VarHandleOp"}
NO_OUTPUT = {"Const", "Placeholder", "NoOp", "Assert"}  # leaves that are no answer


class FrozenGraph:
    """A frozen graph, from its placeholders to its leaves.

    Args:
        path: the `.pb` file.
        name: for tables and pictures; by default the file's.
        labels: class names in class order.
        inputs: names of the tensors to feed; by default every placeholder.
        outputs: names of the tensors to fetch; by default every output of an operation that no other one reads.
    """

    runtime = "frozen-graph"

    def __init__(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        labels: tuple[str, ...] | None = None,
        inputs: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
    ) -> None:
        self.path: Path | None = Path(path)
        self.name: str = name or Path(path).stem
        self.labels = labels
        graph_def = _read(Path(path))
        fed = _placeholders(Path(path), graph_def) if inputs is None else list(inputs)
        fetched = _leaves(Path(path), graph_def) if outputs is None else list(outputs)
        self.frozen = _function(Path(path), graph_def, fed, fetched)
        tensors = tuple(self.frozen.function.outputs)
        self.inputs = tuple(spec_of(name, tensor) for name, tensor in zip(fed, self.frozen.inputs, strict=True))
        specs = [spec_of(name, tensor) for name, tensor in zip(fetched, tensors, strict=True)]
        self.outputs = with_activations(specs, tensors)
        self._layers: GraphLayers | None = None

    __repr__ = described

    def predict(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return the raw outputs of a batch by output name; see `Model.predict`."""
        arrays = check_batch(batch, self.inputs, self.name)
        return dict(zip((spec.name for spec in self.outputs), self.frozen(arrays), strict=True))

    def layers(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return what every floating-point operation gives, by its name in the graph, in the order they run.

        Raises:
            InputMismatch: as `predict`.
            InvalidValue: the values would not fit in 2 GiB.
        """
        arrays = check_batch(batch, self.inputs, self.name)
        self._layers = self._layers or GraphLayers(self.frozen)
        return self._layers(arrays, any_length=all(spec.shape[:1] == (None,) for spec in self.inputs))

    def close(self) -> None:
        """Let what `layers` made go."""
        self._layers = None


def _read(path: Path) -> Any:
    tf = import_tensorflow()
    graph_def = tf.compat.v1.GraphDef()
    try:
        graph_def.ParseFromString(path.read_bytes())
    except Exception as error:
        raise graph_error(path, error) from error
    if any(node.op in VARIABLES for node in graph_def.node):
        raise ModelLoadError(
            f"{path}: its weights are not in it (it has variables, so it is not frozen); freeze it with the program "
            "that made it, or load the SavedModel folder it belongs to"
        )
    return graph_def


def _function(path: Path, graph_def: Any, inputs: list[str], outputs: list[str]) -> Frozen:
    nodes = {node.name for node in graph_def.node}
    for name in (*inputs, *outputs):
        if name.partition(":")[0] not in nodes:
            close = difflib.get_close_matches(name, nodes, n=8, cutoff=0.0)  # of thousands
            raise unknown(f"operation in {path}", name, close)
    try:
        return prune(graph_def, [_tensor(name) for name in inputs], [_tensor(name) for name in outputs])
    except Exception as error:
        raise graph_error(path, error) from error


def _placeholders(path: Path, graph_def: Any) -> list[str]:
    names = [node.name for node in graph_def.node if node.op == "Placeholder"]
    if not names:
        raise ModelLoadError(
            f"{path}: this graph has no placeholder to feed; name the tensor in FrozenGraph(path, inputs=[...])"
        )
    return names


def _leaves(path: Path, graph_def: Any) -> list[str]:
    """Return the names of the tensors that nothing reads, of operations that nothing reads; arrays only."""
    tf = import_tensorflow()
    read = {source.lstrip("^").partition(":")[0] for node in graph_def.node for source in node.input}
    leaves = {node.name for node in graph_def.node if node.name not in read and node.op not in NO_OUTPUT}
    try:
        with tf.Graph().as_default() as graph:
            tf.graph_util.import_graph_def(graph_def, name="")
    except Exception as error:
        raise graph_error(path, error) from error
    made = [tensor for op in graph.get_operations() if op.name in leaves for tensor in op.outputs]
    if found := [short(tensor.name) for tensor in made if is_array(tensor)]:
        return found
    raise ModelLoadError(
        f"{path}: no operation of this graph ends in arrays; name one in FrozenGraph(path, outputs=[...])"
    )


def _tensor(name: str) -> str:
    return name if ":" in name else f"{name}:0"
