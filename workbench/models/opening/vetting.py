"""Try a model file in a child process first: what crashes, hangs or eats memory there is an error message here.

The verdict on a file is kept in the cache folder under its SHA-256, so a file is tried once.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from workbench.cache import file_digest, recall, remember
from workbench.checksums import known_sha256
from workbench.errors import ModelLoadError
from workbench.models.opening.trial_process import Limits, TrialProcess

SECONDS, MEMORY_MB = 20.0, 2048
VERDICTS = "verdicts"  # where they are kept
EVERY = "*"  # signature: the verdict is on all of them
TIMES_ITS_SIZE = 10  # what a runtime may take for a file: read, parsed, frozen, optimized
GRAPHS = ("savedmodel", "frozen-graph")
PACKAGES = {
    "savedmodel": "tensorflow",
    "frozen-graph": "tensorflow",
    "tflite": "ai-edge-litert",
    "onnx": "onnxruntime",
    "keras": "h5py",
}
RULES = 4  # of the scan and the trial; raise it when they change, and every file is tried again


def vet(
    path: str | Path,
    runtime: str,
    *,
    signature: str | None = None,
    seconds: float = SECONDS,
    memory_mb: int = MEMORY_MB,
) -> None:
    """Load a model file in a child process and run it once on zeros; do nothing if that went well before.

    A SavedModel or frozen graph whose operations reach files, the network or Python is refused without being run.
    A Keras file is looked at in the child without Keras; `keras/size.py` holds it to its size when it is opened.

    Args:
        path: file or folder.
        runtime: savedmodel, frozen-graph, tflite, onnx, cv2 or keras.
        signature: which one of the file's signatures to run; by default the one that loading takes.
        seconds: time that loading and running may take, after the runtime itself is imported; more on a busy machine.
        memory_mb: resident memory of the child, in MiB; and ten times the file's own size more.

    Raises:
        ModelLoadError: it crashed, hung, took too much memory, raised, or holds unsafe operations.
    """
    path = Path(path)
    digest = file_digest(path) if path.is_dir() else known_sha256(path)
    facts = _facts(digest, runtime, signature)
    known = recall(VERDICTS, facts) or recall(VERDICTS, _facts(digest, runtime, EVERY))
    problem = known["problem"] if known else None
    if known is None:
        room = memory_mb + TIMES_ITS_SIZE * _megabytes(path)
        with TrialProcess(runtime, Limits(seconds, room)) as trial:
            verdict = trial.verdict(path, signature)
        problem = verdict.problem
        if verdict.lasting:
            _remember(facts, path, problem)
    if problem:
        raise ModelLoadError(f"{path}: {problem}")


def vouch(path: str | Path, runtime: str) -> None:
    """Count a file as tried: one that Workbench itself has just written and run.

    A SavedModel or frozen graph that reaches out of itself, made of a model that was trusted, is not vouched for.
    """
    path = Path(path)
    if runtime in GRAPHS:
        from workbench.models.tensorflow.ops import reaching_out

        if reaching_out(path, runtime):
            return
    _remember(_facts(file_digest(path), runtime, EVERY), path, None)


def _facts(digest: str, runtime: str, signature: str | None) -> list[Any]:
    """Return what a verdict is on: these bytes in this version of the runtime."""
    if runtime == "cv2":
        import cv2

        running = str(cv2.__version__)  # opencv-python, -headless and -contrib are one module
    else:
        running = version(PACKAGES[runtime])
    return [RULES, digest, runtime, running, signature]


def _remember(facts: list[Any], path: Path, problem: str | None) -> None:
    remember(VERDICTS, facts, {"file": path.name, "problem": problem})


def _megabytes(path: Path) -> int:
    return sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path])) >> 20
