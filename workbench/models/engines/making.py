"""Everything that needs the original: its answers to real frames, its own speed, its conversions.

Runs in a child process (`python -m workbench.models.engines.making JOB`), so that TensorFlow stays out of the parent;
in this process for a model that lives here.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from workbench.errors import ConversionError, WorkbenchError
from workbench.models.conversion.formats import write_onnx, write_tflite
from workbench.models.conversion.graph import graph_of
from workbench.models.conversion.noise import own_noise
from workbench.models.conversion.running import answers
from workbench.models.engines.measuring import frame_ms, resident_mb
from workbench.models.engines.record import Trial
from workbench.models.engines.reference import Reference, save
from workbench.models.model import LoadedModel
from workbench.models.opening.file_kind import runtime_of
from workbench.models.original import Wanted, open_file

# what a runtime's own engine is called, and what else can run its models: engine -> what writes its file, and the file
OWN = {
    "keras": "tensorflow",
    "savedmodel": "tensorflow",
    "frozen-graph": "tensorflow",
    "tflite": "litert",
    "onnx": "onnxruntime",
}
OTHERS = {"litert": (write_tflite, "model.tflite"), "onnxruntime": (write_onnx, "model.onnx")}
MADE = "made.json"


def main(job: str) -> None:
    """Load the original of a job and make what the choice needs; what goes wrong is written down, too."""
    asked = json.loads(job)
    work, path = Path(asked["work"]), Path(asked["path"])
    start = time.perf_counter()
    try:
        model = open_file(Wanted(runtime_of(path), path, asked["name"], None, asked["signature"], asked["trust"]))
        assert isinstance(model, LoadedModel)
        make(model, work, load_ms=(time.perf_counter() - start) * 1e3)
    except WorkbenchError as error:
        (work / MADE).write_text(json.dumps({"error": str(error)}), encoding="utf-8")


def make(model: LoadedModel, work: Path, *, load_ms: float | None = None, died: str | None = None) -> None:
    """Write the reference, the conversions and `made.json` into a folder.

    Args:
        model: the original.
        work: the folder.
        load_ms: what loading it took, in a process of its own; None in the process where it is used.
        died: how a process ended that tried before; nothing is run or converted here then.
    """
    own = OWN[model.runtime]
    none_to_check: str | None = died
    trial = Trial(own, difference=0.0, best_ms=0.0, load_ms=load_ms)  # the only one there is
    if died is None:
        try:
            trial = _measured(model, own, work, load_ms)
        except Exception as error:  # a model may refuse photos in its own way
            none_to_check = f"no real frames to check it on: {_line(error)}"
    refused = {engine: none_to_check for engine in OTHERS if engine != own} if none_to_check else {}
    if own == "tensorflow" and not refused:
        refused = _converted(model, work)
    made = {
        "inputs": [asdict(spec) for spec in model.inputs],
        "outputs": [asdict(spec) for spec in model.outputs],
        "labels": model.labels if model.runtime in ("tflite", "onnx") else None,  # packed into the file
        "own": asdict(trial),
        "code": load_ms is None and _own_code(model),
        "refused": refused,
    }
    (work / MADE).write_text(json.dumps(made), encoding="utf-8")


def _converted(model: LoadedModel, work: Path) -> dict[str, str]:
    """Write a file for each other engine, all from one frozen graph; return why there is none, by engine."""
    refused: dict[str, str] = {}
    try:
        graph = graph_of(model)
    except ConversionError as error:
        return dict.fromkeys(OTHERS, str(error))
    for engine, (write, file) in OTHERS.items():
        try:
            write(graph, work / file)
        except ConversionError as error:
            refused[engine] = str(error)
    return refused


def _own_code(model: Any) -> bool:
    """Tell whether a Keras model holds layers of someone's own code, which no file and no key knows."""
    layers = model.keras._flatten_layers() if model.runtime == "keras" else ()
    return any(
        type(layer).__module__.partition(".")[0] != "keras" or type(layer).__name__ == "Lambda" for layer in layers
    )


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__


def _measured(model: LoadedModel, engine: str, work: Path, load_ms: float | None) -> Trial:
    """Run the original on real frames: keep its answers, and clock it."""
    loaded_mb = resident_mb()
    from workbench.models.conversion.real_frames import frame_batches, real_photos

    frames = frame_batches(model, real_photos())
    without_model_mb = resident_mb() - loaded_mb  # OpenCV and the photos are not the engine's
    expected = {name: answers(model, batch) for name, batch in frames.items()}
    first = next(iter(frames.values()))
    clocked = frame_ms(model.predict, first, model.inputs[0].shape[0] or 1)
    memory_mb = resident_mb() - without_model_mb
    noise = {name: own_noise(model, batch, expected[name]) for name, batch in frames.items()}
    save(Reference(frames, expected, noise, model.inputs[0].shape[0]), work)
    return Trial(
        engine,
        difference=0.0,
        ms=clocked.median,
        best_ms=clocked.best,
        load_ms=load_ms,
        memory_mb=memory_mb if load_ms else None,  # of a process of its own only
    )


if __name__ == "__main__":
    main(sys.argv[1])
