"""What a live server does wrong, as a word and a number, and how it is told so while it runs."""

from __future__ import annotations

import itertools
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

BEHIND_S = 0.2  # that a slow client is later caught up with
LOOK_S = 0.02  # between looks at a switch
NAMES = {
    "none": "plays",
    "stall": "sends nothing more after N pictures, and keeps the connection open; 0: not even an answer",
    "close": "closes the connection after N pictures; 0: without an answer",
    "truncate": "sends half of every N-th picture",
    "mutate": "sends every N-th picture with some of its bytes changed",
    "size": "sends pictures of half the size after N",
    "missing": "answers 404",
    "wrong": "answers with something that is not a video",
    "drip": "sends N bytes a second",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What a server does wrong; the counts are those of one connection."""

    name: str = "none"
    number: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read "stall 20", "missing".

        Raises:
            ValueError: no such fault.
        """
        name, _, number = text.partition(" ")
        if name not in NAMES:
            raise ValueError(f"no fault named {name!r}; known: {', '.join(NAMES)}")
        return cls(name, int(number or 0))

    def over(self, name: str, sent: int) -> bool:
        """Whether fault `name` begins, now that `sent` pictures are sent."""
        return self.name == name and sent >= self.number

    def hits(self, sent: int) -> bool:
        """Whether the next picture is one of the N-th that are broken; the first of a connection never is."""
        return self.name in {"truncate", "mutate"} and sent > 0 and sent % max(self.number, 1) == 0


class Switch:
    """The fault that is on now; lines on standard input change it, and its end is the end of the process."""

    def __init__(self, text: str) -> None:
        self.fault = Fault.parse(text)
        self.sent = 0  # pictures, to all clients; a line "sent" asks for it

    def follow(self, port: int) -> None:
        """Say on which port connections are taken, and listen; each line is answered by one."""
        print(port, flush=True)
        threading.Thread(target=self._listen, daemon=True).start()

    def admits(self, sent: int = 0) -> bool:
        """Wait while connections stall after `sent` pictures; whether this one may go on."""
        while self.fault.over("stall", sent):
            time.sleep(LOOK_S)
        return not self.fault.over("close", sent)

    def turns(self, fps: float) -> Iterator[int]:
        """Yield 0, 1, 2... each when its picture is due, until the connection is to be closed."""
        due = time.monotonic()
        for sent in itertools.count():
            time.sleep(max(0.0, due - time.monotonic()))
            if not self.admits(sent):
                return
            yield sent
            self.sent += 1
            due = max(due + 1 / fps, time.monotonic() - BEHIND_S)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Yield `data` whole, or a tenth of a second's worth at a time."""
        while data and self.fault.name == "drip":
            size = max(1, self.fault.number // 10)
            yield data[:size]
            data = data[size:]
            time.sleep(0.1)
        yield data

    def _listen(self) -> None:
        for line in sys.stdin:
            if line.strip() == "sent":
                print(self.sent, flush=True)
            else:
                self.fault = Fault.parse(line.strip())
                print(line.strip(), flush=True)
        os._exit(0)  # whoever started it is gone


def broken(data: bytes, fault: Fault) -> bytes:
    """Return a picture's bytes as `fault` sends them: half of them, or with every 97th changed behind the headers."""
    if fault.name == "truncate":
        return data[: len(data) // 2]
    changed = bytearray(data)
    for place in range(len(data) // 4, len(data), 97):
        changed[place] ^= 0x5A
    return bytes(changed)
