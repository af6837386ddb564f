"""Write what a run leaves, and move it into its place: all of it, or at least what says how it ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat

from workbench.errors import RunError
from workbench.frames.partial import noted_damage
from workbench.readable import one_line
from workbench.reports import store
from workbench.reports.details import DETAILS, details
from workbench.reports.identity import changed_inputs
from workbench.reports.kernels.execute import Execution
from workbench.reports.manifest import Plan, manifest
from workbench.reports.masking import mask_for
from workbench.reports.pages.html import report_html
from workbench.reports.plain import read_json, strict_json
from workbench.reports.recording import METRICS, NOTED
from workbench.reports.seal import seal
from workbench.reports.store import MANIFEST, NOTEBOOK, REPORT


def publish(plan: Plan, execution: Execution, target: store.Target, started: datetime) -> tuple[Execution, Path]:
    """Put a run in its place, and return how it ended, all things considered, and where it lies.

    Raises:
        RunError: nothing of it could be written, for another reason than a full disk.
    """
    mask = mask_for(plan.parameters)
    execution = replace(execution, notebook=mask(execution.notebook), error=one_line(mask(execution.error)))
    try:
        execution = _considered(plan, execution, target)
        execution = _write(plan, execution, target.draft, started)
        return execution, target.publish(ok=execution.status == "ok")
    except OSError as error:
        if not store.is_full(error):
            raise RunError(
                f"{plan.scenario.name} {execution.status}, but its report could not be written to {target.out}: "
                f"{error.strerror or error}; give another folder with --out"
            ) from error
        execution = replace(
            execution, status="disk full", error=f"the report could not be written: {error.strerror}; make room"
        )
        return execution, _publish_manifest(plan, execution, target, started)


def _considered(plan: Plan, execution: Execution, target: store.Target) -> Execution:
    """Return how a run ended when what it did to its own folder and its inputs is looked at, too."""
    notes = target.draft / NOTED
    execution = replace(execution, partial=noted_damage(notes))
    notes.unlink(missing_ok=True)
    kept = target.restore()
    if execution.status != "ok":
        return execution
    if not kept:
        return replace(execution, status="failed", error="the notebook removed the folder of its own report")
    changed = [f"{name} was changed while it was run; run it again, unless the notebook writes it" for name in
               changed_inputs(plan.inputs)]  # fmt: skip
    return replace(execution, partial=(*execution.partial, *map(one_line, changed)))


def _write(plan: Plan, execution: Execution, folder: Path, started: datetime) -> Execution:
    """Write manifest, notebook and report into `folder`, where the notebook has left its metrics; return the ending."""
    metrics = mask_for(plan.parameters)(read_json(folder / METRICS))
    record = manifest(plan, execution, started=started, metrics=metrics)
    try:
        html = report_html(execution.notebook, record, metrics=metrics, parameters=plan.scenario.parameters)
    except Exception as error:  # nbconvert raises many kinds over outputs that keep to no format
        html, reason = "", one_line(str(error).splitlines()[0] if str(error) else type(error).__name__)
        execution = replace(execution, status="failed", error=f"no page can be made of the outputs: {reason:.200}")
        record = manifest(plan, execution, started=started, metrics=metrics)
    (folder / METRICS).write_text(strict_json(metrics, name="metrics"), encoding="utf-8")
    (folder / MANIFEST).write_text(strict_json(record, name="manifest"), encoding="utf-8")
    stood_on = mask_for(plan.parameters)(details(plan, ok=execution.status == "ok"))
    (folder / DETAILS).write_text(strict_json(stood_on, name="details"), encoding="utf-8")
    nbformat.write(execution.notebook, folder / NOTEBOOK)  # type: ignore[no-untyped-call]
    if html:
        (folder / REPORT).write_text(html, encoding="utf-8")
    seal(folder)
    return execution


def _publish_manifest(plan: Plan, execution: Execution, target: store.Target, started: datetime) -> Path:
    """Make room by dropping the draft's files, and publish a manifest alone if even that fits."""
    for path in target.draft.iterdir():
        path.unlink()
    metrics: dict[str, Any] = {}
    record = manifest(plan, execution, started=started, metrics=metrics)
    try:
        (target.draft / MANIFEST).write_text(strict_json(record, name="manifest"), encoding="utf-8")
        return target.publish(ok=False)
    except OSError as error:
        if not store.is_full(error):
            raise
    return target.folder(ok=False)
