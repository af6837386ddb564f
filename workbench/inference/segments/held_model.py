"""The models of jobs: named by file, the same bytes wherever a job runs, loaded once a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.cache import file_digest
from workbench.errors import InvalidValue, ModelLoadError, unknown
from workbench.models import Model, load_model
from workbench.models.labels import read_labels
from workbench.models.original import is_file, located

OPTIONS = ("labels", "signature", "trust", "engine")  # of `load_model`
HELD = 2  # models a process keeps: TensorFlow's take hundreds of megabytes, and jobs come model by model


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model as a job names it."""

    origin: str  # what `load_model` takes: path, sample:NAME, cv2:FILE, keras-applications:NAME
    digest: str  # SHA-256 of the file or folder; "" where there is none
    options: tuple[tuple[str, Any], ...] = ()  # of `load_model`, by name

    @classmethod
    def named(cls, model: Any, options: Mapping[str, Any] | None = None) -> ModelFile:
        """Return a model by its name.

        Args:
            model: its name.
            options: of `load_model`, by name; a file of labels, given or beside the model, is read here.

        Raises:
            InvalidValue: it is in memory, and no other process can load it.
            UnknownName: `load_model` has no such option.
            ModelLoadError, UnreadableSource: there is none of this name.
        """
        if not isinstance(model, str | Path):
            raise InvalidValue(
                f"other processes cannot be given {getattr(model, 'name', type(model).__name__)!r}, a model in memory; "
                "save it, and give its path"
            )
        given = dict(options or {})
        for name in given:
            if name not in OPTIONS:
                raise unknown("option of load_model", name, OPTIONS)
        origin = str(model)
        path = _path(origin)
        if labels := read_labels(given.pop("labels", None), path):
            given["labels"] = labels  # as a file beside the model has them now, wherever the job runs
        return cls(origin, _digest(path), tuple(sorted(given.items())))


@lru_cache(maxsize=HELD)
def held(model: ModelFile) -> Model:
    """Return a model, loaded at its first use in this process.

    Raises:
        ModelLoadError: it cannot be loaded, or its file has other bytes here.
    """
    if model.digest and _digest(_path(model.origin)) != model.digest:
        raise ModelLoadError(
            f"{model.origin} is not the same here as where the run was begun; has it been changed meanwhile, or is it "
            "another file on this machine?"
        )
    return load_model(model.origin, **dict(model.options))


def forget() -> None:
    """Give up what this process keeps loaded."""
    held.cache_clear()


def _path(origin: str) -> Path | None:
    return located(origin)[1] if is_file(origin) else None


def _digest(path: Path | None) -> str:
    return file_digest(path) if path else ""
