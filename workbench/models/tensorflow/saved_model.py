"""The SavedModel runtime: one signature of a SavedModel folder behind the Model protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import ModelLoadError, unknown
from workbench.models.model import Batch, TensorSpec, check_batch, described
from workbench.models.tensorflow.errors import graph_error
from workbench.models.tensorflow.function import Frozen, GraphLayers, freeze, spec_of, with_activations
from workbench.models.tensorflow.runtime import MOST_FROZEN, CheckedRunner, Run, import_tensorflow

DEFAULT = "serving_default"  # tf.saved_model.DEFAULT_SERVING_SIGNATURE_DEF_KEY
INIT_OP = "__saved_model_init_op"  # TensorFlow's own, which fills tables


@dataclass(frozen=True, slots=True)
class Signature:
    """What one signature takes and gives."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]

    def __str__(self) -> str:
        return f"{'; '.join(map(str, self.inputs))} -> {', '.join(spec.name for spec in self.outputs)}"


class SavedModel:
    """A SavedModel of TensorFlow 1 or 2, by one of its signatures.

    Attributes:
        signatures: all its signatures by name.
        signature: the name of the one that runs.
        function: the `ConcreteFunction` of that.
        frozen: its graph with the weights in it; None where TensorFlow cannot freeze it.
    """

    runtime = "savedmodel"

    def __init__(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        labels: tuple[str, ...] | None = None,
        signature: str | None = None,
    ) -> None:
        self.path: Path | None = Path(path)
        self.name: str = name or Path(path).name
        self.labels = labels
        self._loaded = _load(Path(path))
        functions = {key: value for key, value in self._loaded.signatures.items() if key != INIT_OP}
        self.signatures = {key: _signature(function) for key, function in functions.items()}
        self.signature = _chosen(Path(path), self.signatures, signature)
        self.inputs = self.signatures[self.signature].inputs
        self.function: Any = functions[self.signature]
        self._large = sum(file.stat().st_size for file in Path(path).glob("variables/*")) > MOST_FROZEN
        self._layers: GraphLayers | None = None
        self._run = self._runner()

    __repr__ = described

    def predict(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return the raw outputs of a batch by output name; see `Model.predict`."""
        arrays = check_batch(batch, self.inputs, self.name)
        names = (spec.name for spec in self.signatures[self.signature].outputs)
        return dict(zip(names, self._run(arrays), strict=True))

    def layers(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return what every floating-point operation gives, by its name in the frozen graph, in order.

        Raises:
            InputMismatch: as `predict`.
            InvalidValue: the values would not fit in 2 GiB.
            ModelLoadError: the weights cannot be frozen into this graph, so it does not show its operations.
        """
        arrays = check_batch(batch, self.inputs, self.name)
        if self.frozen is None:
            raise ModelLoadError(f"{self.name}: its graph cannot be frozen, so its operations cannot be looked at")
        self._layers = self._layers or GraphLayers(self.frozen)
        return self._layers(arrays, any_length=self._any_length)

    def close(self) -> None:
        """Let what was made for speed go; the next `predict` makes it again."""
        self._layers, self._run = None, self._runner()

    @cached_property
    def frozen(self) -> Frozen | None:
        """The signature with its weights as constants; None where TensorFlow cannot make that of it."""
        try:
            return freeze(self.function, len(self.inputs))
        except Exception:  # TensorFlow raises what it likes; the function itself still runs
            return None

    @cached_property
    def outputs(self) -> tuple[TensorSpec, ...]:
        """The outputs by name; with the activation that makes them, where the model is of a size to be frozen."""
        outputs = self.signatures[self.signature].outputs
        frozen = None if self._large else self.frozen
        return with_activations(outputs, frozen.function.outputs) if frozen else outputs

    def _runner(self) -> Run:
        return self._call if self._large else self._quick

    def _quick(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Choose how to run with the first batch, which the choice is checked on."""
        frozen = self.frozen
        self._run = (
            CheckedRunner(self.name, self._call, quick=lambda: frozen, any_length=self._any_length)
            if frozen
            else self._call
        )
        return self._run(arrays)

    @property
    def _any_length(self) -> bool:
        return all(spec.shape[:1] == (None,) for spec in self.inputs)

    def _call(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        tf = import_tensorflow()
        names = (spec.name for spec in self.inputs)
        values = self.function(**dict(zip(names, map(tf.constant, arrays), strict=True)))
        return [np.asarray(values[spec.name]) for spec in self.signatures[self.signature].outputs]


def _load(path: Path) -> Any:
    tf = import_tensorflow()
    try:
        return tf.saved_model.load(str(path), tags=_tags(path))
    except Exception as error:
        raise graph_error(path, error) from error


def _tags(path: Path) -> Sequence[str] | None:
    """Return the tags of the graph to load where there are many: the one for serving."""
    from tensorflow.python.saved_model.loader_impl import parse_saved_model

    graphs = [list(graph.meta_info_def.tags) for graph in parse_saved_model(str(path)).meta_graphs]
    return min((tags for tags in graphs if "serve" in tags), key=len, default=None) if len(graphs) > 1 else None


def _signature(function: Any) -> Signature:
    inputs = function.structured_input_signature[1]
    outputs = function.structured_outputs
    return Signature(
        tuple(spec_of(name, inputs[name]) for name in sorted(inputs)),
        tuple(spec_of(name, outputs[name]) for name in sorted(outputs)),
    )


def _chosen(path: Path, signatures: dict[str, Signature], wanted: str | None) -> str:
    if not signatures:
        raise ModelLoadError(
            f"{path}: this SavedModel has no signature, so its inputs and outputs have no names; save it again with "
            "tf.saved_model.save(model, FOLDER, signatures=FUNCTION), or from Keras with model.export(FOLDER)"
        )
    if wanted is not None and wanted not in signatures:
        raise unknown(f"signature in {path}", wanted, signatures)
    name = wanted or (DEFAULT if DEFAULT in signatures else next(iter(signatures)))
    if wanted is None and name != DEFAULT and len(signatures) > 1:
        listed = "; ".join(f"{key}: {value}" for key, value in signatures.items())
        raise ModelLoadError(f"{path}: no {DEFAULT} among its signatures; choose one by signature=NAME - {listed}")
    return name
