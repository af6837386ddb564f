"""The classic mistakes between a detector and a classifier, each by name, so that its cost can be measured.

Every mistake is one that runs without an error message and gives the classifier the wrong pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from workbench.errors import InvalidValue, unknown
from workbench.inference.regions import Regions, check_margin, crop_regions, grown
from workbench.recipes import Recipe
from workbench.recipes.box_map import box_map
from workbench.recipes.callables import Preprocess
from workbench.recipes.catalogue import lookup
from workbench.recipes.plain import fit

MISTAKES = {
    "resized frame": "regions are cut from the frame as fitted to the detector's input, not from the source frame",
    "drawn on": "the boxes are drawn into the frame (green, 2 pixels wide) before the regions are cut from it",
    "swapped channels": "regions go to the classifier in the order OpenCV hands them out, blue first",
    "swapped axes": "boxes are read y first where they are x first, or the other way round",
    "scaled twice": "boxes in frame pixels are scaled from the detector's input to the frame once more",
    "no clip": "boxes, with their margin, are cut as they come: NumPy counts a negative edge from the other side",
}
REFITTED = ("resized frame", "scaled twice")  # mistakes of a detector whose recipe resizes its frames
GREEN, WIDTH = (0, 255, 0), 2  # what cv2.rectangle(frame, ..., (0, 255, 0), 2) of the tutorials draws
Cut = Callable[[np.ndarray, np.ndarray], Regions]  # frame (H, W, 3), boxes (N, 4) -> regions


@dataclass(frozen=True, slots=True)
class Cutter:
    """Cuts regions out of frames, with or without mistakes."""

    margin: float = 0.0
    mistakes: tuple[str, ...] = ()
    detector_recipe: Preprocess | None = None  # how the detector's frames are fitted; needed by two of the mistakes

    def __post_init__(self) -> None:
        """Refuse unknown mistakes, and those that need a size where there is none."""
        check_margin(self.margin)
        for name in self.mistakes:
            if name not in MISTAKES:
                raise unknown("cascade mistake", name, MISTAKES)
        refitted = [name for name in self.mistakes if name in REFITTED]
        if refitted and not resizes(self.detector_recipe):
            raise InvalidValue(
                f"the mistake {refitted[0]!r} needs a detector's recipe with a size; "
                "without one no frame is resized for the detector"
            )

    def __call__(self, image: np.ndarray, xyxy: np.ndarray) -> Regions:
        """Return the regions of boxes (N, 4) in `image` (H, W, 3), neither of which is changed."""
        if "swapped axes" in self.mistakes:
            xyxy = xyxy[:, [1, 0, 3, 2]]
        if "scaled twice" in self.mistakes and isinstance(self.detector_recipe, Recipe):
            xyxy = box_map(self.detector_recipe, image.shape[:2]).to_source(xyxy)
        if "drawn on" in self.mistakes:
            image = _drawn(image, xyxy)
        if "resized frame" in self.mistakes and isinstance(self.detector_recipe, Recipe):
            image, xyxy = _fitted(image, xyxy, self.detector_recipe)
        if "swapped channels" in self.mistakes:
            image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        cut = _cut_unclipped if "no clip" in self.mistakes else crop_regions
        return cut(image, xyxy, margin=self.margin)


def resizes(recipe: Preprocess | None) -> bool:
    """Tell whether a detector's recipe is known to resize its frames."""
    return isinstance(recipe, Recipe) and recipe.size is not None


def named(given: Iterable[Any]) -> tuple[Any, ...]:
    """Return names as a tuple; one alone may be given as text."""
    return (given,) if isinstance(given, str) else tuple(given)


def _fitted(image: np.ndarray, xyxy: np.ndarray, recipe: Recipe) -> tuple[np.ndarray, np.ndarray]:
    """Return the frame and its boxes as the detector gets them: turned, cropped, resized, padded; levels untouched."""
    moves = box_map(recipe, image.shape[:2])
    turned = lookup("rotate", recipe.rotate).apply(image)
    return fit(turned, moves.placed, recipe=recipe.replace(rounding="uint8")), moves.to_tensor(xyxy)


def _drawn(image: np.ndarray, xyxy: np.ndarray) -> np.ndarray:
    image = image.copy()
    for x0, y0, x1, y1 in xyxy[np.isfinite(xyxy).all(axis=1)].round().astype(int).tolist():
        cv2.rectangle(image, (x0, y0), (x1, y1), GREEN, WIDTH)
    return image


def _cut_unclipped(image: np.ndarray, xyxy: np.ndarray, *, margin: float) -> Regions:
    """Cut as `image[int(y0):int(y1), int(x0):int(x1)]` does, negative edges and all."""
    finite = np.isfinite(xyxy).all(axis=1)
    boxes = grown(np.where(finite[:, None], xyxy, 0), margin)
    cut = [image[y0:y1, x0:x1] for x0, y0, x1, y1 in boxes.astype(int).tolist()]
    fates = np.where([all(region.shape) for region in cut], "whole", "empty").astype(object)
    fates[~finite] = "not finite"
    kept = [region for region, fate in zip(cut, fates, strict=True) if fate == "whole"]
    return Regions(kept, fates.astype(str))
