"""All processes of one cluster, by a mark in their environment: also those whose parent was killed."""

from __future__ import annotations

import os
from collections.abc import Collection

import psutil

MARK = "WORKBENCH_CLUSTER"  # a name of its own for each cluster, inherited by all that it starts
ROUNDS, ROUND_S = 20, 0.5  # of killing; counted, since a machine that stands still would use up a time without one


def marked(mark: str) -> list[psutil.Process]:
    """Return the living processes of the cluster with this mark, this process left out."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _has(process, mark)]


def end_all(mark: str, *, but: Collection[int] = ()) -> None:
    """Kill the processes of a cluster, but for some and their children, until there are none."""
    for _ in range(ROUNDS):
        left = [process for process in marked(mark) if not _belongs(process, but)]
        if not left:
            return
        for process in left:
            _kill(process)
        psutil.wait_procs(left, timeout=ROUND_S)


def _has(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark
    except (psutil.Error, OSError):  # another user's, or gone
        return False


def _belongs(process: psutil.Process, kept: Collection[int]) -> bool:
    if not kept:
        return False
    try:
        return process.pid in kept or any(parent.pid in kept for parent in process.parents())
    except psutil.Error:
        return True  # gone


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.Error:
        return
