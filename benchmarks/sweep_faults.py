"""The fault table of sweeps: workers, client and scheduler really killed in the middle, and what is left each time.

Run: `python benchmarks/sweep_faults.py` (300 jobs, some ten minutes on two quiet cores; `--jobs 30` to try it). Every
job is a real notebook in a real kernel. Workers are killed (SIGKILL) at random all along; the client is killed when a
third of the jobs is done, the scheduler when two thirds are, and the last call goes on to the end. What is asked for:
exactly one valid report a job, and that a call runs only what had not ended before. Then eight jobs are run one after
the other, by two workers, over a bucket, and by a Dask scheduler with TLS: normalised, the reports are to be the same.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from measure import machine, print_table
from sweeping.checks import differing, done, valid_runs, wrong
from sweeping.client import KEEPER, Client, follow, sweeping
from sweeping.notebook import write_notebook
from sweeping.schedulers import Certificates, scheduler

from workbench.reports import run_scenarios

COMPARED = 8  # jobs whose reports are compared
Row = tuple[object, ...]


class Disturbed:
    """One sweep over many calls, each disturbed in its own way; a row of the table for each."""

    def __init__(self, folder: Path, *, jobs: int, kills: int, seed: int) -> None:
        self.folder, self.out, self.jobs = folder, folder / "out", jobs
        self.notebook = write_notebook(folder / "square.ipynb")
        self.chance = random.Random(seed)
        self.kill_at = sorted(self.chance.sample(range(1, jobs), kills))
        self.rows: list[Row] = []
        self.wrong: list[str] = []

    def call(self, what: str, *, until: int, end: str = "") -> None:
        """Run the sweep until so many jobs are done, then kill what `end` says: `client`, `scheduler` or nothing."""
        before, start = valid_runs(self.out), time.monotonic()
        with sweeping(self._words(), output=self.folder / "said.txt") as client:
            mine = [number for number in self.kill_at if len(before) < number < until]
            follow(client, lambda: done(self.out), until=until, kill_at=mine, chance=self.chance)
            self._end(client, end)
            status = client.process.wait(120)
        gone, left = client.left_after()
        after = valid_runs(self.out)
        again = [run for run, made in before.items() if after.get(run) != made]
        self.wrong += [f"{what}: {name} is left" for name in left] + [f"{what}: {run} was run again" for run in again]
        self.rows.append((what, client.killed, status, len(before), len(after), len(again), f"{gone:.1f}",
                          f"{time.monotonic() - start:.0f}"))  # fmt: skip
        print(*self.rows[-1], sep="  ", file=sys.stderr)

    def _words(self) -> list[object]:
        numbers = ",".join(map(str, range(self.jobs)))
        return [self.notebook, "--grid", f"number={numbers}", "--out", self.out, "--workers", 2]

    def _end(self, client: Client, what: str) -> None:
        if what == "client":
            client.look()
            client.process.send_signal(signal.SIGKILL)
        elif what == "scheduler":
            for each in client.find(KEEPER):
                each.kill()
        else:
            follow(client, lambda: done(self.out), until=sys.maxsize, kill_at=(), chance=self.chance)


def compared(folder: Path) -> list[Row]:
    """Run the same jobs in four ways, and return how their reports differ from those made one after the other."""
    notebook = write_notebook(folder / "square.ipynb")
    grid = ["--grid", "number=" + ",".join(map(str, range(COMPARED)))]
    run_scenarios([(notebook, {"number": number}) for number in range(COMPARED)], out=folder / "serial", progress=False)
    rows: list[Row] = []

    def row(way: str, words: list[object], address: str, out: Path) -> None:
        with sweeping([notebook, *grid, "--out", address, *words], output=folder / "said.txt") as client:
            follow(client, lambda: 0, until=1, kill_at=(), chance=random.Random(0))
            status = client.process.wait()
        found = differing(folder / "serial", out)
        rows.append((way, status, len(valid_runs(out)), "; ".join(found) or "none"))

    for out in (folder / "local", folder / "bucket", folder / "tls"):
        out.mkdir()
    row("two workers", ["--workers", 2], str(folder / "local"), folder / "local")
    bucket = folder / "bucket"  # fsspec's `dir` has the path twice: as its root, and within that
    row("over a bucket", ["--workers", 2], f"dir::file://{bucket}", bucket / bucket.relative_to("/"))
    certificates = Certificates(folder)
    with scheduler(folder, certificates, workers=2) as found:
        words = ["--scheduler", found.address, *certificates.for_workbench]
        row("a scheduler with TLS", words, str(folder / "tls"), folder / "tls")
    with scheduler(folder, certificates, workers=2) as found:
        words = [notebook, *grid, "--out", folder / "broken", "--scheduler", found.address]
        with sweeping([*words, *certificates.for_workbench], output=folder / "said.txt") as client:
            follow(client, lambda: done(folder / "broken"), until=3, kill_at=(), chance=random.Random(0))
            found.process.kill()
            rows.append(("that scheduler killed", client.process.wait(120), len(valid_runs(folder / "broken")), "none"))
    with scheduler(folder, certificates, workers=2) as found:
        words = ["--scheduler", found.address, *certificates.for_workbench]
        row("with another scheduler", words, str(folder / "broken"), folder / "broken")
    return rows


def disturbed(folder: Path, arguments: argparse.Namespace) -> list[str]:
    """Print what becomes of a sweep that is disturbed, and return what is wrong with it."""
    sweep = Disturbed(folder, jobs=arguments.jobs, kills=arguments.kills, seed=arguments.seed)
    sweep.call("workers killed, then the client", until=arguments.jobs // 3, end="client")
    sweep.call("workers killed, then the scheduler", until=2 * arguments.jobs // 3, end="scheduler")
    sweep.call("workers killed", until=arguments.jobs)
    sweep.call("nothing left to do", until=arguments.jobs + 1)
    columns = ("what", "workers killed", "exit", "reports before", "after", "run again", "s to be gone", "s in all")
    print_table(f"{arguments.jobs} jobs, two workers", columns, sweep.rows)
    found = sweep.wrong + wrong(sweep.out, arguments.jobs)
    print("\nWrong:", "; ".join(found) or f"nothing; one valid report for each of {arguments.jobs} jobs")
    print("\nSaid:", (folder / "said.txt").read_text(encoding="utf-8")[-2000:], sep="\n")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=300, help="0 for the comparison alone")
    parser.add_argument("--kills", type=int, default=12, help="of workers")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that nothing is left running
    print(f"Measured on {machine()}.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = disturbed(folder, arguments) if arguments.jobs else []
        (folder / "compared").mkdir()
        rows = compared(folder / "compared")
        print_table("The same reports, made in other ways", ("way", "exit", "valid reports", "differences"), rows)
        print("\nSaid:", (folder / "compared" / "said.txt").read_text(encoding="utf-8")[-2000:], sep="\n")
    raise SystemExit(bool(found) or any(row[3] != "none" for row in rows))


if __name__ == "__main__":
    main()
