"""Find files: one that exists, the pictures of a folder, the matches of a glob, in the order a person expects."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from workbench.errors import UnreadableSource
from workbench.frames.headers import PICTURE_SUFFIXES

URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")
_NUMBER_PATTERN = re.compile(r"%0?\d*d")
_CAMERA_FILE = re.compile(r"/dev/video(\d+)$")
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
    if path.is_dir():
        raise UnreadableSource(f"{path} is a folder, and a file is needed here; name a file in it")
    if not path.is_file():
        raise missing(path)
    return path


def missing(path: Path) -> UnreadableSource:
    """Make the error for a path that is not there, with the closest name beside it or what a pattern should be."""
    if path.exists():
        camera = _CAMERA_FILE.match(str(path))
        hint = f"for the camera, say 'camera:{camera[1]}'" if camera else "copy what it gives into a file first"
        return UnreadableSource(f"{path} is a device or pipe, not a file; {hint}")
    if _NUMBER_PATTERN.search(path.name):
        pattern = _NUMBER_PATTERN.sub("*", path.name)
        return UnreadableSource(f"{path} is a number pattern, not a file; use a glob: {path.parent / pattern}")
    folder = path.parent
    if not folder.is_dir():
        return UnreadableSource(f"{path} does not exist: there is no folder {folder}; check the path")
    names = [entry.name for entry in folder.iterdir()]
    close = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    hint = f"did you mean {str(folder / close[0])!r}?" if close else "check the path"
    return UnreadableSource(f"{path} does not exist; {hint}")


def folder_pictures(folder: Path) -> list[Path]:
    """Return the pictures of a folder, by their suffix, in natural order; hidden files and other files are left out."""
    pictures = [path for path in folder.iterdir() if _is_picture(path)]
    if pictures:
        return sorted(pictures, key=natural_key)
    below = next((path for path in folder.rglob("*") if _is_picture(path)), None)
    if below is not None:
        pattern = folder / "**" / f"*{below.suffix}"
        raise UnreadableSource(f"{folder} has pictures only in folders below it; pass a glob: {pattern}")
    raise UnreadableSource(f"{folder} has no pictures in it (looked for {_suffixes(PICTURE_SUFFIXES)})")


def glob_matches(pattern: str) -> list[Path]:
    """Return the files that match a glob (`**` goes down folders) in natural order."""
    root = Path(Path(pattern).anchor or ".")
    relative = str(Path(pattern).relative_to(root)) if root.is_absolute() else pattern
    files = [path for path in root.glob(relative) if path.is_file()]
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
