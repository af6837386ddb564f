"""One job: a model's answers about one segment of one clip."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

from workbench.errors import InvalidValue, PreprocessingWarning
from workbench.inference.answers import fixed_batch
from workbench.inference.predict import predict
from workbench.inference.segments.clip import Clip, frames_of
from workbench.inference.segments.held_model import ModelFile, held
from workbench.models import Model, TensorSpec
from workbench.recipes.callables import Preprocess
from workbench.results import Prediction

PASSED_ON = (PreprocessingWarning, RuntimeWarning)  # warnings of a job that are told where the run was begun


@dataclass(frozen=True, slots=True)
class Job:
    """Which frames, through which recipe, into which model."""

    clip: Clip
    recipe: Preprocess
    model: ModelFile
    start: int  # first frame
    stop: int  # one past the last
    batch_size: int
    whole: bool  # the segment is all of the clip


@dataclass(frozen=True, slots=True)
class Said:
    """What a model says of itself."""

    name: str
    outputs: tuple[TensorSpec, ...]
    labels: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """The answers about one segment, not yet read as classes or boxes."""

    answers: Prediction
    model: Said
    warned: tuple[tuple[type[Warning], str], ...] = ()


def answer(job: Job) -> Segment:
    """Run the model of a job over its frames.

    Raises:
        WorkbenchError: the clip, the model, or the two together do not serve; see `predict`.
    """
    with warnings.catch_warnings(record=True) as heard:
        for kind in PASSED_ON:
            warnings.simplefilter("always", kind)
        frames, model = frames_of(job.clip), held(job.model)
        _expect_whole_batches(job, model)
        part = frames if job.whole else frames[job.start : job.stop]
        told = predict(part, job.recipe, model, batch_size=job.batch_size, boxes=None, progress=False)
    warned = tuple((each.category, str(each.message)) for each in heard if issubclass(each.category, PASSED_ON))
    return Segment(replace(told, classification=None), Said(model.name, model.outputs, model.labels), warned)


def _expect_whole_batches(job: Job, model: Model) -> None:
    """Refuse a model whose own batches do not end where the segments do: padded ones could be answered otherwise."""
    length = fixed_batch(model)
    if length and job.start % length:
        raise InvalidValue(
            f"{model.name} takes {length} frames at a time, and segments are of whole batches of {job.batch_size}; "
            f"give batch_size={length}"
        )
