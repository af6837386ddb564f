"""What models answered in a run, kept in its folder, so that another run can be held against it frame by frame.

One file, `predictions.npz`: arrays, and their names and labels as JSON in the array `header`. No array is an object, so
that reading the file runs nothing.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import InvalidValue, UnreadableSource
from workbench.reports.plain import is_endless
from workbench.results import Classification, Prediction
from workbench.results.boxes.columns import classes_of, labels_of, scores_of
from workbench.results.cascade import Cascade
from workbench.whole_file import whole_file

if TYPE_CHECKING:
    import supervision as sv

PREDICTIONS, HEADER, FORMAT = "predictions.npz", "header", 1
MOST_NUMBERS = 2_000_000  # 8 MB: of more, the most probable classes of a frame are kept
TOP = 20  # of a frame then; what is left of its probability is spread evenly over the other classes
LEAST_SCORE = 0.05  # of a box; one counts from 0.5 on (`workbench.diagnose.box_comparison`)
MOST_BYTES = 2**30  # of all arrays, unfolded
DAMAGED = (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, zipfile.BadZipFile, zlib.error)
Arrays = dict[str, np.ndarray]
Answered = Prediction | Cascade


def expect_predictions(predictions: Mapping[str, Answered], truth: np.ndarray | None) -> None:
    """Refuse what cannot be kept.

    Raises:
        InvalidValue: no mapping of names to results of `predict` or `detect_then_classify`, or not one true class for
            each of their frames.
    """
    if not isinstance(predictions, Mapping) or not all(isinstance(name, str) and name for name in predictions):
        raise InvalidValue(f"predictions map names to predictions; got a {type(predictions).__name__}")
    for name, each in predictions.items():
        if not isinstance(each, Answered):
            raise InvalidValue(f"predictions[{name!r}] is no result of predict; got a {type(each).__name__}")
        if truth is not None and (np.shape(truth) != (len(each),) or np.asarray(truth).dtype.kind not in "iu"):
            raise InvalidValue(
                f"truth is one class index for each of the {len(each)} frames of {name!r}; got {np.shape(truth)}"
            )


def keep_predictions(folder: Path, predictions: Mapping[str, Answered], truth: np.ndarray | None = None) -> None:
    """Write predictions into a run's folder, beside those that are kept there already.

    Probabilities are kept in full up to MOST_NUMBERS of them, boxes from a score of LEAST_SCORE on, and of other
    outputs all numbers up to MOST_NUMBERS.

    Args:
        folder: of the run.
        predictions: by name; one of the same name is replaced.
        truth: (N,) int, the true class of each frame of all of them.
    """
    path = folder / PREDICTIONS
    kept = {**_parts(path), **{name: _packed(each, truth) for name, each in predictions.items()}}
    arrays = {f"{place}/{key}": values for place, (_, part) in enumerate(kept.values()) for key, values in part.items()}
    named = [{"name": name, **told} for name, (told, _) in kept.items()]
    header = np.frombuffer(json.dumps({"format": FORMAT, "predictions": named}).encode(), np.uint8)
    with whole_file(path) as file:
        np.savez_compressed(file, allow_pickle=False, **{HEADER: header, **arrays})


def kept_predictions(folder: Path) -> dict[str, tuple[Prediction, np.ndarray | None]]:
    """Return the predictions of a run by name, each with the true classes (N,) of its frames where they are known.

    Raises:
        UnreadableSource: the file is damaged, or none of ours.
    """
    try:
        return {name: _unpacked(*part) for name, part in _parts(folder / PREDICTIONS).items()}
    except (*DAMAGED, InvalidValue) as error:
        raise UnreadableSource(f"{folder / PREDICTIONS} is damaged, or no file of predictions; run it again") from error


def _parts(path: Path) -> dict[str, tuple[dict[str, Any], Arrays]]:
    """Return what is kept, as it lies in the file: by name what is told of it, and its arrays."""
    if is_endless(path) or not path.exists():
        return {}
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
            raise ValueError("it unfolds to more than predictions are")
    with np.load(path, allow_pickle=False) as held:
        header = json.loads(held[HEADER].tobytes())
        told = {part.pop("name"): (str(place), part) for place, part in enumerate(header["predictions"])}
        keys = [key.partition("/") for key in held.files]
        return {
            name: (part, {key: held[f"{at}/{key}"] for at, _, key in keys if at == place and key})
            for name, (place, part) in told.items()
        }


def _packed(answered: Answered, truth: np.ndarray | None) -> tuple[dict[str, Any], Arrays]:
    times = [np.nan if time is None else time for time in answered.times_s]
    arrays: Arrays = {"indices": np.asarray(answered.indices, np.int64), "times": np.array(times, np.float64)}
    arrays["sizes"] = np.array(answered.sizes, np.int32).reshape(-1, 2)
    told: dict[str, Any] = {**_answerer(answered), "origins": _once(answered.origins)}
    if truth is not None:
        arrays["truth"] = np.asarray(truth, np.int64)
    if isinstance(answered, Cascade):
        _pack_boxes(told, arrays, answered.detections)
    elif answered.detections is not None:
        _pack_boxes(told, arrays, answered.detections)
    elif answered.classification is not None:
        told["labels"] = list(answered.classification.labels)
        _pack_classes(arrays, answered.classification.probabilities)
    else:
        numbers = {name: values for name, values in answered.outputs.items() if values.dtype.kind in "fiub"}
        if sum(values.size for values in numbers.values()) <= MOST_NUMBERS:
            arrays |= {f"output {name}": values for name, values in numbers.items()}
    return told, arrays


def _answerer(answered: Answered) -> dict[str, Any]:
    """Return which model answered, and what ran it; the names in a cascade say both."""
    if isinstance(answered, Cascade):
        return dict.fromkeys(("model", "engine"), " → ".join(filter(None, (answered.detector, answered.classifier))))
    return {"model": answered.model, "engine": answered.engine}


def _once(origins: tuple[str, ...]) -> list[str]:
    """Return the origins of all frames; of one clip its own alone."""
    return [origins[0]] if len(set(origins)) == 1 else list(origins)


def _pack_classes(arrays: Arrays, probabilities: np.ndarray) -> None:
    if probabilities.size <= MOST_NUMBERS or probabilities.shape[1] <= TOP:
        arrays["probabilities"] = probabilities
        return
    arrays["classes"] = np.argsort(-probabilities, axis=1, kind="stable")[:, :TOP].astype(np.int32)
    arrays["top"] = np.take_along_axis(probabilities, arrays["classes"], axis=1)
    arrays["count"] = np.array(probabilities.shape[1])


def _probabilities(arrays: Arrays) -> np.ndarray:
    """Return (N, C) float32: as they were, or of the most probable with the rest spread evenly."""
    if "probabilities" in arrays:
        return arrays["probabilities"]
    top, count = arrays["top"], int(arrays["count"])
    rest = np.clip(1 - top.sum(axis=1, keepdims=True), 0, None) / max(1, count - top.shape[1])
    full = np.repeat(rest, count, axis=1).astype(np.float32)
    np.put_along_axis(full, arrays["classes"], top, axis=1)
    return full


def _pack_boxes(told: dict[str, Any], arrays: Arrays, frames: tuple[sv.Detections, ...]) -> None:
    kept: list[Any] = [each[scores_of(each) >= LEAST_SCORE] for each in frames]
    names = [name for each in kept for name in _names(each)]
    told["box_labels"] = sorted(set(names))
    arrays["counts"] = np.array([len(each) for each in kept], np.int32)
    arrays["xyxy"] = np.concatenate([np.empty((0, 4), np.float32), *(each.xyxy for each in kept)]).astype(np.float32)
    arrays["scores"] = np.concatenate([np.empty(0, np.float32), *(scores_of(each) for each in kept)])
    arrays["ids"] = np.concatenate([np.empty(0, np.int64), *(classes_of(each) for each in kept)]).astype(np.int64)
    arrays["names"] = np.searchsorted(told["box_labels"], names).astype(np.int32) if names else np.zeros(0, np.int32)


def _names(found: sv.Detections) -> list[str]:
    """Return what each box is said to be: its class, and in a cascade behind it the classifier's answer."""
    answers = found.data.get("answer", [""] * len(found))
    return [f"{name}: {answer}" if answer else name for name, answer in zip(labels_of(found), answers, strict=True)]


