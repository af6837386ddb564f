"""Read what a `.tflite` file says about itself: tensors, operations, quantization and class names.

Only the flatbuffer is read, nothing runs. Schema: TensorFlow Lite's `schema.fbs`, as
`ai_edge_litert.schema_py_generated` has it.
"""

from __future__ import annotations

import mmap
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import ModelLoadError
from workbench.models.model import TensorSpec

MOST_NAMES = 2**22  # bytes unpacked; the names of a thousand classes take 20,000
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
MISLED = (struct.error, IndexError, TypeError, ValueError, AttributeError)  # flatbuffers' reader, by a wrong offset
ACTIVATIONS = {"SOFTMAX": "softmax", "LOGISTIC": "sigmoid", "LOG_SOFTMAX": "log_softmax"}
PASSING = {"RESHAPE", "SQUEEZE", "DEQUANTIZE", "QUANTIZE", "CAST", "EXPAND_DIMS"}  # hand values on as they are


@dataclass(frozen=True, slots=True)
class Operator:
    """One operation; tensors are numbers of the subgraph, -1 where an optional one is left out."""

    kind: str  # of schema.fbs, as CONV_2D; a custom operation's own name
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedTensor:
    """How one tensor stores real values: real = scale * (stored - zero point).

    Source: TensorFlow Lite 8-bit quantization specification.
    """

    name: str
    dtype: str  # NumPy's name; schema.fbs' own in lower case where NumPy has none, as int4
    scales: np.ndarray  # (1,), or (length of `axis`,) float32
    zero_points: np.ndarray  # as many, int64
    axis: int | None  # along which each channel has a scale of its own; None for one scale for all


@dataclass(frozen=True, slots=True)
class TFLiteGraph:
    """One subgraph of a file."""

    tensors: tuple[TensorSpec, ...]  # by number; shapes have None where any length will do
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operators: tuple[Operator, ...]
    quantization: tuple[QuantizedTensor, ...]
    names: Mapping[int, str]  # of inputs and outputs, as the first signature of this subgraph has them

    def activation(self, tensor: int) -> str | None:
        """Return the activation that makes a tensor, where it is known."""
        makers = {number: op for op in self.operators for number in op.outputs}
        for _ in self.operators:
            op = makers.get(tensor)
            if op is None or op.kind not in PASSING:
                return ACTIVATIONS.get(op.kind) if op else None
            tensor = op.inputs[0]
        return None

    def computed(self) -> tuple[int, ...]:
        """Return the tensors that depend on an input, in the order they are made."""
        seen = set(self.inputs)
        made: list[int] = []
        for op in self.operators:
            if seen & set(op.inputs):
                seen |= set(op.outputs)
                made += [number for number in op.outputs if number >= 0]
        return tuple(made)


def read_graph(path: Path, subgraph: int = 0) -> TFLiteGraph:
    """Read one subgraph of a file.

    Raises:
        ModelLoadError: the file is cut off or damaged.
    """
    try:
        return _read(path, subgraph)
    except MISLED as error:
        raise ModelLoadError(f"{path}: the file is cut off or damaged; copy or save it again") from error


def _read(path: Path, subgraph: int) -> TFLiteGraph:
    from ai_edge_litert import schema_py_generated as schema

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        model = schema.Model.GetRootAs(content, 0)
        graph = model.Subgraphs(subgraph)
        tensors = [graph.Tensors(i) for i in range(graph.TensorsLength())]
        specs = tuple(map(_spec, tensors))
        return TFLiteGraph(
            tensors=specs,
            inputs=_numbers(graph.InputsAsNumpy()),
            outputs=_numbers(graph.OutputsAsNumpy()),
            operators=tuple(_operator(model, graph.Operators(i)) for i in range(graph.OperatorsLength())),
            quantization=tuple(q for t, spec in zip(tensors, specs, strict=True) if (q := _quantized(t, spec))),
            names=_signature(model, subgraph),
        )


