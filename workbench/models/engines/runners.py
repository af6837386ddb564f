"""The two engines themselves, bare: arrays by name in, arrays by name out.

`TFLiteModel` and `OnnxModel` also read what a file says of itself, which takes as much memory as a small network
(LiteRT's schema module alone 50 MB); a fast model has that in its record. The files were made and checked here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workbench.cluster.share import threads as allowed_threads
from workbench.models.tensorflow.runtime import quiet_standard_error

Run = Callable[[Mapping[str, np.ndarray]], Mapping[str, np.ndarray]]
SILENT = 3  # severity from which on ONNX Runtime writes to standard error: 3 is an error


def open_runner(engine: str, path: Path, threads: int | None = None) -> Run:
    """Open a converted file in an engine, litert or onnxruntime; threads: as many as are allowed by default."""
    opened = LiteRT if engine == "litert" else OnnxRuntime
    return opened(path, threads or allowed_threads())


class LiteRT:
    """A `.tflite` file with one signature; not for two threads at once."""

    def __init__(self, path: Path, threads: int) -> None:
        from ai_edge_litert.interpreter import Interpreter

        with quiet_standard_error():  # it says at every start that it is on the CPU
            self._interpreter: Any = Interpreter(str(path), num_threads=threads)
            self._interpreter.allocate_tensors()
        signature = self._interpreter.get_signature_runner()
        self._inputs = {name: found["index"] for name, found in signature.get_input_details().items()}
        self._outputs = {name: found["index"] for name, found in signature.get_output_details().items()}
        self._shapes: dict[str, tuple[int, ...]] = {}

    def __call__(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return copies of the outputs; memory is laid out anew only when a shape changes."""
        interpreter = self._interpreter
        shapes = {name: array.shape for name, array in arrays.items()}
        if shapes != self._shapes:
            for name, shape in shapes.items():
                interpreter.resize_tensor_input(self._inputs[name], shape)
            interpreter.allocate_tensors()
            self._shapes = shapes
        for name, array in arrays.items():
            interpreter.set_tensor(self._inputs[name], array)
        interpreter.invoke()
        return {name: interpreter.get_tensor(index) for name, index in self._outputs.items()}


class OnnxRuntime:
    """An `.onnx` file on the CPU."""

    def __init__(self, path: Path, threads: int) -> None:
        import onnxruntime

        onnxruntime.set_default_logger_severity(SILENT)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = SILENT
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._outputs = [value.name for value in self._session.get_outputs()]

    def __call__(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the outputs."""
        return dict(zip(self._outputs, self._session.run(self._outputs, dict(arrays)), strict=True))
