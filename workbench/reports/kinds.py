"""The types that a notebook parameter can declare: read one, test a value against it, read a value typed by hand.

Annotations are read as syntax and never evaluated: a notebook is not run to learn what it takes.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workbench.errors import InvalidValue
from workbench.reports.plain import Plain
from workbench.reports.typed_yaml import UnreadableYaml, read_yaml

ANY = "any"
KNOWN = "str, int, float, bool, None, list, list[...], dict, dict[str, ...], or several joined by |"
YES, NO, NOTHING = ("true", "yes", "on"), ("false", "no", "off"), ("none", "null", "~")


class Unfit(Exception):
    """A value that is not of the kind asked for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: a scalar, a list or dict of one kind, or alternatives."""

    name: str  # str, int, float, bool, None, "list", "dict", "|" or "any"
    parts: tuple[Kind, ...] = ()  # the alternatives of "|"; the kind of the items of a list or dict

    def __str__(self) -> str:
        """Return it as a user writes it."""
        inner = [str(part) for part in self.parts]
        match self.name:
            case "|":
                return " | ".join(inner)
            case "list" if self.parts[0].name != ANY:
                return f"list[{inner[0]}]"
            case "dict" if self.parts[0].name != ANY:
                return f"dict[str, {inner[0]}]"
        return self.name

    def takes(self, name: str) -> bool:
        """Tell whether a value of the scalar kind `name` fits."""
        return self.name in (name, ANY) or (self.name == "|" and any(part.takes(name) for part in self.parts))


def read_kind(annotation: ast.expr) -> Kind:
    """Return the kind an annotation declares.

    Raises:
        InvalidValue: an annotation outside KNOWN.
    """
    match annotation:
        case ast.Constant(value=str(quoted)):
            return read_kind(ast.parse(quoted, mode="eval").body)
        case ast.Constant(value=None) | ast.Name(id="str" | "int" | "float" | "bool" | "list" | "dict"):
            return _named(ast.unparse(annotation))
        case ast.BinOp(op=ast.BitOr(), left=left, right=right):
            sides = (read_kind(left), read_kind(right))
            return Kind("|", tuple(part for side in sides for part in (side.parts if side.name == "|" else (side,))))
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return Kind("list", (read_kind(item),))
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[ast.Name(id="str"), item])):
            return Kind("dict", (read_kind(item),))
    raise InvalidValue(f"`{ast.unparse(annotation)}` is no parameter type; known: {KNOWN}")


def kind_of(value: Plain) -> Kind:
    """Return the kind of a default that came without an annotation."""
    return Kind(ANY) if value is None else _named(type(value).__name__)


def fit(value: Plain, kind: Kind) -> Plain:
    """Return `value` as one of `kind`; an int serves where a float is asked for.

    Raises:
        Unfit: it is of another kind, or is NaN or infinite.
    """
    match kind.name, value:
        case ("any", _) | ("None", None) | ("bool", bool()) | ("str", str()):
            return value
        case ("int" | "float", bool()):
            raise Unfit
        case "int", int():
            return value
        case "float", (int() | float()) if math.isfinite(value):
            return float(value)
        case "list", list():
            return [fit(item, kind.parts[0]) for item in value]
        case "dict", dict():
            return {key: fit(item, kind.parts[0]) for key, item in value.items()}
        case "|", _:
            return _first(kind, lambda part: fit(value, part))
    raise Unfit


def typed(text: str, kind: Kind) -> Plain:
    """Return what `text`, typed at a command line or standing in a list there, means as one of `kind`.

    Raises:
        Unfit: it means nothing there.
    """
    word = text.strip().lower()
    match kind.name:
        case "str":
            return text
        case "int" | "float":
            return fit(_number(text, kind.name), kind)
        case "bool" if word in YES + NO:
            return word in YES
        case "None" if word in NOTHING:
            return None
        case "list" | "dict" | "any":
            return _structure(text, kind)
        case "|":  # text fits everything, so it is asked last
            return _first(
                Kind("|", tuple(sorted(kind.parts, key=lambda part: part.takes("str")))),
                lambda part: typed(text, part),
            )
    raise Unfit


def _named(name: str) -> Kind:
    return Kind(name, (Kind(ANY),) if name in ("list", "dict") else ())


def _first(kind: Kind, attempt: Callable[[Kind], Plain]) -> Plain:
    for part in kind.parts:
        try:
            return attempt(part)
        except Unfit:
            continue
    raise Unfit


def _number(text: str, name: str) -> int | float:
    try:
        return int(text) if name == "int" else float(text)
    except ValueError:
        raise Unfit from None


def _structure(text: str, kind: Kind) -> Plain:
    """Read YAML; a list may stand without its brackets: 224,224."""
    bracketed = f"[{text}]" if kind.name == "list" and not text.lstrip().startswith("[") else text
    try:
        value = read_yaml(bracketed)
    except UnreadableYaml:
        raise Unfit from None
    if kind.name == "list" and isinstance(value, list):
        return [_leaf(item, kind.parts[0]) for item in value]
    if kind.name == "dict" and isinstance(value, Mapping):
        return {str(key): _leaf(item, kind.parts[0]) for key, item in value.items()}
    if kind.name == ANY:
        return value if isinstance(value, bool | int | float | str | list | dict | None) else text
    raise Unfit


def _leaf(value: Plain, kind: Kind) -> Plain:
    """Return one item; YAML leaves some numbers, such as 1e-3, as text."""
    return typed(value, kind) if isinstance(value, str) and not kind.takes("str") else fit(value, kind)
