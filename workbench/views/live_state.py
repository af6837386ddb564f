"""The state of a live viewer and its transitions: pure functions from a state to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from workbench.errors import InvalidValue
from workbench.recipes.callables import Preprocess
from workbench.views import state as transitions
from workbench.views.state import ViewerState

WEBCAM = "webcam"  # the source that stands for the camera of whoever looks at the page
Run = Literal["off", "opening", "on"]


@dataclass(frozen=True, slots=True)
class LiveState:
    """What a live viewer was told to do."""

    source: str  # as it is typed
    policy: str
    recipes: ViewerState | None  # A: the recipe it was made with, B: the one that runs; None shows pictures only
    run: Run = "off"
    frozen: bool = False  # the picture stands, the stream runs on
    camera: str = ""  # the view whose webcam is the source; empty where none is, or none has answered yet

    @property
    def recipe(self) -> Preprocess | None:
        """The recipe that runs."""
        return self.recipes.b if self.recipes else None

    @property
    def wants_camera(self) -> bool:
        """Whether a browser's webcam is the source; not before the stream is ready for its pictures."""
        return self.run == "on" and self.source == WEBCAM


def begin(state: LiveState, source: str, policy: str, *, view: str = "") -> LiveState:
    """Open a source; `view` is the one that asked, whose webcam it is if one is wanted.

    Raises:
        InvalidValue: there is no source to open.
    """
    source = source.strip()
    if not source:
        raise InvalidValue(f"no source to open: type {WEBCAM}, camera:0, an address (rtsp://..., http://...) or a path")
    return replace(state, source=source, policy=policy.strip(), run="opening", frozen=False, camera=view)


def opened(state: LiveState) -> LiveState:
    """Take it that the source has been opened."""
    return replace(state, run="on") if state.run == "opening" else state


def stop(state: LiveState) -> LiveState:
    """Stop the stream; a picture that stands goes on standing."""
    return replace(state, run="off", camera="")


def freeze(state: LiveState, on: bool) -> LiveState:
    """Let the picture stand, or move again."""
    return replace(state, frozen=on)


def lend(state: LiveState, view: str) -> LiveState:
    """Let a view's webcam be the source, if one is wanted and no other view gives its own."""
    return replace(state, camera=view) if state.wants_camera and not state.camera else state


def reclaim(state: LiveState) -> LiveState:
    """Let any view give its webcam: the one that gave it has gone."""
    return replace(state, camera="")


def set_slot(state: LiveState, slot: str, choice: Any) -> LiveState:
    """Change one slot of the recipe that runs; `choice` may be text, as a form gives it.

    Raises:
        UnknownName: no such slot or choice.
        InvalidValue: the choice does not go with the other slots, or there is no recipe with slots.
    """
    return replace(state, recipes=transitions.set_slot(_recipes(state), "b", slot, choice))


def reset_slots(state: LiveState, slots: list[str]) -> LiveState:
    """Put some slots of the recipe that runs back to what they were made with."""
    return replace(state, recipes=transitions.reset_slots(_recipes(state), slots))


def reset(state: LiveState) -> LiveState:
    """Let the recipe run that the viewer was made with."""
    return replace(state, recipes=transitions.copy_a(_recipes(state)))


def use(state: LiveState, recipe: Preprocess) -> LiveState:
    """Let another recipe run."""
    return replace(state, recipes=transitions.use(_recipes(state), "b", recipe))


def _recipes(state: LiveState) -> ViewerState:
    if state.recipes is None:
        raise InvalidValue("this viewer has no recipe to change; give it one: LiveViewer(origin, recipe, model)")
    return state.recipes
