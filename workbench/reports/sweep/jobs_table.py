"""A table of jobs, from a CSV file or from Python: a row for each job, a column for each parameter."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue, UnreadableSource, unknown
from workbench.reports.parameters import Parameter
from workbench.reports.plain import is_endless

if TYPE_CHECKING:
    import pandas as pd

    from workbench.reports.sweep.grid import Row


def read_table(parameters: Iterable[Parameter], table: str | Path | pd.DataFrame | Iterable[Row]) -> list[Row]:
    """Return the rows of a table of jobs.

    Args:
        parameters: those of the notebook.
        table: the path of a CSV file whose first line has the names of parameters, each value read as its parameter's
            type; a pandas table; or mappings. What is empty in a file, or missing in pandas, has the default.

    Raises:
        UnknownName: a column that is no parameter of the notebook.
        UnreadableSource: no such file, or no UTF-8 CSV.
        InvalidValue: no row, a row of another length, a column twice, or a value of another type.
    """
    known = {parameter.name: parameter for parameter in parameters}
    if isinstance(table, str | Path):
        rows = _read_csv(Path(table), known)
    else:
        rows = _of_pandas(table) if hasattr(table, "to_dict") else list(table)
    if not rows:
        raise InvalidValue("the table has no row; give one for each job")
    for name in dict.fromkeys(name for row in rows for name in row):
        if name not in known:
            raise unknown("parameter", name, known)
    return rows


def _of_pandas(table: Any) -> list[Row]:
    pairs = zip(table.to_dict("records"), table.notna().to_dict("records"), strict=True)
    return [{name: value for name, value in row.items() if given[name]} for row, given in pairs]


def _read_csv(path: Path, known: Mapping[str, Parameter]) -> list[Row]:
    if is_endless(path):
        raise UnreadableSource(f"the table {path} is no file; give a CSV file")
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            names, *lines = list(csv.reader(file, strict=True)) or [[]]
    except OSError as error:
        raise UnreadableSource(f"cannot read the table {path}: {error.strerror}; check the path") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableSource(f"the table {path} is no UTF-8 CSV: {error}; save it as that") from None
    names = [name.strip() for name in names]
    for name in names:
        if name not in known:
            raise unknown("parameter", name, known)
        if names.count(name) > 1:
            raise InvalidValue(f"the table {path} has two columns {name!r}; leave one")
    return [_row(names, line, f"row {number} of {path}", known) for number, line in enumerate(lines, 1) if any(line)]


def _row(names: list[str], line: list[str], where: str, known: Mapping[str, Parameter]) -> Row:
    if len(line) != len(names):
        columns = "1 column" if len(names) == 1 else f"{len(names)} columns"
        raise InvalidValue(f"{where} has {len(line)} values for {columns}; quote values that hold commas")
    try:
        return {name: known[name].read(value) for name, value in zip(names, line, strict=True) if value.strip()}
    except InvalidValue as error:
        raise InvalidValue(f"{where}: {error}") from None
