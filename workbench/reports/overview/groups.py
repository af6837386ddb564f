"""The runs of an index put together: those of a sweep under the sweep, all others under their scenario."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workbench.reports.overview.entry import Entry
from workbench.reports.overview.history import Past, read_history
from workbench.reports.overview.trends import Trend, joined, since, trend
from workbench.reports.pages.page import local_time
from workbench.reports.plain import read_json
from workbench.reports.store import FAILED, is_left

SWEEPS, SUMMARY, PAGE = "sweeps", "summary.json", "sweep.html"  # `<out>/sweeps/<sweep id>/` holds the other two
OPEN = 5  # earlier runs that are shown without being asked for


@dataclass(frozen=True, slots=True)
class Group:
    """The runs of a scenario that belong to no sweep."""

    newest: Entry
    earlier: Sequence[Entry]
    states: Sequence[tuple[str, int]]  # of the earlier ones
    trends: Mapping[str, Trend]  # of the newest run's figures, by metric
    runs: int  # that ended well with the newest one's parameters, repeats counted
    since: tuple[str, list[str]] | None  # when the run before it was started, and what has changed
    dotted: bool  # runs with other parameters are in the trends
    unfolded: bool


@dataclass(frozen=True, slots=True)
class SweepEntry:
    """A sweep as the index shows it."""

    title: str
    state: str
    states: Sequence[tuple[str, int]]  # of its jobs
    jobs: int
    swept: Sequence[str]
    best: Sequence[Mapping[str, Any]]  # figures: label, value, unit, and the parameters each was found at
    runs: frozenset[str]  # ids
    updated: str
    when: str  # the same, to be read
    link: str
    thumbnail: str


def sweeps_in(out: Path) -> list[SweepEntry]:
    """Return the sweeps whose results lie under `out`, newest first; what cannot be read is none."""
    found = []
    for path in out.glob(f"{SWEEPS}/*/{SUMMARY}"):
        with suppress(LookupError, TypeError, ValueError, AttributeError):  # of another program, or damaged
            found.append(_sweep(path.parent, read_json(path)))
    return sorted(found, key=lambda sweep: sweep.updated, reverse=True)


def grouped(entries: Sequence[Entry], *, out: Path, swept: Collection[str]) -> list[Group]:
    """Return the scenarios with their runs that are of no sweep, that with the newest run first.

    Args:
        entries: of the index, newest first.
        out: the folder of all reports.
        swept: ids of the runs of sweeps.
    """
    folders: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.folder.name.removesuffix(FAILED) not in swept:
            folders[entry.folder.parent.name].append(entry)
    return [_group(runs, _history(out / name), swept) for name, runs in folders.items()]


def _group(runs: Sequence[Entry], history: Sequence[Past], swept: Collection[str]) -> Group:
    newest, *earlier = runs
    given = newest.given
    history = [past for past in history if past.given == given or past.run_id not in swept]
    trends = {figure.name: trend(figure.name, history, given) for figure in newest.figures}
    same = joined(history, given)
    return Group(
        newest=newest,
        earlier=earlier,
        states=Counter(entry.state for entry in earlier).most_common(),
        trends={name: found for name, found in trends.items() if found},
        runs=len(same),
        since=since(same) if same and same[-1].started == newest.run["started"] else None,
        dotted=any(found and found.dots for found in trends.values()),
        unfolded=len(earlier) <= OPEN,
    )


def _history(folder: Path) -> list[Past]:
    """Return a scenario's history; none where it may not be read, since an index is more than its trends."""
    try:
        return read_history(folder)
    except OSError:
        return []


def _sweep(folder: Path, told: Mapping[str, Any]) -> SweepEntry:
    where = f"{SWEEPS}/{quote(os.fsencode(folder.name))}"
    left = told["state"] == "running" and is_left(folder.parent.parent, folder.name)
    thumbnail = str(told["thumbnail"])
    return SweepEntry(
        title=str(told["title"]),
        state="interrupted" if left else str(told["state"]),
        states=[(str(state), int(count)) for state, count in told["states"].items()],
        jobs=int(told["jobs"]),
        swept=[str(name) for name in told["swept"]],
        best=[_best(each) for each in told["best"]],
        runs=frozenset(map(str, told["runs"])),
        updated=str(told["updated"]),
        when=local_time(str(told["updated"])),
        link=f"{where}/{PAGE}" if (folder / PAGE).is_file() else "",
        thumbnail=f"{where}/{thumbnail}" if thumbnail else "",
    )


def _best(told: Mapping[str, Any]) -> dict[str, Any]:
    figure: dict[str, Any] = {name: str(told[name]) for name in ("label", "value", "unit")}
    return figure | {"at": [(str(name), str(value)) for name, value in told["at"]]}
