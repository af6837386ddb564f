"""What a run stood on, file by file: beside the manifest, which stays small enough for an index of hundreds to read.

With it `workbench diff` names the picture of a folder, the layer of a model and the package that is another one.
"""

from __future__ import annotations

import os
from pathlib import Path

from workbench.cache import recall, remember
from workbench.checksums import known_sha256
from workbench.models.weights import Weights, weights_of
from workbench.reports.identity import Input
from workbench.reports.manifest import Plan
from workbench.reports.plain import Plain
from workbench.reports.surroundings import own_code, packages

DETAILS, FORMAT = "details.json", 1
MOST_FILES = 20_000  # of one input, by name: 1.5 MB
MODELS = {".h5", ".hdf5", ".keras", ".tflite", ".onnx"}
RULES = 2  # of the digests of weights; raise it when they change, and each file is read again


def details(plan: Plan, *, ok: bool) -> dict[str, Plain]:
    """Return the packages, our own code, and the files of every input: name, SHA-256, size, and a model's weights.

    The current folder is among them, since inputs may be named from there.

    Args:
        plan: what was run.
        ok: it ended well; the weights of a model that may have ended it are not looked at.
    """
    listed: list[Plain] = [_listed(each, weights=ok) for each in plan.inputs]
    return {"format": FORMAT, "packages": packages(), "code": own_code(), "folder": str(Path.cwd()), "inputs": listed}


def _listed(given: Input, *, weights: bool) -> dict[str, Plain]:
    told: dict[str, Plain] = {"parameter": given.parameter, "origin": given.origin}
    paths = [Path(file) for file, *_ in given.stamp]
    if not paths or len(paths) > MOST_FILES:
        return told
    try:
        digests = [known_sha256(path) for path in paths]
    except OSError:  # it is gone; the run is marked as partial
        return told
    top = paths[0].parent if len(paths) == 1 else Path(os.path.commonpath([path.parent for path in paths]))
    rows = zip(paths, digests, given.stamp, strict=True)
    told["files"] = {path.relative_to(top).as_posix(): [digest, stamp[2]] for path, digest, stamp in rows}
    models = [(path, digest) for path, digest in zip(paths, digests, strict=True) if path.suffix.lower() in MODELS]
    if weights and len(models) == 1 and (found := _weights(*models[0])):
        told |= {"weights": dict(found.tensors), "graph": found.graph}
    return told


def _weights(path: Path, digest: str) -> Weights | None:
    """Return the digests of a model's weights, which are worked out once for a file."""
    facts = [digest, RULES]
    if known := recall("weights", facts):
        return Weights(known["tensors"], known["graph"])
    found = weights_of(path)
    if found is not None:
        remember("weights", facts, {"tensors": found.tensors, "graph": found.graph})
    return found
