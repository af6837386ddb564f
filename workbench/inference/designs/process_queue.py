"""A process that captures, and a bounded queue that pickles every frame on its way to the model."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import connection
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from workbench.errors import UnreadableSource, WorkbenchError
from workbench.frames.capture.capture import Captured
from workbench.frames.frame import ChannelOrder
from workbench.inference.designs.account import Account, Arrivals
from workbench.inference.designs.run import DesignRun
from workbench.inference.designs.setting import Look, Played, Setting
from workbench.inference.designs.told import design_run

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Event

PLACES = 10  # in the queue: the tutorial's maxsize
PLAN = f"one process captures, a queue of {PLACES} pickles every frame, another process prepares and predicts"
OPENS_S, LOOK_S, JOIN_S = 30.0, 0.2, 5.0  # for the first frame; between looks at the child; for its end


class Sent(NamedTuple):
    """One frame, as it goes through the queue: with the moment of its capture, so that its age is its whole age."""

    captured_s: float  # `time.monotonic()`, which is one clock for all processes
    order: ChannelOrder
    image: np.ndarray


def process_queue(name: str, setting: Setting) -> DesignRun:
    """Run it: `put` waits while the queue is full, and meanwhile the camera loses newer frames than those in it."""
    account, in_flight = Account(setting.seconds), 0
    looks: dict[ChannelOrder, Look] = {"bgr": setting.look("bgr"), "rgb": setting.look("rgb")}
    with _capturing(setting.source) as (frames, stop, child):
        while isinstance(sent := _next(frames, child), Sent):
            if stop.is_set():
                in_flight += 1
                continue
            account.begin(sent.captured_s)
            looks[sent.order](sent.image)
            account.show(sent.captured_s, waiting=_length(frames))
            if account.over:
                account.close()
                stop.set()
        account.arrivals = sent
    return design_run(name, setting.engine, account, plan=PLAN, in_flight=in_flight)


@contextmanager
def _capturing(source: Played) -> Iterator[tuple[Queue[Any], Event, BaseProcess]]:
    """Start the process that captures, and end it whatever happens."""
    context = multiprocessing.get_context("spawn")
    frames, stop = context.Queue(maxsize=PLACES), context.Event()
    child = context.Process(target=_capture, args=(source, frames, stop), daemon=True)
    child.start()
    try:
        yield frames, stop, child
        child.join(JOIN_S)
    finally:
        child.kill()
        child.join()
        child.close()
        frames.close()


def _next(frames: Queue[Any], child: BaseProcess) -> Sent | Arrivals:
    """Return the next frame, or, at the end, all that arrived.

    Raises:
        UnreadableSource: the process says so, or is gone without a word.
    """
    end = time.monotonic() + OPENS_S
    while True:
        alive = child.is_alive()  # asked before: what it said last may come just when nothing has come for long
        try:
            sent: Sent | Arrivals | str = frames.get(timeout=LOOK_S)
        except queue.Empty:
            if alive and time.monotonic() < end:
                continue
            raise UnreadableSource(
                f"the process that captures gave no frame (exit status {child.exitcode}); in a script, call "
                "compare_designs under `if __name__ == '__main__':`, since a spawned process imports the script"
            ) from None
        if isinstance(sent, str):
            raise UnreadableSource(sent)
        return sent


def _length(frames: Queue[Any]) -> int:
    try:
        return frames.qsize()
    except NotImplementedError:  # macOS cannot count its semaphores
        return 0


# --- in the process that captures ---------------------------------------------------------------------------


def _capture(source: Played, frames: Queue[Any], stop: Event) -> None:
    """Put every frame into the queue until told to stop, and at the end what arrived."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes of a terminal; the parent ends this one
    threading.Thread(target=_end_with_parent, daemon=True).start()
    arrivals = Arrivals()
    try:
        with source.open() as capture:
            while not stop.is_set() and (item := capture.read()) is not None:
                if arrivals.take(item) and isinstance(item, Captured):
                    frames.put(Sent(item.captured_s, capture.order, item.image))
    except WorkbenchError as error:
        frames.put(str(error))
    else:
        frames.put(arrivals)


def _end_with_parent() -> None:
    """Leave when the parent is gone, also while `put` waits for room that nobody will make."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)
