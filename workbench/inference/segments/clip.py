"""A clip as a job finds it: opened once a process, held to be the file that was asked about, and looked at."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass, replace
from functools import lru_cache

from workbench.checksums import known_sha256
from workbench.errors import DamageWarning, InvalidValue, UnreadableSource
from workbench.frames import open_frames
from workbench.frames.frame import FrameSequence
from workbench.frames.pictures import PictureSequence
from workbench.frames.video import Video
from workbench.recipes import Recipe
from workbench.recipes.callables import Preprocess, compiled

HELD = 4  # opened clips a process keeps; an open one that is not read holds no file


@dataclass(frozen=True, slots=True)
class Clip:
    """A video file, or a folder or glob of pictures, and how it is opened."""

    origin: str
    decode: str = "cv2"
    exif: str = "apply"
    allow_damaged: bool = False
    digest: str = ""  # of its content, which is refused where it is another; "" takes any

    @classmethod
    def for_recipe(cls, origin: str, recipe: Preprocess, *, allow_damaged: bool) -> Clip:
        """Return the clip as `predict` opens it for a recipe."""
        how = {"decode": recipe.decode, "exif": recipe.exif} if isinstance(recipe, Recipe) else {}
        return cls(origin, allow_damaged=allow_damaged, **how)


@dataclass(frozen=True, slots=True)
class Looked:
    """What is known of a clip before it is cut."""

    frames: int
    digest: str  # SHA-256 over names and digests of its files, in hex
    keys: tuple[int, ...] | None  # frames that decoding may begin at; None: at the first only
    damaged: str  # what is wrong with it; "" where nothing is


def look(clip: Clip) -> Looked:
    """Look at a clip: how many frames it has, and where it may be cut.

    Raises:
        UnreadableSource: it cannot be read, or is damaged.
        InvalidValue: it is no clip.
    """
    frames = _open(clip)
    try:
        return Looked(len(frames), _digest(frames), _keys(frames), frames.damaged or "")
    finally:
        frames.close()


def frames_of(clip: Clip) -> FrameSequence:
    """Return the frames of a clip, opened at its first use in this process.

    Raises:
        UnreadableSource: it cannot be read, is damaged, or is not what it was when it was looked at.
    """
    frames = _opened(clip)
    if clip.digest and _digest(frames) != clip.digest:
        _opened.cache_clear()
        frames = _opened(clip)  # it may have been another before, and be right now
        if _digest(frames) != clip.digest:
            raise UnreadableSource(
                f"{clip.origin} is not the same here as where it was looked at first; has it been changed meanwhile, "
                "or is it another file on this machine?"
            )
    return frames


def forget() -> None:
    """Close what this process keeps open."""
    _opened.cache_clear()


def makes_one_shape(recipe: Preprocess) -> bool:
    """Tell whether a recipe's tensors have one shape whatever the picture, so that every batch is full."""
    return compiled(recipe).shape is not None


@lru_cache(maxsize=HELD)
def _opened(clip: Clip) -> FrameSequence:
    return _open(replace(clip, digest=""))


def _open(clip: Clip) -> FrameSequence:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DamageWarning)  # whoever asked for the clip says it, once
        frames = open_frames(clip.origin, decode=clip.decode, exif=clip.exif, allow_damaged=clip.allow_damaged)
    if isinstance(frames, Video | PictureSequence):
        return frames
    frames.close()
    raise InvalidValue(f"{clip.origin}: a clip is a video file or a folder of pictures, which has an end; not a stream")


def _digest(frames: FrameSequence) -> str:
    paths = frames.paths if isinstance(frames, PictureSequence) else (frames.path,)  # type: ignore[attr-defined]
    try:
        listing = "".join(f"{known_sha256(path)}  {path.name}\n" for path in paths)
    except OSError as error:
        raise UnreadableSource(
            f"{frames.origin} cannot be read: {error.strerror or error}; is it still there?"
        ) from None
    return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()


def _keys(frames: FrameSequence) -> tuple[int, ...] | None:
    """Return the frames that decoding may begin at; for pictures it may anywhere, and no place is better."""
    if not isinstance(frames, Video):
        return ()
    return tuple(frames.timeline.keys.tolist()) if frames.timeline.seekable else None
