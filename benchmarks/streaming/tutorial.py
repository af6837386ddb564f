"""The streaming tutorial's designs as it writes them, on a file as fast as it goes: one loop, and a queue of frames."""

from __future__ import annotations

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from typing import Any

import cv2

from .answering import warm
from .outcome import Clocked, Outcome

PLACES = 10  # of the tutorial's queue


def sequential(*, path: str, limit: int, engine: str) -> Outcome:
    """Read, prepare, predict, one frame after the other."""
    outcome, answer = Outcome(), warm(engine)
    with Clocked(outcome):
        capture = cv2.VideoCapture(path)
        while len(outcome.frames) < limit:
            read, image = capture.read()
            if not read:
                break
            outcome.show(len(outcome.frames), answer(image))
    return outcome


def process_queue(*, path: str, limit: int, engine: str) -> Outcome:
    """One process captures, another predicts; every frame is pickled into a queue of ten, which blocks when full."""
    processes = multiprocessing.get_context("fork")  # what the tutorial's lines do on Linux
    frames, ready = processes.Queue(maxsize=PLACES), processes.Event()
    told, tells = zip(*(processes.Pipe(duplex=False) for _ in range(2)), strict=True)
    workers = [
        processes.Process(target=_capture, args=(frames, ready, tells[0], path, limit)),
        processes.Process(target=_infer, args=(frames, ready, tells[1], engine)),
    ]
    for worker in workers:
        worker.start()
    captured, inferred = (pipe.recv() for pipe in told)
    for worker in workers:
        worker.join()
    inferred.cpu_s += captured.cpu_s
    return inferred


def _capture(frames: Any, ready: Event, tell: Connection, path: str, limit: int) -> None:
    outcome = Outcome()
    ready.wait()
    with Clocked(outcome):
        capture = cv2.VideoCapture(path)
        for _ in range(limit):
            read, image = capture.read()
            if not read:
                break
            frames.put(image)
        frames.put(None)
        frames.close()
        frames.join_thread()  # it pickles what still waits
    tell.send(outcome)


def _infer(frames: Any, ready: Event, tell: Connection, engine: str) -> None:
    outcome, answer = Outcome(), warm(engine)
    ready.set()
    with Clocked(outcome):
        while (image := frames.get()) is not None:
            outcome.show(len(outcome.frames), answer(image))
    tell.send(outcome)
