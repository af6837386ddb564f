"""Run cases in rounds, each in a fresh process, so that neither threads nor imports of one are seen by another."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .outcome import Outcome

HERE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a table."""

    label: str
    runs: str  # a name in `streaming.case`
    arguments: Mapping[str, Any] = field(default_factory=dict)


def interleaved(cases: Sequence[Case], *, rounds: int, readers: Path | None) -> dict[str, list[Outcome]]:
    """Return the outcomes by label, one a round; every round runs every case once, in a new order."""
    outcomes: dict[str, list[Outcome]] = {case.label: [] for case in cases}
    order, shuffle = list(cases), random.Random(0)
    for turn in range(1, rounds + 1):
        shuffle.shuffle(order)
        for case in order:
            begun = time.monotonic()
            outcomes[case.label].append(run(case, readers))
            print(f"round {turn}: {case.label}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    return outcomes


def run(case: Case, readers: Path | None = None) -> Outcome:
    """Run one case in a process of its own."""
    found = os.pathsep.join(str(each) for each in (HERE, readers) if each)
    command = [sys.executable, "-m", "streaming.case", case.runs, json.dumps(dict(case.arguments))]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": found}, capture_output=True, text=True, check=False
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{case.label} failed:\n{done.stderr[-4000:]}")
    return Outcome.from_json(done.stdout.splitlines()[-1])
