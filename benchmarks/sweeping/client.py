"""`workbench sweep` in a process of its own, whose workers are killed while it runs."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

WORKER, KEEPER = "spawn_main", "workbench.cluster.keeper"  # in the command lines of workers, and of the scheduler
LOOK_S, GONE_S = 0.3, 60.0


@dataclass
class Client:
    """A sweep that runs, and how it ended."""

    process: psutil.Popen
    output: Path
    killed: int = 0  # workers
    everybody: dict[int, psutil.Process] = field(default_factory=dict)  # processes that it had started

    def look(self) -> None:
        """Take down who is there."""
        with contextlib.suppress(psutil.Error):
            self.everybody |= {each.pid: each for each in self.process.children(recursive=True)}

    def find(self, word: str) -> list[psutil.Process]:
        """Return its processes whose command line holds `word`."""
        self.look()
        return [each for each in self.everybody.values() if each.is_running() and word in _command(each)]

    def kill_worker(self, chance: random.Random) -> None:
        """Kill a worker, not the tracker beside it, with SIGKILL."""
        if workers := self.find(WORKER):
            chance.choice(workers).kill()
            self.killed += 1

    def left_after(self, seconds: float = GONE_S) -> tuple[float, list[str]]:
        """Wait until all of its processes are gone; return how long that took, and those that are not."""
        start, left = time.monotonic(), list(self.everybody.values())
        while (left := [each for each in left if _lives(each)]) and time.monotonic() < start + seconds:
            time.sleep(0.05)
        return time.monotonic() - start, [_command(each)[:80] for each in left]


@contextlib.contextmanager
def sweeping(words: Sequence[object], *, output: Path) -> Iterator[Client]:
    """Yield a sweep that runs; it is ended afterwards, if need be."""
    command = [str(Path(sys.executable).with_name("workbench")), "sweep", *map(str, words)]
    with output.open("ab") as file:
        process = psutil.Popen(command, stdout=file, stderr=subprocess.STDOUT, start_new_session=True)
    client = Client(process, output)
    try:
        yield client
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(GONE_S)


def follow(
    client: Client, done: Callable[[], int], *, until: int, kill_at: Sequence[int], chance: random.Random
) -> None:
    """Wait until so many jobs are done or the sweep has ended, and kill a worker each time one of `kill_at` are."""
    waiting = sorted(kill_at)
    while client.process.poll() is None and (count := done()) < until:
        client.look()
        if waiting and count >= waiting[0]:
            waiting.pop(0)
            client.kill_worker(chance)
        time.sleep(LOOK_S)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
