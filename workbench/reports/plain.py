"""Turn values into what JSON, YAML and papermill can carry without changing their meaning.

papermill hands tuples and NumPy scalars to a notebook as strings, and JSON has no NaN; both are settled here.
"""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidValue

LONGEST = 10_000  # bits of a whole number; Python writes none of more than 4,300 digits

Plain = None | bool | int | float | str | list[Any] | dict[str, Any]


def plain(value: object, *, name: str) -> Plain:
    """Return `value` as None, bool, int, float, str, list or dict, all the way down.

    Args:
        value: tuples become lists, NumPy scalars and arrays Python numbers and lists, paths strings.
        name: what the value is called, for the error.

    Raises:
        InvalidValue: a type with no plain form, a mapping whose keys are no strings, text that is no Unicode.
    """
    match value:
        case None | bool():
            return value
        case int() | float() | str():
            return _builtin(value, name)
        case np.generic() | np.ndarray():
            return plain(value.tolist(), name=name)
        case os.PathLike():
            return _builtin(str(os.fspath(value)), name)
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


def texts_in(value: Plain) -> Iterable[str]:
    """Yield every text in a value, however deep it lies in lists and dicts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)


def read_json(path: Path) -> dict[str, Any]:
    """Return the JSON object in `path`; empty when the file is missing, torn, a pipe or no object."""
    if is_endless(path):
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):  # the last of brackets in brackets in brackets
        return {}
    return found if isinstance(found, dict) else {}


def is_endless(path: Path) -> bool:
    """Tell whether reading `path` may never end: what is there is a pipe, a device or a folder, and no file."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):  # nothing is there, or can be; whoever reads it is told
        return False


def _builtin(value: int | float | str, name: str) -> int | float | str:
    """Return the exact builtin: np.float64 is a float, and an IntEnum an int, only by inheritance."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise InvalidValue(
                f"{name} holds bytes that are no UTF-8 text, which no notebook can carry: {value[:80]!a}"
            )
        return str(value)
    if isinstance(value, int) and value.bit_length() > LONGEST:
        raise InvalidValue(f"{name} is a number of thousands of digits, which JSON cannot carry; give a shorter one")
    return int(value) if isinstance(value, int) else float(value)


def _key(key: object, name: str) -> str:
    if isinstance(key, str):
        return key
    raise InvalidValue(f"{name} has the key {key!r}; JSON keys are text, so write {str(key)!r}")
