"""The Frame value and the two promises a source can make: a sequence or a stream."""

from __future__ import annotations

import operator
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, overload

import cv2
import numpy as np

from workbench.errors import InvalidValue, NoSuchFrame

ChannelOrder = Literal["rgb", "bgr"]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture and where it came from."""

    image: np.ndarray  # (H, W, 3) uint8 RGB
    index: int  # position in its source, from 0
    time_s: float | None = None  # presentation time in seconds, 0 at the first frame; None for still pictures
    origin: str = ""  # path, `sample:` name or `array` of the source

    def __post_init__(self) -> None:
        """Refuse anything but (H, W, 3) uint8."""
        image = self.image
        if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
            raise InvalidValue(
                f"a frame is (H, W, 3) uint8 RGB; got {image.shape} {image.dtype} from {self.origin or 'an array'}"
            )


class FrameStream(AbstractContextManager["FrameStream"], ABC):
    """Frames that come once, in order: a camera, a network stream."""

    origin: str = ""
    order: ChannelOrder = "rgb"  # of the arrays that `arrays` gives out
    decoders: tuple[str, ...] = ()  # what `decoded_by` takes; empty where pixels come decoded

    @property
    def damaged(self) -> str | None:
        """What is missing or broken, of a source opened with `allow_damaged`; None of a whole one."""
        return None

    @abstractmethod
    def arrays(self) -> Iterator[np.ndarray]:
        """Yield each picture as it was decoded: (H, W, 3) uint8 in channel order `self.order`, uncopied.

        This is the fast road for a compiled recipe, which folds the channel order into its last step.
        """

    @abstractmethod
    def __iter__(self) -> Iterator[Frame]:
        """Yield Frames, RGB."""

    def close(self) -> None:
        """Release what the source holds; safe to call twice."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the source."""
        self.close()


class FrameSequence(FrameStream, Sequence[Frame]):
    """Frames that stay: `len`, `[i]` with exact random access, iteration any number of times.

    Frame `i` is bit-identical to the i-th frame of an iteration from the start.
    """

    @abstractmethod
    def array(self, index: int) -> np.ndarray:
        """Return picture `index` as it was decoded: (H, W, 3) uint8 in channel order `self.order`."""

    @abstractmethod
    def time_s(self, index: int) -> float | None:
        """Return the presentation time of frame `index` in seconds; None for still pictures."""

    def index_of(self, index: int) -> int:
        """Return the position of frame `index` in its source; a selection keeps its source's numbers."""
        return index

    def origin_of(self, index: int) -> str:
        """Return where frame `index` came from; the sequence's own origin unless each frame has one."""
        del index
        return self.origin

    def decoded_by(self, decode: str, exif: str = "apply") -> FrameSequence:
        """Return the same frames read by another decoder; arrays, which are decoded already, return themselves."""
        del decode, exif
        return self

    @overload
    def __getitem__(self, index: int) -> Frame: ...
    @overload
    def __getitem__(self, index: slice) -> FrameSequence: ...
    def __getitem__(self, index: int | slice) -> Frame | FrameSequence:
        """Return one Frame, or a view on some of them."""
        if isinstance(index, slice):
            return Selection(self, range(*index.indices(len(self))))
        number = self.place(index)
        return self._frame(number, self.array(number))

    def place(self, index: int) -> int:
        """Return the place of frame `index` counted from the start; a negative one counts from the end, as of a list.

        Raises:
            NoSuchFrame: there is none; an IndexError.
        """
        count, place = len(self), operator.index(index)
        if not -count <= place < count:
            numbers = f"these {count} frames have the numbers 0 to {count - 1}" if count else "no frame is there at all"
            raise NoSuchFrame(f"{self.origin}: there is no frame {place}; {numbers}")
        return place % count

    def arrays(self) -> Iterator[np.ndarray]:
        """Yield every picture in order, as `array` gives it."""
        return self.pick(range(len(self)))

    def pick(self, indices: Iterable[int]) -> Iterator[np.ndarray]:
        """Yield the pictures at `indices`, in that order, as `array` gives them."""
        return (self.array(i) for i in indices)

    def __iter__(self) -> Iterator[Frame]:
        """Yield every Frame in order."""
        return (self._frame(index, image) for index, image in enumerate(self.arrays()))

    def _frame(self, index: int, image: np.ndarray) -> Frame:
        return Frame(as_rgb(image, self.order), self.index_of(index), self.time_s(index), self.origin_of(index))


class Selection(FrameSequence):
    """Some frames of a sequence, numbered as they are there (`frames[::5]`)."""

    def __init__(self, source: FrameSequence, indices: range) -> None:
        self.source, self.indices = source, indices
        self.origin, self.order = source.origin, source.order
        self.decoders = source.decoders

    @property
    def damaged(self) -> str | None:
        """What is missing or broken of the source, be it selected or not."""
        return self.source.damaged

    def __len__(self) -> int:
        return len(self.indices)

    def array(self, index: int) -> np.ndarray:
        """Return the picture at place `index` of the selection."""
        return self.source.array(self.indices[index])

    def pick(self, indices: Iterable[int]) -> Iterator[np.ndarray]:
        """Yield the pictures at these places of the selection; the source may read ahead for it."""
        return self.source.pick(self.indices[i] for i in indices)

    def time_s(self, index: int) -> float | None:
        """Return the time of the frame at place `index` of the selection."""
        return self.source.time_s(self.indices[index])

    def index_of(self, index: int) -> int:
        """Return the source's number of the frame at place `index` of the selection."""
        return self.source.index_of(self.indices[index])

    def origin_of(self, index: int) -> str:
        """Return the origin of the frame at place `index` of the selection."""
        return self.source.origin_of(self.indices[index])

    def decoded_by(self, decode: str, exif: str = "apply") -> Selection:
        """Return the same selection read by another decoder."""
        return Selection(self.source.decoded_by(decode, exif), self.indices)

    def close(self) -> None:
        """Close the source."""
        self.source.close()


def as_rgb(image: np.ndarray, order: ChannelOrder) -> np.ndarray:
    """Return `image` (H, W, 3) uint8 in RGB: itself, or a converted copy."""
    return cv2.cvtColor(image, cv2.COLOR_BGR2RGB) if order == "bgr" else image
