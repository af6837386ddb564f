"""Record what a live stream shows, so that every frame and answer can be looked at, and run, again."""

from workbench.recording.recorder import Recorder, RecorderStats, recorded
from workbench.recording.recording import Recording, open_recording
from workbench.recording.replay import replay
from workbench.recording.replayed import Replay

__all__ = ["Recorder", "RecorderStats", "Recording", "Replay", "open_recording", "recorded", "replay"]
