"""Open anything that holds frames."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench.checksums import expect_recorded, unlike_recorded
from workbench.errors import InvalidValue, UnreadableSource, unknown
from workbench.frames import cv2_video, pyav_video  # noqa: F401 - each enters its decoder in Video.kinds
from workbench.frames.alpha import ALPHA_RULES
from workbench.frames.arrays import ArraySequence, from_array
from workbench.frames.decoders import DECODERS
from workbench.frames.encoded import PictureReading
from workbench.frames.frame import ChannelOrder, Frame, FrameSequence, FrameStream
from workbench.frames.headers import VIDEO_SUFFIXES, kind_of
from workbench.frames.listing import (
    URL,
    existing_file,
    folder_pictures,
    glob_matches,
    has_glob,
    missing,
    only_pictures,
    resolved,
    said_plainly,
)
from workbench.frames.live import no_camera, open_camera, open_network
from workbench.frames.orientation import EXIF_RULES
from workbench.frames.partial import damage_allowed, note_damage, refusal
from workbench.frames.pictures import PictureSequence
from workbench.frames.video import VIDEO_DECODERS, video_from
from workbench.frames.video_scan import scan_video

CAMERA = re.compile(r"camera:(\d{1,9})$")


def open_frames(  # noqa: PLR0913 - each is one question about the pixels, and keyword-only
    origin: Any,
    *,
    decode: str = "cv2",
    exif: str = "apply",
    alpha: str = "drop",
    order: ChannelOrder = "rgb",
    allow_damaged: bool | None = None,
) -> FrameSequence | FrameStream:
    """Open frames: a sequence with exact random access, or, live, a stream.

    Args:
        origin: a picture or video file, a folder of pictures, a glob, `sample:NAME`, a list of paths, an array
            (H, W, 3) or (N, H, W, 3), a list of arrays or of Frames; a camera (`0`, `"camera:0"`) or an address
            (`rtsp://...`, `http://...`) gives a stream. Folders and globs are in natural order (2 before 10).
        decode: pictures: `cv2`, `pil`, `tf`, `tf.accurate`; videos: `cv2`, `pyav`.
        exif: `apply` or `ignore` the orientation tag of a picture, the rotation tag of a video.
        alpha: what becomes of transparency: `drop`, `white` or `black`.
        order: the channel order of arrays that are given, `rgb` or `bgr`; files need none.
        allow_damaged: take what is there of a damaged picture or video; `.damaged` says what is wrong. By default as
            $WORKBENCH_ALLOW_DAMAGED says, which `workbench report --allow-damaged` sets for its notebook; else not.

    Warns:
        DamageWarning: a damaged source is taken; the report of a notebook that does so is marked as partial.

    Raises:
        UnreadableSource: not there, not readable, damaged, or not what a `SHA256SUMS` in its folder says.
        InvalidValue: arrays that are no pictures; pictures over the pixel limit.
        UnknownName: an unknown decoder, policy or rule.

    Example:
        >>> import numpy as np
        >>> frames = open_frames(np.zeros((3, 4, 5, 3), np.uint8))
        >>> len(frames), frames[-1].image.shape
        (3, (4, 5, 3))
    """
    how = _How(decode, exif, alpha, damage_allowed(allow_damaged))
    frames = _open(origin, how, order)
    if how.allow_damaged and frames.damaged:
        note_damage(frames.origin, frames.damaged)
    return frames


def _open(origin: Any, how: _How, order: ChannelOrder) -> FrameSequence | FrameStream:
    if order not in ("rgb", "bgr"):
        raise unknown("channel order", order, ("rgb", "bgr"))
    if isinstance(origin, FrameStream):
        return origin
    if isinstance(origin, np.ndarray):
        return from_array(origin, order=order, alpha=how.alpha)
    if isinstance(origin, (list, tuple)):
        return _open_list(origin, how, order)
    if isinstance(origin, (int, np.integer)) and not isinstance(origin, bool):
        return open_camera(int(origin))
    if isinstance(origin, (str, Path)):
        return _open_name(origin, how)
    hint = "read_picture reads encoded bytes" if isinstance(origin, bytes) else "np.asarray(x) may make it an array"
    raise InvalidValue(
        f"frames are a path, a list, a numpy array or a camera number; got a {type(origin).__name__}; {hint}"
    )


@dataclass(frozen=True, slots=True)
class _How:
    """The choices of `open_frames`, which mean one thing for pictures and another for videos."""

    decode: str
    exif: str
    alpha: str
    allow_damaged: bool

    def __post_init__(self) -> None:
        """Refuse unknown names."""
        for kind, name, known in (
            ("decoder", self.decode, {*DECODERS, *VIDEO_DECODERS}),
            ("exif policy", self.exif, EXIF_RULES),
            ("alpha rule", self.alpha, ALPHA_RULES),
        ):
            if name not in known:
                raise unknown(kind, name, known)

    def pictures(self, paths: Sequence[Path], origin: str) -> FrameSequence:
        if self.decode == "pyav":
            raise InvalidValue(f"{origin} is a picture, and 'pyav' reads videos; use decode='cv2', 'pil' or 'tf'")
        reading = PictureReading(self.decode, self.exif, self.alpha, self.allow_damaged)
        return PictureSequence(paths, reading, origin=origin)

    def video(self, path: Path, origin: str) -> FrameSequence:
        if self.decode not in VIDEO_DECODERS:
            raise InvalidValue(f"{origin} is a video, and {self.decode!r} reads pictures; use decode='cv2' or 'pyav'")
        if not self.allow_damaged:
            expect_recorded(path)
        scan = scan_video(path)
        if scan.damaged and not self.allow_damaged:
            raise refusal(path, scan.damaged)
        if self.allow_damaged:  # its frames are those that decode, whatever its packets promise
            scan = replace(scan, clean=False, damaged=scan.damaged or unlike_recorded(path))
        return video_from(scan, self.decode, origin=origin, exif=self.exif)

    def file(self, path: Path, origin: str) -> FrameSequence:
        kind = kind_of(path)
        looks_like_picture = bool(only_pictures([path]))
        if kind == "picture" or (kind != "video" and looks_like_picture):
            frames = self.pictures([path], origin)
            frames.array(0)  # one file: what is wrong with it is said at once
            return frames
        if kind in ("unknown", "text") and path.suffix.lower() not in VIDEO_SUFFIXES:
            raise UnreadableSource(
                f"{_named(origin, path)} is neither a picture nor a video of a known kind; "
                "name one, or convert it to PNG or MP4"
            )
        return self.video(path, origin)


def _named(origin: str, path: Path) -> str:
    """Return what a source is called, with the file's own name where the other does not tell it."""
    return origin if origin.endswith(path.name) else f"{origin} ({path.name})"


