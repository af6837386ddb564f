"""Record the frames of a clip, again and again, into a folder until somebody kills this process."""

import sys
from itertools import count

import numpy as np

from tests.unit.recording.live_by_hand import live, prediction, result
from workbench.frames import open_frames
from workbench.recording import Recorder

clip, folder = sys.argv[1:]
assert "pandas" not in sys.modules, "who streams and records does not wait for it"
images = [np.ascontiguousarray(frame.image[::2, ::2]) for frame in open_frames(clip)[:60]]
with Recorder(folder, live()) as recorder:
    for number in count():
        recorder.write(result(images[number % len(images)], number, said=prediction(number)))
        print(number, flush=True)
