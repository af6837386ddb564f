"""The source text of tested functions, with everything they call, without the annotations of this package."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

OWN = __name__.rpartition(".")[0]  # the package whose functions are exported


def with_dependencies(functions: Iterable[Callable[..., Any]]) -> list[FunctionType]:
    """Return the functions and all of this package that they call, each after what it calls."""
    ordered: list[FunctionType] = []

    def visit(function: Any) -> None:
        if function in ordered:
            return
        for value in _globals_used(function).values():
            if isinstance(value, FunctionType) and value.__module__.startswith(OWN):
                visit(value)
        ordered.append(function)

    for function in functions:
        visit(function)
    return ordered


def constants_of(functions: Iterable[FunctionType]) -> list[str]:
    """Return `NAME = value  # meaning` of the module constants these functions use."""
    found: dict[str, str] = {}
    for function in functions:
        for name, value in _globals_used(function).items():
            if name.isupper():
                text = inspect.getsource(sys.modules[function.__module__])
                meaning = re.search(rf"^{name} = .*?(  # .*)?$", text, re.MULTILINE)
                found[name] = f"{name} = {value!r}{(meaning and meaning[1]) or ''}"
    return list(found.values())


def source(function: Callable[..., Any]) -> str:
    """Return the text of a function with its docstring and comments, without annotations."""
    text = textwrap.dedent(inspect.getsource(function))
    [tree] = ast.parse(text).body
    assert isinstance(tree, ast.FunctionDef)
    for argument in ast.walk(tree.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    body = text.splitlines()[tree.body[0].lineno - 1 :]
    return "\n".join([f"def {tree.name}({ast.unparse(tree.args)}):", *body])


def _globals_used(function: FunctionType) -> dict[str, Any]:
    names = dict.fromkeys(_names(function.__code__))
    return {name: function.__globals__[name] for name in names if name in function.__globals__}


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
