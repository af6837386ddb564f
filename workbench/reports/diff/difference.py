"""`diff_runs`: what changed between two runs, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue, UnreadableSource
from workbench.readable import visible, without_password
from workbench.reports.diff.answers import AnswerDiff, Kept, answer_diff
from workbench.reports.diff.around import engine_changes
from workbench.reports.diff.change import Change, shown
from workbench.reports.diff.changes import changes
from workbench.reports.diff.figure import Figure, Told, flat, metric_changes
from workbench.reports.diff.inputs import given
from workbench.reports.diff.remote import fetched, is_address
from workbench.reports.diff.stored import StoredRun, find_run, read_run
from workbench.reports.predictions import PREDICTIONS

if TYPE_CHECKING:
    import pandas as pd

WELL = ("ok", "partial")


@dataclass(frozen=True, slots=True, eq=False)
class RunDiff:
    """Two runs, and all in which B differs from A."""

    a: StoredRun
    b: StoredRun
    changes: tuple[Change, ...]  # what went in: causes first, then what follows from them
    answers: tuple[AnswerDiff, ...]  # what the models said, by the name it was recorded under
    figures: tuple[Figure, ...]  # recorded numbers that differ
    told: tuple[Told, ...]  # recorded texts and lists that differ, and what one run alone recorded
    notes: tuple[str, ...]  # what makes the comparison less than whole, a line each
    lost: tuple[str, ...] = ()  # the names of answers that A kept, and that cannot be compared with any of B

    def __repr__(self) -> str:
        return visible(f"RunDiff({self.verdict})")

    @property
    def causes(self) -> tuple[Change, ...]:
        """What changed and is explained by no other change."""
        return tuple(each for each in self.changes if each.is_cause)

    @property
    def moved(self) -> bool:
        """Tell whether any answer, figure or text came out otherwise."""
        return bool(self.figures or self.told) or any(not each.identical for each in self.answers)

    @property
    def ended_otherwise(self) -> bool:
        """Tell whether one run went well and the other did not, or they failed in different ways."""
        return bool(self.a.manifest["status"] != self.b.manifest["status"])

    @property
    def same(self) -> bool:
        """Tell whether nothing changed: neither what went in nor what came out."""
        return not (self.changes or self.moved or self.ended_otherwise)

    @property
    def verdict(self) -> str:
        """Say in one sentence what changed and what came of it."""
        if self.same:
            return "Nothing changed."
        ended = f"A {self.a.state}, B {self.b.state}. " if self.ended_otherwise else ""
        came = self._came
        if not self.causes:
            return f"{ended}Nothing that is recorded changed, yet {came}; that is chance, time, or what no run records."
        count = len(self.causes)
        what = "; ".join(str(each) for each in self.causes[:3]) + ("; ..." if count > 3 else "")
        return f"{ended}{count} thing{'s' if count > 1 else ''} changed: {what}. What came of it: {came}."

    @property
    def compared(self) -> str:
        """Say how much of what went in and came out could be compared, in numbers."""
        files = sum(len(each.files) or 1 for each in given(self.b))
        packages = len(self.b.details.get("packages") or self.b.manifest["versions"])
        counts = {"parameter": len(self.b.manifest["parameters"]), "cell": len(self.b.cells), "input file": files}
        counts |= {"package": packages, "answer": sum(each.frames for each in self.answers)}
        counts |= {"recorded value": sum(1 for _ in flat(self.b.metrics))}
        return ", ".join(f"{count:,} {what}{'s' if count != 1 else ''}" for what, count in counts.items())

    @property
    def _came(self) -> str:
        if not self.moved:
            return "nothing, all that was recorded came out the same"
        said = [f"{each.name}: {each.verdict}" for each in self.answers if not each.identical]
        count = len(self.figures) + len(self.told)
        said += [f"{count} recorded value{'s' if count > 1 else ''} differ{'' if count > 1 else 's'}"] if count else []
        return "; ".join(said[:3]) + ("; ..." if len(said) > 3 else "")

    def to_frame(self) -> pd.DataFrame:
        """Return one row a change: kind, name, before, after, note, follows."""
        import pandas as pd

        columns = ["kind", "name", "before", "after", "note", "follows"]
        return pd.DataFrame([each.to_dict() for each in self.changes], columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Return the difference in plain types."""
        runs = {side: _run(run) for side, run in (("a", self.a), ("b", self.b))}
        return {**runs, "same": self.same, "verdict": self.verdict, "notes": list(self.notes)} | {
            "changes": [each.to_dict() for each in self.changes],
            "answers": [each.to_dict() for each in self.answers],
            "figures": [each.to_dict() for each in self.figures],
            "told": [[each.name, shown(each.before), shown(each.after)] for each in self.told],
        }


