"""What was asked for otherwise: parameters, the recipes in them slot by slot, and options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from workbench.errors import WorkbenchError
from workbench.recipes import Recipe, load_recipe
from workbench.reports.diff.change import MISSING, NONE, Change, differing, leaves, shown
from workbench.reports.diff.stored import StoredRun

SLOTS = frozenset(field.name for field in fields(Recipe))
OPTIONS = ("allow_damaged", "trusted")


def parameter_changes(a: StoredRun, b: StoredRun) -> Iterator[Change]:
    """Yield the parameters of other values, a recipe among them slot by slot."""
    bytes_of = [{each.get("parameter"): each.get("sha256") for each in run.manifest["inputs"]} for run in (a, b)]
    for name, before, after in differing(a.manifest["parameters"], b.manifest["parameters"]):
        if slots := list(_slots(name, before, after)):
            yield from slots
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            for path, old, new in differing(dict(leaves(before, name)), dict(leaves(after, name))):
                yield Change("parameter", path, shown(old), shown(new), _defaulted(name, a, b))
        else:
            same_bytes = name in bytes_of[0] and bytes_of[0][name] == bytes_of[1].get(name)
            note = "the same bytes under another name" if same_bytes else _defaulted(name, a, b)
            yield Change("parameter", name, shown(before), shown(after), note)


def recipe_changes(a: StoredRun, b: StoredRun, named: set[str]) -> Iterator[Change]:
    """Yield the slots of recorded recipes that differ, but for those `named` already by a parameter."""
    for name, before, after in differing(a.manifest["recipes"], b.manifest["recipes"]):
        if MISSING in (before, after):
            was, now = (NONE if value is MISSING else "recorded" for value in (before, after))
            yield Change("recipe", name, was, now)
            continue
        old, new = (dict(leaves(value)) for value in (before, after))
        for slot, was, now in differing(old, new):
            if slot.partition(".")[0] not in named:
                yield Change("recipe", f"{name}: {slot}" if slot else name, shown(was), shown(now))


def option_changes(a: StoredRun, b: StoredRun) -> Iterator[Change]:
    """Yield the options of the runs that differ: whether damage was allowed, which models were trusted."""
    one, other = ({name: run.manifest.get(name) or None for name in OPTIONS} for run in (a, b))
    for name, before, after in differing(one, other):
        yield Change("option", name, shown(before), shown(after))


def _slots(name: str, before: object, after: object) -> Iterator[Change]:
    """Yield the slots of two parameter values that are recipes: mappings as they stand, names of presets in full."""
    if before is MISSING or after is MISSING:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        old, new = (value if value.keys() <= SLOTS else None for value in (before, after))
    else:
        old, new = _in_full(before), _in_full(after)
    if old is None or new is None:
        return
    for slot, was, now in differing(old, new):
        note = "" if isinstance(before, Mapping) and isinstance(after, Mapping) else f"{shown(before)} → {shown(after)}"
        yield Change("recipe", f"{name}: {slot}", shown(was), shown(now), note)


def _in_full(value: object) -> dict[str, Any] | None:
    """Return all slots of a preset or a mapping of slots; None for anything else, a recipe's file included."""
    if not isinstance(value, str | Mapping) or (isinstance(value, str) and value.lower().endswith((".yaml", ".yml"))):
        return None
    try:
        return load_recipe(value).to_dict()
    except WorkbenchError:
        return None


def _defaulted(name: str, a: StoredRun, b: StoredRun) -> str:
    """Say on which side a value is the notebook's own."""
    given = [name in run.manifest["given"] for run in (a, b)]
    if given == [False, True]:
        return "given in B; the notebook's default in A"
    if given == [True, False]:
        return "given in A; the notebook's default in B"
    return "the notebook's default" if not any(given) else ""
