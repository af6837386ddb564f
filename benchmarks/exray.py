"""The preprocessing faults of ML-EXray on the sample classifiers, beside that paper's own figures for MobileNetV2.

Run: `python benchmarks/exray.py [--every 10] [--seeds 1] [--figure FILE.svg]`. Accuracy is over the labelled pictures
there are (20 each), and over the parts of photos that a small network was not trained on; its training recipe is the
paper's: areas averaged, [-1, 1]. Flips are over many more frames that have no labels: photos, and every n-th frame of
two clips. Frames of one clip resemble each other, so that those intervals are too narrow; on frames of another domain
than the model's a flip counts for less than on its own. Exit status 1 when a rotation or BGR costs no labelled model
accuracy beyond chance, or another way of resizing costs more than they do.

The paper's figures and what they are of: `workbench.diagnose.exray`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from measure import machine, print_table
from zoo.asking import sample_frames

from workbench import load_model, open_frames, preset, read_labels
from workbench.diagnose.exray import AREA, BILINEAR, KINDS, ROTATED, SWAPPED, exray, exray_table
from workbench.diagnose.matrix import Matrix
from workbench.diagnose.on_the_spot import SMALL, train_on_the_spot
from workbench.views.exray_figure import figure_exray

LABELLED = {"efficientnet-lite0": "sample:imagenet-20", "cifar10-cnn": "sample:cifar-20"}
PHOTOS = ("sample:imagenet-20", "sample:skimage", "sample:faces-6")
CLIPS = ("sample:bikes/bikes.mp4", "sample:bikes/bigbuckbunny.mp4")
GENERAL = ("efficientnet-lite0", "cifar10-cnn", "dog-breeds")
FACES = "emotion-cnn"
TRAINED = "small network"
RESAMPLES_WORDS = "95% intervals by 1,000 resamples of the frames"


def labelled(seeds: int) -> dict[str, Matrix]:
    """Serve the classifiers whose pictures have labels, and small networks trained as the paper's models were."""
    found = {}
    for name, origin in LABELLED.items():
        frames = open_frames(origin)
        own, model = preset(f"sample:{name}"), load_model(f"sample:{name}")
        found[name] = exray(name, own, model, frames, read_labels(origin, frames), progress=False)
    own = SMALL.replace(range="symmetric", resize="cv2.area")
    for seed in range(seeds):
        made = train_on_the_spot(open_frames("sample:imagenet-20"), {TRAINED: own}, seed=seed, progress=False)
        name = TRAINED if seeds == 1 else f"{TRAINED} {seed}"
        found[name] = exray(name, own, made.models[TRAINED][1], made.frames, made.truth, progress=False)
    return found


def unlabelled(every: int) -> dict[str, Matrix]:
    """Serve all four on many frames, whatever they show; emotions on faces alone."""
    photos = [frame.image for origin in PHOTOS for frame in open_frames(origin)]
    photos += [frame.image for origin in CLIPS for frame in open_frames(origin)[::every]]
    shown = dict.fromkeys(GENERAL, photos) | {FACES: [frame.image for frame in sample_frames("faces")]}
    return {
        name: exray(name, preset(f"sample:{name}"), load_model(f"sample:{name}"), frames, progress=False)
        for name, frames in shown.items()
    }


def print_flips(found: Mapping[str, Matrix]) -> None:
    rows = []
    for name, matrix in found.items():
        ends = zip(*(100 * each[0] for each in (matrix.flips.mean, matrix.flips.low, matrix.flips.high)), strict=True)
        cells = [f"{mean:.0f}% ({low:.0f}–{high:.0f})" for mean, low, high in ends]
        cells = ["its own" if own else cell for own, cell in zip(matrix.own[0], cells, strict=True)]
        rows.append([name, str(len(matrix)), *cells[1:]])
    print_table(f"Answers that flip, without labels; {RESAMPLES_WORDS}", ("model", "frames", *KINDS[1:]), rows)


def holds(found: Mapping[str, Matrix]) -> bool:
    """Tell whether the faults cost what the paper says they do, in kind: see the head of this file."""
    losses = {kind: [_loss(each, kind) for each in found.values()] for kind in KINDS[1:]}
    beyond = all(min(high for _, high in losses[kind]) < 0 for kind in (ROTATED, SWAPPED))
    mean = {kind: float(np.mean([change for change, _ in each])) for kind, each in losses.items()}
    return beyond and min(mean[AREA], mean[BILINEAR]) > max(mean[ROTATED], mean[SWAPPED])


def _loss(matrix: Matrix, kind: str) -> tuple[float, float]:
    """Return the change of accuracy and the upper end of its interval."""
    column = matrix.serving.index(kind)
    assert matrix.change is not None
    return float(matrix.change.mean[0, column]), float(matrix.change.high[0, column])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=10, help="take every n-th frame of the clips")
    parser.add_argument("--seeds", type=int, default=1, help="small networks")
    parser.add_argument("--figure", type=Path, help="draw the labelled ones there")
    arguments = parser.parse_args()
    print(f"Measured on {machine()}.", flush=True)
    found = labelled(arguments.seeds)
    table = exray_table(found)
    print_table(f"Top-1 accuracy; {RESAMPLES_WORDS}", list(table.columns), table.to_numpy().tolist())
    print_flips(unlabelled(arguments.every))
    if arguments.figure:
        figure_exray(found).savefig(arguments.figure, transparent=True)
    raise SystemExit(not holds(found))


if __name__ == "__main__":
    main()
