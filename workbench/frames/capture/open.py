"""Open anything that delivers frames live, or as if it did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import InvalidValue, UnreadableSource, unknown
from workbench.frames.capture.capture import Capture
from workbench.frames.capture.feeds import Wanted
from workbench.frames.capture.iterated import Iterated
from workbench.frames.capture.played import PlayedFile, ReadFile
from workbench.frames.capture.real_time import check_speed
from workbench.frames.capture.reconnecting import Reconnecting
from workbench.frames.capture.watched import WatchedFolder, watched_folder
from workbench.frames.frame import FrameSequence, FrameStream
from workbench.frames.listing import URL
from workbench.frames.live import CAMERAS, network_address, no_camera
from workbench.frames.open import CAMERA, expect_path, open_frames
from workbench.frames.orientation import EXIF_RULES
from workbench.frames.video import VIDEO_DECODERS

WATCH = "watch:"


def open_capture(  # noqa: PLR0913 - each is one question about the source, and keyword-only
    origin: Any,
    *,
    decode: str = "cv2",
    exif: str = "apply",
    speed: float | None = None,
    loop: bool = False,
    retry_s: float = 60.0,
    open_timeout_s: float = 10.0,
    read_timeout_s: float = 5.0,
    decoder_threads: int | None = None,
) -> Capture:
    """Open a live source.

    Args:
        origin: a camera (`0`, `"camera:0"`), an address (`rtsp://...`, `http://...`), a video file, folder, glob,
            `sample:NAME` or an opened sequence, which are played; `watch:FOLDER`; an iterator of (H, W, 3) uint8 RGB
            arrays or Frames, or an opened stream, which its owner closes; a Capture, which is returned as it is.
        decode: `cv2` or `pyav`; for pictures also `pil`, `tf`, `tf.accurate`. An opened sequence keeps its own.
        exif: `apply` or `ignore` the orientation tag of a picture, the rotation tag of a video.
        speed: of what is played, also of a clip on a server: a factor of real time; None: as fast as it is read.
        loop: play it again and again.
        retry_s: how long a source that was lost is looked for, in seconds, before `read` raises.
        open_timeout_s: how long opening may take, in seconds.
        read_timeout_s: how long a picture may be awaited, in seconds, before the source counts as lost.
        decoder_threads: threads of a video decoder; None: what OpenCV or FFmpeg takes, 1 for a live source.

    Raises:
        UnreadableSource: not there, not readable, damaged.
        InvalidValue: something else than a source; a speed or a time-out that is none.
        UnknownName: an unknown decoder or policy.
    """
    if (given := _given(origin)) is not None:
        return given
    if isinstance(origin, str) and origin.startswith(WATCH):
        return WatchedFolder(origin.removeprefix(WATCH), decode=decode, exif=exif, retry_s=retry_s)
    if (place := live_place(origin)) is not None:
        wanted = Wanted(*place, decode, exif, open_timeout_s, read_timeout_s, decoder_threads or 1, speed)
        return Reconnecting(_checked(wanted), origin=_shown(wanted), retry_s=retry_s)
    frames = with_frames_opened(origin, decode=decode, exif=exif)
    assert isinstance(frames, FrameSequence)
    if speed is None:
        return ReadFile(frames, threads=decoder_threads, loop=loop)
    return PlayedFile(frames, speed=speed, threads=decoder_threads, loop=loop)


def expect_source(origin: Any) -> None:
    """Refuse the name of a source that can be none, before anything slow is done for it; nothing is opened.

    Raises:
        UnreadableSource: there is no such file or folder, nothing reads such an address, no camera has this number.
    """
    if isinstance(origin, str) and origin.startswith(WATCH):
        watched_folder(origin.removeprefix(WATCH))
    elif (place := live_place(origin)) is None:
        if isinstance(origin, str | Path):
            expect_path(origin)
    elif place[1] is not None:
        network_address(place[1])
    elif place[0] not in range(CAMERAS):
        raise no_camera(f"camera:{place[0]}")


def with_frames_opened(origin: Any, *, decode: str = "cv2", exif: str = "apply") -> Any:
    """Open the frames of a source that is played; return any other as it is, for `open_capture`.

    So a wrong path is told before a model is loaded for it. Arguments and errors are those of `open_capture`.
    """
    expect_source(origin)
    watched = isinstance(origin, str) and origin.startswith(WATCH)
    if watched or live_place(origin) is not None or isinstance(origin, (Capture, FrameStream, Iterator)):
        return origin
    return open_frames(origin, decode=decode, exif=exif)


def _given(origin: Any) -> Capture | None:
    """Return a capture of what is opened already."""
    if isinstance(origin, Capture):
        return origin
    if isinstance(origin, FrameStream) and not isinstance(origin, FrameSequence):
        return Iterated(origin.arrays(), origin=origin.origin, order=origin.order)
    if isinstance(origin, Iterator):
        return Iterated(origin, origin=getattr(origin, "__name__", "iterator"))
    return None


def live_place(origin: Any) -> tuple[int | None, str | None] | None:
    """Return (camera number, address), one of them None; None for anything else."""
    if isinstance(origin, (int, np.integer)) and not isinstance(origin, bool):
        return int(origin), None
    if not isinstance(origin, str):
        return None
    if camera := CAMERA.match(origin):
        return int(camera[1]), None
    return (None, origin) if URL.match(origin) else None


def _shown(wanted: Wanted) -> str:
    return f"camera:{wanted.camera}" if wanted.url is None else network_address(wanted.url)


def _checked(wanted: Wanted) -> Wanted:
    if os.name == "nt":
        raise UnreadableSource(
            f"{_shown(wanted)} is read by a process that shares memory with this one, on Linux and macOS only; "
            "a file can be played everywhere"
        )
    if wanted.decode not in VIDEO_DECODERS:
        raise unknown("decoder of live pictures", wanted.decode, VIDEO_DECODERS)
    if wanted.exif not in EXIF_RULES:
        raise unknown("exif policy", wanted.exif, EXIF_RULES)
    if wanted.camera is not None and wanted.decode != "cv2":
        raise InvalidValue(f"a camera is read by 'cv2', and {wanted.decode!r} reads files and addresses; use 'cv2'")
    if not (wanted.open_timeout_s > 0 and wanted.read_timeout_s > 0):
        raise InvalidValue(
            "open_timeout_s and read_timeout_s are seconds above 0; "
            f"got {wanted.open_timeout_s} and {wanted.read_timeout_s}"
        )
    if wanted.speed is not None:
        check_speed(wanted.speed)
    return wanted
