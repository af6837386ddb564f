"""The record of a choice: what every engine took and how well it agreed, on which machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from workbench.models.model import TensorSpec

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 3  # of the JSON; another number is made anew
NEAR = 1.1  # engines within a tenth of the quickest count as equally quick; the one with less memory is taken


@dataclass(frozen=True, slots=True)
class Trial:
    """One engine, tried on real frames."""

    engine: str  # litert, onnxruntime or tensorflow
    reason: str | None = None  # why it was rejected; None: it gives the original's answers
    difference: float | None = None  # max|a - b| / max|a|, the worst of all outputs and ranges
    ms: float | None = None  # a frame, batch 1, median
    best_ms: float | None = None  # the quickest call, which other processes disturbed least
    load_ms: float | None = None  # in a fresh process, its imports included
    memory_mb: float | None = None  # resident, of a process that loads the model so and predicts
    rows: int | None = None  # frames a call at which a batch is quickest; None: as they come
    file: str | None = None  # in the folder of the choice; None: the model's own
    sha256: str | None = None  # of that file

    @property
    def accepted(self) -> bool:
        """Whether it gives the answers of the original."""
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Choice:
    """Which engine runs a model on this machine, and why."""

    key: str  # digest of the model's content
    model: str  # its name
    chosen: str  # the engine
    trials: tuple[Trial, ...]
    inputs: tuple[TensorSpec, ...]  # of the original, as are the outputs
    outputs: tuple[TensorSpec, ...]
    labels: tuple[str, ...] | None  # packed into the original's file
    machine: Mapping[str, str | int]
    versions: Mapping[str, str]
    code: bool = False  # the model has layers of someone's own code: the answers are held to it at every opening

    @property
    def trial(self) -> Trial:
        """Return the trial of the chosen engine."""
        return next(trial for trial in self.trials if trial.engine == self.chosen)

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON types."""
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave.

        Raises:
            ValueError: it is of another format.
            KeyError: a field is missing.
            TypeError: a field has another type.
        """
        if plain["format"] != FORMAT:
            raise ValueError(f"format {plain['format']} instead of {FORMAT}")
        return cls(
            key=plain["key"],
            model=plain["model"],
            chosen=plain["chosen"],
            trials=tuple(Trial(**trial) for trial in plain["trials"]),
            inputs=tuple(map(spec_from, plain["inputs"])),
            outputs=tuple(map(spec_from, plain["outputs"])),
            labels=None if plain["labels"] is None else tuple(plain["labels"]),
            machine=dict(plain["machine"]),
            versions=dict(plain["versions"]),
            code=bool(plain["code"]),
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row an engine."""
        import pandas as pd

        rows = [{**asdict(trial), "accepted": trial.accepted} for trial in self.trials]
        return pd.DataFrame(rows).set_index("engine")


def quickest(trials: tuple[Trial, ...]) -> str:
    """Return the engine to take: of the accepted ones as quick as the quickest, the one with the least memory."""
    timed = {trial: trial.best_ms for trial in trials if trial.accepted and trial.best_ms is not None}
    best = min(timed.values())
    near = [trial for trial, ms in timed.items() if ms <= NEAR * best]
    return min(near, key=lambda trial: trial.memory_mb or 0.0).engine


def spec_from(plain: Mapping[str, Any]) -> TensorSpec:
    """Read a TensorSpec that JSON has turned into lists."""
    quantization = plain["quantization"]
    return TensorSpec(
        plain["name"],
        tuple(plain["shape"]),
        plain["dtype"],
        plain["activation"],
        None if quantization is None else (float(quantization[0]), int(quantization[1])),
    )
