"""Streams that are silent, lost, broken, or name what is not theirs to name; on real servers of loopback."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scripts.live_sources import serving
from tests.faults.videos.test_no_videos import CONCAT, HLS
from workbench.errors import UnreadableSource
from workbench.frames import open_frames
from workbench.frames.capture import Captured, Lost, open_capture
from workbench.frames.capture.reconnecting import Reconnecting

pytestmark = pytest.mark.slow  # each source is read by a process of its own


@pytest.fixture
def served(clip_of, tmp_path_factory):
    """An MJPEG server of 90 pictures that takes faults."""
    path = tmp_path_factory.mktemp("served") / "clip.mp4"
    path.write_bytes(clip_of("clip.mp4"))
    with serving("mjpeg", path) as server:
        yield server


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://127.0.0.1:9/live.mjpg", id="an address where nobody listens"),
        pytest.param("rtsp://me:secret@127.0.0.1:9/live?token=abc", id="a camera's address with a password"),
        pytest.param("http://127.0.0.1:99999/live.mjpg", id="an address with a port that cannot be"),
        pytest.param("http://nowhere.invalid/live.mjpg", id="an address of no machine"),
        pytest.param("gopher://127.0.0.1/live", id="an address of a kind that is not read"),
    ],
)
def test_an_address_that_answers_nothing(refused, url):
    line = refused("stream", url)
    assert "secret" not in line
    assert "abc" not in line


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        pytest.param("stall 0", "does not answer within 1 s", id="a server that takes the call and is silent"),
        pytest.param("missing 0", "cannot be opened as a stream", id="a server that answers 404"),
        pytest.param("wrong 0", "cannot be opened as a stream", id="a server that answers with a web page"),
        pytest.param("close 0", "cannot be opened as a stream", id="a server that hangs up"),
    ],
)
def test_a_server_that_fails(raised, served, fault, message):
    served.fault(fault)
    raised(lambda: open_capture(served.url, open_timeout_s=1.0 if "stall" in fault else 60.0), message=message)


@pytest.fixture
def losses(monkeypatch):
    """Return a list of why sources were lost, as they are."""
    told, pause = [], Reconnecting._pause
    monkeypatch.setattr(Reconnecting, "_pause", lambda self, why, *rest: (told.append(why), pause(self, why, *rest)))
    return told


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        pytest.param("stall 0", "no picture for 0.5 s", id="a stream that falls silent and stays so"),
        pytest.param("close 0", "the connection was closed", id="a stream that breaks off and stays away"),
    ],
)
def test_a_stream_that_ends_in_between(told, served, fault, message, losses):
    silent_s = 0.5 if "stall" in fault else 60.0
    with open_capture(served.url, open_timeout_s=10.0, read_timeout_s=silent_s, retry_s=0.2) as capture:
        while not isinstance(capture.read(), Captured):  # a busy machine may have missed the first ones
            pass
        served.fault(fault)
        with pytest.raises(UnreadableSource, match="was lost and did not come back within 0.2 s") as caught:
            list(iter(capture.read, None))
    assert capture.state.phase == "failed"
    assert message in losses[-1]
    assert "\n" not in str(caught.value)
    told("flagged", f"the pictures before count; {caught.value}")


def test_pictures_that_arrive_by_half(served, told):
    served.fault("truncate 4")
    with open_capture(served.url, decode="pyav", open_timeout_s=60.0, read_timeout_s=60.0) as capture:
        items = [capture.read() for _ in range(30)]
    broken = sum(item.count for item in items if isinstance(item, Lost) and item.reason == "broken")
    assert broken >= 4
    told(
        "flagged", "decode='pyav' counts them as broken, and `workbench stream` shows the count; cv2 makes up the rest"
    )


@pytest.fixture
def hostile(folder, clip_of):
    """A server whose answers name a file of this machine, and the address of one of its paths."""
    (folder / "private.mp4").write_bytes(clip_of("clip.mp4"))
    private = (folder / "private.mp4").as_uri()
    answers = {
        "/list.m3u8": HLS.replace("ADDRESS/a.ts", private),
        "/list.mp4": CONCAT.replace("other.mp4", private),
        "/relative.mp4": CONCAT.replace("other.mp4", "../" * 20 + str(folder / "private.mp4")[1:]),
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/moved.mp4":
                self.send_response(302)
                self.send_header("Location", private)
                self.end_headers()
                return
            self.send_response(200 if self.path in answers else 404)
            self.end_headers()
            self.wfile.write(answers.get(self.path, "").encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield lambda path: f"http://127.0.0.1:{server.server_port}{path}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/list.m3u8", id="an HLS playlist on a server that names a file here"),
        pytest.param("/list.mp4", id="an ffconcat list on a server that names a file here"),
        pytest.param("/relative.mp4", id="an ffconcat list on a server that climbs out of its folder"),
        pytest.param("/moved.mp4", id="a server that sends one on to a file here"),
    ],
)
def test_a_server_that_names_a_file_of_this_machine(raised, hostile, path):
    for decode in ("pyav", "cv2"):
        with pytest.raises(OSError, match="cannot be opened"):
            open_capture(hostile(path), decode=decode, open_timeout_s=60.0)
    raised(lambda: open_frames(hostile(path)))
