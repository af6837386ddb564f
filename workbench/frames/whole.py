"""Tell whether a picture or video file is whole, without reading its frames: before something is begun on it."""

from __future__ import annotations

from pathlib import Path

from workbench.checksums import expect_recorded
from workbench.frames.encoded import damage_in
from workbench.frames.headers import PICTURE_SUFFIXES, VIDEO_SUFFIXES, kind_of
from workbench.frames.partial import refusal
from workbench.frames.video_scan import scan_video


def expect_whole(path: Path) -> None:
    """Refuse a picture or video file that is damaged, or something else under such a name; any other file passes.

    Raises:
        UnreadableSource: it is damaged, not what a `SHA256SUMS` beside it says, or no picture or video.
        InvalidValue: it is over the limit of pixels.
    """
    expect_recorded(path)
    kind, suffix = kind_of(path), path.suffix.lower()
    if kind == "video" or (kind != "picture" and suffix in VIDEO_SUFFIXES):
        damage = scan_video(path).damaged
    elif kind == "picture" or suffix in PICTURE_SUFFIXES:
        damage = damage_in(path)
    else:
        return
    if damage:
        raise refusal(path, damage)
