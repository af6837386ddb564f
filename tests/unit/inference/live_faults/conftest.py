"""Real servers on loopback, each a process that is really killed, and a clip whose pictures carry their number."""

import contextlib
from functools import cache, partial

import numpy as np
import pytest

from scripts.live_sources import Watched, read_stamp, serving, stamped_clip
from scripts.live_sources.clip import pictures
from workbench.frames.capture import open_capture
from workbench.frames.capture.reconnecting import Reconnecting
from workbench.inference.live import stream
from workbench.samples import sample_path

MOST_ERROR = 200  # mean square, in levels: JPEG costs 10 to 20, the next picture of the clip is some 500 off
# So long may a source be silent, if a test asks for no less: what waits for it is told from what stops at once on a
# machine that is very busy, too. (The promise is 1 s, and benchmarks/stream_faults.py measures it.)
SILENT_S, STOPS_S = 1000.0, 300.0


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """100 pictures of the sample clip, each with its number on it."""
    return stamped_clip(tmp_path_factory.mktemp("live") / "clip.mp4", sample_path("bikes"))


@pytest.fixture(scope="session")
def originals(clip):
    """The pictures of the clip, RGB."""
    return list(pictures(clip))


@pytest.fixture(scope="session")
def servers(clip):
    """One server of each kind, started when it is first wanted."""
    with contextlib.ExitStack() as running:
        yield cache(lambda kind: running.enter_context(serving(kind, clip)))


@pytest.fixture
def served(servers):
    """Return a function: kind, fault -> the server of that kind, running, doing this wrong or nothing."""
    used = []

    def start(kind="mjpeg", fault="none"):
        server = servers(kind)
        server.start()
        server.fault(fault)
        used.append(server)
        return server

    yield start
    for server in used:
        server.thaw()


@pytest.fixture
def watch():
    """Return a function that starts a stream and watches it; after the test it stops at once and leaves nothing."""
    running = []

    def start(origin, *, keep=0, pause_s=0.0, open_timeout_s=SILENT_S, read_timeout_s=SILENT_S, **options):
        how = {name: options.pop(name) for name in ("retry_s", "decode") if name in options}

        def opened():
            capture = open_capture(origin, open_timeout_s=open_timeout_s, read_timeout_s=read_timeout_s, **how)
            return stream(capture, **options)

        watched = Watched(opened, keep=keep, pause_s=pause_s)
        running.append(watched)
        return watched

    yield start
    for watched in running:
        assert watched.close() <= STOPS_S
        assert watched.traces.left(within_s=STOPS_S) == []
        assert watched.stream.stats.balanced
        assert watched.stream.stats.in_flight == 0


@pytest.fixture
def told(monkeypatch):
    """Return what the state of the source said, from the first; who only looks now and then may miss one."""
    said, enter = [], Reconnecting._enter

    def noting(self, *given, **more):
        enter(self, *given, **more)
        said.append(self.state.detail)

    monkeypatch.setattr(Reconnecting, "_enter", noting)
    return said


def is_picture(originals, result):
    """Whether a result's frame is, whole, the picture of the clip whose number it carries."""
    image = result.frame.image
    number = read_stamp(image)
    if number is None or number >= len(originals) or image.shape != originals[number].shape:
        return False
    return np.square(image.astype(np.float32) - originals[number]).mean() < MOST_ERROR


@pytest.fixture
def of_the_clip(originals):
    """Return a function: a result -> whether it is a picture of the clip."""
    return partial(is_picture, originals)
