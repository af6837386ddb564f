"""Which classes a change hits: one row a class, those that lose most first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from workbench.diagnose.average_precision import by_class, true_and_found
from workbench.results.boxes.columns import labels_of

if TYPE_CHECKING:
    import pandas as pd
    import supervision as sv

    from workbench.diagnose.box_matching import Boxes, Matched
    from workbench.results import Classification


def classes_table(
    a: Classification, b: Classification, *, flips: np.ndarray, kl: np.ndarray, truth: np.ndarray | None
) -> pd.DataFrame:
    """Return one row a class: of the truth where it is known, else of A's answer.

    Columns: class, frames, flips, share (of the frames that flip), accuracy_a and accuracy_b with true classes,
    mean_kl in nats, instead (what B says most often on the flipped ones).
    """
    import pandas as pd

    groups = a.best if truth is None else truth
    said_b = [b.label(i) for i in range(len(b))]
    rows = []
    for group in np.unique(groups):
        there = groups == group
        flipped = flips & there
        apart = kl[there & np.isfinite(kl)]
        row = {
            "class": a.labels[group] if group >= 0 else "NaN",
            "frames": int(there.sum()),
            "flips": int(flipped.sum()),
            "share": float(flipped.sum() / there.sum()),
        }
        if truth is not None:
            row |= {f"accuracy_{side}": float((c.best == truth)[there].mean()) for side, c in (("a", a), ("b", b))}
        instead = Counter(said_b[i] for i in np.flatnonzero(flipped)).most_common(1)
        row["mean_kl"] = float(apart.mean()) if apart.size else float("nan")
        rows.append(row | {"instead": instead[0][0] if instead else ""})
    return pd.DataFrame(rows).sort_values(["flips", "frames"], ascending=False, kind="stable", ignore_index=True)


def boxes_table(frames: Matched, sides: tuple[Boxes, Boxes], truth: Boxes | None) -> pd.DataFrame:
    """Return one row a class name of A's or B's boxes that count.

    Columns: class, boxes_a, boxes_b, lost and renamed (of A's), new (of B's), mean_iou of those both have; with true
    boxes precision_a and precision_b, COCO's average precision 0.50:0.95 of all boxes decoded.
    """
    import pandas as pd

    table = Counter[tuple[str, str]]()
    overlaps: dict[str, list[float]] = {}
    for a, b, each in frames:
        names_a, names_b = labels_of(a), labels_of(b)
        table.update((name, "boxes_a") for name in names_a)
        table.update((name, "boxes_b") for name in names_b)
        table.update((names_a[i], "lost") for i in each.lost)
        table.update((names_b[j], "new") for j in each.new)
        for (i, _), overlap, same in zip(each.pairs, each.overlaps, each.same_class, strict=True):
            overlaps.setdefault(names_a[i], []).append(float(overlap))
            table[names_a[i], "renamed"] += int(not same)
    precision = _precision(sides, truth)
    names = sorted({name for name, _ in table} | set(precision))
    counted = ["boxes_a", "boxes_b", "lost", "renamed", "new"]
    rows = [
        [name, *(table[name, each] for each in counted), float(np.mean(overlaps.get(name, [np.nan]))),
         *precision.get(name, (np.nan, np.nan))]
        for name in names
    ]  # fmt: skip
    columns = ["class", *counted, "mean_iou", "precision_a", "precision_b"]
    found = pd.DataFrame(rows, columns=columns)
    if not precision:
        found = found.drop(columns=columns[-2:])
    worst = found["lost"] + found["renamed"] + found["new"]
    ordered = found.assign(worst=worst).sort_values(["worst", "boxes_a"], ascending=False, kind="stable")
    return ordered.drop(columns="worst").reset_index(drop=True)


def _precision(sides: tuple[Boxes, Boxes], truth: Boxes | None) -> dict[str, tuple[float, float]]:
    """Return the average precision of A and B by class name; empty without true boxes."""
    if truth is None:
        return {}
    once = np.ones((1, len(truth)))
    a, b = (by_class(true_and_found(side, truth), once) for side in sides)
    names = _names([*sides[0], *sides[1], *truth])
    return {names.get(number, f"class {number}"): (float(a[number][0]), float(b[number][0])) for number in a}


def _names(detections: Sequence[sv.Detections]) -> dict[int, str]:
    """Return class number -> name, where any box says it."""
    pairs = [
        (int(number), name)
        for each in detections
        if each.class_id is not None and "class_name" in each.data
        for number, name in zip(each.class_id, labels_of(each), strict=True)
    ]
    return dict(pairs)
