"""Set a stream going: its models, its source, its ledger and desk, and the crew around them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from workbench.cluster.share import threads as allowed_threads
from workbench.errors import InvalidValue
from workbench.frames.frame import ChannelOrder
from workbench.inference.live.answerers import in_thread, opened, warm_up
from workbench.inference.live.answering import Answerer
from workbench.inference.live.crew import Crew
from workbench.inference.live.desk import Desk
from workbench.inference.live.ledger import Ledger
from workbench.inference.live.meter import Meter
from workbench.inference.live.plan import planned
from workbench.inference.live.policy import Policy
from workbench.inference.live.serving import Boxes, Serving, serving
from workbench.inference.live.source import open_source
from workbench.inference.live.stream import Stream
from workbench.inference.sources import check_limit
from workbench.models import Model
from workbench.recipes.callables import Preprocess


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """What a stream is asked to do.

    Raises:
        InvalidValue: workers or limit are below 1.
    """

    origin: Any
    recipe: Preprocess | None
    policy: Policy
    boxes: Boxes
    workers: int | None
    limit: int | None

    def __post_init__(self) -> None:
        """Refuse numbers that leave nothing to do, or nobody to do it."""
        check_limit(self.limit)
        if self.workers is not None and self.workers < 1:
            raise InvalidValue(f"workers is a whole number of threads from 1, or None; got {self.workers}")

    def expect_fit(self, model: Model) -> None:
        """Hold recipe and box format to the model.

        Raises:
            InputMismatch: the recipe's tensors do not fit.
            UnknownName: no box format has this name.
        """
        self.serving(model, "rgb")

    def serving(self, model: Model | None, order: ChannelOrder) -> Serving | None:
        """Compile the recipe for pictures in channel order `order`."""
        if model is None or self.recipe is None:
            return None
        return serving(self.recipe, model, order, self.boxes)


def launched(wanted: Wanted, model: Model | None, how: Mapping[str, Any], *, owned: bool) -> Stream:
    """Return the running stream; `how` is what `open_capture` takes, `owned` says that the model ends with it.

    Raises:
        UnreadableSource: the source is not there, or cannot be read.
        Exception: what recipe or model raise on every picture.
    """
    count = wanted.workers or (1 if wanted.policy.newest_only or model is None else allowed_threads())
    with ExitStack() as undo:  # what was opened is closed where an error or an interrupt comes before the stream runs
        models = opened(model, count, owned=owned)
        undo.callback(models.close)
        answerers = [Answerer(each) for each in models.asked]
        in_thread(lambda: warm_up(answerers, wanted.recipe, wanted.boxes))
        capture, told = open_source(wanted.origin, how, answerers[0], wanted.recipe, boxes=wanted.boxes)
        undo.callback(capture.close)
        for each in answerers:
            each.origin = capture.origin
        ledger = Ledger(wanted.policy, limit=wanted.limit, holds_up=capture.waits)
        plan = planned(
            workers=count,
            models=sum(each is not None for each in models.asked),
            rows=1 if ledger.newest_only else answerers[0].rows,
            shares_reading=capture.waits and ledger.backs_up and (count > 1 or model is None),
            told=told,
        )
        ledger.allow(depth=plan.depth, out=plan.most_out)
        desk = Desk(ledger, Meter(time.monotonic()), answerers, wanted.serving(model, capture.order), capture)
        crew = Crew(desk, capture, plan, release=models.close)
        undo.callback(crew.close)
        live = Stream(crew, model=model, boxes=wanted.boxes)
        undo.pop_all()
    return live
