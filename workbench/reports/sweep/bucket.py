"""Runs on a bucket or a server: any URL of fsspec, such as s3://bucket/folder, that all workers reach.

A worker makes a run in a folder of its own and copies it there, its manifest last: a run without its manifest is none.
Credentials are those of fsspec's own configuration
(https://filesystem-spec.readthedocs.io/en/latest/features.html#configuration) and of the environment of each worker.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from workbench.checksums import SUMS
from workbench.errors import InvalidValue, RunError, WorkbenchError
from workbench.readable import without_password
from workbench.reports import store
from workbench.reports.ended import Ended, ended_in, kept_in
from workbench.reports.overview.groups import PAGE, SUMMARY, SWEEPS
from workbench.reports.recording import METRICS
from workbench.reports.run import update_index
from workbench.reports.store import INDEX, MANIFEST
from workbench.reports.value import Run

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

PREFIX = "workbench-"  # of the folders from which files are copied
READ_AGAIN = (MANIFEST, METRICS, SUMS)  # files of a run, all small


@dataclass(frozen=True, slots=True)
class Bucket:
    """What any other URL of fsspec names: s3://bucket/folder, gs://..., sftp://..., dir::file:///..."""

    url: str

    def open(self) -> tuple[AbstractFileSystem, str]:
        """Return the file system, and the path of this place in it.

        Raises:
            InvalidValue: a kind of URL that is not known, or whose package is not installed.
        """
        from fsspec.core import url_to_fs

        try:
            return url_to_fs(self.url)  # type: ignore[no-any-return]
        except (ValueError, ImportError) as error:
            raise InvalidValue(f"cannot write to {without_password(self.url)}: {error}") from None

    def expect_here(self, sweep_id: str) -> None:
        """Do nothing: a URL names the same everywhere."""

    def kept(self, scenario: str, run_id: str, *, partial: bool) -> Ended | None:
        """Return how a run ended that need not be done again.

        Its small files are compared with its seal. That the others are there is enough: a bucket keeps checksums of
        its own, and a report is not fetched to be looked at.
        """
        system, root = self.open()
        there = f"{root}/{scenario}/{run_id}"
        if not system.exists(f"{there}/{MANIFEST}"):
            return None
        names = {str(each).rpartition("/")[2] for each in system.ls(there, detail=False)}
        with TemporaryDirectory(prefix=PREFIX) as folder:
            here = Path(folder, run_id)
            here.mkdir()
            for name in names.intersection(READ_AGAIN):
                system.get_file(f"{there}/{name}", str(here / name))
            return kept_in(here, partial=partial, names=names)

    def alone(self, sweep_id: str) -> AbstractContextManager[None]:
        """Do nothing: a bucket knows no locks. Two who run the same leave one report of each run all the same."""
        del sweep_id
        return nullcontext()

    def publish(self, run_id: str, carry_out: Callable[[Path], Run], *, there: Callable[[], Ended | None]) -> Ended:
        """Have a run made here and copied there, its manifest last; a failed one leaves a good one alone.

        fsspec has no lock that ends with its process, so two sweeps that come to the same run within the time it takes
        both make it; the second drops its own where that of the first is there.
        """
        if kept := there():
            return replace(kept, taken=True)
        with TemporaryDirectory(prefix=PREFIX) as folder:
            run = carry_out(Path(folder))
            if kept := there():
                return replace(kept, taken=True)
            ended = ended_in(run.folder)
            with self._told():
                system, root = self.open()
                _replace(system, f"{root}/{run.scenario}/{run.folder.name}", run.folder)
                if run.ok:
                    _remove(system, f"{root}/{run.scenario}/{run_id}{store.FAILED}")
        return ended

    def remember(self, scenario: str, folder: str) -> None:
        """Do nothing: two clients that add to one file of a bucket would lose each other's lines."""

    @contextmanager
    def results(self, sweep_id: str) -> Iterator[Path]:
        """Yield a folder whose files are copied to the place of the sweep's table."""
        with TemporaryDirectory(prefix=PREFIX) as folder, self._told():
            yield Path(folder)
            system, root = self.open()
            there = f"{root}/{SWEEPS}/{sweep_id}"
            system.makedirs(there, exist_ok=True)
            for path in sorted(Path(folder).iterdir()):
                system.put_file(str(path), f"{there}/{path.name}")

    def link(self, *parts: str) -> str:
        """Return the URL of a file."""
        return "/".join([without_password(self.url), *parts])

    def index(self) -> None:
        """Write the index of the sweeps; the page of each links its runs."""
        system, root = self.open()
        with TemporaryDirectory(prefix=PREFIX) as folder, self._told():
            for name in (SUMMARY, PAGE):
                for path in system.glob(f"{root}/{SWEEPS}/*/{name}"):
                    here = Path(folder, SWEEPS, *path.split("/")[-2:])
                    here.parent.mkdir(parents=True, exist_ok=True)
                    system.get_file(path, str(here))
            if update_index(Path(folder)):
                system.put_file(str(Path(folder, INDEX)), f"{root}/{INDEX}")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what a server answers into one line."""
        try:
            yield
        except (WorkbenchError, KeyboardInterrupt):
            raise
        except Exception as error:  # each file system raises kinds of its own
            cause = getattr(error, "strerror", None) or error or type(error).__name__
            raise RunError(
                f"cannot write reports to {without_password(self.url)}: {cause}; give another place with --out"
            ) from error


def _replace(system: AbstractFileSystem, there: str, folder: Path) -> None:
    """Put a run in the place of an earlier one."""
    _remove(system, there)
    system.makedirs(there, exist_ok=True)
    for path in sorted(folder.iterdir(), key=lambda path: path.name == MANIFEST):
        system.put_file(str(path), f"{there}/{path.name}")


def _remove(system: AbstractFileSystem, folder: str) -> None:
    """Remove a run; its manifest first, since what has none is none."""
    with suppress(FileNotFoundError):
        system.rm_file(f"{folder}/{MANIFEST}")
    with suppress(FileNotFoundError):
        system.rm(folder, recursive=True)
