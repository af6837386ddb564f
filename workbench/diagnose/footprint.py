"""Run in a process of its own: load a model, predict one frame, print what that took as one line of JSON."""

from __future__ import annotations

import json
import sys
import time

import numpy as np
import psutil

from workbench.errors import WorkbenchError
from workbench.models import load_model


def main() -> None:
    """Read origin, options and tensor from the first argument, as JSON; print load_seconds and memory_mb."""
    told = json.loads(sys.argv[1])
    tensor = np.load(told["tensor"])
    try:
        start = time.perf_counter()
        model = load_model(told["origin"], **told["options"])
        load_seconds = time.perf_counter() - start
        model.predict(tensor)
    except WorkbenchError as error:
        sys.exit(" ".join(str(error).split()))
    memory_mb = psutil.Process().memory_info().rss / 1e6
    print(json.dumps({"load_seconds": round(load_seconds, 3), "memory_mb": round(memory_mb, 1)}))