def packed_labels(path: Path) -> tuple[str, ...] | None:
    """Return the class names that TFLite metadata pack into the file: its only text file, one name a line.

    Source: "Adding metadata to TensorFlow Lite models": associated files are appended to the model as a zip archive.

    Raises:
        ModelLoadError: the archive is damaged, or its text is larger than names can be.
    """
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            files = [each for each in archive.infolist() if each.filename.endswith(".txt")]
            texts = [each for each in files if "label" in each.filename.lower()] or files
            return _lines(archive, texts[0]) if len(texts) == 1 else None
    except UNREADABLE as error:
        raise ModelLoadError(
            f"{path}: the class names packed into it cannot be read ({error}); get it again from where it comes from"
        ) from error


def _lines(archive: zipfile.ZipFile, text: zipfile.ZipInfo) -> tuple[str, ...]:
    with archive.open(text) as file:
        names = file.read(MOST_NAMES + 1)
    if len(names) > MOST_NAMES:
        raise ValueError(f"{text.filename} unpacks to more than {MOST_NAMES >> 20} MB")
    return tuple(line.strip() for line in names.decode(errors="replace").rstrip().splitlines())


def _signature(model: Any, subgraph: int) -> dict[int, str]:
    signatures = [model.SignatureDefs(i) for i in range(model.SignatureDefsLength())]
    first = next((signature for signature in signatures if signature.SubgraphIndex() == subgraph), None)
    if first is None:
        return {}
    maps = [first.Inputs(i) for i in range(first.InputsLength())]
    maps += [first.Outputs(i) for i in range(first.OutputsLength())]
    return {int(found.TensorIndex()): found.Name().decode(errors="replace") for found in maps}


def _spec(tensor: Any) -> TensorSpec:
    known = tensor.ShapeSignatureAsNumpy() if tensor.ShapeSignatureLength() else tensor.ShapeAsNumpy()
    shape = tuple(None if n < 0 else int(n) for n in known) if tensor.ShapeLength() else ()
    quantization = tensor.Quantization()
    pair = None
    if quantization is not None and quantization.ScaleLength() == 1:
        pair = float(quantization.Scale(0)), int(quantization.ZeroPoint(0) if quantization.ZeroPointLength() else 0)
    return TensorSpec((tensor.Name() or b"").decode(errors="replace"), shape, _dtype(tensor.Type()), quantization=pair)


def _dtype(number: int) -> str:
    from ai_edge_litert.schema_py_generated import TensorType

    return next((name.lower() for name, value in vars(TensorType).items() if value == number), "?")


def _operator(model: Any, operator: Any) -> Operator:
    from ai_edge_litert.schema_py_generated import BuiltinOperator

    code = model.OperatorCodes(operator.OpcodeIndex())
    number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())  # the older field ends at 127
    if number == BuiltinOperator.CUSTOM:
        kind = (code.CustomCode() or b"CUSTOM").decode(errors="replace")
    else:
        kind = next((name for name, value in vars(BuiltinOperator).items() if value == number), str(number))
    outputs = _numbers(operator.OutputsAsNumpy()) if operator.OutputsLength() else ()
    return Operator(kind, _numbers(operator.InputsAsNumpy()) if operator.InputsLength() else (), outputs)


def _quantized(tensor: Any, spec: TensorSpec) -> QuantizedTensor | None:
    quantization = tensor.Quantization()
    if quantization is None or not quantization.ScaleLength():
        return None
    scales = quantization.ScaleAsNumpy().copy()  # out of the mapped file
    stored = quantization.ZeroPointAsNumpy() if quantization.ZeroPointLength() else 0
    axis = quantization.QuantizedDimension() if len(scales) > 1 else None
    zero_points = np.broadcast_to(stored, scales.shape).astype(np.int64)
    return QuantizedTensor(spec.name, spec.dtype, scales, zero_points, axis)


def _numbers(array: np.ndarray) -> tuple[int, ...]:
    return tuple(int(n) for n in array)
