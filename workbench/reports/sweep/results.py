"""What has come of the jobs of a sweep so far, and the files that say so."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from workbench.reports.ended import Ended
from workbench.reports.manifest import Plan
from workbench.reports.masking import mask_for
from workbench.reports.plain import strict_json
from workbench.reports.recording import THUMBNAIL
from workbench.reports.scenarios import Scenario
from workbench.reports.store import REPORT, write_whole
from workbench.reports.sweep.places import Place
from workbench.reports.sweep.row import Row
from workbench.reports.sweep.table import write_results

ASKED = "sweep.json"  # what was asked for, and how it stands
FORMAT = 1
WELL = ("ok", "partial")
LEAST_PAUSE_S, PAUSE = 30.0, 20  # between two writings of the table: at least this, and this many times what one took


@dataclass
class Results:
    """The jobs of a sweep and their ends, kept on the place as well."""

    scenario: Scenario
    asked: Mapping[str, Any]  # as `Asked.to_dict`
    swept: tuple[str, ...]
    plans: Sequence[Plan]
    place: Place
    ended: dict[str, Ended] = field(default_factory=dict)  # by run id
    _started: datetime = field(default_factory=lambda: datetime.now(UTC))
    _due: float = 0.0  # when the files are written again

    @property
    def sweep_id(self) -> str:
        """Return the identity of the sweep: 12 hex digits of the scenario and the runs, in whatever order."""
        runs = [self.scenario.name, *sorted(plan.run_id for plan in self.plans)]
        return hashlib.sha256("\n".join(runs).encode()).hexdigest()[:12]

    @property
    def begun(self) -> bool:
        """Tell whether anything has been written."""
        return self._due > 0

    @property
    def state(self) -> str:
        """Return how it stands: `ok`, `failed` where jobs did, `interrupted` where some have not run."""
        if any(plan.run_id not in self.ended for plan in self.plans):
            return "interrupted"
        return "ok" if all(each.state in WELL for each in self.ended.values()) else "failed"

    def add(self, run_id: str, ended: Ended) -> None:
        """Take in how a job ended that was run now."""
        self.ended[run_id] = ended
        if ended.folder:
            self.place.remember(self.scenario.name, ended.folder)

    def rows(self) -> tuple[Row, ...]:
        """Return a row for each job, in the order they were asked for."""
        return tuple(_row(plan, self.ended.get(plan.run_id)) for plan in self.plans)

    def write(self, state: str) -> None:
        """Write the table and what was asked for.

        Raises:
            RunError: the place cannot be written to.
        """
        begun = time.monotonic()
        with self.place.results(self.sweep_id) as folder:
            write_whole(folder / ASKED, strict_json(self.to_dict(state), name=ASKED))
            write_results(folder, self.rows(), title=self.scenario.title, swept=self.swept, state=state)
        self.place.index()
        now = time.monotonic()
        self._due = now + max(LEAST_PAUSE_S, PAUSE * (now - begun))

    def write_if_due(self) -> None:
        """Write, unless that was done a short while ago; hundreds of jobs would wait for it each time."""
        if time.monotonic() >= self._due:
            self.write("running")

    def to_dict(self, state: str) -> dict[str, Any]:
        """Return what `sweep.json` holds: what was asked for, without passwords, and where each job stands."""
        states = [self.ended[plan.run_id].state if plan.run_id in self.ended else "waiting" for plan in self.plans]
        return {
            "format": FORMAT,
            "sweep_id": self.sweep_id,
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "question": self.scenario.question,
            "state": state,
            "started": self._started.isoformat(timespec="seconds"),
            "written": datetime.now(UTC).isoformat(timespec="seconds"),
            "asked": mask_for(self.asked)(dict(self.asked)),
            "swept": list(self.swept),
            "counts": {each: states.count(each) for each in sorted(set(states))},
            "runs": {plan.run_id: stands for plan, stands in zip(self.plans, states, strict=True)},
        }


def _row(plan: Plan, ended: Ended | None) -> Row:
    parameters = mask_for(plan.parameters)(dict(plan.parameters))
    if ended is None:
        return Row(parameters, plan.run_id)
    where = quote(os.fsencode(f"../../{plan.scenario.name}/{ended.folder}"))
    links = {name: f"{where}/{name}" for name in ended.files}
    return Row(
        parameters, plan.run_id, ended.state, ended.error, ended.duration_s, ended.metrics,
        links.get(REPORT, ""), links.get(THUMBNAIL, ""),
    )  # fmt: skip
