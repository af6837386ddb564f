"""One run as the index shows it, read off its folder."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from workbench.reports.manifest import state_of
from workbench.reports.pages.figures import KeyFigure, duration, key_figures
from workbench.reports.pages.page import local_time
from workbench.reports.plain import read_json
from workbench.reports.recording import METRICS, THUMBNAIL
from workbench.reports.seal import altered
from workbench.reports.store import MANIFEST, REPORT

MARKS = re.compile(r"[`*]|\]\([^)]*\)|\[(?=[^\]]*\]\()")  # of Markdown: code, emphasis, and all of a link but its text
SHOWN = ("title", "scenario", "run_id", "status", "error", "started", "question")  # of a manifest, all of them text


@dataclass(frozen=True, slots=True)
class Entry:
    """A run as the index shows it."""

    folder: Path
    run: Mapping[str, Any]  # its manifest
    state: str  # its status; where it went well `partial` if on a part of its sources, `altered` if written to since
    partial: list[str]  # what it took of damaged sources
    altered: list[str]  # which of its files something has written to since
    link: str  # to its report, relative; empty when there is none
    thumbnail: str
    question: str
    figures: list[KeyFigure]
    given: dict[str, Any]  # the parameters that were asked for
    changed: list[str]  # the same, as `name=value`
    started: str
    took: str


def entry_of(folder: Path) -> Entry:
    """Return the entry of the run in `folder`; where its manifest is not one of ours, it says that."""
    try:
        return _read(folder, read_json(folder / MANIFEST))
    except (LookupError, TypeError, ValueError, ArithmeticError):
        return _read(folder, _unreadable(folder))


def _unreadable(folder: Path) -> dict[str, Any]:
    """Return what stands for a manifest that something has damaged, or that is of another program."""
    changed = datetime.fromtimestamp((folder / MANIFEST).stat().st_mtime, UTC).isoformat()
    told = {"title": folder.parent.name, "scenario": folder.parent.name, "run_id": folder.name, "started": changed}
    error = f"{MANIFEST} cannot be read; run it again"
    return told | {"status": "unreadable", "error": error, "question": "", "given": [], "duration_s": 0}


def _read(folder: Path, run: Mapping[str, Any]) -> Entry:
    """Return the entry that a manifest describes.

    Raises:
        LookupError | TypeError | ValueError | ArithmeticError: it is none.
    """
    if not all(isinstance(run[name], str) for name in SHOWN):
        raise TypeError(f"{SHOWN} are text")
    touched, state = altered(folder, (REPORT, MANIFEST, METRICS, THUMBNAIL)), state_of(run)
    where = quote(os.fsencode(f"{folder.parent.name}/{folder.name}"))  # a name may hold : # ? % or no UTF-8
    given = {name: run["parameters"][name] for name in run["given"]}
    return Entry(
        folder=folder,
        run=run,
        state="altered" if touched and state in ("ok", "partial") else state,
        partial=[str(line) for line in run.get("partial", ())],
        altered=touched,
        link=f"{where}/{REPORT}" if (folder / REPORT).is_file() else "",
        thumbnail=f"{where}/{THUMBNAIL}" if (folder / THUMBNAIL).is_file() else "",
        question=MARKS.sub("", run["question"]),
        figures=key_figures(read_json(folder / METRICS), most=5),
        given=given,
        changed=[f"{name}={value}" for name, value in given.items()],
        started=local_time(run["started"]),
        took=duration(run["duration_s"]) if run["duration_s"] else "",
    )
