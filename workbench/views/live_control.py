"""What goes on behind a live viewer: its state, the run that follows it, and the messages that tell of both."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.errors import InvalidValue, UnreadableSource
from workbench.inference.live import Stream, StreamResult, stream
from workbench.inference.live.policy import parse_policy
from workbench.models import Model
from workbench.views import live_state as transitions
from workbench.views.banner import Banner
from workbench.views.interrupts import Interrupted
from workbench.views.live_figures import status
from workbench.views.live_presentation import described, device_of, name_of, pictured
from workbench.views.live_session import Session
from workbench.views.live_state import WEBCAM, LiveState
from workbench.views.webcam import Webcam

SILENT_S = 3.0  # without a picture of its camera a page has gone; a hidden one sends one a second
NOT_YET = {"off": "off", "opening": "opening", "on": "opening"}  # what is said while there is no stream


class LiveControl:
    """Runs one stream at a time, and tells a page of it.

    Requests come in the kernel's threads, results in the session's: the state changes under a lock, and messages leave
    in the order they were made.

    Args:
        state: what to begin with.
        origin: what the state's source stands for.
        model: answers to every frame; None for pictures only.
        options: what else `stream` takes.
        top: how many of the most probable classes are told.
        send: sends a message, with encoded pictures behind it.

    Attributes:
        state: what it was told to do.
        origin: the last one that was given by hand.
        session: the run, or the last one.
        shown: the result that was sent last, or the one that stands.
        banner: what went wrong.
    """

    def __init__(  # noqa: PLR0913 - what it runs, and where it tells of it
        self,
        state: LiveState,
        origin: Any,
        model: Model | None,
        options: Mapping[str, Any],
        *,
        top: int,
        send: Callable[[dict[str, Any], list[bytes]], None],
    ) -> None:
        self.state, self.origin = state, origin
        self.session: Session | None = None
        self.shown: StreamResult | None = None
        self.banner = Banner("request", "source", "picture", "camera")
        self._model, self._options, self._top, self._send = model, options, top, send
        self._webcam: Webcam | None = None
        self._acting = threading.RLock()  # one start or stop at a time; the run's own threads never take it
        self._lock, self._sending = threading.RLock(), threading.Lock()
        self._interrupted = Interrupted(self._halt)

    # --- what is asked for -----------------------------------------------------------------------------------

    def begin(self, source: str, policy: str, *, view: str = "") -> None:
        """Open a source in the background; what runs is stopped. `view` is the page that asked.

        Raises:
            UnknownName: no such policy.
            InvalidValue: there is no source to open.
        """
        parse_policy(policy)
        begun = transitions.begin(self.state, source, policy, view=view)
        with self._acting:
            self.end()
            for part in ("request", "source", "camera", "picture"):
                self.banner.clear(part)
            self.state = begun
            self._webcam = Webcam() if begun.source == WEBCAM else None
            device = device_of(begun.source)
            self.session = Session(self._open, self._post, self._changed, banner=self.banner, device=device)
            self._interrupted.listen()
            self.session.start()

    def end(self) -> None:
        """Stop what runs."""
        with self._acting:
            with self._lock:
                self.state = transitions.stop(self.state)
            if self._webcam is not None:
                self._webcam.close()
                self._webcam = None
            if self.session is not None:
                self.session.stop()

    def change(self, state: LiveState) -> None:
        """Let another recipe run, from the next frame on; where the stream refuses it, the old one goes on.

        Raises:
            InputMismatch: its tensors do not fit the model.
        """
        with self._lock:
            running = self.session.stream if self.session and self.state.run == "on" else None
            if running is not None and self._model is not None and state.recipe is not None:
                running.recipe = state.recipe
            self.state = state

    def freeze(self, on: bool, number: int | None = None) -> None:
        """Let the picture of message `number` stand, or the last one; or let it move again."""
        with self._lock:
            self.state = transitions.freeze(self.state, on)
            if self.session is not None:
                self.session.courier.hold(on)
            self.shown = self._picked(number) or self.shown

    def picture(self, number: int | None = None) -> StreamResult:
        """Return the result of message `number`, or what is shown.

        Raises:
            InvalidValue: no picture has been shown yet.
        """
        found = self._picked(number) or self.shown
        if found is None:
            raise InvalidValue("there is no picture yet; start the stream first")
        return found

    def acknowledge(self, number: int) -> None:
        """Take a page's word that message `number` is on the screen."""
        if self.session is not None:
            self.session.courier.acknowledge(number)

    def welcome(self) -> None:
        """Begin anew for a page that has just opened: what another was sent is not waited for.

        A page that gave its camera and has fallen silent was reloaded, or closed: this one may give its own.
        """
        with self._lock:
            if self._webcam is not None and self._webcam.silent_s > SILENT_S:
                self.state = transitions.reclaim(self.state)
        if self.session is not None:
            self.session.courier.resend()

    def camera(self, view: str, error: str) -> None:
        """Take a page's offer of its camera, or its word that it has none.

        Raises:
            UnreadableSource: it has none.
        """
        with self._lock:
            self.state = transitions.lend(self.state, view)
        if error and self.state.camera == view:
            self.end()
            raise UnreadableSource(error)

    def take(self, request: dict[str, Any], buffers: Sequence[Any]) -> None:
        """Push a picture of a page's camera, and say so: only then is the next one sent."""
        webcam = self._webcam
        if webcam is not None and request.get("view") == self.state.camera:
            with self.banner.reporting("camera"):
                webcam.take(request, buffers)
        with self._sending:
            self._send({"kind": "taken", "number": request.get("number"), "view": request.get("view")}, [])

    # --- what is told ----------------------------------------------------------------------------------------

    def tell(self, *, picture: bool = False) -> None:
        """Send the whole state, and the picture too, for a page that has none."""
        content, encoded = pictured(self.shown, top=self._top) if picture and self.shown else ({}, [])
        with self._sending:
            self._send(content | {"kind": "state"} | described(self.state) | self._news(always=True), encoded)

    def _post(self, number: int, result: StreamResult | None) -> None:
        """Send one numbered message; runs in the courier's thread."""
        content: dict[str, Any] = {}
        encoded: list[bytes] = []
        if result is not None:
            with self.banner.reporting("picture"):
                content, encoded = pictured(result, top=self._top)
            if not self.state.frozen:
                self.shown = result
        with self._sending:
            self._send({"kind": "view", "number": number} | content | self._news(), encoded)

    def _news(self, *, always: bool = False) -> dict[str, Any]:
        """Return how the source is doing, the figures where it is time for them, and the errors."""
        session = self.session
        phase = "failed" if session is not None and session.ended else NOT_YET[self.state.run]
        news: dict[str, Any] = {"status": {"phase": phase, "detail": ""}, "elapsed": ""}
        if session is not None and session.stream is not None:
            news = {"status": status(session.stream.state, time.monotonic())} | session.figures(always=always)
        troubles = str(self.banner), session.trouble if session is not None else ""
        return news | {"banner": " · ".join(filter(None, troubles))}

    # --- the run, in its own thread --------------------------------------------------------------------------

    def _open(self) -> Stream:
        state, webcam = self.state, self._webcam
        origin = self.origin if state.source == name_of(self.origin) else state.source
        if webcam is not None:
            origin = webcam.frames
        recipe = state.recipe if self._model is not None else None
        return stream(origin, recipe, self._model, policy=state.policy, **self._options)

    def _changed(self, session: Session) -> None:
        if session is not self.session:
            return
        with self._lock:
            self.state = transitions.stop(self.state) if session.ended else transitions.opened(self.state)
            if self.state.run == "on" and session.stream is not None:
                self._catch_up(session.stream)
        self.tell()

    def _catch_up(self, running: Stream) -> None:
        """Let the recipe run that was chosen while the source was being opened; one that is refused goes back."""
        before, wanted = running.recipe, self.state.recipe
        if before is None or wanted is None or before == wanted:
            return
        with self.banner.reporting("request"):
            running.recipe = wanted
            return
        self.state = transitions.use(self.state, before)

    def _halt(self) -> None:
        """Stop, because the kernel was interrupted."""
        self.end()
        self.tell()

    def _picked(self, number: int | None) -> StreamResult | None:
        return self.session.courier.result(number) if self.session and number is not None else None
