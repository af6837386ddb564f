"""`export`: a recipe as readable code, as YAML, or inside the model it belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue, unknown
from workbench.models.model import Model
from workbench.recipes import Recipe
from workbench.recipes.code import preprocess_source
from workbench.whole_file import write_text

TARGETS = ("cv2", "yaml", "keras")


def export(  # noqa: PLR0913 - what, to what, and what each target may be told
    recipe: Recipe,
    to: str,
    *,
    model: Model | str | Path | Any | None = None,
    out: str | Path | None = None,
    frame_size: tuple[int, int] | None = None,
    name: str = "preprocess",
) -> str | Path:
    """Hand a recipe out, so that production does what training did.

    Args:
        recipe: the preprocessing.
        to: `cv2`: the text of one function that needs NumPy and OpenCV only and takes BGR frames (H, W, 3) uint8;
            `yaml`: its text; `keras`: one model that eats raw BGR frames (N, H, W, 3) uint8, preprocessing inside.
        model: of `keras`: the Keras model, loaded or what `load_model` takes, with one input of the recipe's dtype. A
            quantized input belongs to a `.tflite` file, which holds no room for a recipe: use `cv2` there.
        out: the file; of `cv2` and `yaml` it may be left out. Of `keras` a `.keras` or `.tflite` file, or a folder for
            a SavedModel. It appears only when all is well; what was there before stays untouched otherwise.
        frame_size: of `keras`: (height, width) of the frames in pixels; None takes any size, where that can be exact.
        name: of `cv2`: the name of the function.

    Returns:
        The text (`cv2`, `yaml`), or the path of the model.

    Raises:
        UnknownName: no such target.
        InvalidValue: an option is missing, or does not belong to the target; `out` cannot be written.
        ConversionError: this model cannot take the recipe inside, or gives other answers then.
    """
    if to not in TARGETS:
        raise unknown("export target", to, TARGETS)
    if to == "keras":
        return _whole_model(recipe, model, out, frame_size)
    if model is not None or frame_size is not None:
        raise InvalidValue(f"model and frame_size belong to to='keras'; got to={to!r}")
    text = recipe.to_yaml() if to == "yaml" else preprocess_source(recipe, name=name)
    if out is not None:
        write_text(out, text)
    return text


def _whole_model(recipe: Recipe, model: Any, out: str | Path | None, frame_size: tuple[int, int] | None) -> Path:
    if model is None or out is None:
        raise InvalidValue(
            "to='keras' puts the recipe inside a model: give model= and out= (a .keras or .tflite file, or a folder)"
        )
    from workbench.models.export.with_model import export_with_model

    return export_with_model(recipe, model, out, frame_size)
