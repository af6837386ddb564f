"""Which locked versions an advisory is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import canonicalize_name

from scripts.advisories.export import Advisory

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A locked version with a known advisory."""

    version: str
    advisory: Advisory

    def __str__(self) -> str:
        """Return the line for a person."""
        advisory, names = self.advisory, " ".join(sorted(self.advisory.names))
        cure = f"fixed in {', '.join(advisory.fixed_in)}" if advisory.fixed_in else "no version is without it"
        return f"{advisory.package} {self.version}: {names}: {' '.join(advisory.summary.split())} ({cure})"


def read_locks(paths: Iterable[Path]) -> dict[str, set[str]]:
    """Return the locked versions of each package; a lock may have one for each Python."""
    pins: dict[str, set[str]] = {}
    for path in paths:
        for name, version in PIN.findall(path.read_text(encoding="utf-8")):
            pins.setdefault(canonicalize_name(name), set()).add(version)
    return pins


def hits(pins: dict[str, set[str]], advisories: Iterable[Advisory]) -> list[Hit]:
    """Return what is known of the locked versions, each advisory under one of its names."""
    found: list[Hit] = []
    for advisory in advisories:
        for version in sorted(pins.get(advisory.package, ())):
            known = any(hit.version == version and hit.advisory.names & advisory.names for hit in found)
            if not known and advisory.affects(version):
                found.append(Hit(version, advisory))
    return sorted(found, key=str)
