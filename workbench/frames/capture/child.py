"""The process that reads one camera or network stream: `python -m workbench.frames.capture.child DESCRIPTOR`.

A read of OpenCV or FFmpeg cannot be called off from another thread; a process can be killed. Its first line of standard
input says what to open (no password shows in the list of processes); after that come offsets of places in the ring that
the parent has copied, and the end of it means that the parent is gone. On standard output it says, one JSON line each,
"ready", "opened", every picture, and why it ends.
"""

from __future__ import annotations

import json
import os
import select
import struct
import sys
import threading
from collections.abc import Iterator
from typing import Any

from workbench.errors import WorkbenchError
from workbench.frames.capture.capture import Lost
from workbench.frames.capture.feeds import Arrived, Feed, Wanted, ending, open_feed, without_backlog
from workbench.frames.capture.ring import RingWriter

OFFSET = struct.Struct("<q")  # a released place, as the parent writes it
LOOK_S = 1.0  # between looks for the parent, where a forked process of its keeps our standard input open


def main() -> None:
    """Open, and pass on pictures until there are none."""
    answers = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints is no answer
    wanted = Wanted(**json.loads(sys.stdin.buffer.readline()))
    ring, turn = RingWriter(int(sys.argv[1])), threading.Condition()
    threading.Thread(target=_listen, args=(ring, turn), daemon=True).start()
    tell(answers, ready=True)
    try:
        pass_on(wanted, answers, ring, turn)
    except WorkbenchError as error:
        tell(answers, failed=str(error))
    except Exception as error:
        tell(answers, failed=f"{type(error).__name__}: {error}")


def pass_on(wanted: Wanted, answers: int, ring: RingWriter, turn: threading.Condition) -> None:
    """Read pictures and put them into the ring.

    One for which there is no place is given up, and counted; but a clip that is not played in real time waits for its
    reader.
    """
    feed = open_feed(wanted)
    clip = feed.promised > 0
    waits = clip and wanted.speed is None
    tell(answers, opened=True, clip=clip)
    delivered = overrun = 0
    for item in _coming(feed, wanted.speed):
        if isinstance(item, Lost):
            tell(answers, **{item.reason: item.count})
            continue
        delivered += 1
        with turn:
            while (offset := ring.put(item.image)) is None and waits:
                turn.wait()
        if offset is None:
            overrun += 1
            continue
        where = {"offset": offset, "shape": item.image.shape}
        times = {"captured_s": item.captured_s, "time_s": item.time_s, "decode_s": item.decode_s}
        tell(answers, **where, **times, overrun=overrun)
        overrun = 0
    tell(answers, over=ending(delivered, feed.promised), overrun=overrun)


def _coming(feed: Feed, speed: float | None) -> Iterator[Arrived | Lost]:
    """Return the pictures of a feed: a clip as fast as it comes or in real time, a stream without what is old."""
    if feed.promised <= 0:
        return without_backlog(feed.pictures())
    if speed is None:
        return feed.pictures()
    from workbench.frames.capture.paced import paced

    return paced(feed.pictures(), speed)


def tell(answers: int, **message: Any) -> None:
    """Write one message; a parent that is gone ends this process."""
    try:
        os.write(answers, json.dumps(message).encode() + b"\n")
    except BrokenPipeError:
        os._exit(0)


def _listen(ring: RingWriter, turn: threading.Condition) -> None:
    """Take places back; end the process with its parent, also while a read blocks."""
    parent, descriptor, rest = os.getppid(), sys.stdin.fileno(), b""
    while os.getppid() == parent:
        if not select.select([descriptor], [], [], LOOK_S)[0]:
            continue
        if not (data := os.read(descriptor, 4096)):
            break
        rest += data
        whole = len(rest) - len(rest) % OFFSET.size
        with turn:
            for (offset,) in OFFSET.iter_unpack(rest[:whole]):
                ring.release(offset)
            turn.notify()
        rest = rest[whole:]
    os._exit(0)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    os._exit(0)  # a decoder's threads may hang; nothing is left to be saved
