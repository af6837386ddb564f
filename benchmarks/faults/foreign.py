"""Mistakes outside the vocabulary: no recipe and no slip is what happened, so the honest answer is "nothing exact".

They come alone, on training recipes as the others. Named with certainty (`exact`), any answer is wrong; a nearest
recipe that calls itself so is right. A draw that does not change the tensors by more than NOISE is made again.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from faults.cases import ATTEMPTS, NOISE, SPLITS, Case, WrongGenerator, differs
from faults.decoding import picture
from faults.photos import Shots, draw_shots
from faults.recipes import draw_recipe
from faults.serving import Medium, given_frames, tensor, tensors
from faults.steps import Serving
from workbench import WorkbenchError

Edit = Callable[[np.ndarray], np.ndarray]


def _again(image: np.ndarray) -> np.ndarray:
    """Stored as a JPEG of quality 70 on the way."""
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "JPEG", quality=70)
    return np.array(Image.open(buffer))


def _equalized(image: np.ndarray) -> np.ndarray:
    """The luma's histogram equalized."""
    ycc = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb)
    ycc[..., 0] = cv2.equalizeHist(np.ascontiguousarray(ycc[..., 0]))
    return cv2.cvtColor(ycc, cv2.COLOR_YCrCb2RGB)


def _tilted(image: np.ndarray) -> np.ndarray:
    """Turned by three degrees."""
    height, width = image.shape[:2]
    return cv2.warpAffine(image, cv2.getRotationMatrix2D((width / 2, height / 2), 3, 1.0), (width, height))


def _grainy(image: np.ndarray) -> np.ndarray:
    """The same grain on every picture."""
    grain = np.random.default_rng(7).normal(0, 4, image.shape)
    return np.clip(np.rint(image + grain), 0, 255).astype(np.uint8)


def _halved_first(image: np.ndarray) -> np.ndarray:
    """Reduced to half its size before anything else."""
    return cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


def _bordered(image: np.ndarray) -> np.ndarray:
    """A border of its own edge around the picture."""
    return cv2.copyMakeBorder(image, 24, 24, 24, 24, cv2.BORDER_REPLICATE)


def _stretched_levels(image: np.ndarray) -> np.ndarray:
    """Each picture's levels stretched to 0..255."""
    low, high = np.percentile(image, (2, 98))
    return np.clip(np.rint((image - low) * 255 / max(high - low, 1)), 0, 255).astype(np.uint8)


def _minmax(done: np.ndarray) -> np.ndarray:
    """Each tensor by its own least and greatest number."""
    low, high = float(done.min()), float(done.max())
    return ((done.astype(np.float32) - low) / max(high - low, 1e-6)).astype(done.dtype)


def _clipped(done: np.ndarray) -> np.ndarray:
    """Cut off at the middle half of its numbers."""
    low, high = np.percentile(done, (15, 85))
    return np.clip(done, low, high).astype(done.dtype)


def _saturated(image: np.ndarray) -> np.ndarray:
    """Saturation times 1.5."""
    hsv = cv2.cvtColor(image, cv2.COLOR_RGB2HSV).astype(np.float32)
    hsv[..., 1] = np.clip(hsv[..., 1] * 1.5, 0, 255)
    return cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2RGB)


PICTURES: dict[str, Edit] = {
    "stored as JPEG again": _again, "histogram equalized": _equalized, "turned by 3 degrees": _tilted,
    "grain": _grainy, "halved first": _halved_first, "border added": _bordered, "auto levels": _stretched_levels,
    "blurred": lambda image: cv2.GaussianBlur(image, (5, 5), 0),
    "median filter": lambda image: cv2.medianBlur(image, 3),
    "sharpened": lambda image: cv2.addWeighted(image, 1.6, cv2.GaussianBlur(image, (0, 0), 2), -0.6, 0),
    "contrast": lambda image: cv2.convertScaleAbs(image, alpha=1.25, beta=12),
    "HSV": lambda image: cv2.cvtColor(image, cv2.COLOR_RGB2HSV),
    "posterized": lambda image: image & 0xE0,
    "green first": lambda image: np.ascontiguousarray(image[..., [1, 0, 2]]),
    "saturated": _saturated,
}  # fmt: skip
TENSORS: dict[str, Edit] = {"min and max of each": _minmax, "clipped": _clipped}
NAMES = (*PICTURES, *TENSORS)


@dataclass(frozen=True)
class ForeignCase(Case):
    """A case whose serving code does something that has no name in the vocabulary."""

    edit: str = ""

    def preprocess(self) -> Any:
        """Return the function, of an RGB picture or of a path."""

        def of_array(image: np.ndarray) -> np.ndarray:
            before, after = PICTURES.get(self.edit), TENSORS.get(self.edit)
            done = tensor(before(image.copy()) if before else image, self.serving)
            return after(done) if after else done

        def of_path(path: str | Path) -> np.ndarray:
            return of_array(picture(Path(path), self.serving.decode, self.serving.exif))

        return of_path if self.medium == "path" else of_array


def make_foreign(split: str, seed: int, index: int) -> ForeignCase:
    """Return case `index` of those with a mistake outside the vocabulary."""
    rng = np.random.default_rng([seed, SPLITS.index(split), 8, index])
    edit = NAMES[index % len(NAMES)]
    for _ in range(ATTEMPTS):
        medium: Medium = "rgb" if rng.random() < 0.6 else "path"
        shots = draw_shots(rng, split, "jpeg")
        try:
            training = draw_recipe(rng, {"decode": "cv2", "exif": "apply", "dtype": "float32"})
        except WorkbenchError:
            continue
        serving = Serving.of(training)
        case = ForeignCase(f"{split}:{seed}:foreign:{index}", (edit,), training, serving, medium, shots, "recipe",
                           (frozenset({edit}),), edit)  # fmt: skip
        if _shows(case, shots):
            return case
    raise WrongGenerator(f"foreign {index}: {edit} never showed in {ATTEMPTS} draws")


def _shows(case: ForeignCase, shots: Shots) -> bool:
    function = case.preprocess()
    made = np.stack([function(each) for each in (shots.paths if case.medium == "path" else given_frames(shots))])
    return differs(made, tensors(case.serving, shots, case.medium), NOISE * case.serving.level)
