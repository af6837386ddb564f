"""The child process in which `vetting` tries model files: `python -m workbench.models.opening.trial RUNTIME`.

Reads one JSON line a file from standard input, `{"path": ..., "runtime": ..., "signature": ...}`, and writes one a
file to standard output, `{"problem": text or null, "lasting": bool}`, after a first line `{"ready": true}`. No pickles
cross.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from workbench.errors import ModelLoadError, WorkbenchError
from workbench.models.model import Model, TensorSpec
from workbench.models.opening.keras_file import expect_sound
from workbench.models.opening.trust import CURE
from workbench.models.opening.vetting import GRAPHS
from workbench.models.original import Wanted, open_file

MOST_WRITTEN = 2**24  # bytes of one file; nothing here writes, but a runtime may log
FREE_LENGTH = 224  # pixels, of an axis of any length
IMPORTS = {
    "savedmodel": "tensorflow",
    "frozen-graph": "tensorflow",
    "tflite": "ai_edge_litert.interpreter",
    "onnx": "onnxruntime",
    "cv2": "cv2",
    "keras": "h5py",  # looked at, not run: see keras_file
}  # done before the clock starts


def main(runtime: str) -> None:
    """Try file after file, until the input ends or a file ends this process."""
    _limit_files()
    answers = _own_output()
    import_module(IMPORTS[runtime])
    _say(answers, {"ready": True})
    for line in sys.stdin:
        asked = json.loads(line)
        path, runtime = Path(asked["path"]), asked["runtime"]
        problem = _problem(path, runtime, asked["signature"])
        _say(answers, {"problem": problem, "lasting": problem is None or not _has_weights_beside(path, runtime)})


def _limit_files() -> None:
    """Let a file neither fill the disk with what it prints nor leave a core dump."""
    with contextlib.suppress(ImportError):  # Windows
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _own_output() -> TextIO:
    """Keep standard output for the answers: what a runtime prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _say(answers: TextIO, message: dict[str, Any]) -> None:
    answers.write(json.dumps(message) + "\n")
    answers.flush()


def _problem(path: Path, runtime: str, signature: str | None) -> str | None:
    """Return what is wrong with a file, in one line; None where it loads and runs."""
    try:
        if runtime == "keras":
            expect_sound(path)
            return None
        if runtime in GRAPHS and (found := _reaching_out(path, runtime)):
            return found
        _run_once(open_file(Wanted(runtime, path, path.name, None, signature, trust=False)))
    except ModelLoadError as error:
        return str(error).removeprefix(f"{path}: ")
    except WorkbenchError:
        return None  # of what was asked, such as a signature that it does not have: loading says it again
    except Exception as error:
        return f"{type(error).__name__} in a trial run: {' '.join(str(error).split())[:200]}"
    return None


def _has_weights_beside(path: Path, runtime: str) -> bool:
    """Whether a file reads others: what is wrong may lie in those, and the next time they may be whole, or there."""
    if runtime not in ("onnx", "cv2"):
        return False
    from workbench.models.onnx.graph import external_files, read_onnx

    try:
        return bool(external_files(read_onnx(path)))
    except Exception:  # no ONNX, or one that nobody can read
        return False


def _reaching_out(path: Path, runtime: str) -> str | None:
    from workbench.models.tensorflow.errors import graph_error
    from workbench.models.tensorflow.ops import reaching_out

    try:
        found = reaching_out(path, runtime)
    except Exception as error:
        raise graph_error(path, error) from error
    if not found:
        return None
    listed = ", ".join(found[:5]) + (f", {len(found) - 5} more" if len(found) > 5 else "")
    return (
        f"its graph reaches out to files, the network, Python or the process: {listed}; if you know where it comes "
        f"from, {CURE}"
    )


def _run_once(model: Model) -> None:
    """Run a model on zeros; where a length had to be guessed, that it refuses the guess says nothing."""
    if not model.inputs or any(np.dtype(spec.dtype).kind == "O" for spec in model.inputs):
        return
    try:
        model.predict({spec.name: _zeros(spec) for spec in model.inputs})
    except Exception:
        if all(None not in spec.shape[1:] for spec in model.inputs):
            raise


def _zeros(spec: TensorSpec) -> np.ndarray:
    """Return zeros of a spec's shape: batch 1, pictures of FREE_LENGTH pixels, 3 channels."""
    shape = [FREE_LENGTH if length is None else length for length in spec.shape]
    if spec.shape[:1] == (None,):
        shape[0] = 1
    if len(spec.shape) == 4 and spec.shape[-1] is None and spec.shape[1] is None:
        shape[-1] = 3
    return np.zeros(shape, spec.dtype)


if __name__ == "__main__":
    main(sys.argv[1])
