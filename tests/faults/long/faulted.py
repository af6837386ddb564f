"""Runs of a notebook that are made to end badly, each in a process of its own as a user's is, and what they leave.

A run's cell does what the environment says, so that good and bad runs are runs of the same inputs: one target.
"""

import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.faults.conftest import contents
from tests.faults.processes import PROCESSES
from workbench.reports.seal import SEAL, altered

DEED, YARD = "FAULTED_DEED", "FAULTED_YARD"  # environment variables: what the cell does; whose process one is
PATIENCE_S = 120  # on a machine that does other work as well
CELLS = (
    "import os, signal, subprocess, threading, time\nfrom workbench.reports import record\nprint('before')",
    f"exec(os.environ.get({DEED!r}, ''))",
    "record({'number': number})\nprint('after')",
)
BYSTANDERS = (
    "",
    "subprocess.Popen(['sleep', '300'])\n",
    "subprocess.Popen(['sleep', '300'], start_new_session=True)\n",
)


@dataclass(frozen=True)
class Fault:
    """One way to make a run end badly."""

    ends: frozenset[str]  # the statuses it may end with; "" when nothing is published
    deed: str = ""  # of the second cell
    timeout: float | None = None  # s a cell
    signals: tuple[signal.Signals, ...] = ()  # to the user's process
    after_s: float = 0.0  # before the first of them, and between them
    leaves: float | None = None  # what is free on the disk when it starts, as a share of what a good run takes


@dataclass
class Yard:
    """A place for runs: its own reports, temporary folder and processes, so that what is left there is seen."""

    home: Path
    out: Path
    disk: Path | None = None  # a small file system that `out` is on
    good: dict[str, str | None] = field(default_factory=dict)  # the files of the good run, by digest
    runs: int = 0

    def __post_init__(self) -> None:
        (self.home / "temporary").mkdir(parents=True)
        cells = [new_markdown_cell("# Deed\nDoes it end well?"), new_code_cell("number: int = 0")]
        cells[1].metadata["tags"] = ["parameters"]
        nbformat.write(new_notebook(cells=[*cells, *map(new_code_cell, CELLS)]), self.home / "deed.ipynb")
        self.expect_good_run()
        [folder] = (path for path in (self.out / "deed").iterdir() if path.is_dir())
        self._folder, self.good = folder, contents(folder)

    def cause(self, fault: Fault) -> str:
        """Make a run end badly, hold what it leaves to what a bad run may leave, and return its status."""
        if self.disk and fault.leaves is not None:
            _fill(self.disk, int(fault.leaves * sum(path.stat().st_size for path in self._folder.iterdir())))
        status = self._run(fault)
        assert status in fault.ends, f"{fault} ended {status!r}: {self.log[-2000:]}"
        assert "Traceback" not in self.log, self.log
        if self.disk:
            (self.disk / "filling").unlink(missing_ok=True)
        if fault.signals and fault.signals[0] == signal.SIGKILL:
            self.expect_good_run(number=1)  # which clears up what a killed process could not
        self.expect_clear()
        return status

    def expect_good_run(self, number: int = 0) -> None:
        """Run the notebook without a fault."""
        assert self._run(Fault(frozenset()), number=number) == "ok", self.log

    def expect_clear(self) -> None:
        """Hold the yard to: the good run untouched, whole files, no process, nothing half-written or temporary."""
        assert contents(self._folder) == self.good
        for folder in (self.out / "deed").iterdir():
            if folder.name == "history.jsonl":
                assert [json.loads(line)["run_id"] for line in folder.read_text(encoding="utf-8").splitlines()]
                continue
            assert re.fullmatch(r"[0-9a-f]{12}(-failed)?", folder.name), f"{folder} is left"
            _expect_readable(folder)
        index = (self.out / "index.html").read_text(encoding="utf-8")
        assert index.rstrip().endswith("</html>") and self._folder.name in index
        assert [path.name for path in self.out.iterdir() if path.name.startswith(".")] == [".locks"]
        assert [path.name for path in (self.home / "temporary").iterdir()] == []
        _wait(lambda: not self.processes(), "processes are left")

    def processes(self) -> list[psutil.Process]:
        """Return the living processes of this yard: users', kernels, and what those started."""
        return [process for process in psutil.process_iter() if _yard_of(process) == str(self.home)]

    @property
    def log(self) -> str:
        """Return what the last user's process printed."""
        return (self.home / "log.txt").read_text(encoding="utf-8", errors="replace")

    def _run(self, fault: Fault, *, number: int = 0) -> str:
        self.runs += 1
        answer = self.home / "answer.json"
        answer.unlink(missing_ok=True)
        process = PROCESSES.Process(target=_user, args=(self.home, self.out, fault, number))
        process.start()
        for each in fault.signals:
            process.join(fault.after_s)
            if process.is_alive():
                os.kill(process.pid, each)
        process.join(PATIENCE_S)
        if process.is_alive():
            process.kill()
            raise AssertionError(f"{fault} has not ended after {PATIENCE_S} s: {self.log[-2000:]}")
        return json.loads(answer.read_text()) if answer.exists() else ""


