"""The players of an attribution: slots in which two recipes differ, so put together that every mix is a recipe.

The slips that `identify` finds beside the slots, such as a mirrored picture, are players of their own.

Some slots only matter beside another: `pad` with a letterbox, `quantization` with an integer dtype. Where such a
slot counts on one side only, it goes where its leader goes, so its share is its leader's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.diagnose.identify.slips import Slip
from workbench.errors import InvalidValue
from workbench.recipes import SLOTS, Recipe

# what makes a slot matter (`Slots.settings`), the first that differs leads
LEADERS = {
    "fit": ("size",),
    "crop_fraction": ("size", "fit"),
    "pad": ("size", "fit"),
    "resize": ("size",),
    "rounding": ("size", "order"),
    "order": ("size",),
    "quantization": ("dtype",),
}


@dataclass(frozen=True, slots=True)
class Player:
    """Slots that change together."""

    slots: dict[str, tuple[Any, Any]]  # slot -> (training's choice, serving's); none of a slip
    told: tuple[str, str] = ("", "")  # both in words, with what counts on that side only
    slip: Slip | None = None  # a mistake of serving's that is no slot

    @property
    def name(self) -> str:
        """The leading slot, or slots that can only change together, with a plus between; the name of a slip."""
        if self.slip is not None:
            return self.slip.name
        return "+".join(slot for slot in self.slots if not set(LEADERS.get(slot, ())) & self.slots.keys())


def players(training: Recipe, serving: Recipe) -> list[Player]:
    """Return the players between two recipes, in the order of the slots; none where the recipes are equal."""
    mine, theirs = training.settings(), serving.settings()
    moved = {slot: Player({slot: pair}) for slot, pair in (training - serving).items()}
    for slot in (each for each in SLOTS if (each in mine) != (each in theirs)):
        leader = next(each for each in LEADERS[slot] if each in moved)
        moved[leader].slots[slot] = getattr(training, slot), getattr(serving, slot)
    return _valid(training, [Player(p.slots, (_told(p, mine), _told(p, theirs))) for p in moved.values()])


def slipped(slips: Iterable[Slip]) -> list[Player]:
    """Return a player for each slip of serving's."""
    return [Player({}, ("", each.sentence), each) for each in slips]


def _told(player: Player, settings: Mapping[str, Any]) -> str:
    """Say what a side has: the leading slot's choice, and by name what counts beside it there."""
    leader, *others = (slot for slot in player.slots if slot in settings)
    return ", ".join([f"{settings[leader]}", *(f"{slot} {settings[slot]}" for slot in others)])


def mixed(training: Recipe, chosen: Sequence[Player]) -> Recipe:
    """Return the training recipe with the serving choices of some players."""
    return training.replace(**{slot: served for player in chosen for slot, (_, served) in player.slots.items()})


def _valid(training: Recipe, found: list[Player]) -> list[Player]:
    """Join what excludes each other: a colour of one channel and a range with a constant for each of three."""
    color, ranged = (next((p for p in found if slot in p.slots), None) for slot in ("color", "range"))
    if color is None or ranged is None:
        return found
    try:
        mixed(training, [color])
        mixed(training, [ranged])
    except InvalidValue:
        training_told, serving_told = (" ".join(pair) for pair in zip(color.told, ranged.told, strict=True))
        both = Player({**color.slots, **ranged.slots}, (training_told, serving_told))
        return [both if p is color else p for p in found if p is not ranged]
    return found
