"""The contract of a model as a value: what each slot of a recipe should be, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench.models.contract.contradictions import contradictions
from workbench.models.contract.sign import SURE, Expectation
from workbench.models.model import TensorSpec
from workbench.recipes import Recipe, choices
from workbench.recipes.slots import plain_choice

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("slot", "expected", "confidence", "evidence")


@dataclass(frozen=True, slots=True, eq=False)
class Contract:
    """What a model itself says about its input."""

    model: str
    input: TensorSpec | None  # the one that takes pictures; None where there is none
    slots: Mapping[str, Expectation]  # by slot, only those the model says something about
    undecided: Mapping[str, str]  # slot -> why the model cannot say
    inside: tuple[str, ...] = ()  # the operations found before the first layer that learns
    notes: tuple[str, ...] = ()  # what no slot says: a fixed batch, labels that do not match

    def contradictions(self, recipe: Recipe, *, at_least: float = SURE) -> tuple[str, ...]:
        """Return a sentence for each slot in which a recipe contradicts what is expected with this confidence."""
        expected = {slot: found for slot, found in self.slots.items() if found.confidence >= at_least}
        return contradictions(expected, self.input, recipe) if self.input else ()

    def applied_to(self, recipe: Recipe) -> Recipe:
        """Return a recipe with the slots that contradict this contract changed to what fits best.

        A size of which the model fixes one side only stays as it is, and a dtype that no recipe makes.
        """
        changed: dict[str, Any] = {}
        for slot, found in self.slots.items():
            impossible = (slot == "size" and None in found.best) or (
                slot == "dtype" and found.best not in choices(slot)
            )
            if found.confidence >= SURE and not impossible and getattr(recipe, slot, None) not in found.values:
                changed[slot] = found.best
        if changed.get("dtype", recipe.dtype) not in ("uint8", "int8"):
            changed["quantization"] = None
        return recipe.replace(**changed)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a slot, the undecided ones last."""
        import pandas as pd

        rows = [(slot, shown(found), found.confidence, found.evidence) for slot, found in self.slots.items()]
        rows += [(slot, "undecided", 0.0, why) for slot, why in self.undecided.items()]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain YAML types."""
        return {
            "model": self.model,
            "input": str(self.input) if self.input else None,
            "slots": {
                slot: {"expected": [plain_choice(v) for v in found.values], "confidence": found.confidence,
                       "evidence": found.evidence}
                for slot, found in self.slots.items()
            },
            "undecided": dict(self.undecided),
            "inside": list(self.inside),
            "notes": list(self.notes),
        }  # fmt: skip

    def __str__(self) -> str:
        lines = [f"{self.model}: {self.input or 'no input that takes pictures'}"]
        for slot, found in self.slots.items():
            lines.append(f"  {slot:<12} {shown(found)}  ({found.confidence:.0%})\n               {found.evidence}")
        lines += [f"  {slot:<12} undecided\n               {why}" for slot, why in self.undecided.items()]
        lines += [f"  inside       {step}" for step in self.inside]
        return "\n".join([*lines, *(f"  note         {note}" for note in self.notes)])


def shown(found: Expectation) -> str:
    """Write the values of an expectation for a person."""
    return " or ".join(_text(value) for value in found.values)


def _text(value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value)
    return "(" + ", ".join("any" if part is None else f"{part:g}" for part in value) + ")"
