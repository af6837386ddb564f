"""Find files: one that exists, the pictures of a folder, the matches of a glob, in the order a person expects."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from workbench.errors import UnreadableSource, WorkbenchError
from workbench.frames.headers import PICTURE_SUFFIXES

URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")
_NUMBER_PATTERN = re.compile(r"%0?\d*d")
_MISTYPED = re.compile(r"(?:https?|rtsps?|rtmp|udp|srt):?/|[^/\s]+:[^/\s]*@", re.IGNORECASE)  # an address
_CAMERA_FILE = re.compile(r"/dev/video(\d+)$")
MOST_BELOW = 10_000  # files and folders below one without pictures that are looked at for a better hint
_DIGITS = re.compile(r"(\d+)")


def natural_key(path: Path) -> tuple[list[tuple[int, str]], str]:
    """Sort frame_2 before Frame_3 before frame_10; names that differ only by case keep a fixed order."""
    parts = [*_DIGITS.split(str(path.parent / path.stem)), path.suffix]
    return [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in parts], str(path)


def resolved(origin: str | Path) -> Path:
    """Return the path that `origin` means: `sample:NAME` is looked up, `~` is the home folder.

    Raises:
        UnreadableSource: a URL.
    """
    from workbench.samples import resolve

    if not str(origin):
        raise UnreadableSource("the path is empty; name a file, a folder or a sample such as 'sample:bikes'")
    if URL.match(str(origin)):
        raise UnreadableSource(f"{origin} is an address, and a file is needed here; download it and pass its path")
    return Path(resolve(origin))


def existing_file(origin: str | Path) -> Path:
    """Return the path of a file that is there, or say what is."""
    path = resolved(origin)
    with said_plainly(path):
        if path.is_dir():
            raise UnreadableSource(f"{path} is a folder, and a file is needed here; name a file in it")
        if not path.is_file():
            raise missing(path)
    return path


@contextmanager
def said_plainly(path: str | Path) -> Iterator[None]:
    """Turn what the system has against a path, such as its permissions or its length, into an error of one line."""
    try:
        yield
    except WorkbenchError:
        raise
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be read: {error.strerror}; check the path and its permissions") from None


def missing(path: Path) -> UnreadableSource:
    """Make the error for a path that is not there, with the closest name beside it or what a pattern should be."""
    if path.is_symlink() and not path.exists():
        return UnreadableSource(f"{path} is a link to {path.readlink()}, and leads nowhere; mend it, or name the file")
    if path.exists():
        camera = _CAMERA_FILE.match(str(path))
        hint = f"for the camera, say 'camera:{camera[1]}'" if camera else "copy what it gives into a file first"
        return UnreadableSource(f"{path} is a device or pipe, not a file; {hint}")
    if _NUMBER_PATTERN.search(path.name):
        pattern = _NUMBER_PATTERN.sub("*", path.name)
        return UnreadableSource(f"{path} is a number pattern, not a file; use a glob: {path.parent / pattern}")
    if _MISTYPED.match(str(path)):
        return UnreadableSource(f"{path} is no file; if an address is meant, write all of it, such as rtsp://camera/1")
    folder = path.parent
    if not folder.is_dir():
        return UnreadableSource(f"{path} does not exist: there is no folder {folder}; check the path")
    names = {entry.name.casefold(): entry.name for entry in folder.iterdir()}
    close = difflib.get_close_matches(path.name.casefold(), names, n=1, cutoff=0.6)
    hint = f"did you mean {str(folder / names[close[0]])!r}?" if close else "check the path"
    return UnreadableSource(f"{path} does not exist; {hint}")


def folder_pictures(folder: Path) -> list[Path]:
    """Return the pictures of a folder, by their suffix, in natural order; hidden files and other files are left out."""
    pictures = [path for path in folder.iterdir() if _is_picture(path)]
    if pictures:
        return sorted(pictures, key=natural_key)
    below = next(filter(_is_picture, islice(folder.rglob("*"), MOST_BELOW)), None)
    if below is not None:
        pattern = folder / "**" / f"*{below.suffix}"
        raise UnreadableSource(f"{folder} has pictures only in folders below it; pass a glob: {pattern}")
    looked_for = _suffixes(PICTURE_SUFFIXES)
    raise UnreadableSource(f"{folder} has no pictures in it (looked for {looked_for}); videos are opened one at a time")


def glob_matches(pattern: str) -> list[Path]:
    """Return the files that match a glob (`**` goes down folders) in natural order."""
    root = Path(Path(pattern).anchor or ".")
    relative = str(Path(pattern).relative_to(root)) if root.is_absolute() else pattern
    try:
        files = [path for path in root.glob(relative) if path.is_file()]
    except ValueError as error:  # of Python 3.11 and 3.12, for a ** that is not a part of its own
        raise UnreadableSource(f"{pattern} is no glob: {error}; ** stands between slashes") from None
    if not files:
        raise UnreadableSource(f"no file matches {pattern}; check the folder and the suffix")
    return sorted(files, key=natural_key)


def only_pictures(paths: Iterable[Path]) -> list[Path]:
    """Return the paths with a picture's suffix."""
    return [path for path in paths if _is_picture(path)]


def has_glob(text: str) -> bool:
    """Tell whether `text` has *, ? or [ in it."""
    return any(sign in text for sign in "*?[")


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".") and path.is_file()


def _suffixes(suffixes: Iterable[str]) -> str:
    return " ".join(sorted(suffixes))
