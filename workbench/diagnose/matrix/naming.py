"""Names of groups of recipes: what their members share and most others have not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

NEAREST, CORNERS, AA, PLAIN = "nearest", "no half-pixel centres", "antialiased", "not antialiased"
KINDS = (NEAREST, CORNERS, AA, PLAIN)  # of resizing, the narrower before the wider
Settings = Mapping[str, Mapping[str, Any]]  # name -> slot -> choice


def named(groups: Sequence[tuple[int, ...]], settings: Settings) -> dict[str, tuple[int, ...]]:
    """Name groups of recipes, each given by the numbers of its members.

    A name is the choices that all members share and most recipes have not, such as "color=bgr"; else the narrowest of
    KINDS that holds for the resize of all; else the members' own names. A group of one has the name of its member,
    and names that occur twice have their members beside them.
    """
    names, slots = list(settings), list(settings.values())
    usual = {slot: Counter(map(str, (each.get(slot) for each in slots))).most_common(1)[0][0] for slot in _slots(slots)}
    told = [_name([names[i] for i in group], [slots[i] for i in group], usual) for group in groups]
    return {
        name if told.count(name) == 1 else f"{name} ({', '.join(names[i] for i in group)})": group
        for name, group in zip(told, groups, strict=True)
    }


def _slots(slots: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(slot for each in slots for slot in each))


def _name(names: list[str], slots: list[Mapping[str, Any]], usual: Mapping[str, str]) -> str:
    if len(names) == 1:
        return names[0]
    first = slots[0]
    shared = [slot for slot in first if slot != "resize" and all(each.get(slot) == first[slot] for each in slots)]
    apart = [f"{slot}={first[slot]}" for slot in shared if str(first[slot]) != usual[slot]]
    kinds = set.intersection(*(_kinds(each.get("resize")) for each in slots))
    return ", ".join(apart) or next((kind for kind in KINDS if kind in kinds), ", ".join(names))


def _kinds(resize: str | None) -> set[str]:
    """Return what kinds of resizing a choice of the slot `resize` is; see `workbench.recipes.resizers`.

    Pillow's filters but nearest, TensorFlow's with antialias=True and the area means look at all pixels that a new
    one covers, the others at a fixed few. OpenCV's nearest and TF1's bilinear take a pixel's corner for its place,
    which shifts the picture by half the reduction.
    """
    if resize is None:
        return set()
    if resize.split(".")[-1].startswith("nearest"):
        return {NEAREST, PLAIN} | ({CORNERS} if resize == "cv2.nearest" else set())
    covers = resize.startswith("pil.") or resize.endswith("_aa") or resize.endswith(".area")
    return {AA} if covers else {PLAIN} | ({CORNERS} if resize.startswith("tf1.") else set())
