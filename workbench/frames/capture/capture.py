"""What every live source promises: `read` gives the next frame, says what was lost, and can be stopped from outside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

import numpy as np

from workbench.frames.frame import ChannelOrder

Phase = Literal["opening", "live", "reconnecting", "ended", "failed", "stopped"]


@dataclass(frozen=True, slots=True, eq=False)
class Captured:
    """One picture as it came in."""

    image: np.ndarray  # (H, W, 3) uint8 in the channel order of its capture; the reader's own from now on
    number: int  # its place among all the source delivered, from 0; those that were lost have numbers, too
    captured_s: float  # `time.monotonic()` of its arrival; of a played file, when it was due
    time_s: float | None = None  # presentation time in seconds, where the source has one
    decode_s: float = 0.0  # what its decoding took
    origin: str = ""  # where it differs from frame to frame, as in a folder; else the capture's own


@dataclass(frozen=True, slots=True)
class Lost:
    """Pictures that the source delivered and that never were a frame."""

    reason: str  # "broken": does not decode; "overrun": nobody took it in time; one or two words
    count: int = 1


@dataclass(frozen=True, slots=True)
class CaptureState:
    """How a live source is doing."""

    phase: Phase
    since_s: float  # `time.monotonic()` of the change
    detail: str = ""  # one line for a person: why it failed, when it is tried again
    attempt: int = 0  # of reconnecting, from 1
    reconnects: int = 0  # times that it came back so far


class Capture(AbstractContextManager["Capture"], ABC):
    """An opened live source, read by one thread at a time.

    Attributes:
        origin: what it reads, without secrets.
        order: the channel order of its pictures.
        waits: True where the source waits for its reader, and nothing is lost by reading slowly (a file as fast as it
            goes, a generator); False where frames come at their own pace (camera, network, a file in real time).
        damaged: what of it is missing or broken, and was taken all the same; "" where nothing is known to be.
    """

    origin: str = ""
    order: ChannelOrder = "bgr"
    waits: bool = False
    damaged: str = ""

    @property
    @abstractmethod
    def state(self) -> CaptureState:
        """How it is doing now; readable from every thread."""

    @abstractmethod
    def read(self) -> Captured | Lost | None:
        """Wait for the next picture; None at the end, and soon after `stop`.

        Raises:
            UnreadableSource: the source failed, and did not come back in time.
        """

    @abstractmethod
    def stop(self) -> None:
        """Make a `read` that waits in another thread return None within half a second; safe from every thread."""

    def close(self) -> None:
        """Stop, and release what the source holds: threads, processes, sockets, devices; safe to call twice."""
        self.stop()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()
