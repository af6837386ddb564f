"""A live stream: an iterator of results over threads that run by themselves, for `for` and for `async for`."""

from __future__ import annotations

import asyncio
import weakref
from contextlib import suppress
from types import TracebackType
from typing import Literal, Self

from workbench.errors import InvalidValue
from workbench.frames.capture.capture import CaptureState
from workbench.inference.live.crew import Crew
from workbench.inference.live.desk import OVER
from workbench.inference.live.policy import Policy
from workbench.inference.live.result import StreamResult
from workbench.inference.live.serving import Boxes, serving
from workbench.inference.live.snapshot import snapshot
from workbench.inference.live.stats import StreamStats
from workbench.models import Model
from workbench.readable import one_line
from workbench.recipes.callables import Preprocess


class Stream:
    """Results of a live source, in the order of their frames; made by `stream`.

    It runs from its making until its source ends or it is closed, whether somebody takes the results or not; the
    policy says what becomes of those that nobody takes. Use it in `with`, or in `async with`: then neither waiting
    for a result nor closing blocks the event loop; opening does, unless by `await asyncio.to_thread(stream, ...)`.

    Example:
        >>> with stream("camera:0", recipe, model) as live:                                     # doctest: +SKIP
        ...     for result in live:
        ...         print(result.frame.index, result.prediction.classification.label(0), result.age_s)
        >>> live.stats.dropped                                                                  # doctest: +SKIP
        {'overtaken': 3}

    Attributes:
        origin: what it reads, without secrets.
        damaged: what of that is missing or broken, and was taken all the same; "" where nothing is known to be.
        policy: what becomes of frames that come faster than they are answered or taken.
        model: what answers; None for pictures only.
    """

    def __init__(self, crew: Crew, *, model: Model | None, boxes: Boxes) -> None:
        """Start the threads of a crew; `stream` makes all that this needs."""
        self.origin: str = crew.capture.origin
        self.damaged: str = crew.capture.damaged
        self.policy: Policy = crew.desk.ledger.policy
        self.model = model
        self._crew, self._desk, self._boxes = crew, crew.desk, boxes
        crew.start()
        self._memory_start_mb = crew.desk.meter.memory_mb
        weakref.finalize(self, crew.close)  # of one that is forgotten, or open when Python ends

    def __repr__(self) -> str:
        return one_line(f"<Stream of {self.origin}, {self.policy}: {self.state.phase}>")

    @property
    def labels(self) -> tuple[str, ...] | None:
        """The model's class names, where known."""
        return self.model.labels if self.model else None

    @property
    def state(self) -> CaptureState:
        """How the source is doing: opening, live, reconnecting, ended, failed or stopped."""
        return self._crew.capture.state

    @property
    def stats(self) -> StreamStats:
        """What became of every frame until now; from every thread, while it runs and after."""
        return snapshot(self._desk, self._crew.plan, self.state, memory_start_mb=self._memory_start_mb)

    @property
    def recipe(self) -> Preprocess | None:
        """What makes the tensors. It can be set while the stream runs: the next frame goes through the new one.

        Raises:
            InputMismatch: when set: its tensors do not fit the model; the stream goes on with the one before.
            InvalidValue: when set: it is neither recipe nor function, or there is no model.
        """
        with self._desk.lock:
            return self._desk.serving.recipe if self._desk.serving else None

    @recipe.setter
    def recipe(self, recipe: Preprocess) -> None:
        if self.model is None:
            raise InvalidValue("a stream without a model has no recipe")
        made = serving(recipe, self.model, self._crew.capture.order, self._boxes)
        with self._desk.lock:
            self._desk.serving = made

    # --- taking results ------------------------------------------------------------------------------------

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> StreamResult:
        """Wait for the next result.

        Raises:
            StopIteration: the source has ended, the limit is reached, or the stream was closed.
            UnreadableSource: the source failed, and did not come back in time.
            Exception: what recipe or model raised on 10 frames in a row.
        """
        try:
            taken = self._desk.take()
        except BaseException:  # of an interrupt, too: a notebook keeps its traceback, and with it this stream
            self.close()
            raise
        if taken == OVER:
            self.close()
            raise StopIteration
        return taken

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StreamResult:
        """Wait for the next result without blocking the event loop; raises as `__next__` does."""
        try:
            taken = await self._taken()
        except Exception:
            await self._aclose()
            raise
        if taken == OVER:
            await self._aclose()
            raise StopAsyncIteration
        return taken

    async def _taken(self) -> StreamResult | Literal["over"]:
        loop = asyncio.get_running_loop()
        while True:
            arrived = asyncio.Event()

            def tell(event: asyncio.Event = arrived) -> None:
                with suppress(RuntimeError):  # the loop has ended meanwhile
                    loop.call_soon_threadsafe(event.set)

            taken = self._desk.take_or_listen(tell)
            if taken is not None:
                return taken
            try:
                await arrived.wait()
            finally:
                self._desk.forget(tell)

    # --- the end -------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Stop within a second, from any state and any thread; safe to call twice.

        Frames in flight are dropped as "stopped". A call of the model that has not come back cannot be aborted: its
        thread is left behind, `stats.errors` says so, and it ends when the call does.
        """
        self._crew.close()

    async def _aclose(self) -> None:
        await asyncio.to_thread(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it in a thread; cancelled meanwhile, it still closes."""
        await asyncio.shield(self._aclose())
