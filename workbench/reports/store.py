"""Where runs lie, and how one gets there whole: written beside its place, then renamed into it.

- `<out>/<scenario>/<run id>/`: a finished run;
- `<out>/<scenario>/<run id>-failed/`: the last run of these inputs that did not finish; a good one replaces it;
- `<out>/<scenario>/history.jsonl`: a line for each run that ended;
- `<out>/sweeps/<sweep id>/`: the table of a sweep;
- `<out>/index.html`: all of them;
- `<out>/.locks/`: one lock a target, so that two runs of the same inputs take turns.
"""

from __future__ import annotations

import errno
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from workbench.errors import InvalidValue, RunError, WorkbenchError

INDEX, REPORT, MANIFEST, NOTEBOOK = "index.html", "report.html", "manifest.json", "report.ipynb"
FULL = (errno.ENOSPC, errno.EDQUOT)  # no space left, and no share of it left
FAILED = "-failed"
LOCKS = ".locks"  # a folder of reports is known by it
RUN = re.compile(r"[0-9a-f]{12}(-failed)?")
INDEX_WAIT_S = 60  # an index takes a second
DRAFT, OLD = ".draft-", ".old-"
LEFT = re.compile(r"\.(?:draft|old)-(?P<folder>(?P<id>[0-9a-f]{12})(?:-failed)?)-\w+")


@dataclass(frozen=True, slots=True)
class Target:
    """The place of one run, locked while it is being made."""

    out: Path
    scenario: str
    run_id: str
    draft: Path  # a fresh folder beside it, to write into
    number: int  # inode of the draft, by which it is known again
    renewed: bool  # another process has put a run in this place while this one waited

    def folder(self, *, ok: bool) -> Path:
        """Return where the run will lie."""
        return self.out / self.scenario / (self.run_id if ok else self.run_id + FAILED)

    def restore(self) -> bool:
        """Leave nothing in the draft but files of its own; tell whether it was still the folder that was made.

        A notebook can remove it, or put a link, a pipe or another report's file where the report is to be written.
        """
        kept = not self.draft.is_symlink() and self.draft.is_dir() and self.draft.stat().st_ino == self.number
        if not kept:
            _remove(self.draft)
            self.draft.mkdir(parents=True)
        for path in self.draft.iterdir():
            if path.is_symlink() or not path.is_file() or path.stat().st_nlink > 1:
                _remove(path)
        return kept

    def publish(self, *, ok: bool) -> Path:
        """Move the draft into its place and return that; a failed run never takes the place of a good one."""
        final = self.folder(ok=ok)
        old = None
        if final.exists():
            old = Path(tempfile.mkdtemp(prefix=f"{OLD}{final.name}-", dir=final.parent))
            final.rename(old / "run")
        self.draft.rename(final)
        if old:
            shutil.rmtree(old)
        if ok:
            shutil.rmtree(self.folder(ok=False), ignore_errors=True)
        return final


@contextmanager
def hold(out: Path, scenario: str, run_id: str, *, on_wait: Callable[[], None] = lambda: None) -> Iterator[Target]:
    """Yield the locked target of a run; its draft is gone afterwards, published or not.

    Args:
        out: the folder of all reports; made when it is missing.
        scenario: the scenario's safe name.
        run_id: of `workbench.reports.identity.run_id`.
        on_wait: called once when another process is at this very run.

    Raises:
        InvalidValue: a scenario folder that leads out of `out`.
        RunError: `out` cannot be written to.
    """
    with writing(out):
        folder = _scenario_folder(out, scenario)
        tidy(out)
        before = _inode(folder / run_id)
        lock = _lock(out, scenario, run_id)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            on_wait()
            lock.acquire()
    try:
        with writing(out):
            draft = Path(tempfile.mkdtemp(prefix=f"{DRAFT}{run_id}-", dir=folder))
            draft.chmod(0o755)  # mkdtemp's is for the owner alone; a report is to be read
        try:
            renewed = _inode(folder / run_id) not in (before, None)
            yield Target(out, scenario, run_id, draft, draft.stat().st_ino, renewed)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    finally:
        lock.release()


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Turn the failure to make a place for a run into one line."""
    try:
        yield
    except WorkbenchError:
        raise
    except (OSError, ValueError) as error:  # a NUL in a path is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise RunError(f"cannot write reports to {out}: {reason}; give another folder with --out") from error


def tidy(out: Path) -> None:
    """Remove what killed runs left behind; a report that was just being replaced goes back to its place."""
    for left in [*out.glob(f"*/{DRAFT}*"), *out.glob(f"*/{OLD}*")]:
        if not (match := LEFT.fullmatch(left.name)):
            continue
        with suppress(Timeout), _lock(out, left.parent.name, match["id"]).acquire(timeout=0):
            home = left.with_name(match["folder"])
            if left.name.startswith(OLD) and (left / "run").exists() and not home.exists():
                (left / "run").rename(home)
            shutil.rmtree(left, ignore_errors=True)


def run_folders(out: Path) -> list[Path]:
    """Return the folders of all runs, finished and failed."""
    return [path for path in out.glob("*/*") if RUN.fullmatch(path.name) and (path / MANIFEST).is_file()]


def write_whole(path: Path, text: str) -> None:
    """Write `text` so that a reader sees the old file or the new one, never half of it; by one writer at a time."""
    prefix = f"{DRAFT}{path.name}-"
    for left in path.parent.glob(f"{prefix}*"):  # of a writer that was killed
        left.unlink(missing_ok=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=prefix, delete=False) as draft:
        try:
            draft.write(text)
            draft.close()
            Path(draft.name).chmod(0o644)
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise


def is_full(error: OSError) -> bool:
    """Tell whether an error means that the disk, or the user's share of it, is full."""
    return error.errno in FULL


def index_lock(out: Path) -> FileLock:
    """Return the lock under which the index is read together and written."""
    return FileLock(out / LOCKS / "index.lock", timeout=INDEX_WAIT_S)


def sweep_lock(out: Path, sweep_id: str) -> FileLock:
    """Return the lock that a process holds as long as it runs a sweep."""
    return FileLock(out / LOCKS / f"sweep-{sweep_id}.lock")


def is_left(out: Path, sweep_id: str) -> bool:
    """Tell whether the process that ran a sweep here is gone, whatever it said last: its lock is there, and free."""
    lock = sweep_lock(out, sweep_id)
    try:
        with lock.acquire(timeout=0) if Path(lock.lock_file).is_file() else nullcontext(None) as held:
            return held is not None
    except OSError:  # held, which is one, too; or not ours to look at
        return False


def _inode(path: Path) -> int | None:
    return path.stat().st_ino if path.exists() else None


def _remove(path: Path) -> None:
    """Remove whatever is at `path`, and nothing that a link there leads to."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _lock(out: Path, scenario: str, run_id: str) -> FileLock:
    return FileLock(out / LOCKS / f"{scenario}-{run_id}.lock")


def _scenario_folder(out: Path, scenario: str) -> Path:
    folder = out / scenario
    (out / LOCKS).mkdir(parents=True, exist_ok=True)
    folder.mkdir(exist_ok=True)
    if folder.resolve().parent != out.resolve():
        raise InvalidValue(f"{folder} leads out of {out}, to {folder.resolve()}; remove that link")
    return folder
