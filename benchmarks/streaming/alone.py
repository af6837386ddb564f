"""What a frame costs at least: decoding alone, and preparing and inferring alone, each on one thread."""

from __future__ import annotations

import cv2

from .answering import fast
from .outcome import Clocked, Outcome

KEPT = 20  # decoded frames that are inferred in turn: enough that none is in a processor's cache


def alone(*, path: str, limit: int) -> Outcome:
    """Return the CPU seconds a frame of both, in `more`."""
    cv2.setNumThreads(1)
    answer = fast(threads=1)
    decoding, answering = Outcome(), Outcome()
    with Clocked(decoding):
        kept = _decode(path, limit)
    answer(kept[0])
    with Clocked(answering):
        for number in range(limit):
            answer(kept[number % len(kept)])
    return Outcome(more={"decode_s": decoding.cpu_s / limit, "answer_s": answering.cpu_s / limit})


def _decode(path: str, limit: int) -> list[object]:
    capture = cv2.VideoCapture(path, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    kept = []
    for number in range(limit):
        read, image = capture.read()
        if not read:
            raise SystemExit(f"{path} ends after {number} frames; {limit} are needed")
        if number < KEPT:
            kept.append(image)
    capture.release()
    return kept
