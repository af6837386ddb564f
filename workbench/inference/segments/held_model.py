"""The models of jobs: named by file, the same bytes wherever a job runs, loaded once a process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from workbench.cache import file_digest
from workbench.errors import InvalidValue, ModelLoadError
from workbench.models import Model, load_model
from workbench.models.original import is_file, located

HELD = 2  # models a process keeps: TensorFlow's take hundreds of megabytes, and jobs come model by model


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model as a job names it."""

    origin: str  # what `load_model` takes: path, sample:NAME, cv2:FILE, keras-applications:NAME
    digest: str  # SHA-256 of the file or folder; "" where there is none

    @classmethod
    def named(cls, model: Any) -> ModelFile:
        """Return a model by its name.

        Raises:
            InvalidValue: it is in memory, and no other process can load it.
            ModelLoadError, UnreadableSource: there is none of this name.
        """
        if not isinstance(model, str | Path):
            raise InvalidValue(
                f"other processes cannot be given {getattr(model, 'name', type(model).__name__)!r}, a model in memory; "
                "save it, and give its path"
            )
        origin = str(model)
        return cls(origin, file_digest(located(origin)[1]) if is_file(origin) else "")


@lru_cache(maxsize=HELD)
def held(model: ModelFile) -> Model:
    """Return a model, loaded at its first use in this process.

    Raises:
        ModelLoadError: it cannot be loaded, or its file has other bytes here.
    """
    if model.digest and ModelFile.named(model.origin) != model:
        raise ModelLoadError(
            f"{model.origin} is not the same here as where the run was begun; has it been changed meanwhile, or is it "
            "another file on this machine?"
        )
    return load_model(model.origin)


def forget() -> None:
    """Give up what this process keeps loaded."""
    held.cache_clear()
