"""Real clips, cut from the sample `bikes` by a real encoder, and what is done to them."""

import shlex
import subprocess
from functools import cache
from pathlib import Path

import imageio_ffmpeg

from workbench.samples import sample_path

SMALL = "-an -vf scale=160:-2 -frames:v 90"
X264 = "-c:v libx264 -preset veryfast -bf 3 -g 12 -threads 1"
ENCODED = {
    "clip.mp4": f"{SMALL} {X264}",
    "index-first.mp4": f"{SMALL} {X264} -movflags faststart",
    "fragmented.mp4": f"{SMALL} {X264} -movflags frag_keyframe+empty_moov",
    "clip.mkv": f"{SMALL} {X264}",
    "clip.ts": f"{SMALL} {X264}",
    "clip.avi": f"{SMALL} -c:v mpeg4 -q:v 3",
    "motion-jpeg.avi": f"{SMALL} -c:v mjpeg -q:v 3",
    "odd.avi": "-an -vf scale=161:67 -frames:v 20 -c:v mjpeg -q:v 3",
    "still.avi": f"{SMALL} -c:v mjpeg -q:v 3 -frames:v 4",
    "first.h264": f"{SMALL} {X264} -frames:v 30",
    "second.h264": f"-an -vf scale=80:-2 -frames:v 30 {X264}",
    "uneven.mp4": "-an -vf \"select='not(mod(n\\,3))+not(mod(n\\,5))',scale=160:-2\" "
    f"-fps_mode vfr -frames:v 60 {X264}",
    "paused.mp4": "-an -vf \"setpts='if(lt(N\\,10)\\,N\\,N+2500)/25/TB',scale=160:-2\" "
    f"-fps_mode vfr -frames:v 20 {X264}",
    "interlaced.ts": f"{SMALL} -c:v libx264 -threads 1 -flags +ilme+ildct -x264-params tff=1",
    "encrypted.mp4": f"{SMALL} {X264} -encryption_scheme cenc-aes-ctr -encryption_key {'ab' * 16} "
    f"-encryption_kid {'cd' * 16}",
    "sound.mp4": "-f lavfi -i sine=duration=0.2 -map 1:a -c:a aac",
    "cover.m4a": "-f lavfi -i sine=duration=0.2 -map 1:a -map 0:v -frames:v 1 -c:a aac -c:v mjpeg "
    "-disposition:v attached_pic -f mp4",
}


@cache
def clip(name: str, folder: Path) -> bytes:
    """Return the bytes of a clip above, made in a folder at its first use."""
    target = folder / name
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(sample_path("bikes"))]
    options = shlex.split(ENCODED[name])
    subprocess.run([*command, *options, str(target)], check=True, stdin=subprocess.DEVNULL)
    return target.read_bytes()


def half(data: bytes) -> bytes:
    """Return the first half of a file."""
    return data[: len(data) // 2]


def changed(data: bytes) -> bytes:
    """Return a file with a byte changed here and there in its middle third."""
    damaged = bytearray(data)
    for place in range(len(data) // 3, 2 * len(data) // 3, 701):
        damaged[place] ^= 0x5A
    return bytes(damaged)


def written(data: bytes, *fields: tuple[int, bytes]) -> bytes:
    """Return a file with other bytes at some places."""
    damaged = bytearray(data)
    for place, value in fields:
        damaged[place : place + len(value)] = value
    return bytes(damaged)
