"""The real files that are damaged: samples as they are, and clips and conversions made of samples by real encoders."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
from PIL import Image

from tests.faults.long.mutations import mutated, mutated_member
from workbench.samples import sample_path

CAT = "skimage/chelsea.png"
SAMPLES = {
    "jpg": {
        "progressive.jpg": "imagenet-20/imagenet_14_129.jpg",
        "small.jpg": "imagenet-20/imagenet_17_22.jpg",
        "with-profile.jpg": "skimage/rocket.jpg",
    },
    "png": {
        "small.png": "cifar-20/cifar10_00_3.png",
        "gray.png": "skimage/coins.png",
        "cat.png": CAT,
    },
    "keras": {
        "rnet.keras": "mtcnn/rnet.keras",
        "pnet.keras": "mtcnn/pnet.keras",
        "inside-pnet.keras": "mtcnn/pnet.keras",  # its members are damaged, and packed again
    },
    "h5": {"emotion.h5": "emotion-cnn/emotion_model.hdf5"},
    "tflite": {"ssd.tflite": "ssd-mobilenet-oid/ssd_mobilenetv2_oidv4_fp16.tflite"},
}
CLIPS = {  # of the sample bikes, which is H.264: FFmpeg's options
    "mp4": {
        "copied.mp4": "-an -t 1 -c copy",
        "index-first.mp4": "-an -vf scale=160:-2 -frames:v 60 -c:v libx264 -preset veryfast -g 12 -movflags faststart",
        "fragmented.mp4": "-an -vf scale=160:-2 -frames:v 60 -c:v libx264 -g 12 -movflags frag_keyframe+empty_moov",
    },
    "avi": {
        "mpeg4.avi": "-an -vf scale=160:-2 -frames:v 60 -c:v mpeg4 -q:v 3",
        "motion-jpeg.avi": "-an -vf scale=160:-2 -frames:v 60 -c:v mjpeg -q:v 3",
    },
    "webm": {"vp9.webm": "-an -vf scale=160:-2 -frames:v 40 -c:v libvpx-vp9 -b:v 200k -deadline realtime -cpu-used 8"},
    "mkv": {"h264.mkv": "-an -vf scale=160:-2 -frames:v 40 -c:v libx264 -g 12"},
    "ts": {"h264.ts": "-an -vf scale=160:-2 -frames:v 40 -c:v libx264 -g 12"},
}
SAVED = {  # of the sample photo of a cat: Pillow's options
    "webp": {"lossy.webp": {"quality": 80}, "lossless.webp": {"lossless": True}},
    "tiff": {"lzw.tiff": {"compression": "tiff_lzw"}, "jpeg.tiff": {"compression": "jpeg"}, "raw.tiff": {}},
    "gif": {"one.gif": {}},
    "bmp": {"raw.bmp": {}},
}
CONVERTED = {"tflite": {"emotion.tflite": "emotion-cnn"}, "onnx": {"emotion.onnx": "emotion-cnn"}}
RECIPES = {
    "emotion": "color: gray\nsize: [64, 64]\nrange: symmetric\n",
    "pnet": "size: [48, 48]\nrange: affine(mean=127.5, std=128.0)\n",
    "rnet": "size: [24, 24]\nrange: affine(mean=127.5, std=128.0)\n",
    "ssd": "size: [300, 300]\nrange: symmetric\n",
}
PHOTO = "faces-6/sample1.jpg"


@dataclass(frozen=True, slots=True)
class Original:
    """One whole file, and how it is opened."""

    path: Path
    recipe: str | None  # YAML; None for pictures and clips
    decode: str = "cv2"  # of pictures and clips
    damage: Callable[[bytes, str, int], tuple[str, bytes]] = mutated

    @property
    def photo(self) -> str | None:
        """What a model is run on; None for pictures and clips."""
        return f"sample:{PHOTO}" if self.recipe else None


def originals(ending: str, folder: Path, *, converted: bool) -> Iterator[Original]:
    """Write the files of one format; `converted`: also those that TensorFlow has to make first."""
    for name, sample in SAMPLES.get(ending, {}).items():
        (folder / name).write_bytes(sample_path(sample).read_bytes())
        yield _model(folder / name)
    for name, options in CLIPS.get(ending, {}).items():
        encode = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-i", str(sample_path("bikes"))]
        subprocess.run([*encode, *shlex.split(options), str(folder / name)], check=True, stdin=subprocess.DEVNULL)
        yield Original(folder / name, None)
    for name, options in SAVED.get(ending, {}).items():
        with Image.open(sample_path(CAT)) as cat:
            cat.reduce(2).save(folder / name, **options)
        yield Original(folder / name, None)
    for name, sample in CONVERTED.get(ending, {}).items() if converted else ():
        command = Path(sys.executable).with_name("workbench")
        convert = [str(command), "convert", f"sample:{sample}", "--to", ending, "--out"]
        subprocess.run([*convert, str(folder / name)], check=True, capture_output=True)
        yield _model(folder / name)


def _model(path: Path) -> Original:
    recipe = RECIPES.get(path.stem.removeprefix("inside-"))
    return Original(path, recipe, damage=mutated_member if path.name.startswith("inside-") else mutated)
