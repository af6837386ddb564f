"""One result of a live stream: the frame, what the model said, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.frames.capture.capture import Captured
from workbench.frames.frame import ChannelOrder, Frame, as_rgb
from workbench.recipes.callables import Preprocess
from workbench.results import Prediction


@dataclass(frozen=True, slots=True, eq=False)
class StreamResult:
    """One frame of a live source with the model's answer."""

    frame: Frame  # RGB; `index` is its number among all that were captured
    prediction: Prediction | None  # of this one frame; None without a model
    captured_s: float  # `time.monotonic()` of its arrival; of a played file, when it was due
    shown_s: float  # `time.monotonic()` when it was handed out
    recipe: Preprocess | None = None  # what made the tensor; it can be switched while the stream runs
    seconds: dict[str, float] = field(default_factory=dict)  # decode, wait, preprocess, infer, order (for its turn)

    @property
    def age_s(self) -> float:
        """Seconds from its arrival until it was handed out."""
        return self.shown_s - self.captured_s


class LiveResult(StreamResult):
    """A result as a stream hands it out: its RGB frame is made when it is first asked for.

    The model had the picture in the source's own channel order; turning 1080p into RGB takes 0.6 ms.
    """

    __slots__ = ("_held", "_order", "_origin")
    _held: Captured | Frame
    _order: ChannelOrder
    _origin: str

    def __init__(  # noqa: PLR0913 - what StreamResult has, and where its frame comes from
        self,
        captured: Captured,
        order: ChannelOrder,
        *,
        origin: str,
        prediction: Prediction | None,
        shown_s: float,
        recipe: Preprocess | None,
        seconds: dict[str, float],
    ) -> None:
        given = {
            "prediction": prediction, "captured_s": captured.captured_s, "shown_s": shown_s, "recipe": recipe,
            "seconds": seconds, "_held": captured, "_order": order, "_origin": origin,
        }  # fmt: skip
        for name, value in given.items():
            object.__setattr__(self, name, value)

    @property
    def frame(self) -> Frame:
        """The frame, RGB; `index` is its number among all that were captured."""
        held = self._held
        if isinstance(held, Frame):
            return held
        image = as_rgb(held.image, self._order)
        made = Frame(image, held.number, held.time_s, held.origin or self._origin)
        object.__setattr__(self, "_held", made)  # the picture in the source's order is not needed any more
        return made
