"""`predict_clips`: models and recipes over many clips, cut into segments that are answered side by side."""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

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
    progress: bool = True,
) -> ClipPredictions:
    """Run models over many clips, one job for each segment of a clip, recipe and model.

    Answers are those of `predict` on each clip, to the bit, wherever the jobs run, since a job has whole batches
    (`benchmarks/segments.py` holds three models of two engines on eleven clips to it, with two threads in one process
    and one in each worker). A clip is one job where frames are found by counting from the start (AVI with B-frames), or
    where the recipe has no size.

    Args:
        clips: video files, folders or globs of pictures, `sample:NAME`; one name each.
        sides: name -> (recipe or function image -> tensor, model by name: a path, `sample:NAME`, `cv2:FILE`...).
        cluster: where the jobs run, see `open_cluster`; by default one after the other in this process.
        segment: frames a job is to have, about; it begins with a batch, and behind a key frame where one is near.
        batch_size: frames a batch, as for `predict`; a model with batches of its own fixed length is to get that.
        limit: take so many frames of each clip, at most.
        boxes: how to read the outputs as boxes, as for `predict`.
        allow_damaged: take what is there of a damaged clip; as for `open_frames`.
        keep: a folder in which answers are kept by the content of clip, recipe and model, so that a run that was
            broken off goes on where it was. Answers of a function in a recipe's place are not kept.
        progress: show a progress bar.

    Returns:
        The answers by clip and side, and a line for each clip, or part of one, that failed; the others go on.

    Warns:
        PreprocessingWarning: a recipe contradicts what its model says; once a pair.
        DamageWarning: a damaged clip is taken.

    Raises:
        InvalidValue: no clip, no side, a model in memory, or a length below 1; nothing has run then.
        UnknownName, ModelLoadError, UnreadableSource: there is no such box format or model; nothing has run then.
        ClusterError: the cluster is gone; with `keep`, the same call goes on where it was.

    Example:
        with open_cluster(workers=2) as cluster:
            found = predict_clips(["a.mp4", "b.mp4"], {"own": (recipe, "model.tflite")}, cluster=cluster)
        found["a.mp4"]["own"].classification
    """
    start = time.perf_counter()
    if boxes not in (None, "auto"):
        boxes = box_format(boxes)
    names = list(dict.fromkeys(map(str, clips)))
    if isinstance(clips, str | Path) or not (names and sides):
        raise InvalidValue(
            "predict_clips needs a list of clips and at least one side, such as ['a.mp4'], {'own': (recipe, 'm.keras')}"
        )
    cut = Cut(segment, batch_size, limit, damage_allowed(allow_damaged))
    wanted = {name: Side(recipe, ModelFile.named(model)) for name, (recipe, model) in sides.items()}
    run: Run = run_here if cluster is None else cluster.run
    try:
        plan = planned(names, wanted, cut, run)
        done = _Done(plan.jobs, Kept(Path(keep)) if keep is not None else None)
        done.run(run, progress=progress)
    finally:
        if cluster is None:  # a worker keeps its model for the next call; this process is the user's
            clip.forget()
            held_model.forget()
    predictions, unread = done.read(names, wanted, boxes)
    return ClipPredictions(
        predictions,
        joined([*plan.failed, *done.failures(), *unread]),
        jobs=len(plan.jobs),
        recalled=done.recalled,
        seconds=time.perf_counter() - start,
    )


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

    def failures(self) -> list[Failure]:
        """Return the jobs that failed, in the order of the plan."""
        failed = [(self._jobs[number], error) for number, error in sorted(self._errors.items())]
        return [Failure(each.clip, each.side, (each.job.start, each.job.stop - 1), error) for each, error in failed]

    def read(
        self, clips: Sequence[str], sides: Mapping[str, Side], boxes: str | BoxFormat | None
    ) -> tuple[dict[str, dict[str, Prediction]], list[Failure]]:
        """Put the segments of each clip together, and name the clips whose answers cannot be read."""
        answered: dict[tuple[str, str], list[Segment]] = {}
        for number, segment in sorted(self._segments.items()):  # the jobs of a clip are in its order
            answered.setdefault(self._jobs[number][:2], []).append(segment)
        found: dict[str, dict[str, Prediction]] = {}
        failed = []
        for name, side in ((name, side) for name in clips for side in sides if (name, side) in answered):
            try:
                said = merged(answered[name, side], sides[side].recipe, boxes)
                found.setdefault(name, {})[side] = said
            except WorkbenchError as error:
                failed.append(Failure(name, side, None, str(error)))
        return found, failed
