"""When each picture of a clip that is played is due."""

from __future__ import annotations

from workbench.errors import InvalidValue

PATIENCE_S = 1.0  # a picture that is later than this holds up the clock, as a source that stalls does


class RealTime:
    """The clock of a clip, `speed` times as fast as real time; moments are those of `time.monotonic()`.

    Attributes:
        held_up_s: seconds that it has waited for pictures that came late.
    """

    def __init__(self, speed: float) -> None:
        self.held_up_s = 0.0
        self._speed = speed
        self._start: float | None = None

    @property
    def begun(self) -> bool:
        """Whether it has begun, without which nothing is due."""
        return self._start is not None

    def begin(self, now: float) -> None:
        """Let what stands at the clip's time 0 be due now."""
        self._start = now

    def due(self, time_s: float) -> float:
        """Return the moment at which the picture at a time of the clip is due."""
        assert self._start is not None
        return self._start + time_s / self._speed + self.held_up_s

    def wait_for(self, time_s: float, now: float) -> bool:
        """Let a picture that is there only now be due now, if it is later than PATIENCE_S; tell whether it is."""
        late = now - self.due(time_s)
        if late <= PATIENCE_S:
            return False
        self.held_up_s += late
        return True


def check_speed(speed: float) -> None:
    """Refuse a speed at which nothing can be played.

    Raises:
        InvalidValue: it is not above 0, or without an end.
    """
    if not 0 < speed < float("inf"):
        raise InvalidValue(f"speed is a factor of real time above 0, such as 1.0 or 2.0; got {speed}")
