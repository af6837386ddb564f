"""Serve a clip over RTSP by GStreamer, a second server that is not ours, for comparison; it plays the clip once.

It runs on the system's Python, which has GStreamer's bindings (Debian: python3-gi, gir1.2-gst-rtsp-server-1.0,
gstreamer1.0-plugins-base, -good, -bad), and imports nothing of this project. It can be killed and frozen, no more.
"""

from __future__ import annotations

import argparse
import os
import sys
import threading

import gi  # type: ignore[import-not-found]

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
# ruff: noqa: E402 - their versions come first
from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]

PIPELINE = (  # without a live source in it, a client would take it for a clip that it can seek in
    "( videotestsrc is-live=true ! video/x-raw,width=16,height=16,framerate=1/1 ! fakesink"
    " filesrc location={clip} ! qtdemux ! h264parse config-interval=1 ! rtph264pay name=pay0 pt=96 )"
)


def main() -> None:
    """Serve until standard input ends; the first line printed is the port."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip")
    parser.add_argument("--port", default="0")
    options, _ = parser.parse_known_args()
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(options.port)
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(PIPELINE.format(clip=options.clip))
    server.get_mount_points().add_factory("/live", factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    threading.Thread(target=_end_with_whoever_started_it, daemon=True).start()
    GLib.MainLoop().run()


def _end_with_whoever_started_it() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