def _user(home: Path, out: Path, fault: Fault, number: int) -> None:
    """Be a user's process: run the notebook, and write down how it ended."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the tests were started with, such as nohup
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.environ |= {DEED: fault.deed, YARD: str(home), "TMPDIR": str(home / "temporary")}
    tempfile.tempdir = None
    log = os.open(home / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, sys.stdout.fileno()), os.dup2(log, sys.stderr.fileno())
    from workbench.errors import WorkbenchError
    from workbench.reports import RunInterrupted, run_scenario

    try:
        status = run_scenario(home / "deed.ipynb", {"number": number}, out=out, timeout=fault.timeout).status
    except RunInterrupted as interrupted:
        status = interrupted.run.status
    except KeyboardInterrupt:
        status = ""
    except WorkbenchError as refusal:
        print(refusal)
        status = "refused"
    (home / "answer.json").write_text(json.dumps(status))


def _expect_readable(folder: Path) -> None:
    """Hold a published run to whole files, and one that is not the good one to a status that is not ok."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["status"] == "ok") is not folder.name.endswith("-failed")
    names = {path.name for path in folder.iterdir()}
    assert names in (
        {"manifest.json"},
        {"manifest.json", "details.json", "metrics.json", "report.html", "report.ipynb", SEAL},
    )
    assert altered(folder, names) == []
    if len(names) > 1:
        json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        nbformat.validate(nbformat.read(folder / "report.ipynb", as_version=4))
        assert (folder / "report.html").read_text(encoding="utf-8").rstrip().endswith("</html>")


def _yard_of(process: psutil.Process) -> str | None:
    try:
        alive = process.status() != psutil.STATUS_ZOMBIE
        return process.environ().get(YARD) if alive else None
    except psutil.Error:
        return None


def _wait(condition, message: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, message
        time.sleep(0.1)


def _fill(disk: Path, leaves: int) -> None:
    """Write a file that leaves so many bytes free."""
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    (disk / "filling").write_bytes(bytes(max(0, free - leaves)))


# --- the faults, each drawn by a seeded generator -------------------------------------------------------------

BAD_CELLS = (
    "raise ValueError('bad')", "1 / 0", "import nowhere", "def f(): f()\nf()", "raise SystemExit(3)", "assert False",
    "raise KeyboardInterrupt", "os.kill(os.getpid(), signal.SIGINT); time.sleep(9)", "raise MemoryError", "1 +",
    "input()", "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})()",
)  # fmt: skip
ENDLESS = ("time.sleep(90)", "while True: pass", "while True: print('x'); time.sleep(.01)",
           "signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(1)")  # fmt: skip


def bad_cell(draw: random.Random) -> Fault:
    return Fault(frozenset({"failed"}), draw.choice(BYSTANDERS) + draw.choice(BAD_CELLS))


def killed_kernel(draw: random.Random) -> Fault:
    number = draw.choice([signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGTERM])
    death = draw.choice([f"os.kill(os.getpid(), {int(number)})", f"os._exit({draw.randrange(256)})"])
    later = f"threading.Timer({draw.random():.2f}, lambda: {death}).start(); time.sleep(90)"
    return Fault(frozenset({"killed"}), draw.choice(BYSTANDERS) + draw.choice([death, later]))


def time_out(draw: random.Random) -> Fault:
    return Fault(frozenset({"timeout"}), draw.choice(BYSTANDERS) + draw.choice(ENDLESS), timeout=1)


def stopped(draw: random.Random) -> Fault:
    number = draw.choice([signal.SIGINT, signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    deed = draw.choice(BYSTANDERS) + draw.choice(ENDLESS)
    times = draw.choice([1, 1, 2, 3])
    return Fault(frozenset({"interrupted", ""}), deed, signals=(number,) * times, after_s=draw.uniform(0, 5) / times)


def killed_user(draw: random.Random) -> Fault:
    deed = draw.choice(BYSTANDERS) + draw.choice([*ENDLESS, *BAD_CELLS])
    return Fault(frozenset({"failed", ""}), deed, signals=(signal.SIGKILL,), after_s=draw.uniform(0, 5))


def full_disk(draw: random.Random) -> Fault:
    ends = frozenset({"disk full"})
    big = f"print(os.urandom({draw.randrange(500_000, 2_000_000)}).hex())"
    rest = draw.randrange(4096)
    fill = f"open(os.path.join(os.environ['WORKBENCH_RUN_FOLDER'], 'x'), 'wb').write(bytes({2_000_000 + rest}))"
    full = Fault(ends | {"refused"}, leaves=draw.choice([0, 0.1]))
    scarce = Fault(ends, leaves=draw.uniform(0.2, 0.8))
    return draw.choice([Fault(ends, big), Fault(ends, fill), full, scarce])
