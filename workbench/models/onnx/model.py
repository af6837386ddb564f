"""The ONNX runtime: an `.onnx` file on ONNX Runtime (CPU) behind the Model protocol."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.cluster.share import threads as allowed_threads
from workbench.errors import InvalidValue, ModelLoadError
from workbench.models.model import Batch, TensorSpec, check_batch, described
from workbench.models.onnx.errors import missing_weights, onnx_error, outside_weights
from workbench.models.onnx.graph import (
    activation,
    computed,
    external_files,
    free_inputs,
    metadata_labels,
    read_onnx,
    with_outputs,
)
from workbench.models.tensorflow.function import expect_room

# type names of ONNX Runtime -> NumPy's, where they differ
DTYPES = {"float": "float32", "double": "float64", "string": "object"}
QUIET = 3  # severity from which on ONNX Runtime writes to standard error: 3 is an error
EXTERNAL = "session.model_external_initializers_file_folder_path"  # onnxruntime_session_options_config_keys.h


class OnnxModel:
    """An ONNX model.

    Attributes:
        unused: inputs of the file that no operation takes. They are not asked for: they get zeros.
    """

    runtime = "onnx"

    def __init__(
        self,
        path: str | Path,
        *,
        name: str | None = None,
        labels: tuple[str, ...] | None = None,
        threads: int | None = None,
    ) -> None:
        """Open a file.

        Args:
            path: the `.onnx` file; weights that lie in files of their own are read from beside it.
            name: for tables and pictures; the file's by default.
            labels: class names; those in the file's metadata by default.
            threads: of one operation; as many as this process may use by default.

        Raises:
            ModelLoadError: ONNX Runtime cannot run it; the text names the cause and the way round.
        """
        self._file = Path(path)
        self.path: Path | None = self._file
        self.name: str = name or self._file.stem
        self._threads = threads or allowed_threads()
        self._session: Any = None
        self._layers: tuple[Any, tuple[str, ...]] | None = None
        session = self._opened()
        graph = read_onnx(self._file).graph
        asked = {value.name: _spec(value, self._file) for value in session.get_inputs()}
        free = [key for key in free_inputs(graph) if key in asked] or list(asked)
        self.inputs: tuple[TensorSpec, ...] = tuple(asked[key] for key in free)
        self.unused: tuple[TensorSpec, ...] = tuple(spec for key, spec in asked.items() if key not in free)
        self.outputs: tuple[TensorSpec, ...] = tuple(
            _spec(value, self._file, activation(graph, value.name)) for value in session.get_outputs()
        )
        self.labels = labels or metadata_labels(session.get_modelmeta().custom_metadata_map)

    __repr__ = described

    def predict(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return the raw outputs of a batch by output name; see `Model.predict`.

        Raises:
            InputMismatch: shape or dtype do not fit the inputs; nothing has run then.
            InvalidValue: the graph cannot run a batch of this length.
        """
        arrays = check_batch(batch, self.inputs, self.name)
        return dict(zip((spec.name for spec in self.outputs), self._run(self._opened(), arrays), strict=True))

    def layers(self, batch: Batch) -> dict[str, np.ndarray]:
        """Return every floating-point tensor that operations make of a batch, by its name, in order.

        Raises:
            InputMismatch: as `predict`.
            InvalidValue: the values would not fit in 2 GiB, or as `predict`.
        """
        arrays = check_batch(batch, self.inputs, self.name)
        session, names = self._layers = self._layers or self._showing_layers()
        if all(spec.shape[:1] == (None,) for spec in self.inputs) and len(arrays[0]) > 1:
            expect_room(self._run(session, [array[:1] for array in arrays]), len(arrays[0]))
        return dict(zip(names, self._run(session, arrays), strict=True))

    def close(self) -> None:
        """Let the sessions and their memory go; the next `predict` opens them again."""
        self._session = self._layers = None

    def _opened(self) -> Any:
        if self._session is None:
            self._session = self._open(str(self._file))
        return self._session

    def _open(self, model: str | bytes, *, optimized: bool = True) -> Any:
        import onnxruntime

        onnxruntime.set_default_logger_severity(QUIET)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = QUIET
        options.intra_op_num_threads = self._threads
        if not optimized:
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        if isinstance(model, bytes):
            options.add_session_config_entry(EXTERNAL, str(self._file.parent.resolve()))
        try:
            return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the bindings raise a class of their own for each status, all plain Exceptions
            raise self._why(error) from error

    def _why(self, error: Exception) -> ModelLoadError:
        """Look for weights that are not there before going by ONNX Runtime's message."""
        try:
            named = external_files(read_onnx(self._file))
        except Exception:  # a file nobody can read; the message says so
            named = ()
        if outside := [file for file in named if Path(file).is_absolute() or ".." in Path(file).parts]:
            return outside_weights(self._file, outside)
        missing = [file for file in named if not (self._file.parent / file).is_file()]
        return missing_weights(self._file, missing) if missing else onnx_error(self._file, error)

    def _showing_layers(self) -> tuple[Any, tuple[str, ...]]:
        model = read_onnx(self._file)
        content, names = with_outputs(model, computed(model.graph, (spec.name for spec in self.inputs)))
        return self._open(content, optimized=False), names

    def _run(self, session: Any, arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        feeds = dict(zip((spec.name for spec in self.inputs), arrays, strict=True))
        feeds |= {spec.name: np.zeros([n or 1 for n in spec.shape], spec.dtype) for spec in self.unused}
        try:
            return session.run(None, feeds)  # type: ignore[no-any-return]
        except Exception as error:
            raise InvalidValue(
                f"{self.name}: this graph does not run with a batch of {len(arrays[0])} "
                f"({' '.join(str(error).split())[-200:]}); give one picture at a time, with batch_size=1"
            ) from error


def _spec(value: Any, path: Path, activation: str | None = None) -> TensorSpec:
    kind = value.type.removeprefix("tensor(").removesuffix(")")
    if not value.type.startswith("tensor("):
        raise ModelLoadError(
            f"{path}: {value.name!r} is a {value.type}, not a tensor; export the model without it "
            "(for scikit-learn models: options={'zipmap': False})"
        )
    shape = tuple(n if isinstance(n, int) and n > 0 else None for n in value.shape)
    return TensorSpec(value.name, shape, DTYPES.get(kind, kind), activation)
