"""Tell apart what changed in a model file: a digest for each stored tensor, and one for the graph they stand in.

Files are read, nothing runs. A file of another kind, such as a SavedModel or a frozen graph, has no such digests.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import WorkbenchError
from workbench.models.opening.file_kind import runtime_of
from workbench.models.opening.hdf5 import MOST_OBJECTS
from workbench.models.opening.keras_archive import CONFIG, WEIGHTS
from workbench.models.opening.vetting import vet

DIGITS = 16  # hex digits of a digest: 64 bits, for some thousand tensors
UNREADABLE = (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class Weights:
    """What a model file holds, by digest."""

    tensors: dict[str, str]  # name of a stored tensor -> digest of its dtype, shape and values
    graph: str  # digest of the layers or operations, their settings and how they are connected


def weights_of(path: Path) -> Weights | None:
    """Return the digests of a `.h5`, `.keras`, `.tflite` or `.onnx` file; None for any other, and for a damaged one.

    A file that no model was loaded from yet is tried in a child process first, as loading does.
    """
    try:
        runtime = runtime_of(path)
        if path.is_dir() or runtime not in READERS:
            return None
        vet(path, runtime)
        return READERS[runtime](path)
    except (WorkbenchError, *UNREADABLE):
        return None


def _keras(path: Path) -> Weights:
    import h5py

    if not zipfile.is_zipfile(path):
        with h5py.File(path, "r") as file:
            config = file.attrs.get("model_config", b"")
            graph = config if isinstance(config, bytes) else str(config).encode()
            return Weights(dict(_datasets(file)), _digest(graph))
    with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read(WEIGHTS)), "r") as file:
        return Weights(dict(_datasets(file)), _digest(archive.read(CONFIG)))


def _datasets(file: Any) -> Iterator[tuple[str, str]]:
    """Yield each dataset of an HDF5 file that hangs in it by plain links, without the optimizer's."""
    import h5py

    pending, seen = [("", file)], 0
    while pending and seen < MOST_OBJECTS:
        path, group = pending.pop()
        for name in group:
            seen += 1
            if isinstance(group.get(name, getlink=True), h5py.HardLink) and name not in (
                "optimizer",
                "optimizer_weights",
            ):
                found, place = group[name], f"{path}/{name}"
                if isinstance(found, h5py.Dataset):
                    yield place.removeprefix("/model_weights").removeprefix("/"), _array_digest(found[()])
                else:
                    pending.append((place, found))


def _tflite(path: Path) -> Weights:
    from ai_edge_litert import schema_py_generated as schema

    from workbench.models.tflite.graph import read_graph

    model = schema.Model.GetRootAs(path.read_bytes(), 0)
    tensors: dict[str, str] = {}
    settings: list[Any] = []
    for subgraph in range(model.SubgraphsLength()):
        graph = model.Subgraphs(subgraph)
        for number in range(graph.TensorsLength()):
            tensor = graph.Tensors(number)
            values = model.Buffers(tensor.Buffer())
            if values.DataLength():
                name = (tensor.Name() or b"").decode(errors="replace")
                key = name if name not in tensors else f"{name} #{subgraph}.{number}"
                tensors[key] = _array_digest(values.DataAsNumpy())
        read = read_graph(path, subgraph)
        scales = [(q.name, q.scales.tolist(), q.zero_points.tolist(), q.axis) for q in read.quantization]
        options = [_plain(schema.OperatorT.InitFromObj(graph.Operators(n))) for n in range(graph.OperatorsLength())]
        shapes = [(spec.name, spec.shape, spec.dtype) for spec in read.tensors]
        settings.append((shapes, read.inputs, read.outputs, read.operators, scales, options))
    return Weights(tensors, _digest(repr(settings).encode()))


def _plain(made: Any) -> Any:
    """Return an object of the flatbuffer's schema, such as an operation's strides and activation, as plain values."""
    if hasattr(made, "__dict__"):
        return {name: _plain(value) for name, value in vars(made).items()}
    return made.tolist() if isinstance(made, np.ndarray) else made


def _onnx(path: Path) -> Weights:
    from workbench.models.onnx.graph import read_onnx

    graph = read_onnx(path).graph
    tensors = {tensor.name: _digest(tensor.SerializeToString(deterministic=True)) for tensor in graph.initializer}
    parts = (each.SerializeToString(deterministic=True) for each in (*graph.node, *graph.input, *graph.output))
    return Weights(tensors, _digest(b"\0".join(parts)))


def _array_digest(values: Any) -> str:
    array = np.ascontiguousarray(values)
    if array.dtype.kind not in "fiub":
        return _digest(repr(array.tolist()).encode())
    return _digest(f"{array.dtype} {array.shape}".encode() + array.tobytes())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:DIGITS]


READERS: dict[str, Callable[[Path], Weights]] = {"keras": _keras, "tflite": _tflite, "onnx": _onnx}
