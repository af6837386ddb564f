"""Keras models from a file and from `keras.applications`."""

from __future__ import annotations

import sys
import warnings
from importlib.util import find_spec
from pathlib import Path
from site import getsitepackages, getusersitepackages
from typing import Any

from workbench.errors import ModelLoadError, unknown
from workbench.models.keras.errors import load_error
from workbench.models.keras.keras_2 import readers
from workbench.models.keras.model import KerasModel
from workbench.models.tensorflow.runtime import import_tensorflow

IMPORTED = ("keras_hub", "keras_cv", "keras_nlp")  # keras.src.saving.serialization_lib, in safe mode too


def open_keras(path: Path, *, name: str, labels: tuple[str, ...] | None, trust: bool) -> KerasModel:
    """Load a `.keras` or HDF5 file.

    Raises:
        ModelLoadError: Keras refuses it; the text names the cause and the way round.
    """
    try:
        model = read(path, safe=not trust)
    except Exception as error:
        raise load_error(path, error) from error
    return KerasModel(model, name=name, labels=labels, path=path)


def read(path: Path, *, safe: bool) -> Any:
    """Return the Keras model of a file, uncompiled; `safe`: in Keras' safe mode.

    Raises:
        ModelLoadError: a package that the file may have imported is not an installed one.
        Exception: what Keras raises.
    """
    import_tensorflow()
    if safe:
        _expect_installed()
    import keras

    with warnings.catch_warnings():  # how a Keras 2 file spells its input shape is no one's to mend
        warnings.filterwarnings("ignore", message="Do not pass an `input_shape`")
        old = readers() if path.suffix.lower() != ".keras" else None
        return keras.saving.load_model(path, custom_objects=old, compile=False, safe_mode=safe)


def _expect_installed() -> None:
    """Refuse packages that Keras imports at a file's wish, where they may have come with the file."""
    installed = [Path(place).resolve() for place in (sys.prefix, *getsitepackages(), getusersitepackages())]
    for name in IMPORTED:
        found = None if name in sys.modules else find_spec(name)
        if found is None:
            continue
        for place in [found.origin] if found.origin else list(found.submodule_search_locations or ()):
            if not any(Path(place).resolve().is_relative_to(each) for each in installed):
                raise ModelLoadError(
                    f"{place} is not among the installed packages, and a Keras file can have it run; take it away, or, "
                    f"if it is yours, import {name} before loading"
                )


def is_keras(model: Any) -> bool:
    """Say whether an object is a Keras model."""
    import_tensorflow()
    import keras

    return isinstance(model, keras.Model)


def build_application(name: str) -> Any:
    """Build a model of `keras.applications` with its ImageNet weights.

    Raises:
        UnknownName: there is no such model.
        ModelLoadError: its weights cannot be fetched.
    """
    import_tensorflow()
    import keras

    constructors = [n for n in dir(keras.applications) if n[:1].isupper()]
    if name not in constructors:
        raise unknown("keras-applications model", name, constructors)
    try:
        return getattr(keras.applications, name)(weights="imagenet")
    except Exception as error:
        raise ModelLoadError(
            f"keras-applications:{name}: its ImageNet weights could not be fetched ({_first_line(error)}); connect to "
            f"the network, or build keras.applications.{name}(weights='FILE') and give that model"
        ) from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().splitlines()[0][:160] if str(error).strip() else type(error).__name__