def diff_runs(a: str | Path, b: str | Path, *, reports: str | Path = "reports") -> RunDiff:
    """Tell what changed between two runs, and what came of it.

    Args:
        a: the run to hold against: its folder, its report, its id or the beginning of that, or the address of its
            folder, such as `s3://bucket/reports/SCENARIO/ID`.
        b: the other run; of another scenario or folder of reports, too.
        reports: the folder in which ids are looked for.

    Raises:
        UnreadableSource: there is no such run, or it is damaged.
        InvalidValue: a beginning that several ids have.
    """
    with ExitStack() as opened:
        one, other = (_opened(run, reports, opened) for run in (a, b))
        return _compared(one, other)


def _opened(run: str | Path, reports: str | Path, opened: ExitStack) -> StoredRun:
    """Return a run, which stays readable until `opened` is closed."""
    if is_address(run):
        return replace(read_run(opened.enter_context(fetched(str(run)))), origin=without_password(str(run)))
    return read_run(find_run(run, reports))


def _compared(one: StoredRun, other: StoredRun) -> RunDiff:
    notes = [*_standing(one, "A"), *_standing(other, "B")]
    kept, others = _kept(one, "A", notes), _kept(other, "B", notes)
    try:
        changed = changes(one, other, engine_changes(kept, others))
        figures, told = metric_changes(one.metrics, other.metrics)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableSource(
            f"{one.folder} and {other.folder} cannot be compared: a manifest does not keep to its format "
            f"({type(error).__name__}); run it again"
        ) from error
    answers = tuple(_answers(kept, others, notes))
    compared = {each.name for each in answers}
    lost = tuple(name for name in kept if name not in compared)
    return RunDiff(one, other, changed, answers, tuple(figures), tuple(told), tuple(notes), lost)


def _standing(run: StoredRun, side: str) -> Iterator[str]:
    """Yield what a reader has to know of one run before its figures."""
    manifest, ended = run.manifest, run.manifest["status"]
    if ended not in WELL:
        yield f"{side} {ended}: {manifest.get('error') or 'no reason is kept'}; what it recorded until then is compared"
    yield from (f"{side} is partial: {line}" for line in manifest.get("partial") or ())
    yield from (f"{side} was altered: {line}" for line in run.altered)
    if not run.details:
        yield f"{side} was made before files and packages were listed, so not every change can be named; run it again"


def _kept(run: StoredRun, side: str, notes: list[str]) -> dict[str, Kept]:
    """Return what a run kept of answers; nothing, and a note, where that file is damaged."""
    try:
        return run.predictions()
    except UnreadableSource as error:
        notes.append(f"{side}: {error}")
        return {}


def _answers(a: dict[str, Kept], b: dict[str, Kept], notes: list[str]) -> Iterator[AnswerDiff]:
    """Yield what both runs kept of answers under one name; add to `notes` what cannot be compared."""
    if not a and not b:
        notes.append(f"neither run kept answers ({PREDICTIONS}): record(..., predictions=...) in the notebook does")
    for name in dict.fromkeys((*a, *b)):
        if name in a and name in b:
            try:
                yield answer_diff(name, a[name], b[name])
            except InvalidValue as error:
                notes.append(f"{name}: the answers cannot be compared: {error}")
        else:
            notes.append(f"{name}: only {'A' if name in a else 'B'} kept answers under this name")


def _run(run: StoredRun) -> dict[str, Any]:
    told = {name: run.manifest[name] for name in ("scenario", "run_id", "status", "started")}
    return told | {"state": run.state, "origin": run.origin}
