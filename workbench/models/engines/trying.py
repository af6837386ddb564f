"""One converted model, tried in a process of its own: `python -m workbench.models.engines.trying FOLDER ENGINE`.

It is held to the original's answers, clocked and weighed. A crash ends only this process.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, replace
from pathlib import Path

from workbench.errors import ConversionError
from workbench.models.conversion.agreement import relative_differences
from workbench.models.conversion.noise import TOLERANCE, expect_near
from workbench.models.conversion.running import in_steps
from workbench.models.engines.making import OTHERS
from workbench.models.engines.measuring import GAIN, MANY, frame_ms, resident_mb
from workbench.models.engines.record import Trial
from workbench.models.engines.reference import Reference, load
from workbench.models.engines.runners import Run, open_runner


def main(folder: str, engine: str) -> None:
    """Try one engine, and write its trial beside the file."""
    work = Path(folder)
    file = OTHERS[engine][1]
    trial = Trial(engine, file=file)
    reference = load(work)
    start = time.perf_counter()
    try:
        run = open_runner(engine, work / file)
        trial = replace(trial, load_ms=(time.perf_counter() - start) * 1e3)
        trial = _compared(run, reference, trial)
    except Exception as error:  # engines raise what they like; it is the reason in the record
        said = " ".join(str(error).split()).replace(f"{work}/", "")  # a folder that is gone when this is read
        trial = replace(trial, reason=said[:300])
    (work / f"{engine}.json").write_text(json.dumps(asdict(trial)), encoding="utf-8")


def _compared(run: Run, reference: Reference, trial: Trial) -> Trial:
    """Hold the engine to the original's answers in every range, and clock and weigh it if it gives them."""
    worst = 0.0
    for name, batch in reference.frames.items():
        differences = relative_differences(reference.answers[name], in_steps(run, batch, reference.step))
        worst = max(worst, *differences.values())
        try:
            expect_near(differences, reference.noise[name], TOLERANCE, name)
        except ConversionError as error:
            trial = replace(trial, reason=trial.reason or str(error))
    frames, step = next(iter(reference.frames.values())), reference.step
    one = frame_ms(run, frames, step or 1)
    trial = replace(trial, difference=worst, ms=one.median, best_ms=one.best, memory_mb=resident_mb())
    if step is not None:
        return trial
    return replace(trial, rows=MANY if frame_ms(run, frames, MANY).best < GAIN * one.best else 1)


if __name__ == "__main__":
    main(*sys.argv[1:])
