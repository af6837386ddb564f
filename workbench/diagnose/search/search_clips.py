"""`search_clips`: which preprocessing was this model trained with, by frames of many clips?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from workbench.diagnose.search.halving import MANY, spread
from workbench.diagnose.search.result import SearchResult
from workbench.diagnose.search.search import BUDGET, search
from workbench.diagnose.search.space import Space
from workbench.errors import InvalidValue, unknown
from workbench.frames.arrays import ArraySequence
from workbench.frames.frame import as_rgb
from workbench.frames.partial import damage_allowed
from workbench.inference.segments.clip import Clip, forget, frames_of
from workbench.inference.segments.here import Run, run_here
from workbench.inference.segments.plan import looked_at
from workbench.inference.segments.result import Failure
from workbench.recipes import Recipe

if TYPE_CHECKING:
    from workbench.cluster import Cluster

AT_ONCE = 16  # frames that one job decodes
DECODING = ("decode", "exif")  # slots that are not searched here: each clip is decoded once


@dataclass(frozen=True, slots=True, eq=False)
class ClipSearch:
    """What a search over clips found, and in which."""

    found: SearchResult
    frames: dict[str, int]  # clip -> how many of its frames were looked at
    failed: tuple[Failure, ...]  # clips, or parts of them, that could not be read

    def __repr__(self) -> str:
        lost = f"; {len(self.failed)} failed: {self.failed[0]}" if self.failed else ""
        return f"ClipSearch({len(self.frames)} clips: {self.found.verdict}{lost})"


class Picked(NamedTuple):
    """Frames of one clip that a job decodes."""

    clip: Clip
    indices: tuple[int, ...]


def search_clips(  # noqa: PLR0913 - the model, the clips, and what else is known, each by name
    model: Any,
    clips: Sequence[str | Path],
    *,
    cluster: Cluster | None = None,
    labels: Mapping[str, int] | None = None,
    reference: tuple[Recipe, Any] | None = None,
    recipe: Recipe | None = None,
    space: Space | None = None,
    budget: int = BUDGET,
    frames: int = MANY,
    allow_damaged: bool | None = None,
    progress: bool = True,
) -> ClipSearch:
    """Search the preprocessing a model was trained with on frames spread evenly over many clips.

    The result is that of `search` on the clips one behind the other. Clips are looked at, decoded and asked about by
    jobs, the last so many candidates and so many frames at a time.

    Args:
        model: what `load_model` takes; with a cluster by name: a path, `sample:NAME`, `cv2:FILE`...
        clips: video files, folders or globs of pictures, `sample:NAME`.
        cluster: where the jobs run, see `open_cluster`; by default one after the other in this process.
        labels: clip -> the true class index of all its frames.
        reference: the (recipe, model) that gives the right outputs.
        recipe: the slots that are not searched, as for `search`.
        space: slot -> choices, as for `search`; not `decode` and `exif`, which are the recipe's.
        budget: the most recipes that are run, as for `search`.
        frames: how many frames are looked at, of all clips together; at most 64.
        allow_damaged: take what is there of a damaged clip; as for `open_frames`.
        progress: show a bar.

    Raises:
        InvalidValue: no clip, no clip that can be read, or as `search`.
        UnknownName: a label of none of the clips.
        ClusterError: a worker cannot run the network, or the cluster is gone.
    """
    names = list(dict.fromkeys(map(str, clips)))
    if isinstance(clips, str | Path) or not names:
        raise InvalidValue("search_clips needs a list of clips, such as ['a.mp4', 'b.mp4']")
    if fixed := [slot for slot in DECODING if space and slot in space]:
        raise InvalidValue(f"space has {fixed[0]!r}, and clips are decoded once; set it in recipe=")
    if not 1 <= frames <= MANY:
        raise InvalidValue(f"frames is how many are looked at in all, from 1 to {MANY}; got {frames}")
    base = recipe or Recipe(size=None)
    opened = [Clip.for_recipe(name, base, allow_damaged=damage_allowed(allow_damaged)) for name in names]
    pictures, counts, failed = _pictures(opened, frames, run_here if cluster is None else cluster.run)
    found = search(
        model,
        ArraySequence(pictures, origin=f"{len(counts)} clips"),
        labels=None if labels is None else _labels(labels, counts, names),
        reference=reference,
        recipe=recipe,
        space=space,
        budget=budget,
        cluster=cluster,
        progress=progress,
    )
    return ClipSearch(found, counts, failed)


def decoded(picked: Picked) -> list[np.ndarray]:
    """Return the pictures of some frames, (H, W, 3) uint8 RGB.

    Raises:
        UnreadableSource: they do not decode, or the clip is another than was looked at.
    """
    source = frames_of(picked.clip)
    return [as_rgb(picture, source.order).copy() for picture in source.pick(picked.indices)]


def _pictures(
    clips: Sequence[Clip], count: int, run: Run
) -> tuple[list[np.ndarray], dict[str, int], tuple[Failure, ...]]:
    """Return frames spread over all clips, how many there are of each, and what could not be read."""
    try:
        looked, refused = looked_at(clips, run)
        failed = [Failure(clip.origin, "", None, error) for clip, error in refused.items()]
        known = [(replace(clip, digest=each.digest), each.frames) for clip, each in looked.items()]
        jobs = _picked(known, count)
        outcomes = {each.key: each for each in run(decoded, {str(number): job for number, job in enumerate(jobs)})}
    finally:
        if run is run_here:
            forget()
    pictures: list[np.ndarray] = []
    counts: dict[str, int] = {}
    for number, job in enumerate(jobs):
        outcome = outcomes[str(number)]
        if outcome.error:
            failed.append(Failure(job.clip.origin, "", (job.indices[0], job.indices[-1]), outcome.error))
            continue
        pictures += outcome.value
        counts[job.clip.origin] = counts.get(job.clip.origin, 0) + len(outcome.value)
    if not pictures:
        raise InvalidValue(f"no clip can be read: {failed[0]}")
    return pictures, counts, tuple(failed)


def _picked(clips: Sequence[tuple[Clip, int]], count: int) -> list[Picked]:
    """Spread `count` frames evenly over clips of so many frames each, one behind the other."""
    ends = np.cumsum([length for _, length in clips])
    if not len(ends):
        return []
    chosen = np.array(spread(int(ends[-1]), count))
    found = []
    for (clip, length), end in zip(clips, ends, strict=True):
        mine = (chosen[(chosen >= end - length) & (chosen < end)] - (end - length)).tolist()
        found += [Picked(clip, tuple(mine[at : at + AT_ONCE])) for at in range(0, len(mine), AT_ONCE)]
    return found


def _labels(labels: Mapping[str, int], counts: Mapping[str, int], clips: Sequence[str]) -> list[int]:
    for name in labels:
        if name not in clips:
            raise unknown("clip", name, clips)
    if missing := [name for name in counts if name not in labels]:
        raise InvalidValue(f"labels has no class for {missing[0]}; give the class index of each clip, or no labels")
    return [labels[name] for name, count in counts.items() for _ in range(count)]
