"""The manifest: what was run, with what, on what, when, and how it ended - enough to run it again and compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from workbench.models.opening.trust import trusted_files
from workbench.reports import facts
from workbench.reports.identity import Input, notebook_hash
from workbench.reports.masking import mask_for
from workbench.reports.plain import Plain
from workbench.reports.scenarios import Scenario
from workbench.reports.surroundings import environment

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from workbench.reports.kernels.execute import Execution

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that is decided on, before it starts."""

    scenario: Scenario
    notebook: NotebookNode
    given: Mapping[str, Plain]  # the parameters that were asked for
    parameters: Mapping[str, Plain]  # all of them, with their defaults
    inputs: Sequence[Input]
    run_id: str
    allow_damaged: bool = False  # take what is there of damaged sources

    @property
    def seed(self) -> int:
        """Return the seed: the parameter of that name, else 0."""
        seed = self.parameters.get("seed", 0)
        return seed % 2**32 if isinstance(seed, int) else 0


def manifest(plan: Plan, execution: Execution, *, started: datetime, metrics: Mapping[str, Any]) -> dict[str, Plain]:
    """Return the manifest of a run that ended, without the passwords of addresses.

    Args:
        plan: what was asked for.
        execution: how it went.
        started: with time zone.
        metrics: what the notebook recorded; those whose names begin with `recipe` are copied.
    """
    scenario = plan.scenario
    record = {
        "format": FORMAT,
        "scenario": scenario.name,
        "title": scenario.title,
        "question": scenario.question,
        "run_id": plan.run_id,
        "status": execution.status,
        "error": execution.error,
        "partial": list(execution.partial),
        "allow_damaged": plan.allow_damaged,
        "trusted": dict(trusted_files()),
        "started": started.astimezone(UTC).isoformat(timespec="seconds"),
        "duration_s": execution.duration_s,
        "cells": _cells(execution.notebook),
        "parameters": dict(plan.parameters),
        "given": sorted(plan.given),
        "seed": plan.seed,
        "inputs": [each.to_dict() for each in plan.inputs],
        "notebook": {"file": scenario.path.name, "shipped": scenario.shipped, "sha256": notebook_hash(plan.notebook)},
        "recipes": {name: value for name, value in metrics.items() if name.startswith("recipe")},
        "versions": facts.versions(),
        "codecs": facts.codecs(),
        "machine": facts.machine(),
        "environment": environment(),
        "git": facts.commit(scenario.path.parent),
    }
    return dict(mask_for(plan.parameters)(record))


def state_of(run: Mapping[str, Any]) -> str:
    """Return how a run ended, of its manifest: `partial` where it went well on a source not whole, or changed since."""
    return "partial" if run["status"] == "ok" and run.get("partial") else str(run["status"])


def _cells(notebook: NotebookNode) -> dict[str, Plain]:
    """Count the code cells, and those that ran to their end."""
    states = [cell.metadata.papermill["status"] for cell in notebook.cells if cell.cell_type == "code"]
    return {"code": len(states), "completed": states.count("completed")}
