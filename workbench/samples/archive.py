"""Take members out of a downloaded archive, once its bytes and theirs are proved to be the expected ones."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.checksums import sha256_of
from workbench.errors import SampleError
from workbench.samples.catalogue import Member, Package


def verify(path: Path, package: Package) -> None:
    """Raise SampleError unless `path` is the archive that the catalogue names."""
    found = sha256_of(path)
    if found != package.sha256:
        raise SampleError(
            f"{package.file} is not the expected archive: SHA-256 {found[:12]}..., expected "
            f"{package.sha256[:12]}... ({path.stat().st_size:,} bytes of {package.bytes:,}); nothing was kept. "
            "Fetch it again; if it stays so, the package index hands out something else"
        )


def extract(path: Path, members: Iterable[Member], folder: Path) -> None:
    """Write `members` of the archive `path` into `folder`, by their own names, each with its hash checked.

    Only what the catalogue names is read, and each file goes to `folder` / its last name part: a path inside the
    archive never becomes a path outside.
    """
    try:
        with _opened(path) as read:
            for member in members:
                content = read(member.path)
                _expect(content, member, path)
                (folder / member.name).write_bytes(content)
    except (zipfile.BadZipFile, tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, KeyError) as error:
        cause = error.args[0] if isinstance(error, KeyError) else error  # whose text is in quotes
        raise SampleError(f"{path.name} cannot be unpacked: {cause}; fetch it again") from error


@contextmanager
def _opened(path: Path) -> Iterator[Callable[[str], bytes]]:
    """Give the function that reads a member: of a .tgz, or of a wheel, which is a zip file."""
    if path.suffix != ".tgz":
        with zipfile.ZipFile(path) as archive:
            yield archive.read
        return
    with tarfile.open(path, "r:gz") as tape:

        def read(name: str) -> bytes:
            file = tape.extractfile(name)
            if file is None:
                raise KeyError(f"{name!r} in the archive is no file")
            return file.read()

        yield read


def _expect(content: bytes, member: Member, path: Path) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != member.sha256:
        raise SampleError(
            f"{member.path} in {path.name} is not the expected file: SHA-256 {found[:12]}..., expected "
            f"{member.sha256[:12]}...; nothing was kept"
        )
