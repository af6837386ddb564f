"""Seeded damage to the bytes of a file: what a bad copy, a bad disk or a stranger may do to it.

Half of the places lie near the two ends, where formats keep their headers and tables; the other half lie anywhere.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

CUT = "cut short"
CUT_SHARE = 5  # one mutation in so many
LARGEST_BLOCK = 4096  # bytes
EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutated(data: bytes, seed: str, number: int) -> tuple[str, bytes]:
    """Return the name of a kind of damage and `data` with it; never `data` as it is."""
    rng = random.Random(f"{seed} {number}")
    kind = CUT if number % CUT_SHARE == 0 else rng.choice(sorted(KINDS))
    change = _cut if kind == CUT else KINDS[kind]
    while (changed := change(data, rng)) == data:  # such as zeros over zeros
        pass
    return kind, changed


def mutated_member(data: bytes, seed: str, number: int) -> tuple[str, bytes]:
    """Damage one member of a zip archive, and pack it again: the archive and its checksums are right."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    chosen = sorted(members)[number % len(members)]
    kind, members[chosen] = mutated(members[chosen], f"{seed}/{chosen}", number)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return kind, packed.getvalue()


def _place(data: bytes, rng: random.Random) -> int:
    """Return an offset: anywhere, or at a distance from the start or the end whose logarithm is even."""
    if rng.random() < 0.5:
        return rng.randrange(len(data))
    distance = min(len(data) - 1, int(len(data) ** rng.random()) - 1)
    return distance if rng.random() < 0.5 else len(data) - 1 - distance


def _length(rng: random.Random) -> int:
    return int(LARGEST_BLOCK ** rng.random())


def _put(data: bytes, place: int, new: bytes, old: int) -> bytes:
    """Put `new` where `old` bytes were."""
    return data[:place] + new + data[place + old :]


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: max(1, _place(data, rng))]


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        changed[_place(data, rng)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _zero(data: bytes, rng: random.Random) -> bytes:
    place = _place(data, rng)
    length = min(_length(rng), len(data) - place)
    return _put(data, place, bytes(length), length)


def _scramble(data: bytes, rng: random.Random) -> bytes:
    place = _place(data, rng)
    length = min(_length(rng), len(data) - place)
    return _put(data, place, rng.randbytes(length), length)


def _insert(data: bytes, rng: random.Random) -> bytes:
    return _put(data, _place(data, rng), rng.randbytes(_length(rng)), 0)


def _remove(data: bytes, rng: random.Random) -> bytes:
    return _put(data, _place(data, rng), b"", _length(rng))


def _repeat(data: bytes, rng: random.Random) -> bytes:
    place = _place(data, rng)
    return _put(data, place, data[place : place + _length(rng)], 0)


def _exchange(data: bytes, rng: random.Random) -> bytes:
    first, second = sorted((_place(data, rng), _place(data, rng)))
    length = min(_length(rng), second - first, len(data) - second)
    changed = bytearray(data)
    changed[first : first + length], changed[second : second + length] = (
        data[second : second + length],
        data[first : first + length],
    )
    return bytes(changed)


def _set_number(data: bytes, rng: random.Random) -> bytes:
    """Set a number of 1, 2 or 4 bytes to an extreme, in either order of bytes."""
    width = rng.choice((1, 2, 4))
    value = rng.choice(EXTREMES) & (256**width - 1)
    new = value.to_bytes(width, rng.choice(("little", "big")))
    return _put(data, min(_place(data, rng), len(data) - width), new, width)


KINDS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "bits flipped": _flip,
    "a block zeroed": _zero,
    "a block of noise": _scramble,
    "noise put in": _insert,
    "a block taken out": _remove,
    "a block twice": _repeat,
    "two blocks exchanged": _exchange,
    "a number set to an extreme": _set_number,
}
