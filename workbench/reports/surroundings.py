"""What around a run can change its numbers besides what it was given: variables, threads, packages, our own code."""

from __future__ import annotations

import hashlib
import os
import re
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import workbench
from workbench.checksums import version_of
from workbench.cluster.share import cores
from workbench.readable import one_line
from workbench.reports.plain import Plain

# What TensorFlow, Keras, OpenCV, ONNX Runtime, OpenMP, MKL, OpenBLAS, XLA and CUDA read; printing changes no number.
NUMBERS = re.compile(
    r"(TF|KERAS|OPENCV|ORT|OMP|KMP|MKL|OPENBLAS|BLIS|GOTO|VECLIB|NUMEXPR|NPY|XLA|CUDA|CUDNN|ONEDNN|DNNL|GOMP)_.+"
    r"|WORKBENCH_THREADS|MALLOC_PERTURB_"
)
PRINTING = re.compile(r"LOG|VERBOS|WARN|TELEMETRY|DISPLAY|PATH|HOME|CACHE|FILE|DIR|SECRET|TOKEN|KEY|PASSWORD")
OURS = {"TF_ENABLE_ONEDNN_OPTS": "1"}  # what `import_tensorflow` sets where nobody has


def environment() -> dict[str, Plain]:
    """Return the environment variables that numbers depend on, and how many cores this process may use."""
    told = {name: one_line(value) for name, value in os.environ.items() if NUMBERS.fullmatch(name)}
    kept = {name: value for name, value in told.items() if not PRINTING.search(name)}
    return {"cores": cores(), **dict(sorted((OURS | kept).items()))}


def packages() -> dict[str, Plain]:
    """Return name and version of every package on the path of imports; of two of one name that which is imported."""
    return dict(_packages())


def own_code() -> str:
    """Return the SHA-256 of this package's own modules: a checkout changes without its version."""
    folder = Path(workbench.__file__).parent
    files = sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
    versions = tuple(version_of(path.stat()) for path in files)
    return _digest(tuple(path.relative_to(folder).as_posix() for path in files), folder, versions)


@lru_cache(maxsize=1)
def _packages() -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for each in metadata.distributions():
        name, version = _named(each)
        found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), version)  # as PEP 503 writes names
    return tuple(sorted(found.items()))


def _named(found: metadata.Distribution) -> tuple[str, str]:
    """Return name and version of what is installed: of its folder's name, so that no file is read, else as it says."""
    folder = getattr(found, "_path", None)
    if folder is not None and folder.name.endswith(".dist-info") and folder.name.count("-") == 2:
        name, version = str(folder.name).removesuffix(".dist-info").split("-")
        return name, version
    return str(found.metadata["Name"]), str(found.version)


@lru_cache(maxsize=1)
def _digest(names: tuple[str, ...], folder: Path, versions: tuple[tuple[int, ...], ...]) -> str:
    del versions  # by which it is kept
    whole = hashlib.sha256()
    for name in names:
        whole.update(f"{name}\0".encode())
        whole.update((folder / name).read_bytes())
    return whole.hexdigest()
