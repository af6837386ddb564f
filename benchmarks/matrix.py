"""The matrix benchmark: small networks trained under 6 recipes and under two mixtures of them, served under 12.

Run: `python benchmarks/matrix.py` (parts of photos; one network a recipe). `--data digits` takes digits written on
photos instead, `--seeds 3` trains every network three times and says how far that moves the figures, `--train` and
`--serve` name fewer recipes, `--out FILE.json` keeps the first matrix. The pictures are 64 x 64 parts of 30 photos
(which photo is it a part of?), or 80 x 80 digits, and are resized to 24 x 24; those served were never trained on.
"""

from __future__ import annotations

import argparse
import os
import time
from itertools import pairwise, product

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import cv2
import numpy as np
from measure import machine, print_table
from zoo.pictures import make_pictures

from workbench import open_frames
from workbench.diagnose.matrix import Matrix, train_serve_matrix
from workbench.models import Model
from workbench.models.training import Parts, cut_parts, train
from workbench.recipes import Recipe

OWN = Recipe(size=(24, 24), range="unit")
RECIPES = {
    "bgr": OWN.replace(color="bgr"), "symmetric": OWN.replace(range="symmetric"),
    **{name: OWN.replace(resize=name) for name in (
        "cv2.linear", "tf.bilinear", "tf1.bilinear", "cv2.cubic", "cv2.nearest", "pil.nearest", "pil.bilinear",
        "tf.bilinear_aa", "cv2.area", "pil.bicubic",
    )},
}  # fmt: skip
TRAINED = ("cv2.linear", "cv2.nearest", "pil.bilinear", "cv2.area", "bgr", "symmetric")
MIXED, MIXED_RESIZES = "mixed", "mixed resizes"  # of all that are trained under, of those that differ in resize alone
PHOTOS = {"sample:imagenet-20": range(20), "sample:skimage": (0, 1, 3, 5, 7, 8, 9, 10, 11, 12)}  # 64-pixel parts fit
LONGEST = 768  # pixels; larger photos are shrunk to it, so that a part shows more than skin or sky
LEARNED, SIDE = 2400, 64
DIGITS_SEED, DIGITS_SHAPE, DIGITS_HELD = 3, (80, 80), 600
NO_AA, AA = ("cv2.linear", "cv2.nearest"), ("pil.bilinear", "cv2.area")  # of TRAINED: without and with antialias


def pictures(data: str) -> Parts:
    """Return the pictures to learn from and held out."""
    if data == "digits":
        made = make_pictures(DIGITS_SEED, "digits_on_photos", DIGITS_SHAPE, learned=LEARNED, held=DIGITS_HELD)
        return Parts(made.learned, made.learned_truth, made.held, made.held_truth)
    photos = []
    for origin, numbers in PHOTOS.items():
        frames = open_frames(origin)
        photos += [_shrunk(frames[number].image) for number in numbers]
    return cut_parts(photos, side=SIDE, learned=LEARNED, seed=0)


def _shrunk(photo: np.ndarray) -> np.ndarray:
    scale = min(1, LONGEST / max(photo.shape))
    return cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def trained(parts: Parts, names: list[str], seed: int) -> dict[str, tuple[Recipe | list[Recipe], Model]]:
    """Return a network for each recipe, and for the mixtures of several."""
    under: dict[str, Recipe | list[Recipe]] = {name: RECIPES[name] for name in names}
    resizes = [RECIPES[name] for name in names if set(RECIPES[name] - OWN) <= {"resize"}]
    under |= {MIXED_RESIZES: resizes} if len(resizes) > 1 else {}
    under |= {MIXED: [RECIPES[name] for name in names]} if len(names) > len(resizes) else {}
    return {
        name: (recipe, train(parts.learned, parts.learned_truth, recipe, seed=len(under) * seed + place))
        for place, (name, recipe) in enumerate(under.items())
    }


