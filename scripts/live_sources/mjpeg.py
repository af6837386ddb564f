"""Serve a clip as MJPEG over HTTP, as IP cameras do: `python -m scripts.live_sources.mjpeg`."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np

from scripts.live_sources.arguments import read_arguments
from scripts.live_sources.clip import pictures
from scripts.live_sources.faults import Switch, broken

BOUNDARY = "picture"
QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 90]


class Clip:
    """The pictures of a clip as JPEGs, each encoded when it is first wanted."""

    def __init__(self, path: Path) -> None:
        self._images: list[np.ndarray] = [image[..., ::-1] for image in pictures(path)]

    @cache  # noqa: B019  lives as long as the process
    def jpeg(self, number: int, *, half: bool) -> bytes:
        """Return picture `number`, counted round and round."""
        image = np.ascontiguousarray(self._images[number % len(self._images)])
        image = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) if half else image
        return cv2.imencode(".jpg", image, QUALITY)[1].tobytes()


class Client(BaseHTTPRequestHandler):
    """One connection; `server` carries the clip, the pace and the switch."""

    server: Server

    def do_GET(self) -> None:
        """Answer with the pictures, or with what the fault makes of them."""
        switch = self.server.switch
        if not switch.admits():
            return
        if switch.fault.name == "missing":
            self.send_error(404)
            return
        wrong = switch.fault.name == "wrong"
        self.send_response(200)
        kind = "text/html" if wrong else f"multipart/x-mixed-replace; boundary={BOUNDARY}"
        self.send_header("Content-Type", kind)
        self.end_headers()
        with suppress(ConnectionError):
            if wrong:
                self.wfile.write(b"<html><body>This camera is being set up.</body></html>\n" * 200)
            else:
                self._play(switch)

    def _play(self, switch: Switch) -> None:
        for number in switch.turns(self.server.fps):
            fault = switch.fault
            data = self.server.clip.jpeg(number, half=fault.over("size", number))
            data = broken(data, fault) if fault.hits(number) else data
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
            for piece in switch.pieces(head.encode() + data + b"\r\n"):
                self.wfile.write(piece)

    def log_message(self, format: str, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Plays one clip to each client from its start."""

    daemon_threads = True

    def __init__(self, port: int, clip: Clip, fps: float, switch: Switch) -> None:
        super().__init__(("127.0.0.1", port), Client)
        self.clip, self.fps, self.switch = clip, fps, switch


def main() -> None:
    """Serve until standard input ends."""
    options = read_arguments(__doc__)
    switch = Switch(options.fault)
    with Server(options.port, Clip(options.clip), options.fps, switch) as server:
        switch.follow(server.server_address[1])
        server.serve_forever()


if __name__ == "__main__":
    main()
