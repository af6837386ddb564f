"""`identify`: which recipe is this preprocessing, and in what does it differ from the one in training?"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from workbench.diagnose.identify.find import Finder
from workbench.diagnose.identify.forms import DTYPES, Tensors
from workbench.diagnose.identify.habits import Observed, Takes, observe
from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.identification import Identification
from workbench.diagnose.identify.judge import TOLERANCE
from workbench.diagnose.identify.pictures import Pictures
from workbench.diagnose.identify.probes import probe_images
from workbench.diagnose.identify.reasons import reasons
from workbench.diagnose.identify.render import Renderer
from workbench.diagnose.identify.simplest import equals
from workbench.diagnose.identify.slips import Slip, found
from workbench.errors import InvalidValue, unknown
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence
from workbench.recipes import Recipe

MOST_FRAMES = 8  # looked at, evenly spaced
Black = Recipe | np.ndarray | Callable[[Any], Any]


def identify(
    preprocess: Black,
    frames: Any = None,
    *,
    reference: Black | None = None,
    takes: Takes = "rgb",
    progress: bool = False,
) -> Identification:
    """Say which recipe a preprocessing is: by its tensors alone, with proof or with the nearest.

    Args:
        preprocess: a function of one picture, a Recipe, or the saved tensors (N, ...) of these frames.
        frames: what `open_frames` takes, but a live stream; of more than 8 frames 8 are looked at, evenly spaced. None
            takes all of `probe_images()`.
        reference: what was right, in training: again a function, a Recipe or saved tensors. Found are then the slots
            that differ from it, as few as explain the tensors.
        takes: what functions are given: a picture (H, W, 3) uint8 as "rgb" or "bgr" array, or the "path" of its file.
        progress: print what is being looked at.

    Raises:
        InvalidValue: a function that fails or gives no tensor, saved tensors that are not one a frame, no frames.
        UnknownName: `takes` is none of the three.
    """
    if takes not in ("rgb", "bgr", "path"):
        raise unknown("way to give pictures (takes)", takes, ("rgb", "bgr", "path"))
    if frames is None and isinstance(preprocess, np.ndarray):
        raise InvalidValue("saved tensors are explained by the frames they were made of; give frames")
    source = open_frames(probe_images() if frames is None else frames)
    if not isinstance(source, FrameSequence):
        raise InvalidValue(f"{source.origin} is a live stream; take some of its frames first: take(source, limit=8)")
    case = _Case(source, takes, progress, most=len(source) if frames is None else MOST_FRAMES)
    known = case.reference(reference)
    return case.identification(preprocess, known)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of the reference."""

    recipe: Recipe | None = None
    undecided: dict[str, tuple[Any, ...]] | None = None  # the choices that are the same as the recipe's on these frames
    batch_axes: int | None = None
    alone: Identification | None = None  # of a reference that is no recipe, with the tensors it was made from
    tensors: tuple[np.ndarray, ...] = ()


