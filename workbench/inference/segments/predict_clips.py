"""`predict_clips`: models and recipes over many clips, cut into segments that are answered side by side."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm.auto import tqdm

from workbench.errors import InvalidValue, WorkbenchError
from workbench.frames.partial import damage_allowed
from workbench.inference.predict_many import BATCH_SIZE
from workbench.inference.segments import clip, held_model
from workbench.inference.segments.held_model import ModelFile
from workbench.inference.segments.here import Run, run_here
from workbench.inference.segments.job import Segment, answer
from workbench.inference.segments.kept import Kept
from workbench.inference.segments.merge import merged
from workbench.inference.segments.plan import Cut, Planned, Side, planned
from workbench.inference.segments.result import ClipPredictions, Failure, joined
from workbench.recipes.callables import Preprocess
from workbench.results import BoxFormat, Prediction, box_format

if TYPE_CHECKING:
    from workbench.cluster import Cluster, Outcome

SEGMENT = 256  # frames; a job of seconds, beside which its overhead, some 10 ms, and a seek, some 30 frames, are little


def predict_clips(  # noqa: PLR0913 - clips, what is run on them, where, and rare options by name
    clips: Sequence[str | Path],
    sides: Mapping[str, tuple[Preprocess, str | Path]],
    *,
    cluster: Cluster | None = None,
    segment: int = SEGMENT,
    batch_size: int = BATCH_SIZE,
    limit: int | None = None,
    boxes: str | BoxFormat | None = "auto",
    allow_damaged: bool | None = None,
    keep: str | Path | None = None,
    loading: Mapping[str, Any] | None = None,
    progress: bool = True,
) -> ClipPredictions:
    """Run models over many clips, one job for each segment of a clip, recipe and model.

    Answers are those of `predict` on each clip, to the bit, wherever the jobs run, since a job has whole batches
    (`benchmarks/segments.py` holds three models on eleven clips to it, two threads in one process beside one in each
    worker). A clip is one job where frames are found by counting (AVI with B-frames), or the recipe has no size.

    Args:
        clips: video files, folders or globs of pictures, `sample:NAME`; one name each.
        sides: name -> (recipe or function image -> tensor, model by name: a path, `sample:NAME`, `cv2:FILE`...).
        cluster: where the jobs run, see `open_cluster`; by default one after the other in this process.
        segment: frames a job is to have, about; it begins with a batch, and behind a key frame where one is near.
        batch_size: frames a batch, as for `predict`; a model with batches of its own fixed length is to get that.
        limit: take so many frames of each clip, at most.
        boxes: how to read the outputs as boxes, as for `predict`.
        allow_damaged: take what is there of a damaged clip; as for `open_frames`.
        keep: a folder for the answers, by the content of clip, recipe and model: a run that was broken off goes on
            where it was. Answers of a function in a recipe's place are not kept.
        loading: options of `load_model` for all models: labels, signature, trust, engine.
        progress: show a progress bar.

    Returns:
        The answers by clip and side, and a line for each clip, or part of one, that failed; the others go on.

    Warns:
        PreprocessingWarning, DamageWarning: as for `predict` and `open_frames`, once each.

    Raises:
        InvalidValue: no clip, no side, a model in memory, or a length below 1; nothing has run then.
        UnknownName, ModelLoadError, UnreadableSource: there is no such box format, option of `load_model` or model;
            nothing has run then.
        ClusterError: the cluster is gone; with `keep`, the same call goes on where it was.
    """
    start = time.perf_counter()
    boxes = box_format(boxes) if boxes not in (None, "auto") else boxes
    names = list(dict.fromkeys(map(str, clips)))
    if isinstance(clips, str | Path) or not (names and sides):
        raise InvalidValue("predict_clips takes a list of clips, and sides such as {'own': (recipe, 'model.keras')}")
    cut = Cut(segment, batch_size, limit, damage_allowed(allow_damaged))
    wanted = {name: Side(recipe, ModelFile.named(model, loading)) for name, (recipe, model) in sides.items()}
    with _jobs(cluster) as run:
        plan = planned(names, wanted, cut, run)
        done = _Done(plan.jobs, Kept(Path(keep)) if keep is not None else None)
        done.run(run, progress=progress)
    return done.read(names, wanted, boxes, refused=plan.failed, start=start)


@contextmanager
def _jobs(cluster: Cluster | None) -> Iterator[Run]:
    """Give what runs jobs; a worker keeps its model for the next call, but this process is the user's."""
    if cluster is not None:
        yield cluster.run
        return
    try:
        yield run_here
    finally:
        clip.forget()
        held_model.forget()


class _Done:
    """The jobs of a plan, and what is answered so far."""

    def __init__(self, jobs: Sequence[Planned], kept: Kept | None) -> None:
        self._jobs, self._kept = jobs, kept
        self._segments: dict[int, Segment] = {}  # by the number of the job
        self._errors: dict[int, str] = {}
        self.recalled = 0

    def run(self, run: Run, *, progress: bool) -> None:
        """Recall what is kept, and run the rest."""
        lengths = [each.job.stop - each.job.start for each in self._jobs]
        with tqdm(total=sum(lengths), unit="frame", disable=not progress, leave=False) as bar:
            for number, each in enumerate(self._jobs):
                if self._kept and (segment := self._kept.recall(each.job)):
                    self._segments[number] = segment
                    bar.update(lengths[number])
            self.recalled = len(self._segments)
            left = {str(n): each.job for n, each in enumerate(self._jobs) if n not in self._segments}
            for outcome in run(answer, left):
                self._take(outcome)
                bar.update(lengths[int(outcome.key)])
        for kind, text in dict.fromkeys(each for segment in self._segments.values() for each in segment.warned):
            warnings.warn(text, kind, stacklevel=3)

    def _take(self, outcome: Outcome) -> None:
        number = int(outcome.key)
        if outcome.error:
            self._errors[number] = outcome.error
            return
        self._segments[number] = outcome.value
        if self._kept:
            self._kept.remember(self._jobs[number].job, outcome.value)

    def _failures(self) -> list[Failure]:
        """Return the jobs that failed, in the order of the plan."""
        failed = [(self._jobs[number], error) for number, error in sorted(self._errors.items())]
        return [Failure(each.clip, each.side, (each.job.start, each.job.stop - 1), error) for each, error in failed]

    def read(
        self,
        clips: Sequence[str],
        sides: Mapping[str, Side],
        boxes: str | BoxFormat | None,
        *,
        refused: Sequence[Failure],
        start: float,
    ) -> ClipPredictions:
        """Put the segments of each clip together, and name the clips and parts of which nothing is known.

        Segments are given up clip by clip, so that the answers lie in memory once and not twice.
        """
        answered: dict[tuple[str, str], list[Segment]] = {}
        for number in sorted(self._segments):  # the jobs of a clip are in its order
            answered.setdefault(self._jobs[number][:2], []).append(self._segments.pop(number))
        found: dict[str, dict[str, Prediction]] = {}
        failed = [*refused, *self._failures()]
        for name, side in ((name, side) for name in clips for side in sides if (name, side) in answered):
            try:
                said = merged(answered.pop((name, side)), sides[side].recipe, boxes)
                found.setdefault(name, {})[side] = said
            except WorkbenchError as error:
                failed.append(Failure(name, side, None, str(error)))
        seconds = time.perf_counter() - start
        return ClipPredictions(found, joined(failed), len(self._jobs), self.recalled, seconds)
