"""Real film as the clips that are played: 720 and 1080 lines, 30 frames a second, H.264."""

from __future__ import annotations

import subprocess
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from workbench import sample_path
from workbench.cache import cache_dir

LINES = (720, 1080)
RATE = 30  # frames a second of the clips
PASSES = 4  # of the film, 21 s in all
PASS = 158  # frames of one pass: 132 at 25 a second, played at 30


def clip(lines: int) -> Path:
    """Return the film with so many lines, encoded once and kept in the cache folder."""
    target = cache_dir() / "benchmarks" / f"bigbuckbunny-{lines}.mp4"
    if not target.is_file():
        _encode(sample_path("bikes").parent / "bigbuckbunny.mp4", target, lines)
    return target


def small() -> Path:
    """Return a small real clip, 176 x 144."""
    return sample_path("bikes").parent / "carphone_pristine.mp4"


def _encode(film: Path, target: Path, lines: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".part.mp4")
    source = ["-stream_loop", str(PASSES - 1), "-i", str(film)]
    picture = ["-an", "-vf", f"scale=-2:{lines}:flags=bicubic", "-r", str(RATE), "-pix_fmt", "yuv420p"]
    codec = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20"]
    command = [get_ffmpeg_exe(), "-loglevel", "error", "-y", *source, *picture, *codec, str(half)]
    subprocess.run(command, check=True)
    half.replace(target)
