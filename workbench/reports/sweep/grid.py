"""The jobs of a sweep: every combination of the values in a grid, for every row of a table.

On a command line the values of a parameter stand between commas, `--grid frame_step=1,5,25`. Those of one that takes a
list stand between semicolons, `--grid "size=224,224;160,160"`, or in brackets, `--grid "size=[224,224],[160,160]"`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from workbench.errors import InvalidValue, unknown
from workbench.reports.parameters import Parameter
from workbench.reports.plain import Plain, plain
from workbench.reports.typed_yaml import UnreadableYaml, read_yaml

MOST_JOBS = 20_000  # twice what is measured in docs/scaling.md; more is a slip, such as one list too many
EMPTY = ("''", '""')  # how an empty text is written among others

Row = Mapping[str, object]  # values by parameter name


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sweep is to go over."""

    grid: Mapping[str, Sequence[object]] = field(default_factory=dict)  # every combination of these
    table: Sequence[Row] = ()  # for every one of these rows
    fixed: Row = field(default_factory=dict)  # with these in all of them

    def __post_init__(self) -> None:
        """Refuse values that are no list, and a parameter that is given twice."""
        for name, values in self.grid.items():
            if isinstance(values, str | bytes | Mapping) or not isinstance(values, Sequence):
                raise InvalidValue(f"the grid's {name!r} is a {type(values).__name__}; give a list of values")
            if not values:
                raise InvalidValue(f"the grid's {name!r} has no value; give one at least")
        for name in self.grid.keys() & self._columns or self.fixed.keys() & (self.grid.keys() | self._columns):
            raise InvalidValue(f"parameter {name!r} is given twice; give it in the grid, the table, or for all jobs")
        if not self.grid and not self.table:
            raise InvalidValue("nothing to sweep over; give a grid (--grid name=a,b) or a table (--table jobs.csv)")
        count = math.prod(map(len, self.grid.values()), start=max(len(self.table), 1))
        if count > MOST_JOBS:
            raise InvalidValue(f"that is {count} jobs; a sweep takes {MOST_JOBS} at most, so give fewer values")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the parameters of the grid and the table, as they were given."""
        return tuple(dict.fromkeys([*self._columns, *self.grid]))

    @property
    def _columns(self) -> dict[str, None]:
        return dict.fromkeys(name for row in self.table for name in row)

    def jobs(self) -> list[dict[str, object]]:
        """Return the parameters of each job; the last of the grid varies fastest."""
        combinations = [dict(zip(self.grid, values, strict=True)) for values in product(*self.grid.values())]
        return [{**self.fixed, **row, **chosen} for row in self.table or [{}] for chosen in combinations]

    def to_dict(self) -> dict[str, Plain]:
        """Return it as plain values."""
        parts = {"grid": self.grid, "table": self.table, "parameters": self.fixed}
        return {name: plain(value, name=name) for name, value in parts.items()}


def differing(names: Iterable[str], jobs: Sequence[Mapping[str, Plain]]) -> tuple[str, ...]:
    """Return those of `names` whose values are not the same in all jobs; all of them where none differs."""
    names = tuple(names)
    return tuple(name for name in names if len({json.dumps(job[name]) for job in jobs}) > 1) or names


def read_grid(parameters: Iterable[Parameter], texts: Iterable[str]) -> dict[str, list[Plain]]:
    """Return the grid that `name=a,b,c` texts of a command line mean.

    Raises:
        UnknownName: a name that the notebook does not declare.
        InvalidValue: no `=`, a name twice, an empty value, a value of another type, or text that can be read as one
            list or as several values.
    """
    known = {parameter.name: parameter for parameter in parameters}
    grid: dict[str, list[Plain]] = {}
    for text in texts:
        name, equals, values = (part.strip() for part in text.partition("="))
        if not equals:
            raise InvalidValue(f"{text!r} is no line of a grid; write name=value,value, such as frame_step=1,5,25")
        if name not in known:
            raise unknown("parameter", name, known)
        if name in grid:
            raise InvalidValue(f"the grid names {name!r} twice; write all its values in one, name=value,value")
        grid[name] = [known[name].read(value) for value in _split(known[name], values)]
    return grid


def _split(parameter: Parameter, text: str) -> list[str]:
    """Return the texts of single values."""
    lists, dicts = parameter.kind.takes("list"), parameter.kind.takes("dict")
    bracketed = (lists and text.startswith("[")) or (dicts and text.startswith("{"))
    if ";" not in text and (bracketed or (lists and "," in text)):  # a list may stand without its brackets
        return _bracketed(parameter, text)
    parts = [part.strip() for part in text.split(";" if ";" in text else ",")]
    if "" in parts:
        cure = "write '' for an empty text" if parameter.kind.takes("str") else "write a value between commas, or none"
        raise InvalidValue(f"the grid's {parameter.name!r} has an empty value; {cure}")
    return ["" if part in EMPTY else part for part in parts]


def _bracketed(parameter: Parameter, text: str) -> list[str]:
    """Return the values of `[224,224],[160,160]`, or of `{color: bgr},keras.mobilenet_v2`, each as text."""
    try:
        values = read_yaml(f"[{text}]")
    except UnreadableYaml as error:
        raise InvalidValue(f"the grid's {parameter.name!r} has brackets that do not fit: {error}") from None
    if parameter.kind.takes("list") and not all(isinstance(value, list | dict) for value in values):
        raise InvalidValue(
            f"the grid's {parameter.name!r} takes {parameter.kind}, so {text!r} can be one value or several; write "
            "semicolons between values, or each in brackets"
        )
    return [value if isinstance(value, str) else json.dumps(value) for value in values]
