"""The `fit` slot: which part of the picture is resized to what, and where it lands in the tensor.

A placement says it in numbers, so the same value crops, resizes, pads, and later carries boxes back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.recipes.catalogue import choice, lookup

Size = tuple[int, int]  # height, width in pixels


@dataclass(frozen=True, slots=True)
class Placement:
    """Crop the source, resize the crop, put it into the tensor at an offset."""

    crop: tuple[int, int, int, int]  # top, left, height, width in source pixels
    resized: Size  # the crop after resizing
    offset: tuple[int, int]  # top, left of the resized crop in the tensor; negative cuts off, positive pads
    size: Size  # of the tensor

    @property
    def fills(self) -> bool:
        """Tell whether the resized crop is the whole tensor, with nothing cut off or padded."""
        return self.offset == (0, 0) and self.resized == self.size

    def to_source(self, xyxy: np.ndarray) -> np.ndarray:
        """Carry boxes (..., 4) x0, y0, x1, y1 from tensor pixels to pixels of the picture that was fitted, float64.

        Coordinates are edges: pixel i reaches from i to i + 1, so the whole tensor is (0, 0, width, height).
        That is what labels are scaled by in training, whatever the kernel; a kernel without half-pixel centres
        (tf1.bilinear, cv2.nearest) looks up to half a tensor pixel beside it, and the labels do not follow.
        """
        scale, shift = self._scale_and_shift()
        return np.asarray((np.asarray(xyxy, np.float64) - shift) / scale)

    def to_tensor(self, xyxy: np.ndarray) -> np.ndarray:
        """Carry boxes (..., 4) from pixels of the picture to tensor pixels: the inverse of `to_source`."""
        scale, shift = self._scale_and_shift()
        return np.asarray(np.asarray(xyxy, np.float64) * scale + shift)

    def _scale_and_shift(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the scale and shift (4,) of tensor = picture * scale + shift, for x0, y0, x1, y1."""
        top, left, height, width = self.crop
        scale = np.array([self.resized[1] / width, self.resized[0] / height] * 2)
        return scale, np.array([self.offset[1], self.offset[0]] * 2) - np.array([left, top] * 2) * scale


@choice("fit", "stretch", source="cv2.resize(image, (width, height)), keras.utils.load_img(target_size=...)")
def stretch(source: Size, size: Size, crop_fraction: float) -> Placement:
    """The whole picture, its aspect ratio given up."""
    del crop_fraction
    return Placement((0, 0, *source), size, (0, 0), size)


@choice("fit", "center_crop", source="EfficientNet preprocessing.py _decode_and_center_crop")
def center_crop(source: Size, size: Size, crop_fraction: float) -> Placement:
    """The largest central part with the tensor's aspect ratio, times crop_fraction; cut first, then resized."""
    height, width = source
    scale = min(height / size[0], width / size[1]) * crop_fraction
    crop_height, crop_width = (max(1, int(n * scale + 1e-6)) for n in size)
    top, left = (height - crop_height + 1) // 2, (width - crop_width + 1) // 2
    return Placement((top, left, crop_height, crop_width), size, (0, 0), size)


@choice("fit", "resize_crop", source="torchvision Resize(int(size / crop_fraction)) then CenterCrop(size)")
def resize_crop(source: Size, size: Size, crop_fraction: float) -> Placement:
    """Resized until the picture covers size / crop_fraction, aspect ratio kept; then the central part."""
    height, width = source
    covers = tuple(int(n / crop_fraction + 1e-6) for n in size)
    if covers[0] * width <= covers[1] * height:  # the width is the tight side
        resized = (max(covers[0], int(covers[1] * height / width)), covers[1])
    else:
        resized = (covers[0], max(covers[1], int(covers[0] * width / height)))
    # torchvision.transforms.functional.center_crop: int(round((height - crop_height) / 2.0))
    offset = (-round((resized[0] - size[0]) / 2.0), -round((resized[1] - size[1]) / 2.0))
    return Placement((0, 0, height, width), resized, offset, size)


@choice("fit", "letterbox", source="Ultralytics LetterBox(center=True), version 8")
def letterbox(source: Size, size: Size, crop_fraction: float) -> Placement:
    """The whole picture, aspect ratio kept, in the middle, padded with `pad` on two sides."""
    del crop_fraction
    resized = _inside(source, size)
    # Ultralytics: top = round((height - resized) / 2 - 0.1)
    top, left = (round((outer - inner) / 2 - 0.1) for outer, inner in zip(size, resized, strict=True))
    return Placement((0, 0, *source), resized, (top, left), size)


@choice(
    "fit",
    "letterbox_corner",
    source="tf.image.pad_to_bounding_box(image, 0, 0, height, width) after a resize",
)
def letterbox_corner(source: Size, size: Size, crop_fraction: float) -> Placement:
    """The whole picture, aspect ratio kept, in the top left corner, padded with `pad` below or to the right."""
    del crop_fraction
    return Placement((0, 0, *source), _inside(source, size), (0, 0), size)


def _inside(source: Size, size: Size) -> Size:
    ratio = min(size[0] / source[0], size[1] / source[1])
    height, width = (max(1, round(n * ratio)) for n in source)
    return height, width


def placement(source: Size, size: Size | None, fit: str, crop_fraction: float) -> Placement:
    """Return where a picture of `source` (height, width) goes in a tensor of `size`; None keeps the picture's own."""
    if size is None:
        return Placement((0, 0, *source), source, (0, 0), source)
    placed: Placement = lookup("fit", fit).apply(source, size, crop_fraction)
    return placed
