"""The index of all reports: each scenario with its newest run and the trends of its key figures, and each sweep."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from workbench.reports.overview.entry import Entry, entry_of
from workbench.reports.overview.groups import grouped, sweeps_in
from workbench.reports.overview.trends import HEIGHT, WIDTH
from workbench.reports.pages.page import INDEX_POLICY, head, render
from workbench.reports.store import INDEX, index_lock, run_folders, write_whole


def write_index(out: Path) -> Path:
    """Write the index of the reports under `out`, newest first, and return its path.

    A scenario is one entry, its earlier runs folded beneath the newest; a sweep is one entry, too, with its runs in
    its own table.
    """
    with index_lock(out):
        entries = sorted(map(entry_of, run_folders(out)), key=_age, reverse=True)
        sweeps = sweeps_in(out)
        groups = grouped(entries, out=out, swept={run for sweep in sweeps for run in sweep.runs})
        states = Counter(entry.state for entry in entries).most_common()
        page = render("index.html.j2", head=_head(), groups=groups, sweeps=sweeps, states=states, size=(WIDTH, HEIGHT))
        write_whole(out / INDEX, page)
    return out / INDEX


def _head() -> Any:
    from markupsafe import Markup

    text = head("Workbench reports", sheet="index.css", policy=INDEX_POLICY)
    return Markup(text)  # nosec B704  # of ours alone


def _age(entry: Entry) -> str:
    return str(entry.run["started"])
