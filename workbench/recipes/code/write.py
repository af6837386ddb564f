"""`preprocess_source`: a recipe as the text of one readable function, NumPy and OpenCV only, with its own check."""

from __future__ import annotations

import builtins
import keyword
import textwrap

from workbench.errors import InvalidValue
from workbench.recipes import plain
from workbench.recipes.code.check import check_picture, expectation
from workbench.recipes.code.decoding import decoding_notes
from workbench.recipes.code.draft import Draft
from workbench.recipes.code.pieces import constants_of, source, with_dependencies
from workbench.recipes.code.steps import body
from workbench.recipes.colors import channels
from workbench.recipes.recipe import Recipe

WIDTH = 116  # of a line
# Of the function, first of all: gray, alpha or levels that were scaled before would pass through OpenCV unnoticed
REFUSAL = (
    "if frame.shape[2:] != (3,) or frame.dtype != np.uint8:",
    '    raise ValueError(f"expected a BGR frame (height, width, 3) uint8, got {frame.shape} {frame.dtype}")',
)
HEADER = """# {name}(frame): a picture of OpenCV's as the tensor a model was trained on. Needs NumPy and OpenCV only.
# Run this file to check it. Written by Workbench from the recipe
#
{recipe}

import cv2
import numpy as np
"""


def preprocess_source(recipe: Recipe, *, name: str = "preprocess") -> str:
    """Return the text of a Python file with the function `name(frame)`, which does what the recipe does.

    The function takes a BGR frame (H, W, 3) uint8 of any size, as OpenCV hands it out, and gives the recipe's tensor
    with batch axis: to the bit, but for kernels with a sine (`tf.lanczos3`, `tf.lanczos3_aa`; `pil.hamming` and
    `pil.lanczos` on floats), whose weights differ in the last bit with the C library: one level in few pixels.
    Run as a program the file holds itself to values that the recipe gave for a small picture made by formula.

    Raises:
        InvalidValue: `name` is no name for a function, or one that the text uses already.
    """
    draft = body(recipe)
    functions = with_dependencies(draft.needs)
    _expect_free(name, draft, {function.__name__ for function in functions})
    yaml = textwrap.indent(recipe.to_yaml().rstrip(), "#     ")
    settings = [*dict.fromkeys(draft.constants), *constants_of(functions)]
    values, main = expectation(recipe, name)
    head = "\n".join([HEADER.format(name=name, recipe=yaml), *settings])
    parts = [head, _function(recipe, draft, name), *map(source, functions)]
    check = [f"# --- the check {'-' * 60}\n\n" + "\n".join(values), source(check_picture), main]
    return "\n\n\n".join(part.strip() for part in [*parts, *check]) + "\n"


def _function(recipe: Recipe, draft: Draft, name: str) -> str:
    """Return the text of the function itself."""
    height, width = recipe.size or ("height", "width")
    sides = (height, width, channels(recipe.color))
    shape = (1, *sides) if recipe.layout == "nhwc" else (1, sides[2], *sides[:2])
    about = [
        f"Turn a BGR frame (height, width, 3) uint8 into the tensor ({', '.join(map(str, shape))}) {recipe.dtype}.",
        "",
        *textwrap.wrap(" ".join(decoding_notes(recipe)), WIDTH - 4),
        "",
        *(line for step in _steps(recipe) for line in textwrap.wrap(f"- {step}", WIDTH - 4, subsequent_indent="  ")),
    ]
    lines = [f'"""{about[0]}', *about[1:], '"""', *REFUSAL, *_from_frame(draft.lines)]
    return f"def {name}(frame):\n" + textwrap.indent("\n".join(lines), "    ")


def _steps(recipe: Recipe) -> list[str]:
    """Return what is done in words; decoding comes before the function."""
    return [sentence.removesuffix(".") for sentence in plain.sentences(recipe)[1:]]


def _from_frame(lines: list[str]) -> list[str]:
    """Start from `frame` itself, where nothing comes before the first step."""
    if lines[0] != "image = frame":
        return lines
    own = next((i for i, line in enumerate(lines[1:], 1) if line.startswith("image =")), len(lines))
    first = [
        line.replace("image =", "\0").replace("image", "frame").replace("\0", "image =") for line in lines[1 : own + 1]
    ]
    return first + lines[own + 1 :]


def _expect_free(name: str, draft: Draft, used: set[str]) -> None:
    """Refuse a name that is none, or means something else in the text."""
    constants = {line.partition(" = ")[0] for line in draft.constants}
    taken = used | constants | {"check_picture", "PICTURE", "LEVEL", "EXPECTED", "np", "cv2", "tensor", "off"}
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name) or name.startswith("__"):
        raise InvalidValue(f"name={name!r}: give a name for a function, as 'preprocess'")
    if name in taken or hasattr(builtins, name):
        raise InvalidValue(
            f"name={name!r}: give a name for a function that this text and Python do not use, as 'preprocess'"
        )
