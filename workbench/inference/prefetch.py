"""Run an iterator ahead in a thread of its own, so that decoding and preprocessing overlap with inference."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TypeVar

Item = TypeVar("Item")
END = object()


def prefetch(items: Iterator[Item], depth: int) -> Generator[Item, None, None]:
    """Yield the items of an iterator, at most `depth` of them made ahead.

    An exception in the iterator is raised here, in its place. Closing this generator stops the thread and
    closes the iterator, in the thread that ran it.
    """
    ready: queue.Queue[object] = queue.Queue(maxsize=depth)
    stop = threading.Event()

    def offer(item: object) -> None:
        while not stop.is_set():
            with suppress(queue.Full):
                ready.put(item, timeout=0.05)
                return

    def produce() -> None:
        try:
            for item in items:
                offer(item)
                if stop.is_set():
                    break
            offer(END)
        except BaseException as error:
            offer(_Raised(error))
        finally:
            if isinstance(items, Generator):
                items.close()

    thread = threading.Thread(target=produce, name="workbench-prefetch", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not END:
            if isinstance(item, _Raised):
                raise item.error
            yield item  # type: ignore[misc]
    finally:
        stop.set()
        thread.join()


class _Raised:
    """An exception on its way from the producing thread."""

    def __init__(self, error: BaseException) -> None:
        self.error = error
