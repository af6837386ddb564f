"""Real live sources on loopback, to be killed, stalled and broken: for the tests and benchmarks of live streams.

Each server is a process of its own, plays a clip to every client from its first picture, takes faults while it runs
(`faults.py`), and ends by itself when whoever started it is gone.
"""

from scripts.live_sources.clip import read_stamp, stamped_clip
from scripts.live_sources.serving import LiveServer, serving
from scripts.live_sources.traces import Traces
from scripts.live_sources.watched import Shown, Watched

__all__ = ["LiveServer", "Shown", "Traces", "Watched", "read_stamp", "serving", "stamped_clip"]
