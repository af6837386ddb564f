"""The difference of two runs as lines for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator

from workbench.reports.diff.answers import AnswerDiff
from workbench.reports.diff.change import Change
from workbench.reports.diff.difference import RunDiff
from workbench.reports.diff.figure import Figure
from workbench.reports.diff.stored import StoredRun
from workbench.reports.pages.figures import written
from workbench.reports.pages.page import local_time

MOST = 20  # changes that follow others, figures, or flips of one answer
SIGNED = "+.3g"


def lines(diff: RunDiff) -> list[str]:
    """Return the lines: which runs, what changed, what came of it."""
    told = [f"A  {_run(diff.a)}", f"B  {_run(diff.b)}", *(f"note: {line}" for line in diff.notes), ""]
    if diff.same:
        return [*told, f"Nothing changed: {diff.compared} are the same."]
    told += ["What changed", *(_changes(diff) or ["  nothing that is recorded"]), "", "What came of it"]
    return told + (list(_came(diff)) or ["  nothing: all that was recorded came out the same"])


def _run(run: StoredRun) -> str:
    return f"{run.name}  {local_time(run.manifest['started'])}  {run.state}"


def _changes(diff: RunDiff) -> list[str]:
    causes = [line for each in diff.causes for line in _change(each)]
    following = [each for each in diff.changes if each.follows]
    rest = [f"    follows {each.follows}: {each}" for each in following[:MOST]]
    return causes + rest + _more(len(following), "that follow from these")


def _change(change: Change) -> Iterator[str]:
    yield f"  {change.kind:<11}  {change}"
    yield from (f"               {line}" for line in change.lines[:MOST] if not line.startswith("@@"))
    if len(change.lines) > MOST:
        yield f"               ... and {len(change.lines) - MOST} more lines"


def _came(diff: RunDiff) -> Iterator[str]:
    for each in diff.answers:
        yield f"  {each.name}: {each.verdict}"
        yield from _answer(each)
    for figure in diff.figures[:MOST]:
        yield f"  {figure.name}: {written(figure.before)} → {written(figure.after)} ({figure.change:{SIGNED}})"
    yield from _more(len(diff.figures), "recorded numbers")
    for told in diff.told[:MOST]:
        yield f"  {told.name}: {' → '.join(told.pair)}"
    yield from _more(len(diff.told), "recorded texts")


def _answer(each: AnswerDiff) -> Iterator[str]:
    if not each.alike:
        yield from (f"    {figure_text(figure)}" for figure in each.figures)
        flipped = [place for place, flip in enumerate(each.flips) if flip]
        for place in flipped[:MOST]:
            yield f"    {frame_name(each, place)}: {said(each, place, 'a')} → {said(each, place, 'b')}"
        yield from _more(len(flipped), "flips")
    for side, frames in (("A", each.pair.only_a), ("B", each.pair.only_b)):
        if frames:
            named = ", ".join(frames[:5]) + (", ..." if len(frames) > 5 else "")
            yield f"    answered by {side} alone: {len(frames)} ({named})"


def figure_text(figure: Figure) -> str:
    """Return a figure of answers as it is said: with both values where it has them, and its interval."""
    sure = "" if math.isnan(figure.low) else f" (95% {figure.low:.3g} to {figure.high:.3g})"
    if figure.before is None:
        return f"{figure.name} {figure.change:.3g}{sure}"
    return f"{figure.name} {written(figure.before)} → {written(figure.after)}, {figure.change:{SIGNED}}{sure}"


def frame_name(each: AnswerDiff, place: int) -> str:
    """Return what a frame is called: a picture's file name, or a clip's and the frame's number in it."""
    origins, name = each.pair.a.origins, each.pair.a.origins[place].rpartition("/")[2]
    clip = len(set(origins)) == 1
    return f"{name or 'frame'} {each.pair.a.indices[place]}" if clip else name


def said(each: AnswerDiff, place: int, side: str) -> str:
    """Return what a run answered to a frame: class and probability, or its boxes from a score of 0.5 on."""
    answer = each.pair.a if side == "a" else each.pair.b
    if answer.classification is not None:
        return f"{answer.classification.label(place)} {answer.classification.confidence[place]:.2f}"
    if answer.detections is not None:
        found = answer.detections[place]
        sure = found[found.confidence >= 0.5] if found.confidence is not None else found
        return ", ".join(map(str, sure.data.get("class_name", ()))) or "no box"  # type: ignore[union-attr]
    return ""


def _more(count: int, of: str) -> list[str]:
    return [f"    ... and {count - MOST} more {of}"] if count > MOST else []
