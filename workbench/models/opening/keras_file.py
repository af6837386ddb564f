"""What is wrong with a Keras file, seen without Keras: its archive, its configuration and its weights, read whole.

Runs in the child of `trial`, for HDF5 itself crashes on some damaged files.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from pathlib import Path
from typing import Any

from workbench.errors import ModelLoadError
from workbench.models.opening.hdf5 import expect_whole
from workbench.models.opening.keras_archive import read_archive
from workbench.models.opening.keras_config import MOST_CONFIG, expect_harmless

DAMAGED = "the file is cut off or damaged; copy or save it again"
UNREADABLE = (OSError, KeyError, RuntimeError, ValueError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)


def expect_sound(path: Path) -> None:
    """Look at a `.keras`, `.h5` or `.hdf5` file whole; run nothing of it.

    Raises:
        ModelLoadError: it is damaged, would run code or read other files, or unfolds to more than it stores.
    """
    try:
        if path.suffix.lower() == ".keras":  # as keras.saving tells them apart
            config, weights = read_archive(path)
            expect_harmless(_parsed(config))
            _expect_weights(io.BytesIO(weights), len(weights))
        else:
            _expect_weights(path, path.stat().st_size, configured=True)
    except UNREADABLE as error:
        raise ModelLoadError(DAMAGED) from error


def _expect_weights(file: Path | io.BytesIO, size: int, *, configured: bool = False) -> None:
    import h5py

    with h5py.File(file, "r") as weights:
        if configured and (config := weights.attrs.get("model_config")) is not None:
            expect_harmless(_parsed(config))
        expect_whole(weights, size)


def _parsed(config: str | bytes) -> dict[str, Any]:
    if len(config) > MOST_CONFIG:
        raise ModelLoadError(
            f"its configuration is longer than {MOST_CONFIG >> 20} MB, which no model's is; it may be hostile"
        )
    try:
        parsed = json.loads(config)
    except RecursionError:
        raise ModelLoadError("its configuration is nested deeper than any model's; it may be hostile") from None
    except ValueError as error:
        raise ModelLoadError("its configuration is damaged: it is no JSON; copy or save it again") from error
    if not isinstance(parsed, dict):
        raise ModelLoadError("its configuration is damaged: it describes no model; copy or save it again")
    return parsed
