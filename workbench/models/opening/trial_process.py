"""The parent's half of a trial: start the child, ask it about files, watch its clock and its memory."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil

from workbench.errors import ModelLoadError
from workbench.models.opening.child_clock import ChildClock
from workbench.models.opening.trust import CURE

STARTING = 120.0  # seconds for the child's imports; a cold TensorFlow takes 5 on an idle machine
LOOK = 0.02  # seconds between looks at the child's memory
WHEN_KNOWN = f"if you know where it comes from, {CURE} to load it all the same"
ALONE = {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "1"}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may take in a trial."""

    seconds: float  # to load and to run once; more on a busy machine
    memory_mb: int  # resident, of the whole child, in MiB


OF_THE_INSTALLATION = ("ImportError", "ModuleNotFoundError")  # a missing package says nothing about the file


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a trial found."""

    problem: str | None  # None: the file loads and runs
    lasting: bool = True  # it lies in the file; a slow file may only have met a busy machine


class TrialProcess:
    """A child that tries the files of one runtime; a context manager that ends it.

    The child starts with the first file, and again after one that killed it.
    """

    def __init__(self, runtime: str, limits: Limits) -> None:
        self._runtime = runtime
        self._limits = limits
        self._child: subprocess.Popen[str] | None = None
        self._answers: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")

    def __enter__(self) -> TrialProcess:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the child."""
        self._end()
        self._said.close()

    def verdict(self, path: Path, signature: str | None = None) -> Verdict:
        """Load and run one file in the child.

        Raises:
            ModelLoadError: the child does not start.
        """
        child = self._child or self._start()
        assert child.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died after its last answer; waiting tells how
            asked = {"path": str(path.absolute()), "runtime": self._runtime, "signature": signature}
            child.stdin.write(json.dumps(asked) + "\n")
            child.stdin.flush()
        answer = self._wait(child, self._limits.seconds)
        if isinstance(answer, dict):
            problem = answer["problem"]
            return Verdict(problem, answer["lasting"] and not (problem or "").startswith(OF_THE_INSTALLATION))
        self._end()
        return answer

    def _start(self) -> subprocess.Popen[str]:
        # -P: no module of the current folder, which may be the one that the file came in
        command = [sys.executable, "-P", "-m", "workbench.models.opening.trial", self._runtime]
        self._said.seek(0)
        self._said.truncate()
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said, text=True, encoding="utf-8",
            env=os.environ | ALONE,
        )  # fmt: skip
        self._child, self._answers = child, queue.SimpleQueue()
        threading.Thread(target=_forward, args=(child, self._answers), daemon=True).start()
        answer = self._wait(child, STARTING)
        if not isinstance(answer, dict):
            said = self._last_words()
            self._end()
            raise ModelLoadError(
                f"the process that tries unknown files did not start ({said or answer.problem}); see workbench doctor, "
                f"or {CURE} to load without it"
            )
        return child

    def _wait(self, child: subprocess.Popen[str], seconds: float) -> dict[str, Any] | Verdict:
        """Return the child's next answer, or the verdict if it dies, takes too long or too much memory."""
        clock = ChildClock(child.pid, seconds)
        while True:
            try:
                line = self._answers.get(timeout=LOOK)
            except queue.Empty:
                line = None
            if line == "":  # its output has ended
                return Verdict(_crash(child.wait(), self._last_words()))
            if line is not None:
                answer: dict[str, Any] = json.loads(line)
                return answer
            if _memory_mb(child.pid) > self._limits.memory_mb:
                return Verdict(
                    f"it took more than {self._limits.memory_mb:,} MB of memory in a trial process; {WHEN_KNOWN}"
                )
            if clock.is_over():
                return Verdict(
                    f"it did not load and run once within {seconds:g} s in a trial process; {WHEN_KNOWN}", lasting=False
                )

    def _last_words(self) -> str:
        self._said.seek(0)
        told = [line for line in self._said.read().splitlines() if line.strip() and not line.startswith("INFO")]
        return told[-1].strip()[:160] if told else ""

    def _end(self) -> None:
        if self._child is None:
            return
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        self._child = None


def _forward(child: subprocess.Popen[str], answers: queue.SimpleQueue[str]) -> None:
    """Hand on the child's lines as they come; an empty one says that there are no more."""
    assert child.stdout is not None
    with child.stdout as lines:
        for line in lines:
            answers.put(line)
    answers.put("")


def _memory_mb(pid: int) -> float:
    try:
        return psutil.Process(pid).memory_info().rss / 2**20
    except psutil.Error:  # it has just ended
        return 0.0


def _crash(code: int, last_words: str) -> str:
    how = signal.Signals(-code).name if code < 0 else f"exit status {code}"
    said = f": {last_words}" if last_words else ""
    return (
        f"loading it killed a trial process ({how}{said}); the file is damaged or hostile: get it again from where it "
        f"comes from, or, {WHEN_KNOWN}"
    )
