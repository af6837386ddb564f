"""Hold a `.keras` archive to what Keras writes: a few plain members that unfold to what they store."""

from __future__ import annotations

import re
import stat
import zipfile
from collections import Counter
from pathlib import Path

from workbench.errors import ModelLoadError

CONFIG, WEIGHTS, NUMPY_WEIGHTS = "config.json", "model.weights.h5", "model.weights.npz"  # as keras.saving names them
FREE = 2**28  # bytes, 256 MiB: what a member may unfold to (keras.saving's own floor for what it unpacks)
MOST_UNFOLDED = 100  # times its stored bytes; Keras stores without compression
ENCRYPTED = 0x1  # general purpose bit flag 0: APPNOTE.TXT 4.4.4
AGAIN = "copy the file again, or save the model again with model.save('NAME.keras')"


def read_archive(path: Path) -> tuple[bytes, bytes]:
    """Return configuration and weights of an archive, after every member has been read and held to its checksum.

    Raises:
        ModelLoadError: a member is damaged, repeated, hidden, too large, or would leave the folder it is unpacked to.
    """
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        for member in members:
            _expect_plain(member)
        _expect_once([member.filename for member in members])
        if sum(member.compress_size for member in members) > path.stat().st_size:
            raise ModelLoadError(f"its members overlap, as those of a zip bomb do; {AGAIN}")
        if damaged := archive.testzip():
            raise ModelLoadError(f"its member {damaged!r} is damaged (CRC-32 differs); {AGAIN}")
        return archive.read(CONFIG), archive.read(_weights(archive))


def _expect_plain(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if ".." in re.split(r"[/\\]", name) or re.match(r"[/\\]|\w:", name):
        raise ModelLoadError(f"its member {name!r} would be unpacked outside of its folder (zip slip); it is hostile")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise ModelLoadError(f"its member {name!r} is a symbolic link, which Keras never writes; it may be hostile")
    if member.flag_bits & ENCRYPTED:
        raise ModelLoadError(f"its member {name!r} is encrypted, which Keras cannot read; unpack it and zip it plainly")
    unfolded = member.file_size / 2**20
    if member.file_size > max(FREE, MOST_UNFOLDED * member.compress_size):
        raise ModelLoadError(
            f"its member {name!r} unfolds to {unfolded:,.0f} MB from far less, as a zip bomb does; {AGAIN}"
        )


def _expect_once(names: list[str]) -> None:
    if again := next((name for name, count in Counter(names).items() if count > 1), None):
        raise ModelLoadError(
            f"it has the member {again!r} more than once, and readers differ in which one counts; {AGAIN}"
        )


def _weights(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if WEIGHTS in names:
        return WEIGHTS
    if NUMPY_WEIGHTS in names:
        raise ModelLoadError(f"its weights are in {NUMPY_WEIGHTS}, which Keras' model.save never writes; {AGAIN}")
    raise ModelLoadError(f"it has no weights ({WEIGHTS} is missing); {AGAIN}")
