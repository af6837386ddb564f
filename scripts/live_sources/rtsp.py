"""Serve a clip over RTSP, RTP inside its TCP connection (RFC 2326, 10.12): `python -m scripts.live_sources.rtsp`."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import time
from contextlib import suppress
from functools import cached_property
from pathlib import Path

from scripts.live_sources.arguments import read_arguments
from scripts.live_sources.clip import halved
from scripts.live_sources.faults import Switch, broken
from scripts.live_sources.rtp import PAYLOAD_TYPE, Packetizer, access_units

METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
SESSION = "1000"
DESCRIPTION = f"""v=0
o=- 0 0 IN IP4 127.0.0.1
s=clip
c=IN IP4 0.0.0.0
t=0 0
m=video 0 RTP/AVP {PAYLOAD_TYPE}
a=rtpmap:{PAYLOAD_TYPE} H264/90000
a=fmtp:{PAYLOAD_TYPE} packetization-mode=1
a=control:track
""".replace("\n", "\r\n")
DOLLAR = b"$"  # begins a packet inside the connection


class Client(socketserver.StreamRequestHandler):
    """One connection; `server` carries the clip, the pace and the switch."""

    server: Server

    def setup(self) -> None:
        """Prepare for answers and packets, which two threads send."""
        super().setup()
        self._sending = threading.Lock()
        self._sent = 0  # pictures

    def handle(self) -> None:
        """Answer requests until the client leaves."""
        with suppress(ConnectionError):
            while (first := self.rfile.read(1)) and self.server.switch.admits(self._sent):
                if first == DOLLAR:  # the receiver's reports
                    _, length = struct.unpack(">BH", self.rfile.read(3))
                    self.rfile.read(length)
                    continue
                method, url, _ = (first + self.rfile.readline()).decode().split()
                lines = [line.decode() for line in iter(self.rfile.readline, b"\r\n") if line]
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                self._answer(method, url, headers)
                if method == "TEARDOWN":
                    return

    def _answer(self, method: str, url: str, headers: dict[str, str]) -> None:
        fault, status, more, body = self.server.switch.fault, "200 OK", {"Public": METHODS}, ""
        if method == "DESCRIBE":
            body = "<html>This camera is being set up.</html>" if fault.name == "wrong" else DESCRIPTION
            more = {"Content-Type": "application/sdp", "Content-Base": f"{url}/", "Content-Length": str(len(body))}
            status = "404 Not Found" if fault.name == "missing" else status
        elif method == "SETUP":
            more = {"Session": SESSION, "Transport": "RTP/AVP/TCP;unicast;interleaved=0-1"}
            status = status if "TCP" in headers.get("transport", "") else "461 Unsupported Transport"
        elif method != "OPTIONS":
            more = {"Session": SESSION}
        head = {"CSeq": headers["cseq"]} | more
        lines = [f"RTSP/1.0 {status}", *(f"{name}: {value}" for name, value in head.items()), "", body]
        self._send("\r\n".join(lines).encode())
        if method == "PLAY":
            threading.Thread(target=self._play, daemon=True).start()

    def _play(self) -> None:
        """Send the clip round and round until the client leaves or the connection is to be closed."""
        server, packetizer = self.server, Packetizer(id(self) & 0xFFFFFFFF)
        units, first, start = server.units, 0, time.monotonic()
        with suppress(OSError):  # the client has left
            for number in server.switch.turns(server.fps):
                self._sent = number
                fault = server.switch.fault
                wanted = server.halved if fault.over("size", number) else server.units
                if wanted is not units:  # its first is a key picture
                    units, first = wanted, number
                unit = units[(number - first) % len(units)]
                unit = broken(unit, fault) if fault.hits(number) else unit
                for packet in packetizer.packets(unit, time.monotonic() - start):
                    self._send(struct.pack(">cBH", DOLLAR, 0, len(packet)) + packet)
            self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, data: bytes) -> None:
        with self._sending:
            for piece in self.server.switch.pieces(data):
                self.wfile.write(piece)


class Server(socketserver.ThreadingTCPServer):
    """Plays one clip to each client from its start."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int, clip: Path, fps: float, switch: Switch) -> None:
        super().__init__(("127.0.0.1", port), Client)
        self._clip, self.fps, self.switch = clip, fps, switch
        self.units = access_units(clip)

    @cached_property
    def halved(self) -> list[bytes]:
        """The clip at half its size."""
        return access_units(halved(self._clip))


def main() -> None:
    """Serve until standard input ends."""
    options = read_arguments(__doc__)
    switch = Switch(options.fault)
    with Server(options.port, options.clip, options.fps, switch) as server:
        switch.follow(server.server_address[1])
        server.serve_forever()


if __name__ == "__main__":
    main()
