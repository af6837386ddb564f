"""A key figure over the runs of its scenario, as a line small enough to stand beside it; and what changed meanwhile.

Runs with the parameters of the newest one are joined; those with others are dots beside, since a figure of another
clip or another model is another figure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.reports.overview.history import Past
from workbench.reports.pages.figures import better, is_timing, written
from workbench.reports.pages.page import local_time

MOST = 40  # runs in a line
WIDTH, HEIGHT, EDGE = 120, 28, 4  # pixels; the edge is kept free for half a dot
NOISE = 0.1  # share by which a time differs from run to run on a machine that is doing other things as well


@dataclass(frozen=True, slots=True)
class Trend:
    """A figure over runs."""

    line: str  # path through the runs with the newest one's parameters
    dots: str  # path of the others
    last: tuple[float, float]  # place of the newest run
    change: str  # since the run before it with the same parameters; empty when there is none
    verdict: str  # good, bad, or empty where nothing tells
    spoken: str


def joined(history: Sequence[Past], given: Mapping[str, Any]) -> list[Past]:
    """Return the runs that went well with these parameters, oldest first."""
    return [past for past in history if past.state in ("ok", "partial") and past.given == given]


def trend(name: str, history: Sequence[Past], given: Mapping[str, Any]) -> Trend | None:
    """Return the trend of a metric, by its name; None where fewer than two runs have it, or it never changed."""
    shown = [past for past in history if past.state in ("ok", "partial") and name in past.figures][-MOST:]
    same = [place for place, past in enumerate(shown) if past.given == given]
    values = [past.figures[name] for past in shown]
    if not same or not (span := max(values) - (low := min(values))):
        return None
    points = [
        (
            round(EDGE + (WIDTH - 2 * EDGE) * place / (len(shown) - 1), 1),
            round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / span, 1),
        )
        for place, value in enumerate(values)
    ]
    change, verdict = _change(name, [values[place] for place in same])
    first, last = written(values[same[0]]), written(values[same[-1]])
    return Trend(
        line="M" + "L".join(f"{points[place][0]:g} {points[place][1]:g}" for place in same),
        dots="".join(f"M{x:g} {y:g}h0" for place, (x, y) in enumerate(points) if place not in same),
        last=points[same[-1]],
        change=change,
        verdict=verdict,
        spoken=f"{len(same)} runs with these parameters: from {first} to {last}",
    )


def since(same: Sequence[Past]) -> tuple[str, list[str]] | None:
    """Return when the run before the last was started, and what has changed since: packages, notebook, inputs."""
    if len(same) < 2:
        return None
    before, last = same[-2:]
    changed = [
        f"{name} {before.versions.get(name, 'none')} → {last.versions.get(name, 'none')}"
        for name in sorted({*before.versions, *last.versions})
        if before.versions.get(name) != last.versions.get(name)
    ]
    if before.notebook != last.notebook:
        changed.append("the notebook")
    elif before.run_id != last.run_id:  # of the same notebook and parameters
        changed.append("the inputs")
    return local_time(before.started), changed


def _change(name: str, values: Sequence[float]) -> tuple[str, str]:
    """Return the last change of a figure in words, and whether it is a good one."""
    if len(values) < 2:
        return "", ""
    before, last = values[-2:]
    if before == last:
        return "unchanged", ""
    sign = "+" if last > before else "−"
    if is_timing(name) and before > 0:
        share = last / before - 1
        told = f"{sign}{abs(share):.0%}" if round(share, 2) else "±0%"
        return told, _verdict(name, share) if abs(share) >= NOISE else ""
    return f"{sign}{written(abs(last - before))}", _verdict(name, last - before)


def _verdict(name: str, change: float) -> str:
    direction = better(name)
    return "" if not direction else "good" if (change > 0) == (direction == "higher") else "bad"
