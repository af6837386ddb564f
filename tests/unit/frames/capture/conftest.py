"""Real servers on loopback, and what a test does with a capture."""

import http.server
import threading
import time
from functools import partial

import pytest

from scripts.live_sources import serving, stamped_clip
from workbench.frames.capture import Captured, Lost
from workbench.samples import sample_path


@pytest.fixture(scope="session")
def stamped(tmp_path_factory):
    """A real clip of 60 pictures that carry their number."""
    return stamped_clip(tmp_path_factory.mktemp("live") / "clip.mp4", sample_path("bikes"), frames=60)


@pytest.fixture
def server(stamped):
    """An MJPEG server that takes faults, and can be killed and started again."""
    with serving("mjpeg", stamped) as running:
        yield running


@pytest.fixture
def files_of():
    """Return a function: a folder -> the address of a web server for it."""
    servers = []

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    def serve(folder):
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def read_all(capture):
    """Return the pictures and the losses of a capture up to its end."""
    found = list(iter(capture.read, None))
    return [each for each in found if isinstance(each, Captured)], [each for each in found if isinstance(each, Lost)]


@pytest.fixture
def drained():
    return read_all


@pytest.fixture
def pictures():
    """Return a function: (capture, count) -> so many pictures, and what was lost before them."""

    def take(capture, count):
        got, lost = [], []
        while len(got) < count:
            item = capture.read()
            assert item is not None, capture.state
            (lost if isinstance(item, Lost) else got).append(item)
        return got, lost

    return take


@pytest.fixture
def eventually():
    """Return a function that waits until a condition holds."""

    def wait(condition, seconds=60.0):
        end = time.monotonic() + seconds
        while not (held := condition()) and time.monotonic() < end:
            time.sleep(0.01)
        assert held

    return wait
