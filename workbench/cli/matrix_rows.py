"""What `workbench matrix` is asked for, as the models, recipes and pictures of a matrix.

Whatever can be refused is, before a model is loaded or trained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import InvalidValue

if TYPE_CHECKING:
    import numpy as np

    from workbench.frames import FrameSequence
    from workbench.recipes import Recipe

SMALL_CNN = "small-cnn"
PHOTOS = "sample:imagenet-20"  # what small networks are trained on if nothing else is named
LABELLED = ("accuracy", "change")  # measures that need true classes
NONE = "none"  # labels that are there, left aside
Data = tuple["FrameSequence", "np.ndarray | None"]  # pictures, and the true class of each where it is known


@dataclass(frozen=True)
class Asked:
    """The words of the command line.

    Raises:
        UnreadableSource: a model is not there.
        SampleError: there is no such sample, or it is not fetched.
    """

    models: Sequence[str]
    train: Sequence[str]
    serve: Sequence[str]
    recipe: str | None
    mixed: bool
    seed: int

    def __post_init__(self) -> None:
        from workbench.models.original import located

        for model in self.models:
            if model != SMALL_CNN:
                located(model)

    @property
    def files(self) -> list[str]:
        """The models that are files of the user's own."""
        return [each for each in self.models if each != SMALL_CNN and not each.startswith("sample:")]

    @property
    def data(self) -> str:
        """The pictures to take where none are named.

        Raises:
            InvalidValue: these models need pictures of their own kind.
        """
        if SMALL_CNN not in self.models:
            raise InvalidValue("name pictures of the kind the models are for, best with a labels.csv: --data SOURCE")
        return PHOTOS

    def expect_drawable(self, measure: str, data: Data) -> None:
        """Refuse to draw what only true classes tell where there are none.

        Raises:
            InvalidValue: so it is.
        """
        if measure in LABELLED and data[1] is None and SMALL_CNN not in self.models:
            raise InvalidValue(f"{measure} needs true classes; name them with --labels FILE.csv, or draw flips or kl")


@dataclass(frozen=True)
class Plan:
    """What `train_serve_matrix` takes, and a line that says what it is."""

    told: str
    rows: dict[str, tuple[Any, Any]]
    serving: dict[str, Any]
    frames: Any
    truth: Any


def pictures(data: str, labels: str | None, limit: int | None) -> Data:
    """Open the pictures, and read their labels where there are any.

    Args:
        data: what `open_frames` takes.
        labels: what `read_labels` takes, `none`, or None for the labels.csv in the folder.
        limit: pictures at most.

    Raises:
        InvalidValue: a stream, which comes once.
        WorkbenchError: as `open_frames` and `read_labels`.
    """
    from workbench.frames import FrameSequence, open_frames, read_labels, take
    from workbench.frames.labels import labels_beside

    frames = open_frames(data)
    if not isinstance(frames, FrameSequence):
        frames.close()
        raise InvalidValue(f"{data}: a stream comes once, and every model sees all frames; give pictures or a clip")
    frames = take(frames, limit=limit) if limit else frames
    if labels == NONE:
        return frames, None
    return frames, read_labels(labels, frames) if labels else labels_beside(data, frames)


def plan(asked: Asked, data: Data) -> Plan:
    """Return the rows and columns that were asked for; small networks are trained here.

    Raises:
        InvalidValue: small networks beside others, models whose recipe nobody knows, or too many recipes.
        WorkbenchError: a recipe that cannot be read, or as `train_on_the_spot`.
    """
    from workbench.recipes.changes import split_names

    trained, served = split_names(asked.train), split_names(asked.serve)
    if SMALL_CNN not in asked.models:
        return _loaded(asked, trained, served, data)
    if len(asked.models) > 1:
        raise InvalidValue(f"{SMALL_CNN} is trained on pictures that other models are not for; ask for it alone")
    return _trained(asked, trained, served, data)


