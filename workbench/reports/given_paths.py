"""Parameters that name a file by default: a path in its place that leads nowhere is told before a kernel starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from workbench.errors import UnreadableSource
from workbench.reports.identity import OPENCV
from workbench.reports.parameters import Parameter
from workbench.reports.plain import Plain

SAMPLE = "sample:"
SOURCE = "source"  # by this name every scenario takes what `open_frames` takes; others may be names of presets, say
STARTS = ("/", "./", "../", "~/")
SUFFIXES = (".keras", ".h5", ".pb", ".tflite", ".onnx", ".yaml", ".yml", ".csv", ".npy", ".py")


def expect_there(parameters: Iterable[Parameter], values: Mapping[str, Plain]) -> None:
    """Refuse a path where nothing is, given for a parameter whose default is a sample or a path.

    Args:
        parameters: of a scenario.
        values: by name; what is a default is not looked at.

    Raises:
        UnreadableSource: there is nothing, or no such source of frames.
    """
    from workbench.frames.capture.open import expect_source
    from workbench.recipes.functions import file_of

    for parameter in parameters:
        value = values[parameter.name]
        if value == parameter.default or not isinstance(value, str) or not _names_a_file(parameter.default):
            continue
        path = file_of(value.removeprefix(OPENCV))
        if path.strip() and (parameter.name == SOURCE or _is_path(path)):
            try:
                expect_source(path)
            except UnreadableSource as error:
                raise UnreadableSource(f"parameter {parameter.name!r}: {error}") from None


def _names_a_file(default: Plain) -> bool:
    return isinstance(default, str) and (default.startswith(SAMPLE) or (bool(default) and Path(default).exists()))


def _is_path(text: str) -> bool:
    from workbench.frames.headers import PICTURE_SUFFIXES, VIDEO_SUFFIXES

    return text.startswith(STARTS) or Path(text).suffix.lower() in {*SUFFIXES, *PICTURE_SUFFIXES, *VIDEO_SUFFIXES}
