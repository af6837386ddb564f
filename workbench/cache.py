"""The cache folder, the digest that names what is kept there, and answers that are kept by what they depend on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import platformdirs

from workbench.checksums import sha256_of
from workbench.errors import UnreadableSource
from workbench.whole_file import whole_file


def cache_dir() -> Path:
    """Return the folder for what can be made again: `$WORKBENCH_CACHE`, else the user's cache folder.

    It need not exist. (`platformdirs`: ~/.cache/workbench on Linux.)
    """
    chosen = os.environ.get("WORKBENCH_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    return platformdirs.user_cache_path("workbench", appauthor=False)


def file_digest(path: str | Path) -> str:
    """Return the SHA-256 of a file, in hex; of a folder, that of its files' relative names and digests, in order.

    Raises:
        UnreadableSource: there is no such file, or it cannot be read.
    """
    path = Path(path)
    try:
        if not path.is_dir():
            return sha256_of(path)
        inside = sorted((file.relative_to(path).as_posix(), file) for file in path.rglob("*") if file.is_file())
        listing = "".join(f"{sha256_of(file)}  {name}\n" for name, file in inside)
    except OSError as error:
        raise UnreadableSource(f"{path}: cannot be read ({error.strerror or error}); give an existing file") from error
    return hashlib.sha256(listing.encode()).hexdigest()


def recall(kind: str, facts: list[Any]) -> dict[str, Any] | None:
    """Return the answer that `remember` has kept under the same kind and facts; None where it has none."""
    try:
        answer = json.loads(_place(kind, facts).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return answer if isinstance(answer, dict) else None


def remember(kind: str, facts: list[Any], answer: dict[str, Any]) -> None:
    """Keep an answer, whole or not at all; where the cache folder takes no files it is asked for anew each time.

    Args:
        kind: the sub-folder of the cache.
        facts: all that the answer depends on, as JSON takes it.
        answer: as JSON takes it.
    """
    with contextlib.suppress(OSError):
        place = _place(kind, facts)
        place.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(place) as file:
            file.write(json.dumps(answer).encode())


def _place(kind: str, facts: list[Any]) -> Path:
    return cache_dir() / kind / f"{hashlib.sha256(json.dumps(facts).encode()).hexdigest()}.json"
