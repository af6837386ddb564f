"""Candidates and frames to what the network makes of them: here one after the other, or as jobs of a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.diagnose.search.measuring import Measured, Measuring
from workbench.diagnose.search.tensors import Tensors
from workbench.recipes import Recipe


class Asking(Protocol):
    """Runs a network on the tensors of recipes."""

    def __call__(self, recipes: Sequence[Recipe], places: tuple[int, ...], *, outputs: bool) -> Iterator[Measured]:
        """Yield what the network makes of the frames at `places`, recipe by recipe, in order.

        Args:
            recipes: candidates.
            places: numbers of frames.
            outputs: run the network to its end.
        """
        ...


@dataclass(frozen=True, slots=True)
class AskingHere:
    """In this process."""

    measuring: Measuring
    tensors: Tensors

    def __call__(self, recipes: Sequence[Recipe], places: tuple[int, ...], *, outputs: bool) -> Iterator[Measured]:
        """Yield what the network makes of each recipe; see `Asking`."""
        return (self.measuring.of(self.tensors.of(recipe, places), outputs=outputs) for recipe in recipes)
