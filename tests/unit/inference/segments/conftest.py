"""Real clips of each kind, cut from the sample `bikes`, and a model in NumPy that jobs load by name."""

import shlex
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from workbench.inference.segments import held_model
from workbench.models import TensorSpec, check_batch
from workbench.samples import sample_path

X264 = "-frames:v 40 -c:v libx264 -preset veryfast -bf 3 -g 12 -threads 1"
UNEVEN = "select='not(mod(n\\,3))+not(mod(n\\,5))',scale=96:-2"
CLIPS = {
    "b-frames.ts": f"-vf scale=96:-2 {X264}",
    "uneven.mp4": f'-vf "{UNEVEN}" -fps_mode vfr {X264}',
    "counted.avi": "-vf scale=96:-2 -frames:v 40 -c:v mpeg4 -bf 2 -q:v 3",  # its packets do not say when they are shown
}


@pytest.fixture(scope="session")
def clips(tmp_path_factory):
    """Return the paths of clips of each kind, 40 frames each; the last is a folder of 20 pictures."""
    folder = tmp_path_factory.mktemp("clips")
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(sample_path("bikes")), "-an"]
    outputs = [word for name, options in CLIPS.items() for word in (*shlex.split(options), str(folder / name))]
    subprocess.run([*ffmpeg, *outputs], check=True, stdin=subprocess.DEVNULL)
    return [*(str(folder / name) for name in CLIPS), "sample:cifar-20"]


@pytest.fixture(scope="session")
def half(clips, tmp_path_factory):
    """Return the path of the first half of a clip."""
    target = tmp_path_factory.mktemp("half") / "half.mp4"
    data = Path(clips[1]).read_bytes()
    target.write_bytes(data[: len(data) // 2])
    return str(target)


class Summing:
    """A model whose answers add up in another order for another number of frames, as engines do."""

    name, labels = "summing", None
    outputs = (TensorSpec("sums", (None, 3), "float32"),)

    def __init__(self, length=None):
        self.inputs = (TensorSpec("image", (length, 24, 32, 3), "float32"),)

    def predict(self, batch):
        (array,) = check_batch(batch, self.inputs, self.name)
        return {"sums": array.sum(axis=(1, 2)) * np.float32(1 + len(array) * 1e-6)}

    def close(self):
        pass


@pytest.fixture
def model(tmp_path, monkeypatch):
    """Return the path of a file that jobs load as the model above, and a list of what was loaded."""
    path = tmp_path / "summing.tflite"
    path.write_bytes(b"\0\0\0\0TFL3" + bytes(64))
    loaded = []

    def load(origin):
        loaded.append(origin)
        return Summing()

    monkeypatch.setattr(held_model, "load_model", load)
    yield str(path), loaded
    held_model.forget()


@pytest.fixture
def summing():
    """Return the class of the model above."""
    return Summing
