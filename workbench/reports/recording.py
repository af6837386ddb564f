"""How a notebook hands its results to its report: `record(metrics, thumbnail=..., predictions=...)`.

Under `workbench report` the runner names a folder in the environment and this writes there. By hand and under plain
papermill there is no such folder: the same call checks its arguments and writes nothing.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InvalidValue
from workbench.reports.plain import plain, read_json, strict_json

if TYPE_CHECKING:
    from PIL.Image import Image

    from workbench.results import Prediction
    from workbench.results.cascade import Cascade

FOLDER = "WORKBENCH_RUN_FOLDER"  # environment variable, set by the runner for the kernel
METRICS, THUMBNAIL = "metrics.json", "thumbnail.png"
NOTED = "damage.jsonl"  # what `open_frames` notes there; it goes into the manifest
THUMBNAIL_SIZE = (640, 400)  # width, height at most: twice what the index shows, for dense screens


def record(
    metrics: Mapping[str, object],
    *,
    thumbnail: object = None,
    predictions: Mapping[str, Prediction | Cascade] | None = None,
    truth: np.ndarray | None = None,
) -> None:
    """Give the running report its key figures, a picture for the index, and what the models answered.

    Call it as often as there is something to say: later figures join the earlier ones. The first few numbers and
    short texts become the key figures of the report. A name that ends in `_ms`, `_fps` or `_seconds` says how long
    this run took, and is left out when two runs are compared.

    Args:
        metrics: numbers, text, lists and dicts of them; NaN is written as null.
        thumbnail: a matplotlib figure, or an (H, W, 3) or (H, W) uint8 picture, RGB.
        predictions: results of `predict` or `detect_then_classify` by name. They are kept beside the report, and
            `workbench diff` tells which of them are others in another run.
        truth: (N,) int, the true class of each frame of these predictions, where it is known.

    Raises:
        InvalidValue: a metric that JSON cannot carry, no picture, no prediction, or not one true class a frame.
    """
    checked = plain(metrics, name="metrics")
    if not isinstance(checked, dict):
        raise InvalidValue(f"metrics map names to values; got a {type(metrics).__name__}")
    picture = None if thumbnail is None else _picture(thumbnail)
    if predictions:
        from workbench.reports.predictions import expect_predictions, keep_predictions

        expect_predictions(predictions, truth)
    if not (folder := os.environ.get(FOLDER)):
        return
    target = Path(folder)
    text = strict_json({**read_json(target / METRICS), **checked}, name="metrics")
    (target / METRICS).write_text(text, encoding="utf-8")
    if picture is not None:
        picture.save(target / THUMBNAIL, optimize=True)
    if predictions:
        keep_predictions(target, predictions, truth)


def _picture(source: Any) -> Image:
    """Return a figure or an array as a picture of at most THUMBNAIL_SIZE."""
    from PIL import Image

    if hasattr(source, "savefig"):
        buffer = io.BytesIO()
        kept = {"compress_level": 0}  # what is read again at once need not be small
        source.savefig(buffer, format="png", bbox_inches="tight", facecolor="white", pil_kwargs=kept)
        picture = Image.open(buffer).convert("RGB")
    else:
        pixels = np.asarray(source)
        if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] != 3):
            raise InvalidValue(
                f"a thumbnail is a matplotlib figure or an (H, W, 3) uint8 picture; got {pixels.shape} {pixels.dtype}"
            )
        picture = Image.fromarray(pixels)
    picture.thumbnail(THUMBNAIL_SIZE, Image.Resampling.LANCZOS)
    return picture
