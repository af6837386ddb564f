"""The boxes of an MP4 say where they end and how many samples they announce."""

import io
import struct

import pytest

from workbench.frames.iso_media import boxes_end, most_samples


def box(name, body=b"", *, length=None):
    return struct.pack(">I4s", 8 + len(body) if length is None else length, name) + body


def nested(leaf, *names):
    for name in reversed(names):
        leaf = box(name, leaf)
    return leaf


def sound(*handlers, steps=1, step=1):
    """Return a track of 7 million samples of one byte, each lasting `step` ticks."""
    heads = b"".join(box(b"hdlr", bytes(8) + handler + bytes(12)) for handler in handlers)
    times = box(b"stts", struct.pack(">IIII", 0, steps, 7_000_000, step))
    sizes = box(b"stsz", struct.pack(">III", 0, 1, 7_000_000))
    return nested(heads + nested(times + sizes, b"minf", b"stbl"), b"moov", b"trak", b"mdia")


TABLE = (b"moov", b"trak", b"mdia", b"minf", b"stbl")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(
            nested(box(b"stsz", struct.pack(">III", 0, 1, 7_000_000)), *TABLE), 7_000_000, id="one size for all"
        ),
        pytest.param(nested(box(b"stz2", struct.pack(">III", 0, 8, 90)), *TABLE), 90, id="a compact table"),
        pytest.param(nested(box(b"trun", struct.pack(">II", 0, 500)), b"moof", b"traf"), 500, id="a fragment"),
        pytest.param(sound(b"soun"), 0, id="plain sound, whose samples FFmpeg does not list"),
        pytest.param(sound(b"soun", b"alis"), 0, id="plain sound of QuickTime"),
        pytest.param(sound(b"soun", step=2), 7_000_000, id="sound whose samples it lists"),
        pytest.param(sound(b"soun", steps=2), 7_000_000, id="sound in two tempos"),
        pytest.param(sound(b"vide"), 7_000_000, id="pictures with the times of sound"),
        pytest.param(sound(b"soun", b"vide"), 7_000_000, id="pictures that say they are sound first"),
        pytest.param(box(b"ftyp") + box(b"mdat", b"stsz" * 9), 0, id="no table, but its name in the pictures"),
        pytest.param(nested(box(b"stsz", b"\0" * 6), *TABLE), 0, id="a table that ends too soon"),
        pytest.param(box(b"moov", box(b"trak", length=3)), 0, id="a box shorter than its head"),
        pytest.param(b"", 0, id="nothing"),
    ],
)
def test_the_largest_number_of_samples_is_found(data, expected):
    assert most_samples(io.BytesIO(data), len(data)) == expected


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        pytest.param(box(b"ftyp") + box(b"mdat", b"1234"), 0, id="whole"),
        pytest.param(box(b"ftyp") + box(b"mdat", b"1234", length=100), 88, id="the last box is cut"),
        pytest.param(box(b"mdat", b"1234", length=0), 0, id="a box up to the end of the file"),
        pytest.param(struct.pack(">I4sQ", 1, b"mdat", 30) + b"1234", 10, id="a length of 64 bits"),
        pytest.param(box(b"moof") + box(b"mdat") + b"\0\0\1", 5, id="fragments that end within the head of a box"),
        pytest.param(box(b"moov") + box(b"moof", b"1234"), 8, id="the head of a fragment without its frames"),
        pytest.param(box(b"moov") + box(b"mdat") + b"\0\0\1", 0, id="something short behind the boxes"),
        pytest.param(box(b"moov") + b"TAG" + b"Title" * 25, 0, id="an ID3 tag behind the boxes"),
        pytest.param(
            box(b"moov") + box(b"sefd", length=100) + b"1234", 0, id="half a box of a camera's own behind them"
        ),
        pytest.param(box(b"moov") + b"\xff" * 20, 0, id="something else behind the boxes"),
    ],
)
def test_the_end_of_the_last_box_is_found(data, missing):
    assert boxes_end(io.BytesIO(data), len(data)) - len(data) == missing
