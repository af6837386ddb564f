"""What the files of a run were when it ended: their SHA-256 beside them, as `sha256sum --check` reads it.

It tells a report that something has written to since from one that is as it was made. Who can write to the report can
write to its seal as well, so it is no signature.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from workbench.checksums import recorded_in, sha256_of
from workbench.errors import UnreadableSource

SEAL = "SHA256SUMS"


def seal(folder: Path) -> None:
    """Write the digests of the files in `folder` into it."""
    files = sorted(path for path in folder.iterdir() if path.name != SEAL)
    lines = [f"{sha256_of(path)}  {path.name}\n" for path in files]
    (folder / SEAL).write_text("".join(lines), encoding="utf-8")


def altered(folder: Path, names: Iterable[str]) -> list[str]:
    """Return a line for each of these files that is not what it was; none for a run that has no seal."""
    try:
        recorded = recorded_in(folder)
    except UnreadableSource:
        return [f"{SEAL} cannot be read, so nothing tells whether this is as it was when the run ended"]
    kept = {name: digest for name, digest in recorded.items() if name in names}
    return [
        f"{name} is not what it was when the run ended"
        for name, digest in kept.items()
        if _digest(folder / name) != digest
    ]


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file; empty when it is gone."""
    try:
        return sha256_of(path)
    except OSError:
        return ""
