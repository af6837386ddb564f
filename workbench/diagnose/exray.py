"""The preprocessing faults of ML-EXray, as changes of a model's own recipe, beside that paper's own figures.

Source: Qiu, Vavelidou, Li, Pergament, Warden, Chinchali, Asgar, Katti, ML-EXray: Visibility into ML Deployment on the
Edge, MLSys 2022 (arXiv 2111.04779), the chart of preprocessing bugs over image classifiers. Its figures are read off
the authors' own drawing of that chart, `edgeml/python/src/MLEXray/plots/preproc_accuracy_plot.py` of their repository
hangqiu/ML-EXray at commit 242a6dec. Their baseline averages areas and stretches the picture to the input
(`Image_Model_Runner.py`: `ResizeMethod.AREA`), and their published traces name the variants Edge_Bilinear, Edge_BGR
and Edge_[0,1]: so "resize" there is bilinear in place of the average of areas, and here both are asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.diagnose.matrix import Matrix
from workbench.diagnose.matrix.train_serve import train_serve_matrix
from workbench.inference.sources import Source
from workbench.models import Model
from workbench.recipes import Recipe

if TYPE_CHECKING:
    import pandas as pd

OWN, AREA, BILINEAR = "own recipe", "area resize", "bilinear resize"
SWAPPED, RANGE, ROTATED = "BGR for RGB", "wrong range", "rotated by 90°"
KINDS = (OWN, AREA, BILINEAR, SWAPPED, RANGE, ROTATED)
SWAPS = {"rgb": "bgr", "bgr": "rgb", "gray": "gray_bgr", "gray3": "bgr", "gray_bgr": "gray"}
# Top-1 on ImageNet: baseline, resize, channel, normalization, rotation
PUBLISHED = {
    name: dict(zip((OWN, BILINEAR, SWAPPED, RANGE, ROTATED), figures, strict=True))
    for name, figures in {
        "MobileNetV1": (0.69, 0.69, 0.63, 0.62, 0.30),
        "MobileNetV2": (0.69, 0.70, 0.60, 0.57, 0.42),
        "MobileNetV3-Large": (0.72, 0.75, 0.65, 0.62, 0.54),
        "MobileNetV3-Small": (0.70, 0.72, 0.51, 0.54, 0.38),
        "InceptionV3": (0.72, 0.73, 0.69, 0.73, 0.50),
        "DenseNet121": (0.67, 0.64, 0.57, 0.62, 0.43),
        "ResNet50V2": (0.67, 0.65, 0.60, 0.63, 0.29),
    }.items()
}
SHOWN = "MobileNetV2"  # the one of them that stands beside ours


def kinds(own: Recipe) -> dict[str, dict[str, Any]]:
    """Return kind of fault -> the slots in which serving differs from a model's own recipe.

    The wrong range is [0, 1], or [-1, 1] where [0, 1] is right; gray pictures take the weights of red and blue the
    wrong way round.
    """
    return {
        OWN: {},
        AREA: {"resize": "cv2.area"},
        BILINEAR: {"resize": "cv2.linear"},
        SWAPPED: {"color": SWAPS[own.color]},
        RANGE: {"range": "symmetric" if own.range == "unit" else "unit"},
        ROTATED: {"rotate": (own.rotate + 90) % 360},
    }


def exray(  # noqa: PLR0913 - the model, its recipe and name, the frames and what is known of them
    name: str,
    own: Recipe,
    model: Model | Any,
    frames: Source,
    truth: np.ndarray | None = None,
    *,
    progress: bool = True,
) -> Matrix:
    """Serve a model under its own recipe and under each kind of fault: a matrix of one row.

    Args:
        name: of the row.
        own: the recipe of its training.
        model: a Model, or anything `load_model` takes.
        frames: as `train_serve_matrix` takes them.
        truth: (N,) true class index of each frame, where known.
        progress: show a progress bar.

    Raises:
        WorkbenchError: as `train_serve_matrix`.
    """
    return train_serve_matrix({name: (own, model)}, kinds(own), frames, truth, progress=progress)


def exray_table(found: Mapping[str, Matrix]) -> pd.DataFrame:
    """Return one row a kind of fault: of each model accuracy or, without true classes, flips; and the paper's figures.

    Every figure has its 95% interval over the frames behind it; the first row says how many those are.
    """
    import pandas as pd

    table = pd.DataFrame({"served": ("frames", *KINDS)})
    for name, matrix in found.items():
        known = "accuracy" if matrix.accuracy is not None else "flips"
        measure = matrix.measures[known]
        ends = zip(*(100 * each[0] for each in (measure.mean, measure.low, measure.high)), strict=True)
        cells = [f"{mean:.0f}% ({low:.0f}–{high:.0f})" for mean, low, high in ends]
        table[f"{name} {known}"] = [f"{len(matrix):,}", *cells]
    told = [PUBLISHED[SHOWN].get(kind) for kind in KINDS]
    table[f"{SHOWN} in ML-EXray"] = ["ImageNet", *("" if each is None else f"{each:.0%}" for each in told)]
    return table
