"""`load_model`: a model in the runtime that is its own, or in the quickest engine that gives its answers."""

from __future__ import annotations

from typing import Any, Literal

from workbench.errors import unknown
from workbench.models.labels import Labels
from workbench.models.model import Model
from workbench.models.original import Wanted, found, open_file

Engine = Literal["original", "fast"]
ENGINES = ("original", "fast")


def load_model(
    origin: Any,
    *,
    labels: Labels = None,
    signature: str | None = None,
    trust: bool | str = False,
    engine: Engine = "original",
) -> Model:
    """Load a model.

    Args:
        origin: path of a `.keras`, `.h5` or `.hdf5` file (Keras 2 files too), a SavedModel folder, a frozen `.pb`, a
            `.tflite` or `.onnx` file; `cv2:FILE` runs one of these in OpenCV DNN; `sample:NAME`,
            `keras-applications:NAME` (fetches the ImageNet weights), or a Keras model in memory.
        labels: class names in class order, or a text file with one name a line. By default the file
            `NAME.labels.txt` beside `NAME.keras` (or beside the folder `NAME`), where there is one.
        signature: which signature of a SavedModel or `.tflite`; by default `serving_default`, or the only one.
        trust: run what the file carries: Python code (Lambda layers), a graph that reads or writes files. Only for
            files you know; others are tried in a process of their own before their first use here. A SHA-256 in hex
            trusts this very file and no other; `workbench contract FILE --trust-model` shows it.
        engine: "fast" takes the quickest engine of this machine that gives the same answers; `cv2:FILE` names its
            engine and keeps it.

    Raises:
        ModelLoadError: the file cannot be loaded, or is not the one that is trusted; the text names the cause and
            the way round.
        UnreadableSource: there is no such file, or no such labels file.
        UnknownName: it has no such signature; there is no such sample, application or engine.
        InvalidValue: a signature of a model that has none, labels of one that is loaded already, or a `trust` that
            is no SHA-256.
    """
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)
    model = found(origin, labels=labels, signature=signature, trust=trust)
    if engine == "fast":
        from workbench.models.engines import quickest

        return quickest(model)
    return open_file(model) if isinstance(model, Wanted) else model