def _unpacked(told: dict[str, Any], arrays: Arrays) -> tuple[Prediction, np.ndarray | None]:
    count, origins = len(arrays["indices"]), [str(origin) for origin in told["origins"]]
    classes = None
    if "labels" in told:
        classes = Classification(_probabilities(arrays), tuple(map(str, told["labels"])))
    prediction = Prediction(
        outputs={key.removeprefix("output "): part for key, part in arrays.items() if key.startswith("output ")},
        classification=classes,
        indices=arrays["indices"],
        origins=tuple(origins * count if len(origins) == 1 else origins),
        times_s=tuple(None if np.isnan(time) else float(time) for time in arrays["times"]),
        model=str(told["model"]),
        sizes=tuple((int(height), int(width)) for height, width in arrays["sizes"]),
        detections=_boxes(arrays, told["box_labels"]) if "box_labels" in told else None,
        engine=str(told.get("engine", "")),
    )
    if len(prediction.origins) != count or (classes is not None and len(classes) != count):
        raise ValueError("its arrays do not belong together")
    return prediction, arrays.get("truth")


def _boxes(arrays: Arrays, names: list[str]) -> tuple[sv.Detections, ...]:
    import supervision as sv

    labels = np.array([str(name) for name in names] or [""])[arrays["names"]]
    ends = np.cumsum(arrays["counts"])
    return tuple(
        sv.Detections(
            xyxy=arrays["xyxy"][start:end].reshape(-1, 4),
            confidence=arrays["scores"][start:end],
            class_id=arrays["ids"][start:end].astype(int),
            data={"class_name": labels[start:end]},
        )
        for start, end in zip(ends - arrays["counts"], ends, strict=True)
    )
