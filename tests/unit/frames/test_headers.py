"""What a file's first bytes say about it."""

import pytest

from workbench.frames.headers import kind_of_bytes
from workbench.frames.listing import natural_key


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"\xff\xd8\xff\xe1", "picture", id="jpeg"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "picture", id="png"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 ", "picture", id="webp"),
        pytest.param(b"RIFF\0\0\0\0AVI LIST", "video", id="avi"),
        pytest.param(b"\0\0\0\x1cftypavif", "picture", id="avif"),
        pytest.param(b"\0\0\0\x1cftypisom", "video", id="mp4"),
        pytest.param(b"\0\0\0\x08wide\0\0\0\0mdat", "video", id="mov without ftyp"),
        pytest.param(b"\x1a\x45\xdf\xa3", "video", id="matroska"),
        pytest.param(b"G" + bytes(187) + b"G" + bytes(50), "video", id="transport stream"),
        pytest.param(b"\0\0\0\0G" + bytes(191) + b"G" + bytes(50), "video", id="transport stream with times"),
        pytest.param(b"\0\0\1\xba\x44", "video", id="program stream"),
        pytest.param(b"\0\0\1\0\1\0\x20\x20", "unknown", id="icon"),
        pytest.param(b"P6 96 64 255\n\x01\x02", "picture", id="ppm"),
        pytest.param(b"Plain text", "text", id="text with a P"),
        pytest.param("\ufeffGrüße".encode(), "text", id="utf-8"),
        pytest.param("text".encode("utf-16"), "text", id="utf-16"),
        pytest.param(b"YUV4MPEG2 W96 H40 F25:1\n", "video", id="raw video with a readable header"),
        pytest.param(b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01", "video", id="mxf, of broadcast cameras"),
        pytest.param(b"\x1f\x07\0\xbf\xf8", "video", id="dv, off a tape"),
        pytest.param(b"nut/multimedia container\0NM", "video", id="nut"),
        pytest.param(b"PK\3\4\0\0", "unknown", id="zip"),
    ],
)
def test_a_kind_is_known_by_the_first_bytes(head, kind):
    assert kind_of_bytes(head) == kind


def test_names_are_ordered_as_people_count(tmp_path):
    wanted = ["a.png", "a1.png", "A2.png", "a10.png", "a10b2.png", "a10b10.png", "b.png", "²x.png"]
    paths = [tmp_path / name for name in wanted]
    assert sorted(reversed(paths), key=natural_key) == paths
