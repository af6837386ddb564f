"""What the files of a run were when it ended: their SHA-256 beside them, as `sha256sum --check` reads it.

It tells a report that something has written to since from one that is as it was made. Who can write to the report can
write to its seal as well, so it is no signature.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from workbench.cache import recall, remember
from workbench.checksums import is_settled, known_sha256, recorded_in, sha256_of, version_of
from workbench.errors import UnreadableSource

SEAL = "SHA256SUMS"


def seal(folder: Path) -> None:
    """Write the digests of the files in `folder` into it."""
    files = sorted(path for path in folder.iterdir() if path.name != SEAL)
    lines = [f"{sha256_of(path)}  {path.name}\n" for path in files]
    (folder / SEAL).write_text("".join(lines), encoding="utf-8")


def altered(folder: Path, names: Collection[str]) -> list[str]:
    """Return a line for each of these files that is not what it was; none for a run that has no seal.

    Answers are kept, so that an index of hundreds of reports does not read them all for each new one.
    """
    try:
        recorded = recorded_in(folder)
    except UnreadableSource:
        return [f"{SEAL} cannot be read, so nothing tells whether this is as it was when the run ended; run it again"]
    kept = {name: digest for name, digest in recorded.items() if name in names}
    stats = {name: _stat(folder / name) for name in kept}
    facts = [[str(folder.absolute()), name, digest, *_version(stats[name])] for name, digest in kept.items()]
    found = (recall("reports", facts) or {}).get("altered")
    if found is None:
        found = [name for name, digest in kept.items() if _digest(folder / name) != digest]
        if all(each is None or is_settled(each) for each in stats.values()):
            remember("reports", facts, {"altered": found})
    return [f"{name} is not what it was when the run ended; run it again" for name in found]


def _stat(path: Path) -> os.stat_result | None:
    """Return what the system says of a file; None when it is gone."""
    try:
        return path.stat()
    except OSError:
        return None


def _version(facts: os.stat_result | None) -> tuple[int, ...]:
    """Return what changes when a file does, also where its time was set back; nothing for one that is gone."""
    return () if facts is None else (facts.st_mode, *version_of(facts))


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; empty when it is gone, or is none."""
    try:
        return known_sha256(path)
    except OSError:
        return ""
