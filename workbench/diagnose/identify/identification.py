"""Identification: what a preprocessing does, in slots and slips, and what these frames cannot decide."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.diagnose.identify.slips import Slip
from workbench.readable import visible
from workbench.recipes import SLOTS, Recipe
from workbench.recipes.slots import plain_choice

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Identification:
    """The recipes of the catalogue that give the same tensors, the slips beside them, and the differences."""

    recipe: Recipe  # the nearest; among equals the nearest to the reference
    recipes: tuple[Recipe, ...]  # those that give the same tensors of these frames, that one first
    exact: bool
    residual: float  # the largest difference in pixel levels, the range undone, beyond what the dtype rounds
    psnr_db: float  # inf where nothing differs
    slips: tuple[Slip, ...]
    undecided: dict[str, tuple[Any, ...]]  # slot -> the choices these frames cannot tell apart
    reasons: dict[str, str]  # slot -> why, and what would decide
    differs: dict[str, tuple[Any, Any]]  # slot -> the reference's choice, the one found
    frames: int  # looked at
    compared: bool  # whether there was a reference
    dtype: str = ""  # of the tensors, where no recipe makes that; "" where it is the recipe's
    same: bool = False  # as the tensors of a reference that is no recipe, number by number

    @property
    def faults(self) -> frozenset[str]:
        """The slots that differ from the reference, and the slips."""
        return frozenset(self.differs) | {slip.name for slip in self.slips}

    @property
    def verdict(self) -> str:
        """One sentence a person can act on."""
        changes = [
            f"{slot} {_text(found)} instead of {_text(expected)}" for slot, (expected, found) in self.differs.items()
        ]
        found = ", ".join(changes + [slip.sentence for slip in self.slips])
        where = f"on {self.frames} frame{'s' * (self.frames > 1)}"
        if self.same:
            return f"{found or 'the same tensors as the reference'}: {'otherwise ' if found else ''}equal {where}"
        if not self.exact:
            return f"{found or self._named()}: nearest, {self._nearness} {where}; {OUTSIDE}"
        if self.compared and not found:
            return f"the same tensors as the reference: exact {where}"
        return f"{found if self.compared else self._named(found)}: exact {where}"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a slot: the choice found, the reference's where it is another, and what else it may be."""
        import pandas as pd

        settings = self.recipe.settings()
        rows = [
            {
                "slot": slot,
                "found": settings[slot],
                "instead of": self.differs[slot][0] if slot in self.differs else None,
                "undecided": ", ".join(_text(choice) for choice in self.undecided.get(slot, ())) or None,
                "why": self.reasons.get(slot),
            }
            for slot in SLOTS
            if slot in settings
        ]
        return pd.DataFrame(
            rows + [{"slot": slip.name, "found": _text(slip.value), "why": slip.sentence} for slip in self.slips]
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the identification in plain YAML types."""
        return {
            "recipe": self.recipe.to_dict(),
            "exact": self.exact,
            "residual": _number(self.residual),
            "psnr_db": _number(self.psnr_db),
            "faults": sorted(self.faults),
            "differs": {slot: [plain_choice(value) for value in pair] for slot, pair in self.differs.items()},
            "slips": [
                {"name": slip.name, "value": plain_choice(slip.value), "sentence": slip.sentence} for slip in self.slips
            ],
            "undecided": {slot: [plain_choice(value) for value in choices] for slot, choices in self.undecided.items()},
            "reasons": dict(self.reasons),
            "frames": self.frames,
            "verdict": self.verdict,
        }

    @property
    def _nearness(self) -> str:
        if math.isfinite(self.psnr_db):
            return f"PSNR {self.psnr_db:.0f} dB"
        return "every number the same but for the dtype" if self.psnr_db > 0 else "tensors of other sizes"

    def _named(self, slips: str = "") -> str:
        recipe = self.recipe
        parts = [
            f"color {recipe.color}",
            f"range {recipe.range}",
            f"{self.dtype or recipe.dtype} {recipe.layout.upper()}",
        ]
        if recipe.size:
            parts[1:1] = [f"fit {recipe.fit} to {recipe.size[0]}x{recipe.size[1]}", f"resize {recipe.resize}"]
        return ", ".join([*parts, slips] if slips else parts)

    def __repr__(self) -> str:
        """Return the verdict."""
        return visible(f"Identification({self.verdict})")


OUTSIDE = "no recipe of the catalogue gives these numbers"


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return (
        "x".join(map(str, value)) if isinstance(value, tuple) and all(isinstance(n, int) for n in value) else str(value)
    )


def _number(value: float) -> float | None:
    return round(float(value), 6) if math.isfinite(value) else None
