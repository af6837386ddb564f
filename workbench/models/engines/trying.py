"""One converted model, tried in a process of its own: `python -m workbench.models.engines.trying FOLDER ENGINE`.

It is held to the original's answers, clocked and weighed. A crash ends only this process.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

from workbench.errors import ConversionError, WorkbenchError
from workbench.models.conversion.agreement import relative_differences
from workbench.models.conversion.noise import TOLERANCE, expect_near
from workbench.models.conversion.running import answers, open_converted
from workbench.models.engines.making import OTHERS
from workbench.models.engines.measuring import GAIN, MANY, frame_ms, resident_mb
from workbench.models.engines.record import Trial
from workbench.models.engines.reference import Reference, load
from workbench.models.model import Model


def main(folder: str, engine: str) -> None:
    """Try one engine, and write its trial beside the file."""
    work = Path(folder)
    to, file = OTHERS[engine]
    trial = Trial(engine, file=file)
    start = time.perf_counter()
    try:
        model = open_converted(work / file, to)
        trial = replace(trial, load_ms=(time.perf_counter() - start) * 1e3)
        trial = _compared(model, load(work), trial)
    except WorkbenchError as error:
        trial = replace(trial, reason=str(error))
    (work / f"{engine}.json").write_text(json.dumps(asdict(trial)), encoding="utf-8")


def _compared(model: Model, reference: Reference, trial: Trial) -> Trial:
    reason, worst = None, 0.0
    for name, batch in reference.frames.items():
        try:
            differences = relative_differences(reference.answers[name], answers(model, batch))
            worst = max(worst, *differences.values())
            expect_near(differences, reference.noise[name], TOLERANCE, name)
        except ConversionError as error:
            reason = reason or str(error)
    frames = next(iter(reference.frames.values()))
    fixed = model.inputs[0].shape[0]
    one = frame_ms(model, frames, fixed or 1)
    memory_mb = resident_mb()
    many = one if fixed else frame_ms(model, frames, MANY)
    rows = MANY if many < GAIN * one else 1
    return replace(trial, reason=reason, difference=worst, ms=one, memory_mb=memory_mb, rows=None if fixed else rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
