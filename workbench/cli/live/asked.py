"""What `workbench stream` is asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import InvalidValue
from workbench.inference.live.policy import parse_policy
from workbench.views.box_style import check_threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The arguments and options of the command."""

    origin: str
    model: str | None = None
    recipe: str | None = None
    policy: str = "latest"
    decode: str | None = None
    speed: float | None = None
    loop: bool = False
    seconds: float | None = None
    retry: float = 60.0
    limit: int | None = None
    threshold: float = 0.5
    top: int = 3
    record: Path | None = None
    report: bool = True
    out: Path = Path("reports")
    quiet: bool = False
    json: bool = False
    allow_damaged: bool = False

    def __post_init__(self) -> None:
        """Refuse what no stream can do, before anything is loaded."""
        if self.seconds is not None and not 0 < self.seconds < math.inf:
            raise InvalidValue(f"--seconds is a time above 0; got {self.seconds}")
        if not 0 <= self.retry < math.inf:
            raise InvalidValue(f"--retry is a time from 0; got {self.retry}")
        if self.recipe is not None and self.model is None:
            raise InvalidValue("--recipe feeds a model; name one with --model")
        if self.top < 1:
            raise InvalidValue(f"--top is a number from 1; got {self.top}")
        check_threshold(self.threshold)
        parse_policy(self.policy)

    @property
    def source(self) -> str | int:
        """The origin as `stream` takes it: a number is a camera."""
        return int(self.origin) if self.origin.isdecimal() else self.origin
