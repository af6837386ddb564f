"""`fast_model` and `engines`: from a model to the engine that runs it, and to the table of all of them."""

from __future__ import annotations

import time
import warnings
from functools import partial
from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue
from workbench.models.engines.choose import choose
from workbench.models.engines.fast import FastModel
from workbench.models.engines.record import Choice
from workbench.models.engines.runners import open_runner
from workbench.models.engines.sources import FileSource, MemorySource, Source
from workbench.models.engines.store import RECORD, folder_of, forget
from workbench.models.model import Model
from workbench.models.original import Wanted, found, open_file

FILES = ("savedmodel", "frozen-graph", "tflite", "onnx")  # runtimes whose model is what its file is


def fast_model(  # noqa: PLR0913 - what load_model is given, and the threads of a worker
    origin: Any,
    *,
    labels: tuple[str, ...] | None = None,
    name: str | None = None,
    signature: str | None = None,
    trust: bool = False,
    threads: int | None = None,
) -> Model:
    """Return a model on the quickest engine of this machine that gives its answers.

    The first time, LiteRT, ONNX Runtime and TensorFlow's frozen graph are made from it, held to its answers on real
    frames and timed; the choice is kept in the cache folder for this model, machine and these versions. After that
    TensorFlow is not imported.

    Args:
        origin: a model file or SavedModel folder, or a loaded model; one that names its engine (`cv2:`), or is none of
            this package's, is returned as it is.
        labels: class names in class order.
        name: for tables and pictures; by default the file's.
        signature: of a SavedModel or `.tflite`.
        trust: as of `load_model`.
        threads: of LiteRT or ONNX Runtime; by default as many as this process may use. Give 1 to workers that share
            the cores.

    Raises:
        WorkbenchError: the model cannot be loaded.
    """
    source = _source(origin, labels=labels, name=name, signature=signature, trust=trust)
    if source is None:
        return origin  # type: ignore[no-any-return]
    try:
        choice = choose(source)
    except OSError as error:
        warnings.warn(
            f"{source.name}: no fast engine, because the cache folder cannot be used ({error}); set WORKBENCH_CACHE "
            "to a folder that takes files",
            RuntimeWarning,
            stacklevel=3,
        )
        return source.open()
    file = choice.trial.file
    return FastModel(
        choice,
        opener=partial(open_runner, choice.chosen, folder_of(choice.key) / file, threads=threads) if file else None,
        original=source.open,
        name=source.name,
        labels=labels or getattr(origin, "labels", None),
        path=source.path if isinstance(source, FileSource) else None,
    )


def quickest(model: Model | Wanted) -> Model:
    """Return the fast model of what `found` has found; `cv2:FILE` names its engine and keeps it."""
    if not isinstance(model, Wanted):
        return fast_model(model, trust=True)
    if model.runtime == "cv2":
        return open_file(model)
    return fast_model(model.path, labels=model.labels, name=model.name, signature=model.signature, trust=model.trust)


def engines(origin: Any, *, signature: str | None = None, trust: bool | str = False, again: bool = False) -> Choice:
    """Return how every engine did with a model on this machine, and which one `engine="fast"` takes.

    Args:
        origin: what `load_model` takes.
        signature: of a SavedModel or `.tflite`.
        trust: as of `load_model`.
        again: measure again, even if the choice is in the cache.

    Raises:
        WorkbenchError: the model cannot be loaded.
        InvalidValue: only its own engine can run it, or the cache folder cannot be written.
    """
    started = time.time()
    wanted = found(origin, signature=signature, trust=trust)
    model = quickest(wanted)
    if not isinstance(model, FastModel):
        raise InvalidValue(
            f"{model.name}: no other engine than its own can run it; give a model file, or a Keras model"
        )
    if again and _made(model.engine) < started:
        forget(model.engine.key)
        model = quickest(wanted)
        assert isinstance(model, FastModel)
    return model.engine


def _made(choice: Choice) -> float:
    """Return when a choice was made, in seconds since 1970."""
    return (folder_of(choice.key) / RECORD).stat().st_mtime


def _source(
    origin: Any, *, labels: tuple[str, ...] | None, name: str | None, signature: str | None, trust: bool
) -> Source | None:
    if isinstance(origin, str | Path):
        path = Path(origin)
        return FileSource(path, name or path.stem, labels, signature, trust)
    if isinstance(origin, FastModel):
        return None
    runtime = getattr(origin, "runtime", None)
    if runtime == "keras":  # its weights may have changed since it was loaded: what is in memory counts
        return MemorySource(origin)
    if runtime in FILES and origin.path is not None:
        return FileSource(origin.path, origin.name, origin.labels, getattr(origin, "signature", None), False)
    return None
