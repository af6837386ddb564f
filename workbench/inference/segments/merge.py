"""The answers about segments, put together to what one run over the clip gives."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from workbench.inference.answers import predicted
from workbench.inference.segments.job import Segment
from workbench.recipes.callables import Preprocess
from workbench.results import BoxFormat, Prediction


def merged(segments: Sequence[Segment], recipe: Preprocess, boxes: str | BoxFormat | None) -> Prediction:
    """Return the prediction about all frames of some segments, which are in order.

    Classes and boxes are read off all of them together, as in one run: what kind of outputs these are is told by the
    numbers of all frames. The times of the stages, and `wall`, are summed.

    Raises:
        InvalidValue: the outputs differ in shape, or are not in the named box format.
    """
    answers = [each.answers for each in segments]
    seconds: dict[str, float] = defaultdict(float)
    for each in answers:
        for stage, spent in each.seconds.items():
            seconds[stage] += spent
    where = {
        "indices": np.concatenate([each.indices for each in answers]),
        "origins": tuple(origin for each in answers for origin in each.origins),
        "times_s": tuple(time_s for each in answers for time_s in each.times_s),
    }
    prediction = predicted(
        [each.outputs for each in answers],
        segments[0].model,
        sizes=[size for each in answers for size in each.sizes],
        where=where,
        recipe=recipe,
        boxes=boxes,
        seconds=dict(seconds),
    )
    return replace(prediction, engine=answers[0].engine)
