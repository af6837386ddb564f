"""What a check found, and how that is shown in a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    check: str
    status: Status
    found: str
    cure: str = ""  # what to do or type; empty when all is well


def render(findings: Iterable[Finding]) -> str:
    """Return the findings as text for a terminal: a line each, and below it what to do."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.status:<8} {finding.check:<15} {finding.found}")
        if finding.cure:
            lines.append(f"{'':<22} -> {finding.cure}")
    return "\n".join(lines)