def _open_name(origin: str | Path, how: _How) -> FrameSequence | FrameStream:
    text = str(origin)
    if camera := CAMERA.match(text):
        return open_camera(int(camera[1]))
    if text.startswith("camera:") and not Path(text).exists():
        raise no_camera(text)
    if URL.match(text):
        return open_network(text)
    with said_plainly(origin):
        return _open_path(resolved(origin), text, how)


def expect_path(origin: str | Path) -> None:
    """Refuse a path, sample or glob where nothing is, without a look into what is there.

    Raises:
        UnreadableSource: there is nothing.
    """
    text = str(origin)
    if text.startswith("camera:") and not Path(text).exists():
        raise no_camera(text)
    with said_plainly(origin):
        path = resolved(origin)
        if path.exists():
            return
        if not has_glob(text):
            raise missing(path)
        glob_matches(str(path))


def _open_path(path: Path, text: str, how: _How) -> FrameSequence:
    if path.is_dir():
        return how.pictures(folder_pictures(path), text)
    if path.is_file():
        return how.file(path, text)
    if not has_glob(text):
        raise missing(path)
    matches = glob_matches(str(path))
    if len(matches) == 1:
        return how.file(matches[0], text)
    pictures = only_pictures(matches)
    if not pictures:
        raise UnreadableSource(f"{text} matches {len(matches)} files, no picture among them; open one video at a time")
    return how.pictures(pictures, text)


def _open_list(items: Sequence[Any], how: _How, order: ChannelOrder) -> FrameSequence:
    if not items:
        raise InvalidValue("no frames: the list is empty; give at least one path or (H, W, 3) uint8 array")
    if all(isinstance(item, (str, Path)) for item in items):
        return how.pictures([existing_file(item) for item in items], f"{len(items)} files")
    if all(isinstance(item, Frame) for item in items):
        return ArraySequence([item.image for item in items])
    return ArraySequence(items, order=order, alpha=how.alpha)
