"""The OpenCV runtime: an `.onnx`, `.tflite` or frozen `.pb` file in `cv2.dnn` behind the Model protocol.

The model takes and gives tensors in the layout of the file, so that one recipe serves every runtime; the blob in
OpenCV's own layout is made in here. Tried with OpenCV 4.14 and 5.0.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from workbench.errors import ModelLoadError
from workbench.frames.opencv_log import quiet_log
from workbench.models.model import Batch, TensorSpec, check_batch, described
from workbench.models.opencv.errors import opencv_error
from workbench.models.opencv.file import NetFile, activated, net_file
from workbench.models.opencv.layers import layer_net
from workbench.models.opencv.order import restore
from workbench.models.tensorflow.function import expect_room
from workbench.models.tensorflow.runtime import quiet_standard_error

SAME = 1e-3  # of the largest value: what two runs of one picture may differ by, alone and in a batch


class OpenCVModel:
    """A network in OpenCV DNN.

    Attributes:
        file: what the file says about itself, and how OpenCV's layout differs from it.
    """

    runtime = "cv2"

    def __init__(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        labels: tuple[str, ...] | None = None,
        inputs: Sequence[TensorSpec] | None = None,
        repair: bool = False,
    ) -> None:
        """Open a file and run it once on zeros: much that OpenCV cannot do shows only then.

        Args:
            path: the file.
            name: for tables and pictures; the file's by default.
            labels: class names.
            inputs: the inputs in the layout of the file, where the file does not say their shape.
            repair: put box encodings that OpenCV reads in another order back into the file's: see `restore`.

        Raises:
            ModelLoadError: OpenCV cannot read or run it; the text names the operation and the way round.
        """
        self.path: Path | None = Path(path)
        self.name: str = name or Path(path).stem
        self.labels = labels
        self.file: NetFile = net_file(Path(path))
        self.inputs = tuple(inputs or self.file.inputs)
        self.outputs: tuple[TensorSpec, ...] = self.file.outputs
        self.repair = repair
        self._lock = threading.Lock()
        self._net: Any = None
        self._ends: tuple[str, ...] = self.file.layers  # OpenCV's names of the outputs
        self._layers: tuple[Any, dict[str, str]] | None = None
        self._together: bool | None = None  # whether batches of more than one come out right; None: not tried yet
        self._try_out()

    __repr__ = described

    def predict(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return the raw outputs of a batch by output name, in the layout of the file; see `Model.predict`.

        OpenCV mixes up the pictures of one batch in some networks (ONNX in OpenCV 4 is one case). The first batch of
        more than one is held against its last picture alone; where they differ, pictures run one by one from then on.

        Raises:
            InputMismatch: shape or dtype do not fit the inputs; nothing has run then.
        """
        arrays = check_batch(batch, self.inputs, self.name)
        with self._lock:
            values = self._batch(arrays)
        return dict(zip((spec.name for spec in self.outputs), values, strict=True))

    def layers(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return what the layers make of a batch, in order, by the file's names and in the file's layout.

        Raises:
            InputMismatch: as `predict`.
            InvalidValue: the values would not fit in 2 GiB.
            ModelLoadError: this OpenCV does not show the layers of this network.
        """
        arrays = check_batch(batch, self.inputs, self.name)
        with self._lock, quiet_log():
            net, shown = self._layers = self._layers or self._showing_layers()
            rows: list[list[np.ndarray]] = []
            for i in range(len(arrays[0])):
                made = self._forward(net, [array[i : i + 1] for array in arrays], tuple(shown.values()))
                if not rows:
                    expect_room(made, len(arrays[0]))
                rows.append(made)
        seen = {name: parts for name, *parts in zip(shown, *rows, strict=True) if parts[0].ndim}  # OpenCV 5 gives a
        # scalar for a layer that it has made part of another
        return {name: np.concatenate(parts) for name, parts in seen.items() if parts[0].dtype.kind == "f"}

    def close(self) -> None:
        """Let the network and its memory go; the next `predict` reads it again."""
        with self._lock:
            self._net = self._layers = None

    def _batch(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        if self._net is None:
            self._net = self._read()
        with quiet_log():
            if len(arrays[0]) == 1:
                return self._run(arrays)
            if self._together is None:
                self._together = self._runs_together(arrays)
            if self._together:
                return self._run(arrays)
            rows = [self._run([array[i : i + 1] for array in arrays]) for i in range(len(arrays[0]))]
            return [np.concatenate(parts) for parts in zip(*rows, strict=True)]

    def _runs_together(self, arrays: Sequence[np.ndarray]) -> bool:
        """Hold a batch against its last picture alone."""
        alone = self._run([array[-1:] for array in arrays])
        try:
            whole = self._run(arrays)
        except ModelLoadError:
            self._net = self._read()
            whole = []
        if len(whole) == len(alone) and all(map(_agree, alone, whole)):
            return True
        warnings.warn(
            f"{self.name}: OpenCV {cv2.__version__} does not keep the pictures of a batch of {len(arrays[0])} apart "
            "in this network; they run one by one",
            RuntimeWarning,
            stacklevel=4,
        )
        return False

    def _run(self, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        values = self._forward(self._net, arrays, self._ends)
        if not self.repair or self.file.graph is None:
            return values
        return [restore(v, self.file.graph, n) for v, n in zip(values, self.file.graph.outputs, strict=True)]

    def _forward(self, net: Any, arrays: Sequence[np.ndarray], layers: Sequence[str]) -> list[np.ndarray]:
        try:
            for array, inside in zip(arrays, self.file.inside, strict=True):
                net.setInput(self._blob(array), inside)
            raw = [net.forward()] if len(layers) == 1 else net.forward(list(layers))
        except cv2.error as error:
            raise opencv_error(self.file.path, error) from error
        return [self._as_in_file(value) for value in raw]

    def _blob(self, array: np.ndarray) -> np.ndarray:
        if self.file.channels_first and array.ndim == 4:
            return np.ascontiguousarray(np.moveaxis(array, -1, 1))
        return np.ascontiguousarray(array)

    def _as_in_file(self, value: np.ndarray) -> np.ndarray:
        if self.file.channels_first and value.ndim == 4:
            return np.ascontiguousarray(np.moveaxis(value, 1, -1))
        return np.array(value)

    def _read(self) -> Any:
        refused: cv2.error | None = None
        with quiet_log(), quiet_standard_error():
            try:
                net = self.file.read()
            except cv2.error as error:
                refused = error
        if refused:  # out here, where what the importer wrote of it is held back
            raise opencv_error(self.file.path, refused) from refused
        self._ends = activated(net, self.file.layers) if self.file.graph else self.file.layers
        return net

    def _showing_layers(self) -> tuple[Any, dict[str, str]]:
        try:
            return layer_net(self.file)
        except cv2.error as error:
            raise opencv_error(self.file.path, error) from error

    def _try_out(self) -> None:
        """Read the network, run it once on zeros, and complete the shapes of the outputs."""
        self._net = self._read()
        for spec in self.inputs:
            if any(n is None for n in spec.shape[1:]):
                raise ModelLoadError(
                    f"{self.file.path}: its input {spec} has no fixed size, which OpenCV needs; give "
                    "OpenCVModel(PATH, inputs=[TensorSpec(name, (None, height, width, 3), dtype)])"
                )
        with quiet_log():
            values = self._run([np.zeros([n or 1 for n in spec.shape], spec.dtype) for spec in self.inputs])
        free = all(spec.shape[:1] == (None,) for spec in self.inputs)
        self.outputs = tuple(
            spec if spec.shape else replace(spec, shape=(None if free else value.shape[0], *value.shape[1:]))
            for spec, value in zip(self.outputs, values, strict=True)
        )


def _agree(alone: np.ndarray, whole: np.ndarray) -> bool:
    limit = SAME * max(float(np.abs(alone).max(initial=0)), 1e-6)
    return alone.shape[1:] == whole.shape[1:] and np.allclose(alone, whole[-1:], rtol=0, atol=limit)
