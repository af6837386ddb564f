"""What a conversion made, and how well it agrees with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Conversion:
    """A converted model file, and its agreement with its source."""

    path: Path
    to: str  # tflite, tflite-int8, onnx or savedmodel
    source: str  # name of the model it was made from
    megabytes: float
    frames: int  # compared, in each of the ranges
    ranges: tuple[str, ...]  # of the real frames: raw, unit, symmetric; or given: the caller's own tensors
    differences: Mapping[str, float]  # by output: max|a - b| / max|a|, the worst of the ranges
    same_top: Mapping[str, float]  # by output (N, C): share of rows whose largest value is the same one

    def to_dict(self) -> dict[str, Any]:
        """Return plain YAML types."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        mappings = {name: dict(value) for name, value in plain.items() if isinstance(value, Mapping)}
        return {**plain, **mappings, "path": str(self.path), "ranges": list(self.ranges)}

    def to_frame(self) -> pd.DataFrame:
        """Return one row an output: its largest relative difference, and the share of equal top answers."""
        import pandas as pd

        columns = {"largest relative difference": self.differences, "same top answer": self.same_top}
        return pd.DataFrame({name: pd.Series(dict(values), dtype=float) for name, values in columns.items()})

    def __str__(self) -> str:
        """Say in one line what was made and how well it agrees."""
        where = "the tensors given" if self.ranges == ("given",) else f"real photos in {', '.join(self.ranges)}"
        top = f", top answer the same {min(self.same_top.values()):.0%}" if self.same_top else ""
        return (
            f"{self.path} · {self.megabytes:.1f} MB · largest relative difference {max(self.differences.values()):.1e}"
            f"{top} · {self.frames} frames: {where}"
        )
