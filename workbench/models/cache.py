"""The cache folder, and the digest that names what is kept there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import platformdirs

from workbench.checksums import sha256_of
from workbench.errors import UnreadableSource


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
