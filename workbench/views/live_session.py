"""One run of a stream in the background, from its opening to its end, with the pictures that go to the page."""

from __future__ import annotations

import math
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workbench.errors import UnreadableSource
from workbench.inference.live.result import StreamResult
from workbench.views.banner import Banner
from workbench.views.courier import Courier
from workbench.views.live_figures import figures

if TYPE_CHECKING:
    from workbench.inference.live import Stream

STOP_S = 2.0  # a stream ends within one second; a source that is still being opened ends when it is
FIGURES_S = 0.5  # between two looks at the figures
TROUBLE_S = 5.0  # how long it is said that the model raised
SCREEN_AGES = 90  # pictures whose age on the screen is remembered
_devices: weakref.WeakValueDictionary[str, Session] = weakref.WeakValueDictionary()  # camera -> who reads it


class Session:
    """Opens a stream, and takes its results until it ends or shall stop.

    Args:
        open_stream: opens it; may take long, and may raise.
        post: sends a numbered message to the page, with a result or without; must not raise.
        changed: called when it has been opened, and when it has ended, with this session.
        banner: shows under "source" why it could not be opened, or why it ended.
        device: the camera's name, if it is one: another session that reads it gives way, since a camera gives its
            pictures to one only.

    Attributes:
        stream: what runs; kept after its end, for its figures. None until it has been opened.
        ended: whether nothing comes any more.
        courier: what brings its pictures to the page.
    """

    def __init__(
        self,
        open_stream: Callable[[], Stream],
        post: Callable[[int, StreamResult | None], None],
        changed: Callable[[Session], None],
        *,
        banner: Banner,
        device: str = "",
    ) -> None:
        self.stream: Stream | None = None
        self.ended = False
        self.courier = Courier(post, self._seen)
        self._open, self._changed, self._banner = open_stream, changed, banner
        self._before = _devices.get(device)
        self._screen_ages: deque[float] = deque(maxlen=SCREEN_AGES)
        self._figured_at = self._troubled_at = -math.inf
        self._errors: dict[str, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="workbench-live-stream", daemon=True)
        if device:
            _devices[device] = self

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End it, within a second if it is open; safe to call twice and from its own threads."""
        self._stopping.set()
        self.courier.close()
        if self.stream is not None:
            self.stream.close()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(STOP_S)

    def figures(self, *, always: bool = False) -> dict[str, Any]:
        """Return what the page shows of the stream; nothing before it is open, and soon after the last time."""
        now = time.monotonic()
        if self.stream is None or (now - self._figured_at < FIGURES_S and not always):
            return {}
        self._figured_at = now
        stats = self.stream.stats
        if stats.errors != self._errors:
            self._errors, self._troubled_at = stats.errors, now
        return figures(stats, tuple(self._screen_ages))

    @property
    def trouble(self) -> str:
        """What the model or the recipe raised in the last seconds; empty where nothing was."""
        if time.monotonic() - self._troubled_at > TROUBLE_S:
            return ""
        return " · ".join(f"{text} ({count:,} times)" for text, count in self._errors.items())

    def give_way(self) -> None:
        """Stop, because another session reads this camera now; one that was stopped already has nothing to say."""
        stopped = self.ended or self._stopping.is_set()
        self.stop()
        if stopped:
            return
        with self._banner.reporting("source"):
            raise UnreadableSource("another viewer reads this camera now; a camera gives its pictures to one only")
        self._changed(self)

    def _seen(self, result: StreamResult, now_s: float) -> None:
        self._screen_ages.append(now_s - result.captured_s)

    def _run(self) -> None:
        if self._before is not None:
            self._before.give_way()
            self._before = None
        with self._banner.reporting("source"):
            with self._open() as self.stream:
                self._changed(self)
                if not self._stopping.is_set():
                    for result in self.stream:
                        self.courier.offer(result)
        self.ended = True
        self._changed(self)
        self.courier.close()
