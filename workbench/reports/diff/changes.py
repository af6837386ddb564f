"""All that changed between two runs, causes first: what explains a change is named with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workbench.reports.diff.around import codec_changes, commit_changes, surrounding_changes, version_changes
from workbench.reports.diff.asked import option_changes, parameter_changes, recipe_changes
from workbench.reports.diff.change import KINDS, Change
from workbench.reports.diff.inputs import input_changes
from workbench.reports.diff.notebooks import notebook_changes
from workbench.reports.diff.stored import StoredRun

EXPLAINING = (
    "parameter",
    "recipe",
    "notebook",
    "input",
    "version",
    "code",
    "scenario",
)  # what can make a recipe another


def changes(a: StoredRun, b: StoredRun, engines: Iterable[Change] = ()) -> tuple[Change, ...]:
    """Return what differs, in the order of KINDS; a change that another explains follows it.

    A codec follows the package it came with, an input the parameter that names another file, a default the cell that
    sets it, and a recorded recipe or an engine what was asked for otherwise: it is worked out, and stands alone only
    where nothing was.

    Args:
        a: one run.
        b: the other.
        engines: what else ran the models, of `engine_changes`: the answers say it, which are read with care.
    """
    found: list[Change] = []
    if a.manifest["scenario"] != b.manifest["scenario"]:
        found.append(Change("scenario", "scenario", a.manifest["scenario"], b.manifest["scenario"]))
    cells = list(notebook_changes(a, b))
    found += cells + _defaults(list(parameter_changes(a, b)), cells, a, b)
    found += [*option_changes(a, b), *input_changes(a, b), *version_changes(a, b)]
    found += [*codec_changes(a, b, [each.name for each in found if each.kind == "version"])]
    found += [*surrounding_changes(a, b), *commit_changes(a, b)]
    found += _recorded(found, a, b, engines)
    return tuple(sorted(found, key=lambda each: (bool(each.follows), KINDS.index(each.kind))))


def _defaults(asked: list[Change], cells: list[Change], a: StoredRun, b: StoredRun) -> list[Change]:
    """Let a parameter that was given in neither run follow the cell that declares it."""
    declared = next((cell.name for cell in cells if cell.note == "the parameters' defaults"), "")
    given = {*a.manifest["given"], *b.manifest["given"]}
    return [each if not declared or _parameter(each) in given else replace(each, follows=declared) for each in asked]


def _parameter(change: Change) -> str:
    return change.name.partition(":")[0].partition(".")[0]


def _recorded(found: list[Change], a: StoredRun, b: StoredRun, engines: Iterable[Change]) -> list[Change]:
    named = {each.name.partition(": ")[2].partition(".")[0] for each in found if each.kind == "recipe"}
    cause = next((each.name for kind in EXPLAINING for each in found if each.kind == kind and each.is_cause), "")
    return [replace(each, follows=cause) for each in (*recipe_changes(a, b, named), *engines)]
