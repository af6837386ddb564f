"""What has a video's name and is none: nothing that it names is opened, no address in it is asked."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from workbench.frames import open_frames


@pytest.fixture
def asked():
    """A web server on this machine: its address, and a list of what was asked of it."""
    paths = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            paths.append(self.path)
            self.send_error(404)

        do_HEAD = do_POST = do_GET

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()


DASH = """<?xml version="1.0"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" type="static"
 mediaPresentationDuration="PT1S"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">
<BaseURL>ADDRESS/other.mp4</BaseURL></Representation></AdaptationSet></Period></MPD>"""
SDP = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
CONCAT = "ffconcat version 1.0\nfile 'other.mp4'\n"
HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nADDRESS/a.ts\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("clip.mp4", CONCAT, id="an ffconcat list under a video's name"),
        pytest.param("clip.mp4", HLS, id="an HLS playlist under a video's name"),
        pytest.param("clip.mp4", f"\ufeff \r\n\n{HLS}", id="a playlist behind a byte order mark and blank lines"),
        pytest.param("clip.mp4", HLS.encode("utf-16"), id="a playlist in UTF-16"),
        pytest.param("clip.mp4", DASH, id="a DASH manifest under a video's name"),
        pytest.param("clip.mp4", SDP, id="an SDP session under a video's name"),
        pytest.param("clip.mp4", b"\0\1\2\3" + SDP.encode(), id="an SDP session behind binary junk"),
        pytest.param("clip.mp4", b"\0\1\2\3" + DASH.encode(), id="a DASH manifest behind binary junk"),
        pytest.param("clip.ts", b"\0\1\2\3" + CONCAT.encode(), id="an ffconcat list behind binary junk"),
        pytest.param("clip.m3u8", HLS, id="a playlist under its own name"),
        pytest.param("clip.txt", CONCAT, id="an ffconcat list under its own name"),
        pytest.param("clip.mp4", "<!DOCTYPE html><html><body>404</body></html>", id="a web page under a video's name"),
        pytest.param("clip.mp4", "ADDRESS/other.mp4\n", id="an address in a file under a video's name"),
        pytest.param("clip.mp4", b"", id="an empty file"),
        pytest.param("clip.avi", bytes(range(256)) * 40, id="noise under a video's name"),
        pytest.param("clip.mp4", b"PK\3\4" + bytes(range(256)) * 4, id="an archive under a video's name"),
        pytest.param("clip.mp4", b"\0\0\0\x20ftypisom" + bytes(20), id="the first 32 bytes of an MP4"),
    ],
)
def test_text_under_the_name_of_a_video(refused, folder, clip_of, asked, name, content):
    address, paths = asked
    data = content.replace("ADDRESS", address).encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    (folder / "other.mp4").write_bytes(clip_of("clip.mp4"))
    refused("stream", name, message=name)
    assert paths == []


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("playlists", id="a folder of playlists"),
        pytest.param("playlists/*.mp4", id="a glob that finds one playlist"),
        pytest.param("playlists/*", id="a glob that finds a video and a playlist"),
    ],
)
def test_playlists_in_a_folder(refused, folder, clip_of, name):
    (folder / "playlists").mkdir()
    (folder / "playlists" / "a.mp4").write_text(CONCAT)
    (folder / "playlists" / "b.avi").write_bytes(clip_of("clip.avi"))
    refused("stream", name, message="playlists")


def test_an_http_address_in_a_list_of_files(raised, asked):
    address, paths = asked
    raised(lambda: open_frames([f"{address}/clip.mp4"]), message="is an address, and a file is needed here")
    assert paths == []


def test_an_http_address_for_a_folder_to_be_watched(refused, asked):
    address, paths = asked
    refused("stream", f"watch:{address}/pictures", message="is an address")
    assert paths == []
