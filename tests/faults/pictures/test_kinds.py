"""Pictures that are whole and not three channels of 8 bits: each is read by its rule, by both decoders, or refused."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image, ImageOps

from tests.faults.pictures.made import encoded, photo, pixels, same, with_orientation, write
from workbench.frames import rules_of

ALPHA = np.tile(np.linspace(0, 255, 96).astype(np.uint8), (64, 1))


def _deep():
    """The photo in 16 bits a channel, each with a low byte of its own."""
    small = np.asarray(photo()).astype(np.uint16)
    image = (small << 8) | (np.arange(small.size).reshape(small.shape) * 37 % 256).astype(np.uint16)
    return cv2.imencode(".png", image[:, :, ::-1])[1].tobytes()


def rule(kind, decode="cv2"):
    return rules_of(decode)[kind][0].definition


def _palette():
    return photo().quantize(64)


def _animated():
    return encoded(_palette(), "gif", save_all=True, append_images=[ImageOps.invert(photo())])


@pytest.mark.parametrize(
    ("name", "data", "seen"),
    [
        pytest.param("a.png", _deep, "16-bit", id="16 bits a channel"),
        pytest.param("a.png", lambda: encoded(_palette(), "png"), "palette", id="a palette"),
        pytest.param("a.png", lambda: encoded(photo().convert("L"), "png"), "gray", id="gray"),
        pytest.param("a.png", lambda: encoded(photo().convert("1"), "png"), "gray", id="one bit a pixel"),
        pytest.param("a.gif", _animated, "animated", id="an animation"),
    ],
)
def test_a_kind_of_picture(folder, told, name, data, seen):
    write(name, data())
    reference = np.asarray(Image.open(name).convert("RGB"))
    for decode in ("cv2", "pil"):
        assert same(pixels(name, decode=decode), reference)
    told("harmless", f"{rule(seen)}, whoever decodes it")


def test_an_animation_beside_a_still(folder, told):
    others = [ImageOps.invert(photo()), photo()]
    write("a.png", encoded(photo(), "png", save_all=True, append_images=others, default_image=True))
    assert same(pixels("a.png", decode="pil"), photo())
    assert same(pixels("a.png", decode="cv2"), others[0])
    of_opencv, of_pillow = (rule("animated beside a still", decode) for decode in ("cv2", "pil"))
    told("harmless", f"OpenCV: {of_opencv}; Pillow: {of_pillow}; which `RULES` say")


def test_CMYK(folder, told):
    data = encoded(photo().convert("CMYK"), "jpg")
    by_opencv, by_pillow = (pixels(write("a.jpg", data), decode=decode) for decode in ("cv2", "pil"))
    assert same(by_opencv, by_pillow, within=2)
    assert not same(by_opencv, by_pillow)
    told("harmless", f"OpenCV: {rule('CMYK')}; Pillow: {rule('CMYK', 'pil')}; up to 2 levels apart, which `RULES` say")


@pytest.mark.parametrize(
    ("alpha", "ground"),
    [
        pytest.param("drop", None, id="transparency, by default"),
        pytest.param("white", "white", id="transparency with alpha='white'"),
        pytest.param("black", "black", id="transparency with alpha='black'"),
    ],
)
def test_transparency(folder, told, alpha, ground):
    picture = Image.fromarray(np.dstack([np.asarray(photo()), ALPHA]))
    write("a.png", encoded(picture, "png"))
    expected = photo() if ground is None else Image.alpha_composite(Image.new("RGBA", (96, 64), ground), picture)
    for decode in ("cv2", "pil"):
        assert same(pixels("a.png", decode=decode, alpha=alpha), expected.convert("RGB"), within=1)
    told("harmless", "its colours as stored" if ground is None else f"its colours laid over {ground}")


@pytest.mark.parametrize(
    "exif", [pytest.param("apply", id="a photo taken upright"), pytest.param("ignore", id="one with exif='ignore'")]
)
def test_an_orientation(folder, told, exif):
    data = with_orientation(6, "jpg")
    stored = np.asarray(Image.open(io.BytesIO(data)))
    expected = np.rot90(stored, -1) if exif == "apply" else stored
    write("a.jpg", data)
    for decode in ("cv2", "pil"):
        assert same(pixels("a.jpg", decode=decode, exif=exif), expected)
    told("harmless", "turned as its EXIF orientation says" if exif == "apply" else "as its pixels are stored")


def test_depth_in_32_bits(refused, folder):
    Image.fromarray(np.full((8, 8), 70_000, np.int32)).save("depth.tif")
    refused("stream", "depth.tif", "--decode", "pil", message="depth.tif")
