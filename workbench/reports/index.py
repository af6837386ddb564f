"""The index of all reports: one page with a thumbnail, the key figures and the status of every run."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.reports.figures import KeyFigure, duration, key_figures
from workbench.reports.page import INDEX_POLICY, head, local_time, render
from workbench.reports.plain import read_json
from workbench.reports.recording import METRICS, THUMBNAIL
from workbench.reports.store import index_lock, run_folders, write_whole

MARKS = re.compile(r"[`*]|\]\([^)]*\)|\[(?=[^\]]*\]\()")  # of Markdown: code, emphasis, and all of a link but its text
INDEX, REPORT, MANIFEST = "index.html", "report.html", "manifest.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """A run as the index shows it."""

    run: Mapping[str, Any]  # its manifest
    link: str  # to its report, relative; empty when there is none
    thumbnail: str
    question: str
    figures: list[KeyFigure]
    changed: list[str]  # `name=value` of the parameters that were asked for
    started: str
    took: str


def write_index(out: Path) -> Path:
    """Write the index of the reports under `out`, newest first, and return its path."""
    with index_lock(out):
        entries = sorted(filter(None, map(_entry, run_folders(out))), key=_age, reverse=True)
        states = Counter(entry.run["status"] for entry in entries)
        page = render("index.html.j2", head=_head(), entries=entries, states=states.most_common())
        write_whole(out / INDEX, page)
    return out / INDEX


def _head() -> Any:
    from markupsafe import Markup

    return Markup(head("Workbench reports", sheet="index.css", policy=INDEX_POLICY))


def _entry(folder: Path) -> Entry | None:
    """Return the entry of the run in `folder`; None when its manifest is not one of ours."""
    run = read_json(folder / MANIFEST)
    where = f"{folder.parent.name}/{folder.name}"
    try:
        return Entry(
            run=run,
            link=f"{where}/{REPORT}" if (folder / REPORT).is_file() else "",
            thumbnail=f"{where}/{THUMBNAIL}" if (folder / THUMBNAIL).is_file() else "",
            question=MARKS.sub("", run["question"]),
            figures=key_figures(read_json(folder / METRICS), most=5),
            changed=[f"{name}={run['parameters'][name]}" for name in run["given"]],
            started=local_time(run["started"]),
            took=duration(run["duration_s"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _age(entry: Entry) -> str:
    return str(entry.run["started"])
