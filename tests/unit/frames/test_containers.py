"""What containers say about their length is held against the bytes there are."""

import struct

import pytest

from workbench.frames.containers import missing_bytes, promises_too_much, transport_packet


def riff(kind, size, there=None):
    return b"RIFF" + struct.pack("<I", size + 4) + kind + bytes(size if there is None else there)


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        pytest.param(riff(b"AVI ", 100), 0, id="a whole AVI"),
        pytest.param(riff(b"AVI ", 100, there=60), 40, id="an AVI that is cut"),
        pytest.param(riff(b"AVI ", 100) + riff(b"AVIX", 50), 0, id="a large AVI of two parts"),
        pytest.param(riff(b"AVI ", 100) + riff(b"AVIX", 50, there=20), 30, id="a large AVI whose second part is cut"),
        pytest.param(riff(b"AVI ", 100) + b"\n", 0, id="a byte behind an AVI"),
        pytest.param(b"RIFF" + bytes(4) + b"AVI " + bytes(50), 0, id="an AVI whose recorder was killed"),
        pytest.param(b"RIFF\xff\xff\xff\xffAVI " + bytes(50), 0, id="an AVI that was written to a pipe"),
        pytest.param(riff(b"AVI ", 101), 0, id="an AVI of odd length, without a byte behind it"),
        pytest.param(riff(b"AVI ", 101) + b"\0" + riff(b"AVIX", 50), 0, id="a large AVI whose first part is odd"),
        pytest.param((b"G" + bytes(187)) * 3, 0, id="a whole transport stream"),
        pytest.param((b"G" + bytes(187)) * 3 + b"G", 187, id="a transport stream that ends within a packet"),
        pytest.param((bytes(4) + b"G" + bytes(187)) * 2 + bytes(190), 2, id="one with time stamps, as of Blu-ray"),
        pytest.param(b"OggS" + bytes(90), 0, id="a format that does not say"),
        pytest.param(b"", 0, id="nothing"),
    ],
)
def test_missing_bytes_are_counted(tmp_path, data, missing):
    path = tmp_path / "clip"
    path.write_bytes(data)
    assert missing_bytes(path) == missing
    assert not promises_too_much(path)


def test_a_packet_of_a_transport_stream_is_told_by_its_mark():
    assert transport_packet(b"G" + bytes(187) + b"G") == 188
    assert transport_packet(b"G" + bytes(255)) == 0
