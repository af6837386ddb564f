"""What a model costs: milliseconds a frame, seconds to load, megabytes in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from workbench.models import LoadedModel, Model
from workbench.models.engines.fast import FastModel

WARM_UP, REPEATS = 3, 15  # calls of each model: thrown away, measured
PATIENCE_S = 180.0  # for the process that loads a model


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one model."""

    latency_ms: float  # median time of `predict` on the tensor of one frame, in this process, warmed up
    load_seconds: float | None = None  # of `load_model` in a fresh process, its framework's import included
    memory_mb: float | None = None  # resident memory of that process after one frame, Python and all, in 10^6 bytes
    note: str = ""  # why there is no load time and no memory


def costs(
    models: Mapping[str, Model], tensors: Mapping[str, Sequence[np.ndarray]], *, processes: bool = True
) -> dict[str, Cost]:
    """Measure the cost of several models on real tensors.

    Args:
        models: by name.
        tensors: for each name the tensors (1, ...) of some frames; each call takes the next one.
        processes: also load each model in a process of its own, one after the other.
    """
    latency = _latencies(models, tensors)
    return {
        name: footprint(model, tensors[name][0], Cost(latency[name])) if processes else Cost(latency[name])
        for name, model in models.items()
    }


def _latencies(models: Mapping[str, Model], tensors: Mapping[str, Sequence[np.ndarray]]) -> dict[str, float]:
    """Return median milliseconds, measured in turn, so that what slows the machine down slows all of them."""
    spent: dict[str, list[float]] = {name: [] for name in models}
    for turn in range(WARM_UP + REPEATS):
        for name, model in models.items():
            tensor = tensors[name][turn % len(tensors[name])]
            start = time.perf_counter()
            model.predict(tensor)
            spent[name].append(time.perf_counter() - start)
    return {name: float(np.median(seconds[WARM_UP:])) * 1000 for name, seconds in spent.items()}


def footprint(model: Model, tensor: np.ndarray, cost: Cost) -> Cost:
    """Add load time and memory, by loading the model's file and predicting `tensor` in a fresh process."""
    origin = _origin(model)
    if origin is None:
        return replace(cost, note="in memory only: there is no file that another process could load")
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "tensor.npy", tensor)
        signature = getattr(model, "signature", None)
        options = {"signature": signature} if isinstance(signature, str) else {}
        options |= {"engine": "fast"} if isinstance(model, FastModel) else {}
        told = {"origin": origin, "options": options, "tensor": str(Path(folder) / "tensor.npy")}
        code = "from workbench.diagnose.footprint import main; main()"
        environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
        try:
            done = subprocess.run(
                [sys.executable, "-c", code, json.dumps(told)],
                capture_output=True, text=True, check=False, timeout=PATIENCE_S, env=environment,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return replace(cost, note=f"loading took more than {PATIENCE_S:.0f} s in a process of its own")
    if done.returncode != 0:
        return replace(cost, note=_last_line(done.stderr) or f"the loading process ended with {done.returncode}")
    figures = json.loads(done.stdout.splitlines()[-1])
    return replace(cost, load_seconds=figures["load_seconds"], memory_mb=figures["memory_mb"])


def _origin(model: Model) -> str | None:
    """Return what `load_model` takes to load the same file in the same runtime; None for a model in memory."""
    if not isinstance(model, LoadedModel) or model.path is None:
        return None
    in_opencv = model.runtime == "cv2" and not isinstance(model, FastModel)
    return f"cv2:{model.path}" if in_opencv else str(model.path)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
