"""Hold an HDF5 file to what a model's weights need: everything in it lies in it, and its sizes are real.

Reads the file whole, so it runs where a damaged one may crash HDF5: in the child of `trial`. Imports h5py late.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from workbench.errors import ModelLoadError

MOST_OBJECTS = 200_000  # groups and datasets of one file; keras.applications' largest has some 3,000
FREE = 2**26  # bytes, 64 MiB: what anything in a file may unfold to
MOST_UNFOLDED = 100  # times its stored bytes; deflate reaches 1,032, weights some 10
AGAIN = "save the model again with model.save('NAME.keras')"
ELSEWHERE = f"no model needs that, and it would read your files; {AGAIN}, or take it from its author"


def expect_whole(file: Any, size: int) -> None:
    """Read everything in an open `h5py.File`.

    Args:
        file: the open file.
        size: its length in bytes.

    Raises:
        ModelLoadError: it reaches out of itself, declares more than it stores, or cannot be read; without the path.
    """
    import h5py

    stored = 0
    for name, found in _objects(file):
        _read_attributes(found)
        if isinstance(found, h5py.Dataset):
            stored += _expect_stored(name, found)
            if stored > size:
                raise ModelLoadError(
                    "its datasets claim more bytes than the whole file has; it is damaged or made to fill the memory: "
                    "take the model from its author again"
                )
            found[()]


def _objects(file: Any) -> Iterator[tuple[str, Any]]:
    """Yield what hangs in a file by its path, each thing once, following nothing but plain links."""
    import h5py

    pending, seen = [("", file)], set()
    while pending:
        path, found = pending.pop()
        address = h5py.h5o.get_info(found.id).addr
        if address in seen:
            continue
        seen.add(address)
        if len(seen) > MOST_OBJECTS:
            raise ModelLoadError(
                f"it holds more than {MOST_OBJECTS:,} groups and datasets, which no model does; {AGAIN}"
            )
        yield path, found
        if isinstance(found, h5py.Group):
            pending.extend((f"{path}/{name}", _child(found, name, path)) for name in found)


def _child(group: Any, name: str, path: str) -> Any:
    import h5py

    link = group.get(name, getlink=True)
    if isinstance(link, h5py.ExternalLink):
        raise ModelLoadError(f"its part {path + '/' + name!r} lies in another file, {link.filename!r}; {ELSEWHERE}")
    if not isinstance(link, h5py.HardLink):
        raise ModelLoadError(f"its part {path + '/' + name!r} is a soft link; Keras writes none; {AGAIN}")
    return group[name]


def _read_attributes(found: Any) -> None:
    for name in found.attrs:
        found.attrs[name]


def _expect_stored(name: str, dataset: Any) -> int:
    """Return the stored bytes of a dataset that keeps its values in this file and unfolds to no more than they can."""
    if dataset.external:
        raise ModelLoadError(
            f"its part {name!r} keeps its values in another file, {dataset.external[0][0]!r}; {ELSEWHERE}"
        )
    if dataset.is_virtual:
        raise ModelLoadError(f"its part {name!r} is put together of other files (a virtual dataset); {ELSEWHERE}")
    stored: int = dataset.id.get_storage_size()
    declared = max(math.prod(dataset.shape or ()), math.prod(dataset.chunks or ())) * dataset.dtype.itemsize
    if declared > max(FREE, MOST_UNFOLDED * stored):
        raise ModelLoadError(
            f"its part {name!r} claims {_megabytes(declared)} and stores {_megabytes(stored)} of them; "
            "it is damaged or made to fill the memory: take the model from its author again"
        )
    return stored


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
