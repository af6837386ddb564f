"""Faults of network sources, on real servers: killed, frozen, closing, broken, of another size, back again."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from live_faults.row import Row, finished, noticing, refused
from scripts.live_sources import LiveServer, Watched, serving

BEFORE, AFTER = 15, 10  # results before a fault and after its end
AWAY_S = 2.0  # that a killed server is away
PATIENCE_S = 12.0
Start = Callable[..., object]  # origin, options -> a Stream


@dataclass(frozen=True, slots=True)
class Case:
    """One fault: how it is caused and undone, and by what it is noticed."""

    fault: str
    cause: Callable[[LiveServer, Watched], object]
    undo: Callable[[LiveServer], object]
    seen: Callable[[Watched], object] = lambda watched: watched.stream.state.phase != "live"
    lasts_s: float = 0.0  # at least
    decodes: tuple[str, ...] = ("cv2",)
    kinds: tuple[str, ...] = ("mjpeg", "rtsp")
    blind: str = ""  # why cv2 does not see it; it has lasted long enough after `lasts_s`


def set_to(text: str) -> Callable[[LiveServer, Watched], object]:
    """Cause a fault of the server's own."""
    return lambda server, _: server.fault(text)


def healed(server: LiveServer) -> None:
    """Let the server play again."""
    server.fault("none")


def kill_reader(_: LiveServer, watched: Watched) -> None:
    """Kill the process that reads the source."""
    watched.traces.note()
    for pid in watched.traces.children:
        os.kill(pid, signal.SIGKILL)


def lost_a_picture(watched: Watched) -> bool:
    """Whether a picture was given up as broken."""
    return watched.stream.stats.dropped.get("broken", 0) > 0


def changed_size(watched: Watched) -> bool:
    """Whether the newest picture has another size than the first."""
    return watched.shown[-1].size != watched.shown[0].size


ALL = ("mjpeg", "rtsp", "gstreamer")
CASES = (
    Case("server killed (kill -9), back after 2 s", lambda s, _: s.kill(), LiveServer.start, lasts_s=AWAY_S, kinds=ALL),
    Case("server frozen (SIGSTOP), goes on", lambda s, _: s.freeze(), LiveServer.thaw, kinds=ALL),
    Case("stall: connected, nothing sent", set_to("stall 0"), healed),
    Case("2,000 bytes a second", set_to("drip 2000"), healed),
    Case("connection closed", set_to("close 0"), healed, lasts_s=AWAY_S),
    Case("reading process killed (kill -9)", kill_reader, lambda _: None, kinds=ALL),
    Case("every 5th picture cut in half", set_to("truncate 5"), healed, lost_a_picture, 2.0, ("cv2", "pyav"),
         blind="cv2 does not say which pictures are broken"),
    Case("every 5th picture with changed bytes", set_to("mutate 5"), healed, lost_a_picture, 2.0, ("cv2", "pyav"),
         blind="cv2 does not say which pictures are broken"),
    Case("half the size from here on", set_to("size 0"), healed, changed_size, 2.0, ("cv2", "pyav"),
         blind="cv2 scales every picture to the size of the first, without a word"),
)  # fmt: skip
REFUSED = {
    "address of nothing (404)": "missing",
    "a page instead of a video": "wrong",
    "closed without an answer": "close 0",
    "connected, never answers": "stall 0",
}


def rows(start: Start, clip: Path, kinds: tuple[str, ...], only: str) -> Iterator[Row]:
    """Yield a row for each fault of each kind of server."""
    for kind in kinds:
        with serving(kind, clip) as server:  # type: ignore[arg-type]
            yield from _at_the_start(start, server, only)
            for case in CASES:
                if kind in case.kinds and only in case.fault:
                    for decode in case.decodes:
                        yield _caused(start, server, case, decode)
                        server.start()
                        server.thaw()
            if only in (fault := "server killed (kill -9), not back within retry_s=3"):
                yield _gone_for_good(start, server, fault)


def _at_the_start(start: Start, server: LiveServer, only: str) -> Iterator[Row]:
    with socket.socket() as nobody:  # a port that is taken, where nobody listens
        nobody.bind(("127.0.0.1", 0))
        url = server.url.replace(f":{server.port}/", f":{nobody.getsockname()[1]}/")
        if only in (fault := "nobody there"):
            yield refused(fault, server.kind, partial(start, url))
    for fault, text in REFUSED.items():
        if server.kind != "gstreamer" and only in fault:
            server.fault(text)
            yield refused(fault, server.kind, partial(start, server.url))
            server.fault("none")


def _caused(start: Start, server: LiveServer, case: Case, decode: str) -> Row:
    source = f"{server.kind}, {decode}"
    watched = Watched(partial(start, server.url, decode=decode))
    watched.until_shown(BEFORE, within_s=PATIENCE_S)
    begun = time.monotonic()
    case.cause(server, watched)
    within_s = case.lasts_s if case.blind else PATIENCE_S
    noticed_s = noticing(watched, lambda: case.seen(watched), within_s=within_s)
    time.sleep(max(0.0, begun + case.lasts_s - time.monotonic()))
    case.undo(server)
    again_s = None
    if watched.stream.state.phase != "live":
        over_s = noticing(watched, lambda: watched.stream.state.phase == "live" or watched.error, within_s=60)
        again_s = None if watched.error else over_s
    seen, shown = _seen(watched, BEFORE), len(watched.shown)
    if noticed_s is None and case.blind:
        seen = "; ".join(filter(None, (case.blind, seen)))
    noticing(watched, lambda: watched.error or len(watched.shown) >= shown + AFTER, within_s=PATIENCE_S)
    return finished(watched, Row(case.fault, source, seen, noticed_s, again_s))


def _seen(watched: Watched, since: int) -> str:
    """Say how many pictures were shown that are not whole, and in which sizes they came."""
    shown = watched.shown[since:]
    damaged = sum(each.stamp is None for each in shown)
    sizes = sorted({f"{width}x{height}" for height, width in (each.size for each in watched.shown)})
    told = [f"{damaged} of {len(shown)} pictures are damaged, and look like any other"] if damaged else []
    return "; ".join([*told, *([f"pictures of {' and '.join(sizes)}"] if len(sizes) > 1 else [])])


def _gone_for_good(start: Start, server: LiveServer, fault: str) -> Row:
    watched = Watched(partial(start, server.url, retry_s=3.0))
    watched.until_shown(BEFORE, within_s=PATIENCE_S)
    server.kill()
    noticed_s = noticing(watched, lambda: watched.stream.state.phase != "live", within_s=PATIENCE_S)
    noticing(watched, lambda: watched.error, within_s=30)
    return finished(watched, Row(fault, f"{server.kind}, cv2", noticed_s=noticed_s))
