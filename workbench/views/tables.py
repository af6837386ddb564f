"""Tables as clean, escaped HTML: results, frames of pandas and plain mappings alike.

pandas' Styler does not escape what it shows, and `to_html` gives every number six places; so the cells are
written here. Only classes and inline styles are used, which a report keeps; a style sheet it would drop.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from workbench.views.markup import Markup

if TYPE_CHECKING:
    import pandas as pd


class Tabular(Protocol):
    """A result that can be laid out as a table."""

    def to_frame(self) -> pd.DataFrame:
        """Return the result as a table, the most telling rows first."""


def table(
    content: pd.DataFrame | Tabular | Mapping[str, Any], *, caption: str = "", max_rows: int = 20, digits: int = 3
) -> Markup:
    """Return a table as HTML: numbers to `digits` significant places and to the right, every text escaped.

    Beyond `max_rows` the rest is counted below the table instead of shown.
    """
    import pandas as pd

    frame = _frame(content)
    shown = frame.head(max_rows)
    columns = [shown.iloc[:, place] for place in range(shown.shape[1])]
    right = [pd.api.types.is_numeric_dtype(c.dtype) and not pd.api.types.is_bool_dtype(c.dtype) for c in columns]
    written = [[_written(value, digits) for value in column] for column in columns]
    head = "".join(_tag("th", c.name, r, ' scope="col"') for c, r in zip(columns, right, strict=True))
    body = "".join(
        "<tr>" + "".join(_tag("td", text, r) for text, r in zip(row, right, strict=True)) + "</tr>"
        for row in zip(*written, strict=True)
    )
    title = f'<caption style="text-align:left">{html.escape(caption)}</caption>' if caption else ""
    left = len(frame) - len(shown)
    more = f"<p><small>and {left} more {'row' if left == 1 else 'rows'}</small></p>" if left else ""
    return Markup(
        f'<div class="wb-table" style="overflow-x:auto"><table class="dataframe">{title}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}</div>",
        shown.to_string(index=False),
    )


def _frame(content: pd.DataFrame | Tabular | Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    if isinstance(content, Mapping):
        return pd.DataFrame({"name": list(content), "value": pd.Series(list(content.values()), dtype=object)})
    frame = content if isinstance(content, pd.DataFrame) else content.to_frame()
    named = frame.index.name is not None or not isinstance(frame.index, pd.RangeIndex)
    return frame.reset_index() if named else frame


def _tag(kind: str, text: object, right: bool, extra: str = "") -> str:
    return f'<{kind}{extra} style="text-align:{"right" if right else "left"}">{html.escape(str(text))}</{kind}>'


def _written(value: Any, digits: int) -> str:
    match value:
        case None:
            return ""
        case bool() | np.bool_():
            return "yes" if value else "no"
        case float() | np.floating():
            number = float(value)
            return "" if np.isnan(number) else f"{number:.{digits}g}" if abs(number) < 1000 else f"{number:.0f}"
    return str(value)
