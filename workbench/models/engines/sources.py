"""Where a model comes from: a file, which a child process loads, or this process's memory."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from workbench.cache import file_digest
from workbench.models.model import LoadedModel
from workbench.models.opening.file_kind import runtime_of
from workbench.models.original import Wanted, open_file

SECONDS = 900  # the longest that loading and converting may take; large networks take minutes


class Source(Protocol):
    """A model that a fast engine is looked for."""

    @property
    def name(self) -> str:
        """Name for tables and pictures."""
        ...

    def key(self) -> str:
        """Return what names its content."""
        ...

    def make(self, work: Path) -> None:
        """Write its answers to real frames and its conversions into a folder."""
        ...

    def open(self) -> LoadedModel:
        """Return the original."""
        ...


@dataclass(frozen=True, slots=True)
class FileSource:
    """A model file, or a SavedModel's folder."""

    path: Path
    name: str
    labels: tuple[str, ...] | None
    signature: str | None
    trust: bool

    def key(self) -> str:
        """Return the digest of the file, and of the signature's name where one is asked for."""
        digest = file_digest(self.path)
        return digest if self.signature is None else f"{digest}-{_sha256(self.signature.encode())[:16]}"

    def make(self, work: Path) -> None:
        """Do it in a child process; in this one where the child does not know the model's custom classes.

        Raises:
            ModelLoadError: the file cannot be loaded.
        """
        job = {
            "path": str(self.path.absolute()), "name": self.name, "signature": self.signature, "trust": self.trust,
            "work": str(work),
        }  # fmt: skip
        died = run_module("making", json.dumps(job), seconds=SECONDS)
        if died is not None or "error" in _read(work):
            make_here(self.open(), work, died)

    def open(self) -> LoadedModel:
        """Load the file by the runtime that is its own."""
        model = open_file(Wanted(runtime_of(self.path), self.path, self.name, self.labels, self.signature, self.trust))
        assert isinstance(model, LoadedModel)
        return model


@dataclass(frozen=True, slots=True)
class MemorySource:
    """A Keras model in memory."""

    model: Any  # KerasModel

    @property
    def name(self) -> str:
        """Name for tables and pictures."""
        return str(self.model.name)

    def key(self) -> str:
        """Return the digest of its configuration and weights."""
        digest = hashlib.sha256(self.model.keras.to_json().encode())
        for weight in self.model.keras.weights:
            digest.update(weight.numpy().tobytes())
        return digest.hexdigest()

    def make(self, work: Path) -> None:
        """Do it here, where the model is."""
        make_here(self.model, work)

    def open(self) -> LoadedModel:
        """Return the model itself."""
        return self.model  # type: ignore[no-any-return]


def run_module(name: str, *arguments: str, seconds: float) -> str | None:
    """Run a module of this package in a child process; return how it died, None if it ended well."""
    # -P: no module of the current folder, which may be the one that the file came in
    command = [sys.executable, "-P", "-m", f"workbench.models.engines.{name}", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"it took more than {seconds:g} s"
    if done.returncode == 0:
        return None
    said = (done.stderr.strip().splitlines() or [""])[-1][:200]
    how = f"signal {-done.returncode}" if done.returncode < 0 else f"status {done.returncode}"
    return f"its process ended with {how}{': ' if said else ''}{said}"


def make_here(model: LoadedModel, work: Path, died: str | None = None) -> None:
    """Make what a choice needs in this process; only the record of it where a child has died of it."""
    from workbench.models.engines.making import make

    make(model, work, died=died)


def _read(work: Path) -> dict[str, Any]:
    from workbench.models.engines.making import MADE

    found: dict[str, Any] = json.loads((work / MADE).read_text(encoding="utf-8"))
    return found


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
