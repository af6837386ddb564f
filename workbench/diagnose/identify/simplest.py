"""Among accounts of the same tensors, the one that changes least; and what else gives these tensors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.judge import Judge
from workbench.diagnose.identify.pictures import Pictures
from workbench.diagnose.identify.places import USUAL_FRACTIONS
from workbench.errors import InvalidValue
from workbench.recipes import CATALOGUE, Recipe
from workbench.recipes.slots import CROPS, PADS

HARDLY = 2.0  # of the mean square distance: a change that gains less is not named where nothing is exact
NOTHING = 0.02  # levels squared


def simplest(judge: Judge, h: Hypothesis, reference: Recipe) -> Hypothesis:
    """Return `h` with as many of its changes as possible taken back, the tensors kept."""
    changes = list(h.changes(reference))
    for kept in range(len(changes)):
        for group in combinations(changes, kept):
            candidate = _reset(h, reference, [name for name in changes if name not in group])
            if candidate is not None and judge.exact(candidate):
                return _plainer(judge, candidate, reference)
    return _plainer(judge, h, reference)


def _plainer(judge: Judge, h: Hypothesis, reference: Recipe) -> Hypothesis:
    """Return `h`, its other kernel or its wrapping taken back if fractions kept explain the tensors as well.

    TensorFlow's kernel rounded to uint8, or a kernel that wraps where nothing overshoots, is OpenCV's or Pillow's
    kernel in floats where an integer tensor rounds last.
    """
    changes = set(h.changes(reference))
    if not changes & {"resize", "wrap"} or changes & {"rounding", "order"}:
        return h
    plain = h.slip("wrap", None).slots(resize=reference.resize)
    for slots in ({"rounding": "float"}, {"order": "range_first"}, {"order": "resize_first"}):
        candidate = plain.slots(**slots)
        if candidate.cost(reference) <= h.cost(reference) and judge.exact(candidate):
            return candidate
    return h


def simplest_near(judge: Judge, h: Hypothesis, reference: Recipe, *, noise: float = 0.0) -> Hypothesis:
    """Return `h`, which is not exact, without the changes that bring it hardly nearer, or not beyond `noise`."""
    most = max(judge.distance(h) * HARDLY + NOTHING, noise)
    changes = list(h.changes(reference))
    for kept in range(len(changes)):
        near: list[tuple[float, int, Hypothesis]] = []
        for group in combinations(changes, kept):
            candidate = _reset(h, reference, [name for name in changes if name not in group])
            if candidate is not None and judge.possible(candidate):
                near.append((judge.distance(candidate), len(near), candidate))
        if near and min(near)[0] <= most:
            return min(near)[2]
    return h


def _reset(h: Hypothesis, reference: Recipe, names: list[str]) -> Hypothesis | None:
    """Return `h` with these changes taken back to the reference."""
    slots = {name: getattr(reference, name) for name in names if name not in h.slips}
    for name in names:
        if name in h.slips:
            h = h.slip(name, None)
    try:
        return h.slots(**slots)
    except InvalidValue:  # slots that exclude each other
        return None


def equals(judge: Judge, pictures: Pictures, h: Hypothesis, *, tensorflow: bool) -> dict[str, list[Hypothesis]]:
    """Return, slot by slot, the other choices that give the same tensors of these frames."""
    found: dict[str, list[Hypothesis]] = {}
    for slot, others in _others(judge, pictures, h, tensorflow).items():
        same = [other for other in others if judge.exact(other)]
        if same:
            found[slot] = same
    if "decode" in found and "pil" in {h.recipe.decode, *(other.recipe.decode for other in found["decode"])}:
        accurate = h.slots(decode="tf.accurate")  # Pillow's pixels by definition; TensorFlow need not be loaded
        if accurate.recipe.decode not in {h.recipe.decode, *(other.recipe.decode for other in found["decode"])}:
            found["decode"].append(accurate)
    return found


def _others(judge: Judge, pictures: Pictures, h: Hypothesis, tensorflow: bool) -> dict[str, list[Hypothesis]]:
    recipe, choices = h.recipe, pictures.choices(tensorflow=tensorflow)
    several = recipe.color not in ("gray", "gray_bgr")
    values: dict[str, Any] = {
        "rotate": (0, 90, 180, 270),
        "color": ("rgb", "bgr", "gray3") if several else ("gray", "gray_bgr"),
        "range": tuple(CATALOGUE["range"]),
    }
    if pictures.encoded:
        named = choices.get("decode", tuple(CATALOGUE["decode"])[:4] if pictures.kind == "picture" else ("cv2", "pyav"))
        values |= {"decode": named, "exif": ("apply", "ignore")}
    if recipe.size is not None:
        values |= {"fit": tuple(CATALOGUE["fit"]), "rounding": ("uint8", "float"), "order": tuple(CATALOGUE["order"])}
        kernels = tuple(name for name in CATALOGUE["resize"] if tensorflow or not name.startswith("tf"))
        values["resize"] = kernels if _resizes(judge, h) else tuple(CATALOGUE["resize"])
    if recipe.fit in CROPS and recipe.size is not None:
        values["crop_fraction"] = USUAL_FRACTIONS
    if recipe.fit in PADS and recipe.size is not None and _unpadded(judge, h):
        values["pad"] = (0, 114, 127, 128, 255)
    return {slot: list(_varied(h, slot, options)) for slot, options in values.items()}


def _varied(h: Hypothesis, slot: str, options: tuple[Any, ...]) -> Iterator[Hypothesis]:
    for option in options:
        if option == getattr(h.recipe, slot):
            continue
        try:
            yield h.slots(**{slot: option})
        except InvalidValue:  # a range by channel with one channel
            continue


def _resizes(judge: Judge, h: Hypothesis) -> bool:
    """Tell whether any frame is resized at all."""
    placed = (judge.renderer.placed(i, h) for i in range(len(judge.tensors)))
    return any(each.resized != each.crop[2:] for each in placed)


def _unpadded(judge: Judge, h: Hypothesis) -> bool:
    return all(judge.renderer.placed(i, h).fills for i in range(len(judge.tensors)))
