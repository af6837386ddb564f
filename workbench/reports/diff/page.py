"""The difference of two runs as one offline page: no script, no request."""

from __future__ import annotations

import math
import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from workbench.reports.diff.answers import AnswerDiff
from workbench.reports.diff.difference import RunDiff
from workbench.reports.diff.figure import Figure
from workbench.reports.diff.gallery import MOST, Shown, gallery
from workbench.reports.diff.gates import Gate
from workbench.reports.diff.pictures import Pictures
from workbench.reports.diff.stored import StoredRun
from workbench.reports.pages.figures import written
from workbench.reports.pages.page import REPORT_POLICY, head, local_time, render
from workbench.whole_file import expect_text_place, write_text

MOST_ROWS = 200  # of recorded figures
FEW = 8  # changes that each have a card of their own; more are a table
WIDE = 160  # of the strip that shows an interval, in its own units
WORDS = {
    "flips": ("answers that flip", "share of frames"), "kl": ("divergence of B from A", "mean KL, nats"),
    "mean_change": ("change of probabilities", "mean of the largest, 0 to 1"),
    "max_change": ("largest change of a probability", "0 to 1"), "accuracy": ("top-1 accuracy", "B minus A, paired"),
    "lost": ("boxes lost", "share of A's"), "new": ("boxes new", "as a share of A's"),
    "renamed": ("boxes renamed", "share of A's"), "boxes": ("boxes lost, new or renamed", "as a share of A's"),
    "moved": ("boxes that both have moved by", "1 - mean IoU"), "largest_change": ("numbers moved by", "at most"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A figure as the page shows it."""

    label: str
    unit: str
    value: str
    interval: str
    strip: tuple[float, float, float, float] | None  # places of zero, low, figure and high, 0 to WIDE


def write_page(diff: RunDiff, out: str | Path, *, gates: Sequence[Gate] = ()) -> Path:
    """Write the page whole or not at all, and return its path.

    Raises:
        InvalidValue: nothing can be written there.
    """
    path = expect_text_place(out)
    write_text(path, diff_html(diff, gates=gates, folder=path.parent))
    return path


def diff_html(diff: RunDiff, *, gates: Sequence[Gate] = (), folder: Path | None = None) -> str:
    """Return the page.

    Args:
        diff: what differs.
        gates: that were asked for.
        folder: where the page will lie, for its links to the two reports; without, it has none.
    """
    with Pictures(diff.b) as of_b, Pictures(diff.a) as of_a:
        answers = [_answer(each, gallery(each, (of_b, of_a))) for each in diff.answers]
        missing = of_a.missing
    text = head("What changed between two runs", sheet="diff.css", policy=REPORT_POLICY)
    ours = {"head": Markup(text)}  # nosec B704
    return render(
        "diff.html.j2",
        **ours,
        diff=diff,
        gates=gates,
        sides=[_side(run, folder) for run in (diff.a, diff.b)],
        following=[each for each in diff.changes if each.follows],
        answers=answers,
        missing=missing,
        metrics=[_metric(each) for each in diff.figures[:MOST_ROWS]],
        hidden=max(0, len(diff.figures) - MOST_ROWS),
        told=[(each.name, *each.pair) for each in diff.told[:MOST_ROWS]],
        command=shlex.join(["workbench", "diff", diff.a.origin, diff.b.origin]),
        wide=WIDE,
        most=MOST,
        few=FEW,
    )


def _side(run: StoredRun, folder: Path | None) -> dict[str, Any]:
    link = "" if folder is None or run.report is None else _relative(run.report, folder)
    told = {"id": run.folder.name, "state": run.state, "link": link, "title": run.manifest["title"]}
    return told | {"started": local_time(run.manifest["started"]), "scenario": run.manifest["scenario"]}


def _relative(report: Path, folder: Path) -> str:
    try:
        return quote(os.fsencode(os.path.relpath(report.resolve(), folder.resolve()).replace(os.sep, "/")))
    except ValueError:  # on another drive
        return ""


def _answer(each: AnswerDiff, shown_flips: list[Shown]) -> dict[str, Any]:
    rows = [] if each.alike else [_row(figure) for figure in each.figures]
    alone = {"A": each.pair.only_a, "B": each.pair.only_b}
    told = {"name": each.name, "verdict": each.verdict, "identical": each.identical, "rows": rows}
    return told | {"flips": shown_flips, "count": int(each.flips.sum()), "alone": alone}


def _row(figure: Figure) -> Row:
    label, unit = WORDS.get(figure.name, (figure.name, ""))
    value = f"{figure.change:.3g}"
    if figure.before is not None:
        value = f"{written(figure.before)} → {written(figure.after)}"
        label += f", {figure.change:+.3g}"
    known = math.isfinite(figure.low)
    interval = f"{figure.low:.3g} to {figure.high:.3g}" if known else ""
    return Row(label, unit, value, interval, _strip(figure) if known else None)


def _strip(figure: Figure) -> tuple[float, float, float, float]:
    """Return where zero, the interval's ends and the figure stand on a strip that holds them all."""
    places = (0.0, figure.low, figure.change, figure.high)
    start, end = min(places), max(places)
    scale = (WIDE - 12) / ((end - start) or 1.0)
    zero, low, middle, high = (round(6 + (place - start) * scale, 1) for place in places)
    return zero, low, middle, high


def _metric(figure: Figure) -> tuple[str, str, str, str]:
    return figure.name, written(figure.before), written(figure.after), f"{figure.change:+.3g}"