class _Case:
    def __init__(self, frames: FrameSequence, takes: Takes, progress: bool, *, most: int) -> None:
        self.frames, self.takes, self.progress = frames, takes, progress
        count = min(len(frames), most)
        self.indices = sorted({round(i) for i in np.linspace(0, len(frames) - 1, count)})

    def reference(self, reference: Black | None) -> _Known:
        """Return the recipe of the reference: given, or itself identified."""
        if reference is None or isinstance(reference, Recipe):
            return _Known(reference)
        seen = self._observed(reference)
        alone = self._identified(reference, seen, _Known())
        axes = None if isinstance(reference, np.ndarray) else seen.batch_axes
        return _Known(alone.recipe, alone.undecided, axes, alone, tuple(seen.tensors))

    def identification(self, preprocess: Black, known: _Known) -> Identification:
        seen = self._observed(preprocess)
        if known.alone is not None and _alike(seen.tensors, known.tensors):  # whatever both are, they are the same
            slips = tuple(_habits(seen, known))
            return replace(known.alone, slips=slips, compared=True, same=True)
        return self._identified(preprocess, seen, known)

    def _observed(self, preprocess: Black) -> Observed:
        if self.progress:
            print(f"identify: {len(self.indices)} frames of {self.frames.origin or 'arrays'}")
        if isinstance(preprocess, Recipe):
            renderer = Renderer(self._pictures(preprocess))
            return Observed([renderer.tensor(i, Hypothesis(preprocess)) for i in range(len(self.indices))])
        if isinstance(preprocess, np.ndarray):
            if len(preprocess) != len(self.frames) or preprocess.ndim not in (3, 4):
                raise InvalidValue(
                    f"saved tensors are (N, ...), one of each of {len(self.frames)} frames; got {preprocess.shape}"
                )
            return Observed([np.asarray(preprocess[index]) for index in self.indices])
        if not callable(preprocess):
            raise InvalidValue(f"a function, a Recipe or saved tensors are needed; got {type(preprocess).__name__}")
        return observe(preprocess, self.frames, self.indices, self.takes)

    def _pictures(self, preprocess: Black) -> Pictures:
        encoded = isinstance(preprocess, Recipe | np.ndarray) or self.takes == "path"
        return Pictures(self.frames, list(self.indices), encoded=encoded, shifts=isinstance(preprocess, np.ndarray))

    def _identified(self, preprocess: Black, seen: Observed, known: _Known) -> Identification:
        tensors, pictures = Tensors(seen.tensors), self._pictures(preprocess)
        start = known.recipe or _usual(tensors)
        again = Tensors(seen.again) if "not_deterministic" in seen.habits else None
        finder = Finder(tensors, pictures, start, again=again)
        result = finder.find()
        h = result.h
        same = equals(finder.judge, pictures, h, tensorflow=result.tensorflow) if result.exact else {}
        undecided = {
            slot: (getattr(h.recipe, slot), *(getattr(each.recipe, slot) for each in others))
            for slot, others in same.items()
        }
        foreign = "" if tensors.dtype in DTYPES else tensors.dtype
        return Identification(
            recipe=h.recipe,
            recipes=(h.recipe, *(each.recipe for others in same.values() for each in others)),
            exact=result.exact,
            residual=finder.judge.worst(h),
            psnr_db=_psnr(finder.judge.distance(h)),
            slips=(*(found(name, value) for name, value in h.slips.items()), *_habits(seen, known)),
            undecided=undecided,
            reasons=reasons(pictures, undecided),
            differs=_differs(h.recipe, undecided, known) | _foreign(foreign, known),
            frames=len(self.indices),
            compared=known.recipe is not None,
            dtype=foreign,
        )


def _alike(mine: Sequence[np.ndarray], others: Sequence[np.ndarray]) -> bool:
    """Tell whether two lists of tensors are equal, but for float noise: TOLERANCE of 255 levels, of their spread."""
    pairs = list(zip(mine, others, strict=True))
    if any(a.shape != b.shape or a.dtype != b.dtype for a, b in pairs):
        return False
    spread = max(float(np.ptp(b.astype(np.float64))) for _, b in pairs)
    return all(np.abs(a.astype(np.float64) - b).max() <= TOLERANCE / 255 * spread for a, b in pairs)


def _usual(tensors: Tensors) -> Recipe:
    """Return what a preprocessing is taken for where nothing is known: the catalogue's first choices."""
    layout = tensors.layouts[0]
    shapes = {tensor.shape for tensor in tensors.tensors}
    height, width = next(iter(shapes))[:2] if layout == "nhwc" else next(iter(shapes))[1:]
    return Recipe(size=(height, width) if len(shapes) == 1 else None, layout=layout)


def _psnr(mse: float) -> float:
    """Return the peak signal-to-noise ratio in dB of a mean square in levels; -inf where the sizes are others."""
    if mse == 0:
        return math.inf
    return 10 * math.log10(255**2 / mse) if math.isfinite(mse) else -math.inf


def _foreign(dtype: str, known: _Known) -> dict[str, tuple[Any, Any]]:
    return {"dtype": (known.recipe.dtype, dtype)} if dtype and known.recipe else {}


def _differs(recipe: Recipe, undecided: dict[str, tuple[Any, ...]], known: _Known) -> dict[str, tuple[Any, Any]]:
    """Return the slots that differ, but for those in which the reference may be the same as far as frames show."""
    if known.recipe is None:
        return {}
    open_ = known.undecided or {}
    found = (known.recipe - recipe).items()
    return {slot: pair for slot, pair in found if not set(open_.get(slot, ())) & {pair[1], *undecided.get(slot, ())}}


def _habits(seen: Observed, known: _Known) -> list[Slip]:
    slips = [found(name, value) for name, value in seen.habits.items()]
    if seen.batch_axes > 1:
        slips.append(found("batch_axis", f"there {seen.batch_axes} times"))
    elif known.batch_axes is not None and known.batch_axes != seen.batch_axes:
        slips.append(found("batch_axis", "dropped" if seen.batch_axes < known.batch_axes else "added"))
    return slips
