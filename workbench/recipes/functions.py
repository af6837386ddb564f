"""A user's own preprocessing by name: `FILE.py:FUNC`, `package.module:FUNC`, saved tensors, or a recipe.

Loading a function runs its file, as `python FILE.py` would but for the part under `if __name__ == "__main__"`.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from workbench.errors import InvalidValue, UnreadableSource, unknown
from workbench.recipes.presets import load_recipe
from workbench.recipes.recipe import Recipe

FUNCTION = re.compile(r"(?P<file>.+\.py):(?P<name>\w*)$|(?P<module>\w+(?:\.\w+)+):(?P<inside>\w*)$", re.DOTALL)
Given = Recipe | Callable[..., Any] | np.ndarray


def load_preprocess(origin: str | Path | Mapping[str, Any] | Given) -> Given:
    """Return what makes tensors: a function, a recipe, or the tensors themselves.

    Args:
        origin: `FILE.py:FUNC` or `package.module:FUNC`; an `.npy` file of tensors (N, ...); whatever `load_recipe`
            takes; a function, a Recipe or an array is handed through.

    Raises:
        UnreadableSource: no such file or module, or no array in it.
        UnknownName: the file has no such function, or there is no such preset.
        InvalidValue: the file raises when it is run, or what it names takes not one argument.
    """
    if isinstance(origin, np.ndarray | Recipe) or callable(origin):
        return origin
    if isinstance(origin, str) and FUNCTION.match(origin):
        return load_function(origin)
    if isinstance(origin, str | Path) and Path(origin).suffix.lower() == ".npy":
        return _tensors(Path(origin).expanduser())
    if isinstance(origin, str) and origin.endswith(".py"):
        raise InvalidValue(f"{origin}: which function of it? write {origin}:NAME")
    return load_recipe(origin)


def load_function(origin: str, *, arguments: int = 1) -> Callable[..., Any]:
    """Return the function that `FILE.py:FUNC` or `package.module:FUNC` names; its module is run.

    Args:
        origin: where it is.
        arguments: how many it must take, by position.

    Raises:
        UnreadableSource: no such file or module.
        UnknownName: it holds no such function; the text names the closest.
        InvalidValue: it raises when it is run, or what it names does not take so many arguments.
    """
    found = FUNCTION.match(origin)
    if not found:
        raise InvalidValue(f"a function is FILE.py:NAME or package.module:NAME; got {origin!r}")
    name = found["name"] or found["inside"] or ""
    place = found["file"] or found["module"]
    module = _run_file(Path(place).expanduser()) if found["file"] else _imported(place)
    known = [key for key, value in vars(module).items() if callable(value) and not key.startswith("_")]
    own = [key for key in known if getattr(vars(module)[key], "__module__", None) == module.__name__]
    if name not in known:
        raise unknown(f"function in {place}", name, own or known)
    function: Callable[..., Any] = vars(module)[name]
    _expect_arguments(function, origin, arguments)
    return function


def file_of(origin: str) -> str:
    """Return the file behind `FILE.py:FUNC`; any other text as it is."""
    found = FUNCTION.match(origin)
    return found["file"] if found and found["file"] else origin


def _run_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise UnreadableSource(f"{path}: no such file; name the Python file that holds the function")
    name = f"workbench_function_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UnreadableSource(f"{path}: Python cannot load this file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickles of the file look their module up
    try:
        spec.loader.exec_module(module)
    except ModuleNotFoundError as error:
        raise InvalidValue(
            f"{path} imports {error.name!r}, which is not there; install it or put it on PYTHONPATH"
        ) from (error)
    except (Exception, SystemExit) as error:  # a user's own code
        raise InvalidValue(f"{path} raises {_told(error)} when it is run; fix that first") from error
    return module


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise UnreadableSource(f"no module named {error.name!r}; give FILE.py:NAME, or install its package") from error
    except (Exception, SystemExit) as error:  # a user's own code
        raise InvalidValue(f"{name} raises {_told(error)} when it is imported; fix that first") from error


def _told(error: BaseException) -> str:
    text = " ".join(str(error).split())[:160]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _expect_arguments(function: Callable[..., Any], origin: str, count: int) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a built-in that does not say
        return
    try:
        signature.bind(*[None] * count)
    except TypeError:
        raise InvalidValue(
            f"{origin} takes {signature}; it is called with {count} argument{'s' * (count > 1)} by position, "
            "so give the others a default"
        ) from None


def _tensors(path: Path) -> np.ndarray:
    try:
        found = np.load(path, allow_pickle=False)
    except FileNotFoundError:
        raise UnreadableSource(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise UnreadableSource(f"{path}: no array that NumPy reads ({_told(error)})") from error
    return np.asarray(found)
