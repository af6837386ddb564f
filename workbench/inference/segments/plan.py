"""From clips and sides to jobs: each clip is looked at, and cut where it can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from workbench.errors import InvalidValue
from workbench.frames.partial import note_damage
from workbench.inference.segments.clip import Clip, Looked, look, makes_one_shape
from workbench.inference.segments.held_model import ModelFile
from workbench.inference.segments.here import Run
from workbench.inference.segments.job import Job
from workbench.inference.segments.ranges import ranges
from workbench.inference.segments.result import Failure
from workbench.inference.sources import check_limit
from workbench.recipes.callables import Preprocess


class Side(NamedTuple):
    """A recipe and the model it is for."""

    recipe: Preprocess
    model: ModelFile


class Planned(NamedTuple):
    """A job, and whose answers it gives."""

    clip: str
    side: str
    job: Job


@dataclass(frozen=True, slots=True)
class Cut:
    """How clips are cut into jobs."""

    segment: int  # frames, about
    batch_size: int
    limit: int | None  # frames of a clip, at most
    allow_damaged: bool

    def __post_init__(self) -> None:
        """Refuse lengths below 1."""
        for name, value in (("segment", self.segment), ("batch_size", self.batch_size)):
            if value < 1:
                raise InvalidValue(f"{name} is a whole number of frames from 1; got {value}")
        check_limit(self.limit)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, and what cannot be."""

    jobs: tuple[Planned, ...]
    failed: tuple[Failure, ...]  # clips that cannot be read


def planned(clips: Sequence[str], sides: Mapping[str, Side], cut: Cut, run: Run) -> Plan:
    """Look at every clip, by jobs, and cut it for every side; model by model, so that few are loaded at a time."""
    wanted = {
        name: [Clip.for_recipe(clip, side.recipe, allow_damaged=cut.allow_damaged) for clip in clips]
        for name, side in sides.items()
    }
    different = list(dict.fromkeys(clip for listed in wanted.values() for clip in listed))
    looked, failed = looked_at(different, run)
    jobs: list[Planned] = []
    for name, side in sides.items():
        for clip in wanted[name]:
            if found := looked.get(clip):
                known = replace(clip, digest=found.digest)
                jobs += (Planned(clip.origin, name, job) for job in _jobs(known, found, side, cut))
    failures = [
        Failure(clip.origin, name, None, failed[clip])
        for name, listed in wanted.items()
        for clip in listed
        if clip in failed
    ]
    return Plan(tuple(jobs), tuple(failures))


def looked_at(clips: Sequence[Clip], run: Run) -> tuple[dict[Clip, Looked], dict[Clip, str]]:
    """Look at every clip by a job; return what is known of it, in the order of the clips, or why it cannot be read.

    Warns:
        DamageWarning: a damaged clip is taken.
    """
    found: dict[Clip, Looked] = {}
    failed: dict[Clip, str] = {}
    for outcome in run(look, {str(number): clip for number, clip in enumerate(clips)}):
        clip = clips[int(outcome.key)]
        if outcome.error:
            failed[clip] = outcome.error
        else:
            found[clip] = outcome.value
    for origin, damage in dict.fromkeys((clip.origin, each.damaged) for clip, each in found.items() if each.damaged):
        note_damage(origin, damage)
    return {clip: found[clip] for clip in clips if clip in found}, failed


def _jobs(clip: Clip, looked: Looked, side: Side, cut: Cut) -> Iterator[Job]:
    """Yield the jobs of one clip; a clip is one job where a part of it could be answered otherwise than the whole.

    That is so where frames can be found by counting from the start only, and where a batch ends with the pictures of
    one size (a recipe without a size).
    """
    count = min(looked.frames, cut.limit or looked.frames)
    whole = looked.keys is None or not makes_one_shape(side.recipe)
    parts = [range(count)] if whole else ranges(count, length=cut.segment, batch=cut.batch_size, keys=looked.keys or ())
    for part in parts:
        everything = len(part) == looked.frames
        yield Job(clip, side.recipe, side.model, part.start, part.stop, cut.batch_size, everything)
