"""The parameters of a scenario: read from its notebook, and values for them checked before any kernel starts.

papermill only warns about names it does not know, and runs names as code; here a name must be one of the notebook's.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import InvalidValue, UnreadableSource, unknown
from workbench.reports.kinds import Kind, Unfit, fit, kind_of, read_kind, typed
from workbench.reports.plain import Plain, is_endless, plain
from workbench.reports.typed_yaml import UnreadableYaml, read_yaml

SHOWN = 80  # characters of a value in an error
FILE_LIMIT = 1_000_000  # bytes of a parameter file; those of the longest form are a thousand


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of a `parameters` cell: `name: type = literal  # help`."""

    name: str
    kind: Kind
    default: Plain
    help: str = ""

    def accept(self, value: object) -> Plain:
        """Return `value` made plain.

        Raises:
            InvalidValue: it is not of the declared type.
        """
        try:
            return fit(plain(value, name=self.name), self.kind)
        except (Unfit, RecursionError):
            raise self._refusal(value) from None

    def read(self, text: str) -> Plain:
        """Return the value that `text` from a command line means.

        Raises:
            InvalidValue: it does not mean one of the declared type.
        """
        try:
            return typed(text, self.kind)
        except Unfit:
            raise self._refusal(text) from None

    def _refusal(self, value: object) -> InvalidValue:
        try:
            text = repr(value)
            got = f"{text if len(text) <= SHOWN else text[:SHOWN] + '…'} ({type(value).__name__})"
        except (RecursionError, ValueError):  # a list in a list a thousand times, a number of thousands of digits
            got = f"a {type(value).__name__} too deep or too long to show"
        return InvalidValue(f"parameter {self.name!r} takes {self.kind}, such as {self.default!r}; got {got}")


def read_parameters(source: str, *, where: str) -> tuple[Parameter, ...]:
    """Return the parameters that a `parameters` cell declares.

    Args:
        source: the cell's text.
        where: the notebook, for errors.

    Raises:
        InvalidValue: a line that is not `name: type = literal`, or a default that its type does not take.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise InvalidValue(f"the parameters cell of {where} is no Python: {error.msg}, line {error.lineno}") from None
    comments = _comments(source)
    found = (_parameter(line, comments.get(line.end_lineno or 0, ""), where) for line in tree.body)
    return tuple({parameter.name: parameter for parameter in found}.values())


def bind(parameters: Iterable[Parameter], given: Mapping[str, object]) -> dict[str, Plain]:
    """Return the value of every parameter: what was given, else the default.

    Raises:
        UnknownName: a name the notebook does not declare, with the closest one it does.
        InvalidValue: a value of another type than the declared one.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise unknown("parameter", name, known)
    return {name: known[name].accept(given.get(name, known[name].default)) for name in known}


def from_assignments(parameters: Iterable[Parameter], assignments: Iterable[str]) -> dict[str, Plain]:
    """Return the values of `name=value` texts, each read as its parameter's type.

    Raises:
        UnknownName: a name the notebook does not declare.
        InvalidValue: a text without `=`, or a value that its type does not take.
    """
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Plain] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals:
            raise InvalidValue(f"{assignment!r} is no assignment; write name=value, such as frame_step=5")
        if name.strip() not in known:
            raise unknown("parameter", name.strip(), known)
        values[name.strip()] = known[name.strip()].read(text)
    return values


def from_yaml(path: Path) -> dict[str, object]:
    """Return the parameter values in a YAML file: one `name: value` a line.

    Raises:
        UnreadableSource: no such file, or no YAML.
        InvalidValue: YAML that is no mapping of names to values, or a file that is too large to have been written.
    """
    if is_endless(path):
        raise UnreadableSource(f"the parameter file {path} is no file; write one `name: value` a line into a file")
    try:
        found = read_yaml(_text(path))
    except UnicodeDecodeError:
        raise UnreadableSource(f"the parameter file {path} is no UTF-8 text; write one `name: value` a line") from None
    except OSError as error:
        raise UnreadableSource(f"cannot read the parameter file {path}: {error.strerror}; check the path") from None
    except UnreadableYaml as error:
        raise UnreadableSource(
            f"the parameter file {path} is no plain YAML: {error}; write one `name: value` a line"
        ) from None
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        raise InvalidValue(f"the parameter file {path} must map names to values, one `name: value` a line")
    return found


def _text(path: Path) -> str:
    """Return the text of a file, unless it is too large to have been written by hand."""
    if path.stat().st_size > FILE_LIMIT:
        raise InvalidValue(
            f"the parameter file {path} has more than {FILE_LIMIT // 10**6} MB; give one with parameters"
        )
    return path.read_text(encoding="utf-8")


def _parameter(line: ast.stmt, comment: str, where: str) -> Parameter:
    match line:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=ast.expr() as value):
            default, kind = _literal(value, line, where), read_kind(annotation)
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            default = _literal(value, line, where)
            kind = kind_of(default)
        case _:
            raise _malformed(line, where)
    try:
        return Parameter(name, kind, fit(default, kind), comment)
    except (Unfit, RecursionError):
        raise InvalidValue(f"line {line.lineno} of the parameters cell of {where}: {name!r} takes {kind}, and its "
                           f"default is {ast.unparse(value):.80}; make them one") from None  # fmt: skip


def _literal(value: ast.expr, line: ast.stmt, where: str) -> Plain:
    try:
        return plain(ast.literal_eval(value), name=where)
    except ValueError:
        raise _malformed(line, where) from None


def _malformed(line: ast.stmt, where: str) -> InvalidValue:
    text = ast.unparse(line).splitlines()[0]
    return InvalidValue(f"line {line.lineno} of the parameters cell of {where}, `{text:.80}`, "
                        "must read `name: type = literal  # help`")  # fmt: skip


def _comments(source: str) -> dict[int, str]:
    """Return each line's trailing comment, by line number from 1."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ").strip() for token in tokens if token.type == tokenize.COMMENT}
