"""Where the runs of a sweep are kept: a folder, or a bucket or server that all workers reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from filelock import Timeout

from workbench.errors import InvalidValue, RunError
from workbench.reports import store
from workbench.reports.ended import Ended, ended_in, kept_in
from workbench.reports.overview import history
from workbench.reports.overview.groups import SWEEPS
from workbench.reports.run import update_index
from workbench.reports.value import Run

LOOK_S = 1.0  # that a writer of the index has the lock of a sweep, at most, to see whether anybody has
ONE_PROCESS = "memory://"  # a file system that no other process sees


class Place(Protocol):
    """A place for runs and for the tables of sweeps."""

    @property
    def url(self) -> str:
        """Return what names it to a worker."""

    def expect_here(self, sweep_id: str) -> None:
        """Refuse, in a worker, a place that is not the one the client of this sweep writes to."""

    def kept(self, scenario: str, run_id: str, *, partial: bool) -> Ended | None:
        """Return how a run ended that is there, whole, unaltered, and went well; None where it is to be done."""

    def alone(self, sweep_id: str) -> AbstractContextManager[None]:
        """Keep other processes from the same sweep meanwhile."""

    def publish(self, run_id: str, carry_out: Callable[[Path], Run], *, there: Callable[[], Ended | None]) -> Ended:
        """Have a run made, and put it in its place.

        Args:
            run_id: of the run.
            carry_out: makes it in a folder; where that is this place it takes the run that is there already.
            there: returns the run that is there already, if it is to be taken.
        """

    def remember(self, scenario: str, folder: str) -> None:
        """Add a run that ended to the history of its scenario, where the place keeps one."""

    def results(self, sweep_id: str) -> AbstractContextManager[Path]:
        """Return a context manager that yields the folder of a sweep's table to write into."""

    def link(self, *parts: str) -> str:
        """Return the path or URL of a file there."""

    def index(self) -> None:
        """Bring the index of all reports up to date."""


def place_of(out: str | Path) -> Place:
    """Return the place that a path or URL names.

    Raises:
        InvalidValue: a kind of URL that fsspec does not know, or that only one process would see.
    """
    from workbench.reports.sweep.bucket import Bucket

    if isinstance(out, Path) or ("://" not in out and "::" not in out):
        return Folder(Path(out))
    bucket = Bucket(out.rstrip("/"))
    system, path = bucket.open()
    if type(system).__name__ == "LocalFileSystem":
        return Folder(Path(path))
    return bucket


def expect_shared(out: str | Path) -> None:
    """Refuse a place that the workers, other processes, would not see.

    Raises:
        InvalidValue: it is one.
    """
    if str(out).startswith(ONE_PROCESS):
        raise InvalidValue(f"{out} is in the memory of one process, where no worker sees it; give a path or a bucket")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of this machine, or one of the network that is mounted."""

    path: Path

    @property
    def url(self) -> str:
        """Return its absolute path: a worker may run in another folder."""
        return str(self.path.absolute())

    def expect_here(self, sweep_id: str) -> None:
        """Refuse a folder of this machine alone: the client's has the lock of the sweep in it.

        Raises:
            InvalidValue: it is one.
        """
        if not Path(store.sweep_lock(self.path, sweep_id).lock_file).exists():
            raise InvalidValue(
                f"{self.path} is not the same folder here and where the sweep was started; give --out a folder that "
                "all machines share, or a bucket"
            )

    def kept(self, scenario: str, run_id: str, *, partial: bool) -> Ended | None:
        """Return how a run ended that need not be done again; every file of it is compared with its seal."""
        return kept_in(self.path / scenario / run_id, partial=partial)

    @contextmanager
    def alone(self, sweep_id: str) -> Iterator[None]:
        """Refuse a sweep that another process is at; one that was killed is at none.

        Raises:
            RunError: another process is at it, or the folder cannot be written to.
        """
        with store.writing(self.path):
            lock = store.sweep_lock(self.path, sweep_id)
            Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=LOOK_S)
            except Timeout:
                raise RunError(
                    f"another process runs this very sweep ({sweep_id}) into {self.path}; let it end"
                ) from None
        try:
            yield
        finally:
            lock.release()

    def publish(self, run_id: str, carry_out: Callable[[Path], Run], *, there: Callable[[], Ended | None]) -> Ended:
        """Have a run made in its place, under its lock."""
        del run_id, there
        run = carry_out(self.path)
        return replace(ended_in(run.folder), taken=run.taken)

    def remember(self, scenario: str, folder: str) -> None:
        """Add a run that ended to the history of its scenario."""
        history.remember(self.path, self.path / scenario / folder)

    @contextmanager
    def results(self, sweep_id: str) -> Iterator[Path]:
        """Yield the folder of a sweep's table."""
        folder = self.path / SWEEPS / sweep_id
        with store.writing(self.path):
            folder.mkdir(parents=True, exist_ok=True)
            yield folder

    def link(self, *parts: str) -> str:
        """Return the path of a file."""
        return str(self.path.joinpath(*parts))

    def index(self) -> None:
        """Write the index, and remove what killed runs have left."""
        store.tidy(self.path)
        update_index(self.path)
