"""`convert`: a TensorFlow model to TFLite, ONNX or a SavedModel, kept only if it gives the same answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import ConversionError, InvalidValue, ModelLoadError, unknown
from workbench.models.conversion.agreement import relative_differences, same_top, worst
from workbench.models.conversion.formats import Quantizing, write_onnx, write_savedmodel, write_tflite
from workbench.models.conversion.graph import graph_of
from workbench.models.conversion.noise import TOLERANCE, expect_near, own_noise
from workbench.models.conversion.outcome import Conversion
from workbench.models.conversion.placing import expect_place, put, workplace
from workbench.models.conversion.running import answers, open_converted, rows_of
from workbench.models.model import Batch, Model
from workbench.models.opening.file_kind import runtime_of
from workbench.models.opening.vetting import vouch
from workbench.models.original import load_original

Batches = dict[str, dict[str, np.ndarray]]  # range -> name -> (N, ...)
FORMATS = {"tflite": ".tflite", "tflite-int8": ".tflite", "onnx": ".onnx", "savedmodel": ""}


def convert(  # noqa: PLR0913 - what, to what, where, and three rare options
    model: Model | str | Path | Any,
    to: str,
    out: str | Path,
    *,
    batch: Batch | None = None,
    tolerance: float | None = None,
    integer_inputs: bool = False,
) -> Conversion:
    """Convert a model, and check that the new one gives the same answers on real frames.

    Names of inputs and outputs stay those of the source, but for a SavedModel's inputs, which become names of Python
    (`my-input`: `my_input`). Their order stays in ONNX; TensorFlow's signatures have one of their own: go by name. The
    file appears only when all is well; what was there before
    stays untouched otherwise. Labels go along, as `NAME.labels.txt` beside it. A `.tflite` made twice has the same
    bytes; an `.onnx` may number its inner tensors otherwise.

    Args:
        model: a Keras model, SavedModel or frozen `.pb`: loaded, or what `load_model` takes.
        to: `tflite`, `tflite-int8` (8-bit weights and activations), `onnx` or `savedmodel` (weights as constants).
        out: the file, or folder for `savedmodel`; replaced if it is there.
        batch: tensors (N, ...) as the model will get them, or one array for each input name. By default real photos at
            the input's size, in the ranges raw, unit and symmetric; `tflite-int8` needs them given, because it is
            calibrated on them: activations are scaled to what is seen here, best on a hundred frames or more.
        tolerance: the largest relative difference of an output, max|a - b| / max|a|, that is accepted. By default 1e-5,
            or as far as the model's own answers move when the last bit of its inputs changes, where that is more; and
            for `tflite-int8` no limit: its error and share of equal top answers are reported.
        integer_inputs: of `tflite-int8`: inputs and outputs are int8, too, as NPUs and microcontrollers need.

    Raises:
        ConversionError: this model cannot become that, or gives other answers then; the text says why.
        InvalidValue: `out` does not fit the format, or an option is missing.
        UnknownName: no such format.
    """
    out = expect_format(to, out)
    quantized = to == "tflite-int8"
    if quantized and batch is None:
        raise InvalidValue(
            "tflite-int8 is calibrated on the tensors the model will get: give batch=recipe.batch(frames), "
            "with the recipe the model was trained with (at the command line --frames and --recipe)"
        )
    if integer_inputs and not quantized:
        raise InvalidValue(f"integer_inputs is an option of tflite-int8; got to={to!r}")
    model = load_original(model)
    batches = _batches(model, batch)
    with workplace(out) as work:
        made = work / out.name
        quantizing = Quantizing(rows_of(model, batches["given"]), integer_inputs) if quantized else None
        write(model, to, made, quantizing)
        conversion = _judged(model, made, out, to=to, batches=batches, tolerance=tolerance)
        put(made, out, model.labels)
    vouch(out, runtime_of(out))
    return conversion


def expect_format(to: str, out: str | Path) -> Path:
    """Return the absolute path of what will be written, before anything is loaded.

    Raises:
        UnknownName: no such format.
        InvalidValue: `out` does not fit it.
    """
    if to not in FORMATS:
        raise unknown("format", to, FORMATS)
    return expect_place(Path(out), FORMATS[to])


def write(model: Model, to: str, path: Path, quantizing: Quantizing | None = None) -> None:
    """Write a model in another format, unchecked."""
    graph = graph_of(model)
    try:
        if to == "savedmodel":
            write_savedmodel(graph, path)
        elif to == "onnx":
            write_onnx(graph, path)
        else:
            write_tflite(graph, path, quantizing)
    except ConversionError as error:
        raise ConversionError(f"{model.name} to {to}: {error}") from error


def _batches(model: Model, batch: Batch | None) -> Batches:
    if batch is None:
        # late: it brings OpenCV, and engines are tried in processes whose memory is measured
        from workbench.models.conversion.real_frames import frame_batches, real_photos

        return frame_batches(model, real_photos())
    if isinstance(batch, Mapping):
        return {"given": dict(batch)}
    return {"given": {model.inputs[0].name: batch}}


def _judged(  # noqa: PLR0913 - what is compared, and what the outcome says of it
    model: Model,
    made: Path,
    out: Path,
    *,
    to: str,
    batches: Batches,
    tolerance: float | None,
) -> Conversion:
    """Compare the answers of both in every range.

    Raises:
        ConversionError: they differ by more than the tolerance, or in their names or shapes.
    """
    expected = {name: answers(model, batch) for name, batch in batches.items()}
    try:
        got = _answers_of_made(made, to, batches)
        compared = {name: relative_differences(expected[name], got[name]) for name in batches}
        if tolerance is not None or to != "tflite-int8":
            limit = TOLERANCE if tolerance is None else tolerance
            for name, batch in batches.items():
                asked = tolerance is None and not all(found <= limit for found in compared[name].values())
                noise = own_noise(model, batch, expected[name]) if asked else {}  # it takes longer than the comparison
                expect_near(compared[name], noise, limit, name, cure=_cure(compared.values()))
    except ConversionError as error:
        raise ConversionError(f"{model.name} to {to}: {error}; nothing was written to {out}") from error
    tops = [same_top(expected[name], got[name]) for name in batches]
    return Conversion(
        path=out,
        to=to,
        source=model.name,
        megabytes=_bytes(made) / 1e6,
        frames=len(next(iter(next(iter(batches.values())).values()))),
        ranges=tuple(batches),
        differences=worst(list(compared.values())),
        same_top={name: min(part[name] for part in tops) for name in tops[0]},
    )


def _answers_of_made(made: Path, to: str, batches: Batches) -> Batches:
    """Return what the converted file answers.

    Raises:
        ConversionError: it does not load or does not run: a fault of the converter's.
    """
    try:
        converted = open_converted(made, to)
        try:
            return {name: answers(converted, batch) for name, batch in batches.items()}
        finally:
            converted.close()
    except (ModelLoadError, InvalidValue) as error:
        said = str(error).removeprefix(f"{made}: ").partition("; ")[0]  # its cure is for a file that someone has
        raise ConversionError(
            f"what the converter made of it does not run: {said}; use it in TensorFlow as it is, or, of a detector, "
            "convert what cut_network cuts out"
        ) from error


def _cure(compared: Iterable[Mapping[str, float]]) -> str:
    """Say when to accept differences, and by which tolerance; nothing where no tolerance would do."""
    most = max(difference for of_range in compared for difference in of_range.values())
    if not np.isfinite(most):
        return ""
    return (
        f"; look at what differs: where a detector sorts its rows by score, rows of nearly equal scores change places; "
        f"if that is all, give a tolerance above {most:.1e}, the most of all frames"
    )


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())
