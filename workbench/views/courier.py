"""Send pictures to a browser as fast as it shows them: the newest one, and never more than a few on the way."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from workbench.inference.live.result import StreamResult

AHEAD = 2  # messages that may wait for their acknowledgement: one is shown while the next one travels
NEWS_S = 0.5  # without a new picture for so long, the figures go alone
BLIND_S, BLIND = 0.5, 40  # between pictures to a page that cannot answer, and how many it gets
KEPT = 4  # results remembered after their acknowledgement: a hand that freezes the picture means one of these


class Courier:
    """Hands results to `post` in a thread of its own: the newest there is, once the browser has room for it.

    A hidden page acknowledges nothing, and soon gets nothing; what it missed is not sent later. In a front end without
    subshells (before JupyterLab 4.4; VS Code) a page's word waits for the cell that runs: then a few pictures go
    without it, slowly, so that a long cell does not freeze the picture at once. With subshells it may wait, too.

    Args:
        post: sends a message of a number and a result, or of a number alone; must not raise.
        seen: told of each result that the browser has shown, and when (`time.monotonic()`).
    """

    def __init__(
        self, post: Callable[[int, StreamResult | None], None], seen: Callable[[StreamResult, float], None]
    ) -> None:
        self._post, self._seen = post, seen
        self._wake = threading.Condition()
        self._newest: StreamResult | None = None
        self._waiting: OrderedDict[int, StreamResult | None] = OrderedDict()  # sent, not acknowledged yet
        self._kept: deque[tuple[int, StreamResult]] = deque(maxlen=AHEAD + KEPT)
        self._number, self._news_at, self._sent_at = 0, 0.0, 0.0
        self._blind = 0  # pictures that may go without an answer
        self._held = self._closed = False
        self._thread = threading.Thread(target=self._run, name="workbench-live-pictures", daemon=True)
        self._thread.start()

    @property
    def unacknowledged(self) -> int:
        """How many messages are on the way."""
        return len(self._waiting)

    def offer(self, result: StreamResult) -> None:
        """Put `result` in place of the one that waits to be sent."""
        with self._wake:
            self._newest = result
            self._wake.notify_all()

    def hold(self, on: bool) -> None:
        """Send no pictures, only news; or pictures again, from the newest on."""
        with self._wake:
            self._held, self._newest = on, None
            self._wake.notify_all()

    def acknowledge(self, number: int) -> None:
        """Take the browser's word that it has shown message `number`, and so all before it."""
        now = time.monotonic()
        with self._wake:
            done = [each for each in self._waiting if each <= number]
            shown = [self._waiting.pop(each) for each in done]
            self._blind = BLIND
            self._wake.notify_all()
        if shown and shown[-1] is not None:
            self._seen(shown[-1], now)

    def resend(self) -> None:
        """Begin anew, for a page that has just opened: what was on the way to another is not waited for."""
        with self._wake:
            self._waiting.clear()
            self._news_at = 0.0
            self._wake.notify_all()

    def result(self, number: int) -> StreamResult | None:
        """Return the result that message `number` showed; None where it is too long ago."""
        with self._wake:
            return next((kept for at, kept in self._kept if at == number), None)

    def close(self) -> None:
        """End the thread; safe to call twice and from the thread itself."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout=2)

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wait()
                if self._closed:
                    return
                result, self._newest = None if self._held else self._newest, None
                self._number += 1
                self._waiting[self._number] = result
                if result is not None:
                    self._kept.append((self._number, result))
                number, self._sent_at = self._number, time.monotonic()
                self._news_at = self._sent_at + NEWS_S
            self._post(number, result)

    def _wait(self) -> None:
        """Wait until there is something to send and room for it."""
        while not self._closed:
            now, left = time.monotonic(), None
            if self._newest is not None and not self._held:
                if len(self._waiting) < AHEAD:
                    return
                left = self._sent_at + BLIND_S - now if self._blind else None
                if left is not None and left <= 0:
                    self._blind -= 1
                    return
            if not self._waiting:  # news leave room for a picture
                left = self._news_at - now
                if left <= 0:
                    return
            self._wake.wait(left)
