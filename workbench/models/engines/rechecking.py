"""Hold a kept engine to its model again, where the answers hang on Python code that the choice's key does not cover."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import ConversionError
from workbench.models.conversion.agreement import relative_differences
from workbench.models.conversion.noise import TOLERANCE, expect_near, own_noise
from workbench.models.conversion.running import answers, in_steps
from workbench.models.engines.record import Choice
from workbench.models.engines.runners import open_runner
from workbench.models.engines.sources import Source


def still_right(choice: Choice, source: Source, folder: Path) -> bool:
    """Say whether a kept engine gives the model's answers today.

    A file and its weights say nothing of a custom layer's code, which may have been edited since. A model without such
    code is not loaded for this.
    """
    trial = choice.trial
    if not choice.code or trial.file is None:
        return True
    from workbench.models.conversion.real_frames import frame_batches, real_photos

    model = source.open()
    run, step = open_runner(choice.chosen, folder / trial.file), model.inputs[0].shape[0]
    try:
        for name, batch in frame_batches(model, real_photos()).items():
            expected = answers(model, batch)
            differences = relative_differences(expected, in_steps(run, batch, step))
            expect_near(differences, own_noise(model, batch, expected), TOLERANCE, name)
    except ConversionError:
        return False
    return True
