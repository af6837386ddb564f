"""SHA-256 of files, and what a `SHA256SUMS` beside a file says about it.

A decoder that meets a byte changed on the way gives other pixels, or other weights, without a word. Where somebody
has recorded the digests (`sha256sum * > SHA256SUMS`), a file that is named there is that file, or it is refused.
"""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import re
import stat
import time
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from workbench.errors import UnreadableSource

SUMS = "SHA256SUMS"
SUMS_BYTES = 16_000_000  # some 150,000 names; what is longer is no list of digests
SETTLED_NS = 2_000_000_000  # times of files are coarse: 4 ms on many a Linux, 2 s on FAT
_LINE = re.compile(r"(\\?)([0-9A-Fa-f]{64}) [ *](.+)")  # as coreutils sha256sum writes it
_TAGGED = re.compile(r"(\\?)SHA256 \((.+)\) = ([0-9A-Fa-f]{64})")  # as sha256sum --tag and the BSDs write it
_ESCAPES = {r"\\": "\\", r"\n": "\n", r"\r": "\r"}  # in a line that starts with a backslash


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hex.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def known_sha256(path: Path) -> str:
    """Return the SHA-256 of a file; of one that this process has read before and that is as it was, without reading it.

    Nothing is kept on disk: a disk that loses a bit changes neither size nor times. Nothing is kept at all of a file
    that is seconds old, since a second change of it may leave the times of the first.

    Raises:
        OSError: it cannot be read.
    """
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):  # a pipe would be waited for, a device read for ever
        raise OSError(errno.EINVAL, "it is no file")
    return _sha256_of_version(path, *version_of(facts)) if is_settled(facts) else sha256_of(path)


def expect_recorded(path: Path, data: bytes | None = None) -> None:
    """Refuse a file that is not what the `SHA256SUMS` in its folder says; do nothing where none is, or none names it.

    Args:
        path: a file; or a folder (a SavedModel), of which every file that the `SHA256SUMS` in it names is looked at.
        data: the file's bytes, where they have been read already.

    Raises:
        UnreadableSource: another digest is recorded, a recorded file of a folder is missing, or the list is damaged.
    """
    if data is None and os.path.isdir(path):  # noqa: PTH112 - False also where nobody may look
        for name, digest in recorded_in(path).items():
            if not name.startswith(("/", "../")):  # what lies elsewhere says nothing about this folder
                _expect(path / name, digest)
    elif recorded := recorded_in(path.parent).get(path.name):
        _expect(path, recorded, data)


def unlike_recorded(path: Path, data: bytes | None = None) -> str | None:
    """Say what `expect_recorded` has against a file, for one that is taken all the same; None where it has nothing."""
    try:
        expect_recorded(path, data)
    except UnreadableSource as error:
        return str(error)
    return None


def recorded_in(folder: Path) -> Mapping[str, str]:
    """Return the digests of a folder's `SHA256SUMS`, in lower-case hex, by name in the folder; empty where none is.

    Raises:
        UnreadableSource: the list cannot be read, or a line of it is no digest and name.
    """
    try:
        facts = os.stat(f"{folder}{os.sep}{SUMS}")  # noqa: PTH116 - as text, since it is asked for each picture
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise _unreadable(folder / SUMS, error.strerror or str(error)) from None
    read = _read if is_settled(facts) else _read.__wrapped__
    return read(folder / SUMS, facts.st_mode, *version_of(facts))


def _expect(path: Path, recorded: str, data: bytes | None = None) -> None:
    try:
        found = known_sha256(path) if data is None else hashlib.sha256(data).hexdigest()
    except OSError as error:
        raise UnreadableSource(
            f"{path} is in the {SUMS} beside it and cannot be read: {error.strerror}; get it again"
        ) from None
    if found != recorded:
        raise UnreadableSource(
            f"{path} is not what the {SUMS} beside it says (SHA-256 {recorded[:8]}... there, {found[:8]}... here); "
            f"get it again, or, if you have changed it, write its new digest there"
        )


def version_of(facts: os.stat_result) -> tuple[int, int, int, int, int]:
    """Return what changes when a file does; the time of change (ctime) also where its time was set back."""
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


def is_settled(facts: os.stat_result) -> bool:
    """Tell whether a change of the file from now on would have other times than those in `facts`."""
    return time.time_ns() - facts.st_ctime_ns > SETTLED_NS


@lru_cache(maxsize=4096)
def _sha256_of_version(path: Path, *version: int) -> str:
    return sha256_of(path)


@lru_cache(maxsize=16)
def _read(path: Path, mode: int, *version: int) -> Mapping[str, str]:
    if not stat.S_ISREG(mode):
        raise _unreadable(path, "it is no file")
    try:
        with path.open("rb") as file:
            data = file.read(SUMS_BYTES + 1)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from None
    if len(data) > SUMS_BYTES:
        raise _unreadable(path, f"it has more than {SUMS_BYTES / 1e6:g} MB")
    text = data.decode("utf-8-sig", "surrogateescape")  # names are bytes, as paths are
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        name, digest = _parsed(line, path, number)
        if found.setdefault(name, digest) != digest:
            raise _unreadable(path, f"line {number} gives {name!r} a second digest")
        if number == len(lines) and not (path.parent / name).exists():  # no line end behind it
            raise _unreadable(path, f"it ends within its last line, at {name!r}")
    found.pop(path.name, None)  # `sha256sum * > SHA256SUMS` for the second time: what it was before
    return found


def _parsed(line: str, path: Path, number: int) -> tuple[str, str]:
    """Return name and digest of a line."""
    if match := _LINE.fullmatch(line):
        escaped, digest, name = match.groups()
    elif match := _TAGGED.fullmatch(line):
        escaped, name, digest = match.groups()
    else:
        raise _unreadable(path, f"line {number} is no digest and name")
    if escaped:
        name = re.sub(r"\\[\\nr]", lambda found: _ESCAPES[found[0]], name)
    return posixpath.normpath(name), digest.lower()


def _unreadable(path: Path, cause: str) -> UnreadableSource:
    return UnreadableSource(
        f"{path} cannot be used: {cause}; write it again (sha256sum * > {SUMS}), or take it away to go without"
    )
