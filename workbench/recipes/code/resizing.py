"""The call that resizes as the recipe does: `cv2.resize`, or a function of this package that is exported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.recipes.code import kernels, pillow, tf_bilinear, tf_kernels
from workbench.recipes.code.draft import Draft
from workbench.recipes.code.rows import to_uint8

Function = Callable[..., Any]

# kernel, and how many pixels it reaches to each side
PILLOW: dict[str, tuple[Function, float]] = {
    "pil.box": (kernels.box, 0.5),
    "pil.bilinear": (kernels.triangle, 1),
    "pil.hamming": (kernels.hamming, 1),
    "pil.bicubic": (kernels.cubic, 2),
    "pil.lanczos": (kernels.lanczos, 3),
}
# and whether it is antialiased
TENSORFLOW: dict[str, tuple[Function, float, bool]] = {
    "tf.bilinear_aa": (kernels.triangle, 1, True),
    "tf.bicubic_aa": (kernels.cubic, 2, True),
    "tf.lanczos3": (kernels.tf_lanczos, 3, False),
    "tf.lanczos3_aa": (kernels.tf_lanczos, 3, True),
}
BILINEAR: dict[str, Function] = {
    "tf.bilinear": tf_bilinear.half_pixel_places,
    "tf1.bilinear": tf_bilinear.legacy_places,
    "tf1.bilinear_corners": tf_bilinear.corner_places,
}
SIMPLE: dict[str, Function] = {
    "pil.nearest": pillow.pillow_nearest,
    "tf.nearest": tf_kernels.tf_nearest,
    "tf.bicubic": tf_kernels.tf_cubic,
    "tf.area": tf_kernels.tf_area,
}
FLOATS = frozenset({*TENSORFLOW, *BILINEAR, "tf.bicubic", "tf.area"})  # give float32, whatever they are given


def resize(draft: Draft, name: str, size: str, *, rounded: bool) -> None:
    """Add the line that resizes `image` by `name` to the (height, width) in `size`; `rounded`: to uint8 levels."""
    call, needs = _call(name, size)
    if rounded and name in FLOATS:
        draft.add(f"image = to_uint8({call})", *needs, to_uint8)
    else:
        draft.add(f"image = {call}", *needs)


def _call(name: str, size: str) -> tuple[str, list[Function]]:
    if name in PILLOW:
        kernel, reach = PILLOW[name]
        return f"pillow_resize(image, {size}, {kernel.__name__}, reach={reach:g})", [pillow.pillow_resize, kernel]
    if name in TENSORFLOW:
        kernel, reach, antialias = TENSORFLOW[name]
        arguments = f"{kernel.__name__}, reach={reach:g}, antialias={antialias}"
        return f"tf_resize(image, {size}, {arguments})", [tf_kernels.tf_resize, kernel]
    if name in BILINEAR:
        places = BILINEAR[name]
        return f"bilinear(image, {size}, {places.__name__})", [tf_bilinear.bilinear, places]
    if name in SIMPLE:
        return f"{SIMPLE[name].__name__}(image, {size})", [SIMPLE[name]]
    flag = f"cv2.INTER_{name.removeprefix('cv2.').upper()}"
    return f"cv2.resize(image, {size}[::-1], interpolation={flag})", []
