"""Real clips, cut from the sample `bikes` by a real encoder, and real photos."""

import hashlib
import shlex
import subprocess
import threading
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import cv2
import imageio_ffmpeg
import numpy as np
import pytest
from PIL import Image

from workbench.samples import sample_path

SMALL = "-an -vf scale=96:-2 -frames:v 60"
UNEVEN = "select='not(mod(n\\,3))+not(mod(n\\,5))+gt(random(1)\\,0.6)'"
PAUSED = "setpts='if(lt(N\\,30)\\,N\\,30+(N-30)*20)/25/TB'"  # from 25 frames a second to 1.25
X264 = "-c:v libx264 -preset veryfast -bf 3 -g 12"
OPEN_GOP = "-c:v libx264 -bf 5 -g 12 -x264-params open-gop=1:b-adapt=0"
COPIED = {  # name -> (the clip whose packets are taken over, options before it)
    "copied.mp4": ("b-frames.mp4", "-ss 1.3"),  # starts inside a group of pictures: an edit list hides some frames
    "copied.ts": ("b-frames.ts", "-ss 1.3"),
    "uneven.ts": ("uneven.mp4", ""),
    "uneven.mkv": ("uneven.mp4", ""),
    "rotated.mp4": ("b-frames.mp4", "-display_rotation 90"),
}
ENCODED = {
    "b-frames.mp4": f"{SMALL} {X264}",
    "b-frames.ts": f"{SMALL} {X264}",
    "b-frames.mkv": f"{SMALL} {X264}",
    "b-frames.avi": f"{SMALL} {X264}",
    "fragmented.mp4": f"{SMALL} {X264} -movflags frag_keyframe+empty_moov",
    "index-first.mp4": f"{SMALL} {X264} -movflags faststart",
    "raw.h264": f"{SMALL} {X264}",
    "open-gop.mp4": f"{SMALL} {OPEN_GOP}",
    "open-gop.ts": f"{SMALL} {OPEN_GOP}",
    "refreshed.ts": f"{SMALL} -c:v libx264 -x264-params intra-refresh=1:keyint=15:bframes=0",
    "interlaced.ts": f"{SMALL} -c:v libx264 -flags +ilme+ildct -x264-params tff=1",
    "mpeg4.avi": f"{SMALL} -c:v mpeg4 -q:v 3",
    "mpeg4-b.avi": f"{SMALL} -c:v mpeg4 -bf 2 -q:v 3",
    "windows.wmv": f"{SMALL} -c:v wmv2 -q:v 3",
    "mpeg2.mpg": f"{SMALL} -c:v mpeg2video -bf 2 -g 12 -q:v 3",
    "motion-jpeg.avi": f"{SMALL} -c:v mjpeg -q:v 3",
    "vp9.webm": f"{SMALL} -c:v libvpx-vp9 -b:v 200k -deadline realtime -cpu-used 8",
    "uneven.mp4": f'-an -vf "{UNEVEN},scale=96:-2" -fps_mode vfr -frames:v 60 {X264}',
    "paused.mp4": f'-an -vf "{PAUSED},scale=96:-2" -fps_mode vfr -frames:v 60 {OPEN_GOP}',
    "one-frame.mp4": f"-an -vf scale=96:-2 -frames:v 1 {X264}",
    "large.mp4": "-an -vf scale=640:-2 -frames:v 40 -c:v libx264 -preset ultrafast -g 20",
}


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    """Return a function: name of a clip above -> its path, made at the first call."""
    folder = tmp_path_factory.mktemp("clips")
    bikes = sample_path("bikes")

    def ffmpeg(before, source, after, target):
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *shlex.split(before), "-i", str(source)]
        subprocess.run([*command, *shlex.split(after), str(target)], check=True, stdin=subprocess.DEVNULL)

    @cache
    def make(name):
        target = folder / name
        if name == "cut.ts":  # begins in the middle of an open group of pictures
            target.write_bytes(make("open-gop.ts").read_bytes()[188 * 90 :])
        elif name in COPIED:
            source, before = COPIED[name]
            ffmpeg(before, make(source), "-c copy", target)
        else:
            ffmpeg("", bikes, ENCODED[name], target)
        return target

    return make


@pytest.fixture(scope="session")
def half(clip, tmp_path_factory):
    """Return a function: name of a clip -> the path of its first half."""
    folder = tmp_path_factory.mktemp("halves")

    def cut(name):
        whole = clip(name).read_bytes()
        target = folder / name
        target.write_bytes(whole[: len(whole) // 2])
        return target

    return cut


@pytest.fixture(scope="session")
def photo_path():
    return sample_path("skimage/coffee.png")


@pytest.fixture(scope="session")
def photo(photo_path):
    """A real photo (64, 96, 3) uint8 RGB, small enough for many formats."""
    return np.asarray(Image.open(photo_path).convert("RGB").resize((96, 64)))


def digest(image):
    return hashlib.sha1(np.ascontiguousarray(image)).hexdigest()  # where the processor has it, twice as fast as md5


def plain_cv2(path):
    """What the plain loop of every tutorial reads: a digest of each frame, BGR."""
    capture = cv2.VideoCapture(str(path))
    found = []
    while True:
        more, image = capture.read()
        if not more:
            break
        found.append(digest(image))
    capture.release()
    return found


def plain_pyav(path):
    """What the plain PyAV loop reads: a digest of each frame, RGB."""
    found = []
    with av.open(str(path)) as container:
        try:
            for frame in container.decode(video=0):
                found.append(digest(frame.to_ndarray(format="rgb24")))
        except av.InvalidDataError:
            pass  # the cut end of half a file
    return found


@pytest.fixture(scope="session")
def digest_of():
    return digest


@pytest.fixture(scope="session")
def plain():
    """Return a function: (path, decoder) -> digests of all frames by a plain loop, without Workbench."""
    return cache(lambda path, decode: {"cv2": plain_cv2, "pyav": plain_pyav}[decode](path))


class Served:
    """A web server on this machine that serves one file and notes what is asked of it."""

    def __init__(self, path):
        self.requests = requests = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                requests.append(self.path)
                self.send_response(200)
                self.send_header("Content-Length", str(path.stat().st_size))
                self.end_headers()
                with suppress(ConnectionError):
                    self.wfile.write(path.read_bytes())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/clip.ts"


@pytest.fixture
def served(clip):
    served = Served(clip("b-frames.ts"))
    thread = threading.Thread(target=served.server.serve_forever, daemon=True)
    thread.start()
    yield served
    served.server.shutdown()
    served.server.server_close()
    thread.join()