def show(matrix: Matrix) -> None:
    """Print every measure with its intervals, and the groups."""
    rows, columns = [*matrix.rows.order, *np.flatnonzero(matrix.mixed)], matrix.columns.order
    scales = {"accuracy": (100, ".0f"), "change": (100, "+.0f"), "flips": (100, ".0f"), "kl": (1, ".2f")}
    units = {"accuracy": "%", "change": "points against the own recipe", "flips": "%", "kl": "nats"}
    for name, each in matrix.measures.items():
        scale, form = scales[name]
        cells = [[_cell((each.mean, each.low, each.high), (r, c), scale, form) for c in columns] for r in rows]
        named = [[matrix.training[r], *row] for r, row in zip(rows, cells, strict=True)]
        print_table(f"{name}, {units[name]} (95% interval)", ["trained", *(matrix.serving[c] for c in columns)], named)
    for axis, names, grouping in (
        ("serving", matrix.serving, matrix.columns), ("training", matrix.training, matrix.rows),
    ):  # fmt: skip
        told = "; ".join(f"{name}: {', '.join(names[i] for i in each)}" for name, each in grouping.groups.items())
        heights = ", ".join(f"{height:.3f}" for height in grouping.linkage[:, 2])
        print(f"\nGroups of {axis} recipes (cut at {grouping.cut:g}; merges at {heights}): {told}")


def _cell(of: tuple[np.ndarray, np.ndarray, np.ndarray], place: tuple[int, int], scale: float, form: str) -> str:
    mean, low, high = (f"{scale * each[place]:{form}}" for each in of)
    return f"{mean} ({low} to {high})"


def families(matrix: Matrix) -> None:
    """Print what serving one family of resizers costs a network of the same and of the other, paired."""
    assert matrix.change is not None
    known = [name for name in (*NO_AA, *AA) if name in matrix.training and name in matrix.serving]
    rows = []
    for one, other in product(known, known):
        place = matrix.training.index(one), matrix.serving.index(other)
        kind = "same" if (one in AA) == (other in AA) else "other"
        cost = _cell((matrix.change.mean, matrix.change.low, matrix.change.high), place, 100, "+.0f")
        rows += [[one, other, kind, cost]] if one != other else []
    print_table("Resizing alone", ["trained", "served", "family", "accuracy, points"], sorted(rows, key=lambda r: r[2]))


def spread(found: list[Matrix]) -> None:
    """Print how far another start of training moves the change of accuracy."""
    changes = np.stack([each.change.mean for each in found if each.change is not None])
    moved = changes.std(axis=0, ddof=1)
    first = found[0]
    rows = [
        [row, *(f"{100 * m:+.0f} ± {100 * s:.0f}" for m, s in zip(means, stds, strict=True))]
        for row, means, stds in zip(first.training, changes.mean(axis=0), moved, strict=True)
    ]
    print_table(f"Change of accuracy, points, over {len(found)} starts", ["trained", *first.serving], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=("parts", "digits"), default="parts")
    parser.add_argument("--train", default=",".join(TRAINED), help=f"of {', '.join(RECIPES)}; a comma between")
    parser.add_argument("--serve", default=",".join(RECIPES), help="likewise")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--out", metavar="FILE.json|FILE.csv")
    arguments = parser.parse_args()
    parts = pictures(arguments.data)
    served = {name: RECIPES[name] for name in arguments.serve.split(",")}
    print(f"Measured on {machine()}; {len(parts.learned)} pictures to learn from, {len(parts.held)} served")
    found = []
    for seed in range(arguments.seeds):
        clocks = [(time.perf_counter(), time.process_time())]
        networks = trained(parts, arguments.train.split(","), seed)
        clocks.append((time.perf_counter(), time.process_time()))
        found.append(train_serve_matrix(networks, served, parts.held, parts.held_truth, progress=False))
        clocks.append((time.perf_counter(), time.process_time()))
        took = [f"{b[0] - a[0]:.0f} s ({b[1] - a[1]:.0f} s of CPU)" for a, b in pairwise(clocks)]
        print(f"{len(networks)} networks trained in {took[0]}; {len(networks)} x {len(served)} cells in {took[1]}")
    if arguments.out:
        found[0].save(arguments.out)
    show(found[0])
    families(found[0])
    print(f"\n{found[0].verdict}")
    if len(found) > 1:
        spread(found)


if __name__ == "__main__":
    main()
