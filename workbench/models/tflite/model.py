"""The TFLite runtime: a `.tflite` file on LiteRT (XNNPACK) behind the Model protocol.

Integers go in as they are: the recipe makes them, with `dtype` and `quantization` of the input's TensorSpec.
Integers that stand for real numbers come out as those, in float32.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.cluster.share import threads as allowed_threads
from workbench.errors import InvalidValue, ModelLoadError, unknown
from workbench.models.model import Batch, TensorSpec, check_batch, described
from workbench.models.tensorflow.function import expect_room
from workbench.models.tensorflow.runtime import quiet_standard_error
from workbench.models.tensorflow.saved_model import DEFAULT, Signature
from workbench.models.tflite.errors import tflite_error
from workbench.models.tflite.graph import QuantizedTensor, packed_labels, read_graph
from workbench.models.tflite.runner import TensorRunner, details_of


class TFLiteModel:
    """A TFLite model: float32, float16 or integer, by signature where it has one.

    Attributes:
        signatures: what each of its signatures takes and gives, by name; empty where the file has none.
        signature: the name of the one that runs; None for the graph as it is, with the tensors' own names.
        quantization: every tensor that stores real numbers as integers, weights with a scale a channel included.
    """

    runtime = "tflite"

    def __init__(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        labels: tuple[str, ...] | None = None,
        signature: str | None = None,
        threads: int | None = None,
    ) -> None:
        """Open a file; see `load_model`, which also tries it in a process of its own before.

        Args:
            path: the `.tflite` file.
            name: for tables and pictures; the file's by default.
            labels: class names; those packed into the file by default.
            signature: which one runs; `serving_default`, or the only one, by default.
            threads: of LiteRT; as many as this process may use by default.

        Raises:
            ModelLoadError: LiteRT cannot run it; the text names the operation and the way round.
            UnknownName: it has no such signature.
        """
        self.path: Path | None = Path(path)
        self._file = Path(path)
        self.name: str = name or Path(path).stem
        self._threads = threads or allowed_threads()
        self._lock = threading.Lock()
        self._interpreter: Any = self._open()
        keys = self._interpreter.get_signature_list()
        self.signature = _chosen(self._file, keys, signature)
        self.signatures = {key: Signature(*self._described(key)) for key in keys}
        self.inputs, self.outputs = self._described(self.signature)
        self._subgraph_number = self._subgraph(self.signature)
        self._graph = read_graph(self._file, self._subgraph_number)
        self.quantization: tuple[QuantizedTensor, ...] = self._graph.quantization
        self._runner: Any = self._runner_of(self.signature)
        self.labels = labels or packed_labels(self._file)
        self._debug: Any = None

    __repr__ = described

    def predict(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return the raw outputs of a batch by output name, as copies; see `Model.predict`.

        Raises:
            InputMismatch: shape or dtype do not fit the inputs; nothing has run then.
            InvalidValue: the graph cannot run a batch of this length.
        """
        arrays = check_batch(batch, self.inputs, self.name)
        with self._lock:
            if self._interpreter is None:
                self._interpreter = self._open()
                self._runner = self._runner_of(self.signature)
            raw = self._run(self._runner, arrays)
        return {spec.name: real(raw[spec.name], spec.quantization) for spec in self.outputs}

    def layers(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return every floating-point tensor that operations make of a batch, by its name, in order.

        Integers that stand for reals come as those. Runs without XNNPACK, which fuses operations and keeps nothing
        between them.

        Raises:
            InputMismatch: as `predict`.
            InvalidValue: the values would not fit in 2 GiB, or as `predict`.
        """
        arrays = check_batch(batch, self.inputs, self.name)
        with self._lock:
            if all(spec.shape[:1] == (None,) for spec in self.inputs) and len(arrays[0]) > 1:
                expect_room(self._tensors([array[:1] for array in arrays]).values(), len(arrays[0]))
            return self._tensors(arrays)

    def close(self) -> None:
        """Let the interpreter and its memory go; the next `predict` opens it again."""
        with self._lock:
            self._interpreter = self._runner = self._debug = None

    def _open(self, **options: Any) -> Any:
        from ai_edge_litert.interpreter import Interpreter

        with warnings.catch_warnings(), quiet_standard_error():
            warnings.simplefilter("ignore")  # that keeping all tensors is for debugging
            try:
                interpreter = Interpreter(str(self._file), num_threads=self._threads, **options)
                interpreter.allocate_tensors()
                return interpreter
            except (ValueError, RuntimeError) as error:
                refused = tflite_error(self._file, error)
                refused.__cause__ = error
        raise refused  # out here, where what LiteRT wrote of it is held back

    def _subgraph(self, signature: str | None) -> int:
        wrapped = self._interpreter._interpreter  # LiteRT has no public way from a signature to its subgraph
        return int(wrapped.GetSubgraphIndexFromSignature(signature)) if signature else 0

    def _runner_of(self, signature: str | None) -> Any:
        return self._interpreter.get_signature_runner(signature) if signature else TensorRunner(self._interpreter)

    def _run(self, runner: Any, arrays: Sequence[np.ndarray]) -> Mapping[str, np.ndarray]:
        named = dict(zip((spec.name for spec in self.inputs), arrays, strict=True))
        try:
            return runner(**named)  # type: ignore[no-any-return]
        except (RuntimeError, ValueError) as error:
            self._interpreter = self._debug = None  # half prepared; the next call opens it again
            raise InvalidValue(
                f"{self.name}: this graph does not run with a batch of {len(arrays[0])} "
                f"({' '.join(str(error).split())[:200]}); give one picture at a time, with batch_size=1"
            ) from error

    def _tensors(self, arrays: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
        from ai_edge_litert.interpreter import OpResolverType

        if self._debug is None:
            plain = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
            self._debug = self._open(experimental_preserve_all_tensors=True, experimental_op_resolver_type=plain)
        interpreter, subgraph = self._debug, self._subgraph_number
        runner = interpreter.get_signature_runner(self.signature) if self.signature else TensorRunner(interpreter)
        self._run(runner, arrays)
        found: dict[str, np.ndarray] = {}
        for number in self._graph.computed():
            spec = self._graph.tensors[number]
            with suppress(ValueError):  # LiteRT keeps no memory for a tensor that no operation reads
                found[spec.name] = real(interpreter.get_tensor(number, subgraph), spec.quantization)
        return {name: values for name, values in found.items() if values.dtype.kind == "f"}

    def _described(self, signature: str | None) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
        """Describe inputs and outputs in the graph's own order: LiteRT sorts a signature's by name."""
        graph = read_graph(self._file, self._subgraph(signature))
        runner = self._runner_of(signature)
        outputs = runner.get_output_details()
        return _ordered(runner.get_input_details(), graph.inputs), tuple(
            replace(
                spec,
                dtype="float32" if spec.quantization else spec.dtype,
                activation=graph.activation(int(outputs[spec.name]["index"])),
            )
            for spec in _ordered(outputs, graph.outputs)
        )


def real(values: np.ndarray, quantization: tuple[float, int] | None) -> np.ndarray:
    """Return the real numbers that integers stand for: scale * (stored - zero point), in float32."""
    if quantization is None or values.dtype.kind not in "iu":
        return values
    scale, zero_point = quantization
    return (values.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)


def _ordered(details: Mapping[str, dict[str, Any]], numbers: Sequence[int]) -> tuple[TensorSpec, ...]:
    place = {number: i for i, number in enumerate(numbers)}
    names = sorted(details, key=lambda name: place.get(int(details[name]["index"]), len(place)))
    return tuple(replace(details_of(details[name]), name=name) for name in names)


def _chosen(path: Path, known: Mapping[str, Any], wanted: str | None) -> str | None:
    if wanted is not None and wanted not in known:
        raise unknown(f"signature in {path}", wanted, known)
    if wanted is not None or not known:
        return wanted
    if DEFAULT in known or len(known) == 1:
        return DEFAULT if DEFAULT in known else next(iter(known))
    raise ModelLoadError(f"{path}: no {DEFAULT} among its signatures; choose one by signature=NAME: {', '.join(known)}")
