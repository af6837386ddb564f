"""The original's answers to real frames, kept in a file for the trials of other engines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Batches = dict[str, dict[str, np.ndarray]]  # range -> name -> (N, ...)
FILE = "reference.npz"
NAMES = "names"  # the member that says what the numbered arrays are


@dataclass(frozen=True, slots=True)
class Reference:
    """Real frames in some ranges, what the original answers, and how far it moves when their last bits change."""

    frames: Batches
    answers: Batches
    noise: dict[str, dict[str, float]]  # range -> output -> relative difference
    step: int | None  # rows a call, where the model's batch axis has a fixed length


def save(reference: Reference, folder: Path) -> None:
    """Write a reference."""
    arrays: list[np.ndarray] = []
    names = {
        kind: {
            name: {key: _numbered(values, arrays) for key, values in batch.items()} for name, batch in batches.items()
        }
        for kind, batches in (("frames", reference.frames), ("answers", reference.answers))
    }
    text = json.dumps({**names, "noise": reference.noise, "step": reference.step})
    members: dict[str, Any] = {NAMES: np.array(text), **{f"array_{i}": values for i, values in enumerate(arrays)}}
    np.savez(folder / FILE, **members)


def load(folder: Path) -> Reference:
    """Read a reference."""
    with np.load(folder / FILE) as kept:
        names = json.loads(str(kept[NAMES]))
        frames, answers = (
            {name: {key: kept[f"array_{i}"] for key, i in batch.items()} for name, batch in names[kind].items()}
            for kind in ("frames", "answers")
        )
    return Reference(frames, answers, names["noise"], names["step"])


def _numbered(values: np.ndarray, arrays: list[np.ndarray]) -> int:
    arrays.append(values)
    return len(arrays) - 1
