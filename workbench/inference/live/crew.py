"""The threads of a live stream: who reads, who answers, who keeps time; and how they end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from workbench.frames.capture.capture import Capture
from workbench.inference.live import opencv_threads
from workbench.inference.live.desk import READ, Batch, Desk
from workbench.inference.live.plan import Plan
from workbench.inference.live.weigh import Weight

STOP_S = 0.9  # how long `close` waits for the threads
LOOK_S = 0.1  # between two looks at them; where this machine stands still, no more than one of these passes


class Crew:
    """Workers around a desk, and a reader of its own where the source does not wait.

    Args:
        desk: where they meet.
        capture: what is read; closed when the last has left.
        plan: how many threads there are, and whether one of them only reads.
        release: what else is to be done when the last has left.
    """

    def __init__(self, desk: Desk, capture: Capture, plan: Plan, *, release: Callable[[], None]) -> None:
        self.desk, self.capture, self.plan = desk, capture, plan
        self.weight = Weight()
        self._release = release
        self._over = threading.Event()
        self._closing = threading.RLock()  # an interrupt may come while this thread holds it
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._working = 0

    def start(self) -> None:
        """Start them all."""
        opencv_threads.hold()
        jobs: list[tuple[str, Callable[[], None]]] = [("work", self._work)] * self.plan.workers
        if not self.plan.shares_reading:
            jobs.insert(0, ("read", self._read))
        self._working = len(jobs)
        self.look()
        self._threads = [
            threading.Thread(target=self._run, args=(job,), name=f"workbench-live-{name}", daemon=True)
            for name, job in jobs
        ]
        self._threads.append(threading.Thread(target=self._keep_time, name="workbench-live-time", daemon=True))
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """End them within STOP_S; one that is inside a model's call stays behind and ends after it.

        Who closes while another does waits for the same end.
        """
        with self._closing:
            if not self._closed:
                self._end()

    def _end(self) -> None:
        self.desk.stop()
        self.capture.stop()
        self._over.set()
        others = [thread for thread in self._threads if thread is not threading.current_thread() and thread.ident]
        if not _ended(others):
            if not self.desk.reading:
                self.capture.close()
            self.desk.note(
                "closed while a call of the model or the source had not come back; its thread is left behind"
            )
        self._closed = True

    def look(self) -> None:
        """Note memory and CPU time."""
        memory_mb, cpu_s = self.weight.look()
        with self.desk.lock:
            meter = self.desk.meter
            meter.memory_mb, meter.cpu_s, meter.weighed_s = memory_mb, cpu_s, time.monotonic()

    # --- in the threads ------------------------------------------------------------------------------------

    def _run(self, job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            self.desk.broke(error)
        finally:
            with self.desk.lock:
                self._working -= 1
                last = not self._working
            if last:
                self._leave()

    def _leave(self) -> None:
        opencv_threads.release()
        try:
            self.capture.close()
        finally:
            self._release()

    def _read(self) -> None:
        while self.desk.may_read():
            self._read_one()

    def _read_one(self) -> None:
        try:
            item = self.capture.read()
        except BaseException as error:
            self.desk.broke(error, in_read=True)
        else:
            self.desk.arrived(item)

    def _work(self) -> None:
        while (job := self.desk.job(reads=self.plan.shares_reading)) is not None:
            if job == READ:
                self._read_one()
            else:
                self._answer(job)

    def _answer(self, batch: Batch) -> None:
        try:
            self._answer_together(batch)
        finally:
            self.desk.give_back(batch.answerer)

    def _answer_together(self, batch: Batch) -> None:
        """Answer a batch; where that fails, each frame alone, so that one bad frame costs no other."""
        try:
            answers = batch.answerer(batch.frames, batch.serving)
        except Exception as error:
            if len(batch.frames) == 1:
                self.desk.failed(batch.frames[0], error)
                return
            batch.answerer.rows = 1  # it may be the batch that the model does not take
            for frame in batch.frames:
                self._answer_together(Batch([frame], batch.answerer, batch.serving))
        else:
            self.desk.finished(batch, answers)

    def _keep_time(self) -> None:
        """Close a moment every second, until nothing more comes; the last may be shorter."""
        while True:
            closed = self._over.wait(self.desk.meter.period_s)
            self.look()
            over = self.desk.over
            self.desk.moment(self.capture.state.phase)
            if closed or over:
                return


def _ended(threads: list[threading.Thread]) -> bool:
    """Wait for threads for STOP_S of the time in which they could run; tell whether all have ended."""
    left = STOP_S
    for thread in threads:
        while thread.is_alive() and left > 0:
            before = time.monotonic()
            thread.join(LOOK_S)
            left -= min(time.monotonic() - before, LOOK_S)
    return not any(thread.is_alive() for thread in threads)