def _loaded(asked: Asked, trained: Sequence[str], served: Sequence[str], data: Data) -> Plan:
    """Models that are there: changes are of each one's own recipe."""
    from workbench.diagnose.exray import OWN
    from workbench.models import load_model
    from workbench.recipes.changes import is_change, read_change, read_recipe

    own = _own(asked.models, trained)
    serving: dict[str, Any] = {OWN: {}}
    for text in served or faults(own.values()):
        change = read_change(text) if is_change(text) else None
        for recipe in own.values():  # a choice that its slot does not take is refused before models load
            meant = read_recipe(text, recipe)
        serving[text if change != {} else OWN] = meant if change is None else change
    names = _names(asked.models)
    rows = {names[model]: (recipe, load_model(model)) for model, recipe in own.items()}
    return Plan(f"{', '.join(rows)}: each against itself under its own recipe", rows, serving, *data)


def _trained(asked: Asked, trained: Sequence[str], served: Sequence[str], data: Data) -> Plan:
    """Networks trained on the spot: changes are of one recipe that all start from."""
    from workbench.diagnose.on_the_spot import SMALL, train_on_the_spot
    from workbench.recipes.changes import OWN, read_recipe

    start = read_recipe(asked.recipe, SMALL) if asked.recipe else SMALL
    training = {text: read_recipe(text, start) for text in trained or (OWN,)}
    serving = {text: read_recipe(text, start) for text in served or (*training, *faults([start], resized=False))}
    _expect_one_shape({**training, **serving})
    made = train_on_the_spot(data[0], training, truth=data[1], mixed=asked.mixed, seed=asked.seed)
    return Plan(made.told, made.models, serving, made.frames, made.truth)


def _expect_one_shape(recipes: Mapping[str, Recipe]) -> None:
    """Refuse recipes whose tensors no one network takes, before minutes of training."""
    shapes = {text: (recipe.compile().shape, recipe.dtype) for text, recipe in recipes.items()}
    first, *others = shapes
    for text in others:
        if shapes[text] != shapes[first]:
            (one, kind), (other, another) = shapes[first], shapes[text]
            raise InvalidValue(f"{first} gives {one} {kind} and {text} gives {other} {another}; keep to one shape")


def faults(own: Iterable[Recipe], *, resized: bool = True) -> list[str]:
    """Return the faults of ML-EXray as changes of these recipes; a wrong range of one is none to another."""
    from workbench.diagnose.exray import AREA, BILINEAR, kinds

    changes = [
        change for recipe in own for kind, change in kinds(recipe).items() if resized or kind not in (AREA, BILINEAR)
    ]
    return list(dict.fromkeys(f"{slot}={choice}" for change in changes for slot, choice in change.items()))


def _own(models: Sequence[str], trained: Sequence[str]) -> dict[str, Recipe]:
    """Return the recipe each model was trained with: as named, one for all or one for each, or a sample's own."""
    from workbench.recipes import load_recipe
    from workbench.recipes.changes import is_change, read_recipe
    from workbench.recipes.presets import PRESETS

    if twice := [model for model in models if models.count(model) > 1]:
        raise InvalidValue(f"{twice[0]} is named twice; a model has one recipe of training, so name it once")
    if len(trained) not in {0, 1, len(models)}:
        raise InvalidValue(f"--train names {len(trained)} recipes for {len(models)} models; give one for all or each")
    texts = [*trained] * len(models) if len(trained) == 1 else [*trained] or [""] * len(models)
    found = {}
    for model, text in zip(models, texts, strict=True):
        if model not in PRESETS and (not text or is_change(text)):
            raise InvalidValue(f"{model}: nobody knows how it was trained; give --train PRESET or FILE.yaml")
        found[model] = read_recipe(text, PRESETS[model]) if text and model in PRESETS else load_recipe(text or model)
    return found


def _names(models: Sequence[str]) -> dict[str, str]:
    """Return model -> its name in the matrix: without `sample:` and the folder, where that is enough."""
    short = {model: Path(model.removeprefix("sample:")).name for model in models}
    return {model: name if list(short.values()).count(name) == 1 else model for model, name in short.items()}
