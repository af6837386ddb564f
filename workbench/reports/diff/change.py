"""One thing that is other in the second run than in the first, and how values are written side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 160  # characters of a value
MISSING = object()  # a name that one side does not have
NONE = "–"
# The order in which changes are told: first what was asked for, last what merely was around.
KINDS = (
    "scenario", "notebook", "parameter", "recipe", "option", "input", "weights", "labels", "engine",
    "version", "code", "codec", "environment", "machine", "commit",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs."""

    kind: str  # of KINDS
    name: str  # as `limit`, `recipe: resize`, `source: a.jpg`
    before: str  # as it is shown; a dash where there was none
    after: str
    note: str = ""  # what else is known of it, one line
    follows: str = ""  # the name of the change that explains this one; empty for a cause
    lines: tuple[str, ...] = ()  # of a cell: its unified diff; of many packages: each

    @property
    def is_cause(self) -> bool:
        """Tell whether no other change explains this one."""
        return not self.follows

    def __str__(self) -> str:
        arrow = f": {self.before} → {self.after}" if (self.before, self.after) != (NONE, NONE) else ""
        return f"{self.name}{arrow}{f' ({self.note})' if self.note else ''}"

    def to_dict(self) -> dict[str, Any]:
        """Return it in plain types."""
        told = {"kind": self.kind, "name": self.name, "before": self.before, "after": self.after, "note": self.note}
        return told | {"follows": self.follows, "lines": list(self.lines)}


def shown(value: object) -> str:
    """Return a value as it stands in a table: text as it is, anything else as JSON, cut in its middle if long."""
    if value is MISSING:
        return NONE
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\n", "⏎")
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]} … {text[-LONGEST // 3 :]}"


def leaves(value: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield the values in nested dicts by their dotted path; a list is one value, an empty dict as well."""
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from leaves(item, f"{path}.{name}" if path else str(name))
    else:
        yield path, value


def differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Yield name and both values where two mappings differ, in A's order, then B's; MISSING where a side has none."""
    for name in dict.fromkeys((*a, *b)):
        before, after = a.get(name, MISSING), b.get(name, MISSING)
        if not same(before, after):
            yield name, before, after


def same(a: object, b: object) -> bool:
    """Tell whether two JSON values are the same; 1 and 1.0 are, True and 1 are not."""
    if isinstance(a, bool) != isinstance(b, bool):
        return False
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(same(a[name], b[name]) for name in a)
    return a is b or bool(a == b)
