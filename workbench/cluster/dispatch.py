"""One mapping of jobs given to a cluster, and followed until the last has ended."""

from __future__ import annotations

import itertools
import queue
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from workbench.cluster.job import Result, carry_out, told
from workbench.cluster.late import distributed
from workbench.cluster.ledger import Ledger
from workbench.cluster.outcome import Outcome
from workbench.errors import ClusterError

AT_ONCE = 1000  # jobs a message: the first ones run while the last are being sent
TICK_S = 1.0  # seconds without any news after which the scheduler is asked for its workers
WORKERLESS_S = 60.0  # seconds that a run goes on without any worker: a killed one is started anew in about two

Event = tuple[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Ended:
    """A job that needs no more waiting."""

    key: str
    future: Any
    result: Result | None  # None where Dask itself gave it up
    error: Exception | None = None  # what came of asking for it


class Dispatch:
    """The jobs of one call of `Cluster.run`.

    What the scheduler tells arrives in other threads, and is only put into a queue there; everything is decided in the
    thread that asks for outcomes.
    """

    def __init__(self, client: Any, function: Callable[[Any], Any], *, deaths: int) -> None:
        self.ledger = Ledger()
        self._client, self._job, self._most = client, partial(carry_out, function), deaths
        self._name = f"run-{uuid.uuid4().hex}"  # of the group: Dask keeps jobs of a large group back at the scheduler
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._jobs: dict[str, Any] = {}  # those without an outcome: value by key
        self._futures: dict[str, Any] = {}
        self._attempts = itertools.count()
        self._killed: Counter[str] = Counter()  # how often Dask gave a job up: innocents, too
        self._workers_seen = time.monotonic()

    def tell(self, kind: str, said: Mapping[str, Any]) -> None:
        """Take in what the scheduler says: a job has started, a worker is removed."""
        self._events.put((kind, said))

    def outcomes(self, jobs: Mapping[str, Any]) -> Iterator[Outcome]:
        """Submit the jobs and yield what becomes of them."""
        self._jobs = dict(jobs)
        keys = list(self._jobs)
        try:
            for first in range(0, len(keys), AT_ONCE):
                self._submit(keys[first : first + AT_ONCE])
            while self._jobs:
                yield from self._news()
        finally:
            self._forget(list(self._futures.values()))

    def _submit(self, keys: list[str]) -> None:
        attempt = f"{self._name}-{next(self._attempts)}"
        names = [(attempt, key) for key in keys]
        try:
            futures = self._client.map(self._job, [self._jobs[key] for key in keys], key=names, pure=False)
        except OSError as error:
            raise gone(self._client) from error
        for key, future in zip(keys, futures, strict=True):
            self._futures[key] = future
            self._client.loop.add_callback(self._follow, key, future)

    def _forget(self, futures: list[Any]) -> None:
        """Let the scheduler forget jobs: what waits does not begin; what runs ends, and nobody hears of it."""

        async def cancel() -> None:
            with suppress(OSError):  # a scheduler that is gone has forgotten them
                await self._client.cancel(futures, asynchronous=True, force=True)

        if futures and self._client.status == "running":
            self._client.loop.add_callback(cancel)

    async def _follow(self, key: str, future: Any) -> None:
        """Wait for a result, in the client's own thread; one that died with its worker is made anew."""
        try:
            found = await self._client.gather({key: future}, errors="skip", asynchronous=True)
            ended = Ended(key, future, found[key])
        except Exception as error:  # nobody sees what is raised here
            ended = Ended(key, future, None, error)
        self._events.put(("ended", ended))

    def _news(self) -> Iterator[Outcome]:
        for kind, said in self._waiting():
            if kind == "started":
                self._note(said["key"], said["worker"])
            elif kind == "removed":
                yield from self._mourn(said)
            elif self._futures.get(said.key) is said.future:  # not one that was given up, or submitted anew
                yield from self._settled(said)

    def _waiting(self) -> list[Event]:
        try:
            events = [self._events.get(timeout=TICK_S)]
        except queue.Empty:
            self._expect_workers()
            return []
        while not self._events.empty():
            events.append(self._events.get())
        self._workers_seen = time.monotonic()
        return events

    def _note(self, key: Any, worker: str) -> None:
        if self._own(key) and key[1] in self._jobs:
            self.ledger.started(key[1], worker)

    def _mourn(self, said: Mapping[str, Any]) -> Iterator[Outcome]:
        given = [key[1] for key in said["processing-tasks"] if self._own(key)]
        if said["expected"]:
            return
        for key in self.ledger.died(said["worker"], given):
            if key in self._jobs and self.ledger.deaths[key] >= self._most:
                yield self._given_up(key)

    def _own(self, key: Any) -> bool:
        return isinstance(key, (tuple, list)) and str(key[0]).startswith(self._name)

    def _given_up(self, key: str) -> Outcome:
        count = max(self.ledger.deaths[key], self._killed[key])
        times = "once" if count == 1 else f"{count} times"
        cause = "too little memory, or native code that crashes: do it alone to see"
        self._forget([self._futures[key]])
        return self._end(key, failed(f"its worker died {times} while it ran ({cause})"))

    def _settled(self, ended: Ended) -> Iterator[Outcome]:
        if ended.result is not None:
            yield self._end(ended.key, ended.result)
        elif ended.future.status == "error":
            yield from self._failed(ended.key, ended.future.exception())
        elif ended.future.status == "cancelled" or ended.error is None or isinstance(ended.error, OSError):
            raise gone(self._client) from ended.error
        else:
            yield self._end(ended.key, failed(told(ended.error)))

    def _failed(self, key: str, error: BaseException) -> Iterator[Outcome]:
        """What Dask itself raises: it counted deaths by its own rule, or a value cannot be sent."""
        if type(error).__name__ != "KilledWorker":
            yield self._end(key, failed(told(error)))
            return
        self._killed[key] += 1
        if self._killed[key] >= self._most:
            yield self._given_up(key)
        else:
            self._submit([key])

    def _end(self, key: str, result: Result) -> Outcome:
        self.ledger.ended(key)
        del self._jobs[key], self._futures[key]
        pickled, error, seconds, worker = result
        value = None
        if pickled:
            try:
                value = distributed().protocol.pickle.loads(pickled)
            except Exception as raised:  # a class that is only known over there
                error = told(raised)
        return Outcome(key, value, error, seconds, worker)

    def _expect_workers(self) -> None:
        if self._client.status != "running":
            raise gone(self._client)
        try:
            count = len(self._client.nthreads())
        except (OSError, TimeoutError) as error:
            raise gone(self._client) from error
        now = time.monotonic()
        if count:
            self._workers_seen = now
        elif now - self._workers_seen > WORKERLESS_S:
            raise ClusterError(
                f"no worker has been there for {WORKERLESS_S:.0f} s; what is done stays done: start workers, and "
                "give the same command again"
            )


def failed(error: str) -> Result:
    """Return the result of a job that no worker lived to tell of."""
    return b"", error, 0.0, ""


def gone(client: Any) -> ClusterError:
    """Make the error for a scheduler that has gone away."""
    address = client.scheduler.address if client.scheduler is not None else "the scheduler"
    return ClusterError(
        f"{address} is gone, or not reached any more; what is done stays done: give the same command again"
    )
