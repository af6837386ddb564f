"""Turn values into what JSON, YAML and papermill can carry without changing their meaning.

papermill hands tuples and NumPy scalars to a notebook as strings, and JSON has no NaN; both are settled here.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidValue

Plain = None | bool | int | float | str | list[Any] | dict[str, Any]


def plain(value: object, *, name: str) -> Plain:
    """Return `value` as None, bool, int, float, str, list or dict, all the way down.

    Args:
        value: tuples become lists, NumPy scalars and arrays Python numbers and lists, paths strings.
        name: what the value is called, for the error.

    Raises:
        InvalidValue: a type with no plain form, or a mapping whose keys are no strings.
    """
    match value:
        case None | bool():
            return value
        case int() | float() | str():
            return _builtin(value)
        case np.generic() | np.ndarray():
            return plain(value.tolist(), name=name)
        case os.PathLike():
            return str(os.fspath(value))
        case Mapping():
            return {_key(key, name): plain(item, name=f"{name}.{key}") for key, item in value.items()}
        case list() | tuple():
            return [plain(item, name=f"{name}[{index}]") for index, item in enumerate(value)]
    raise InvalidValue(
        f"{name} is a {type(value).__name__}, which JSON cannot carry; give numbers, text, lists or dicts of them"
    )


def strict_json(value: object, *, name: str) -> str:
    """Return `value` as JSON that every parser reads: NaN and infinities become null.

    Raises:
        InvalidValue: a value with no plain form.
    """
    return json.dumps(finite(plain(value, name=name)), indent=2, allow_nan=False, ensure_ascii=False) + "\n"


def finite(value: Plain) -> Plain:
    """Return plain `value` with None in the place of NaN and infinities."""
    match value:
        case float():
            return value if math.isfinite(value) else None
        case list():
            return [finite(item) for item in value]
        case dict():
            return {key: finite(item) for key, item in value.items()}
    return value


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in `path`; empty when the file is missing, torn or no object."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _builtin(value: int | float | str) -> int | float | str:
    """Return the exact builtin: np.float64 is a float, and an IntEnum an int, only by inheritance."""
    if isinstance(value, str):
        return str(value)
    return int(value) if isinstance(value, int) else float(value)


def _key(key: object, name: str) -> str:
    if isinstance(key, str):
        return key
    raise InvalidValue(f"{name} has the key {key!r}; JSON keys are text, so write {str(key)!r}")
