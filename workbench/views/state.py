"""The state of a frame viewer and its transitions: pure functions from a state to the next.

A viewer's callbacks only translate a click or key into one of these; nothing here draws or computes pixels.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar, cast

import yaml

from workbench.errors import InvalidValue, unknown
from workbench.recipes import SLOTS, Recipe
from workbench.recipes.callables import Preprocess

Side = Literal["a", "b"]
SIDES: tuple[Side, Side] = ("a", "b")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a viewer stands in a sequence of frames."""

    length: int  # frames in the sequence, at least 1
    index: int = field(default=0, kw_only=True)  # 0 .. length - 1
    playing: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        """Refuse an empty sequence and an index outside it."""
        if not 0 <= self.index < self.length:
            raise InvalidValue(f"a viewer needs a frame to show; got index {self.index} of {self.length} frames")


@dataclass(frozen=True, slots=True)
class ViewerState(Position):
    """What a viewer shows: one frame of a sequence through two recipes."""

    a: Preprocess  # what the model was trained with
    b: Preprocess  # what it is served
    explaining: bool = field(default=False, kw_only=True)  # what each slot costs is shown, and kept up to date

    @property
    def seen(self) -> tuple[int, Preprocess, Preprocess]:
        """What pictures and answers depend on."""
        return self.index, self.a, self.b


State = TypeVar("State", bound=Position)


def seek(state: State, index: int) -> State:
    """Move to `index`, clamped to the sequence."""
    return replace(state, index=min(max(index, 0), state.length - 1))


def step(state: State, by: int = 1) -> State:
    """Move by some frames, stopping at either end."""
    return seek(state, state.index + by)


def toggle_play(state: State) -> State:
    """Start or stop playing; started at the last frame, it begins again at the first."""
    if state.playing:
        return replace(state, playing=False)
    return replace(state, playing=state.length > 1, index=0 if state.index == state.length - 1 else state.index)


def advance(state: State) -> State:
    """Show the next frame if playing, and stop at the last."""
    if not state.playing:
        return state
    moved = step(state)
    return replace(moved, playing=moved.index < moved.length - 1)


TRANSPORT: Mapping[str, Callable[[Any, dict[str, Any]], Any]] = {  # what the browser's transport asks for
    "hello": lambda state, _: state,
    "settle": lambda state, _: state,
    "seek": lambda state, request: seek(state, int(request["index"])),
    "tick": lambda state, _: advance(state),
    "toggle_play": lambda state, _: toggle_play(state),
}


def set_slot(state: ViewerState, side: Side, slot: str, choice: Any) -> ViewerState:
    """Change one slot of recipe A or B; `choice` may be text, as a form gives it.

    Raises:
        UnknownName: no such slot or choice.
        InvalidValue: the choice does not go with the other slots, or that side is a function of the user's.
    """
    if slot not in SLOTS:
        raise unknown("slot", slot, SLOTS)
    recipe = _recipe(state, side)
    return _with(state, side, recipe.replace(**{slot: _typed(slot, choice)}))


def reset_slots(state: ViewerState, slots: Iterable[str]) -> ViewerState:
    """Give recipe B the choices of recipe A in some slots, all at once, since some exclude each other."""
    a = _recipe(state, "a")
    return _with(state, "b", _recipe(state, "b").replace(**{slot: getattr(a, slot) for slot in slots}))


def copy_a(state: ViewerState) -> ViewerState:
    """Make recipe B the same as recipe A."""
    return replace(state, b=state.a)


def use(state: ViewerState, side: Side, recipe: Preprocess) -> ViewerState:
    """Put a recipe in the place of A or B.

    Raises:
        UnknownName: no such side.
    """
    if side not in SIDES:
        raise unknown("side", side, SIDES)
    return _with(state, side, recipe)


def toggle_explain(state: ViewerState) -> ViewerState:
    """Begin or end to explain what each slot costs."""
    return replace(state, explaining=not state.explaining)


def changed_slots(state: ViewerState) -> tuple[str, ...]:
    """Return the slots, in the order they are applied, in which A and B differ and that matter."""
    if not isinstance(state.a, Recipe) or not isinstance(state.b, Recipe):
        return ()
    return tuple(state.a - state.b)


def _with(state: ViewerState, side: Side, recipe: Preprocess) -> ViewerState:
    return replace(state, a=recipe) if side == "a" else replace(state, b=recipe)


def _recipe(state: ViewerState, side: Side) -> Recipe:
    if side not in SIDES:
        raise unknown("side", side, SIDES)
    chosen = state.a if side == "a" else state.b
    if not isinstance(chosen, Recipe):
        raise InvalidValue(
            f"{side.upper()} is the function {function_name(chosen)}, which has no slots; "
            "put a Recipe in its place to change them"
        )
    return chosen


def function_name(function: Callable[..., Any]) -> str:
    """Return a name for a user's function that a person can recognise."""
    return str(getattr(function, "__name__", type(function).__name__))


def _typed(slot: str, choice: Any) -> Any:
    """Turn the text of a form field into the slot's type; everything else goes through as it is."""
    if not isinstance(choice, str) or slot not in ("size", "quantization", "crop_fraction", "pad"):
        return choice
    if choice.strip().lower() in ("", "none"):
        return None
    if slot in ("size", "quantization"):
        numbers = re.findall(r"-?\d+(?:\.\d*)?(?:e-?\d+)?", choice)
        return tuple(cast(Any, yaml.safe_load(number)) for number in numbers)
    return yaml.safe_load(choice)
