"""Record what a live stream shows, so that every frame and answer can be looked at, and run, again."""

from workbench.recording.explore import explore_command
from workbench.recording.history import recorded_stats
from workbench.recording.recorder import Recorder, RecorderStats, recorded
from workbench.recording.recording import Recording, open_recording
from workbench.recording.replay import replay
from workbench.recording.replayed import Replay

__all__ = [
    "Recorder", "RecorderStats", "Recording", "Replay", "explore_command", "open_recording", "recorded",
    "recorded_stats", "replay",
]  # fmt: skip
