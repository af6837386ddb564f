"""Every named rule for odd pictures, held to the decoder itself."""

import io
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PIL import Image

from workbench.errors import UnreadableSource
from workbench.frames import DECODERS, RULES, read_picture, rules_of

INDEX = 5  # of the transparent colour


@pytest.fixture(scope="module")
def deep(photo):
    """The photo in 16 bits, with low bytes of its own."""
    low = (np.arange(photo.size).reshape(photo.shape) * 37) % 256
    return (photo.astype(np.uint16) << 8) | low.astype(np.uint16)


def pillow(image, name, **options):
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()


def opencv(image, suffix):
    return cv2.imencode(suffix, image[:, :, ::-1] if image.ndim == 3 else image)[1].tobytes()


def scaled(deep):
    return np.rint(deep / 257)


def inks(photo):
    """Inks as a JPEG at full quality gives them back: what all decoders start from."""
    return np.asarray(Image.open(io.BytesIO(cmyk_jpeg(photo)))).astype(int)


def cmyk_jpeg(photo):
    return pillow(Image.fromarray(photo).convert("CMYK"), "JPEG", quality=95)


def palette(photo):
    return Image.fromarray(photo).quantize(64)


def looked_up(photo):
    return np.asarray(palette(photo).convert("RGB"))


def transparent_gif(photo):
    return pillow(palette(photo), "GIF", transparency=INDEX)


def gif_with(photo, colour_of: Callable[[Image.Image], tuple]):
    gif = Image.open(io.BytesIO(transparent_gif(photo)))
    pixels = np.array(gif.convert("RGB"))
    pixels[np.asarray(gif) == gif.info["transparency"]] = colour_of(gif)
    return pixels


def background(gif):
    place = 3 * gif.info["background"]
    return tuple(gif.getpalette()[place : place + 3])


def kept(gif):
    place = 3 * gif.info["transparency"]
    return tuple(gif.getpalette()[place : place + 3])


ALPHA = np.tile(np.linspace(0, 255, 96).astype(np.uint8), (64, 1))


def rgba_tiff(photo):
    return pillow(Image.fromarray(np.dstack([photo, ALPHA])), "TIFF")


def gray(photo):
    return photo[:, :, 1]


def thrice(channel):
    return np.repeat(channel[:, :, None], 3, axis=2)


def animated(photo, name, **options):
    return pillow(
        Image.fromarray(photo),
        name,
        save_all=True,
        append_images=[Image.fromarray(255 - photo)],
        duration=40,
        **options,
    )


def beside_a_still(photo):
    """Two pictures in turn, and a still that is neither's turn."""
    shown = [Image.fromarray(255 - photo), Image.fromarray(photo)]
    return pillow(Image.fromarray(photo), "PNG", save_all=True, append_images=shown, default_image=True)


def first_of(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def shifted(ink, black):
    return (255 - black) - ((ink * (255 - black)) >> 8)


# (kind, name, format) -> (the encoded picture, the rule written out), both of the photo p and its 16-bit form d
CASES = {
    ("16-bit", "high_byte", "PNG"): (lambda p, d: opencv(d, ".png"), lambda p, d: d >> 8),
    ("16-bit", "high_byte", "gray TIFF, PGM, PPM"): (
        lambda p, d: opencv(gray(d), ".pgm"),
        lambda p, d: thrice(gray(d) >> 8),
    ),
    ("16-bit", "scaled", "colour TIFF"): (lambda p, d: opencv(d, ".tif"), lambda p, d: scaled(d)),
    ("16-bit", "high_byte", "colour TIFF"): (lambda p, d: opencv(d, ".tif"), lambda p, d: d >> 8),
    ("16-bit", "scaled", "PPM"): (lambda p, d: opencv(d, ".ppm"), lambda p, d: scaled(d)),
    ("16-bit", "high_byte", "gray PNG, TIFF, PGM (modes I;16 and I)"): (
        lambda p, d: opencv(gray(d), ".png"),
        lambda p, d: thrice(gray(d) >> 8),
    ),
    ("palette", "lookup", "PNG, GIF, BMP, TIFF"): (lambda p, d: pillow(palette(p), "BMP"), lambda p, d: looked_up(p)),
    ("palette", "lookup", "PNG, GIF"): (lambda p, d: pillow(palette(p), "PNG"), lambda p, d: looked_up(p)),
    ("CMYK", "shifted", "JPEG"): (
        lambda p, d: cmyk_jpeg(p),
        lambda p, d: np.dstack([shifted(inks(p)[:, :, i], inks(p)[:, :, 3]) for i in range(3)]),
    ),
    ("CMYK", "rounded", "JPEG, TIFF"): (
        lambda p, d: cmyk_jpeg(p),
        lambda p, d: np.rint((255 - inks(p)[:, :, :3]) * (255 - inks(p)[:, :, 3:]) / 255),
    ),
    ("CMYK", "floored", "JPEG"): (
        lambda p, d: cmyk_jpeg(p),
        lambda p, d: (255 - inks(p)[:, :, :3]) * (255 - inks(p)[:, :, 3:]) // 255,
    ),
    ("gray", "repeated", "all"): (lambda p, d: opencv(gray(p), ".png"), lambda p, d: thrice(gray(p))),
    ("animated", "first_frame", "GIF, APNG, WebP"): (
        lambda p, d: animated(p, "WEBP", lossless=True),
        lambda p, d: p,
    ),
    ("animated", "first_frame", "GIF, APNG"): (
        lambda p, d: animated(p, "GIF"),
        lambda p, d: first_of(animated(p, "GIF")),
    ),
    ("animated beside a still", "first_shown", "APNG"): (
        lambda p, d: beside_a_still(p),
        lambda p, d: 255 - p,
    ),
    ("animated beside a still", "still", "APNG"): (
        lambda p, d: beside_a_still(p),
        lambda p, d: p,
    ),
    ("transparent GIF", "background", "GIF"): (lambda p, d: transparent_gif(p), lambda p, d: gif_with(p, background)),
    ("transparent GIF", "kept", "GIF"): (lambda p, d: transparent_gif(p), lambda p, d: gif_with(p, kept)),
    ("transparent GIF", "black", "GIF"): (
        lambda p, d: transparent_gif(p),
        lambda p, d: gif_with(p, lambda gif: (0, 0, 0)),
    ),
    ("transparent TIFF", "multiplied", "TIFF"): (
        lambda p, d: rgba_tiff(p),
        lambda p, d: np.rint(p * (ALPHA[:, :, None] / 255)),
    ),
    ("transparent TIFF", "kept", "TIFF"): (lambda p, d: rgba_tiff(p), lambda p, d: p),
}
HELD = [rule for rule in RULES if rule.name != "refused"]


def cases():
    for rule in HELD:
        for decode in rule.decoders:
            if (decode, rule.kind) == ("tf", "CMYK"):
                continue  # its fast JPEG transform gives other inks; the rule is held for tf.accurate
            marks = pytest.mark.slow if decode.startswith("tf") else ()
            yield pytest.param(rule, decode, marks=marks, id=f"{decode}-{rule.kind}-{rule.name}-{rule.formats[:9]}")


@pytest.mark.parametrize(("rule", "decode"), cases())
def test_a_decoder_does_what_its_rule_says(photo, deep, rule, decode):
    encode, written_out = CASES[rule.kind, rule.name, rule.formats]
    found = read_picture(encode(photo, deep), decode=decode)
    np.testing.assert_array_equal(found, written_out(photo, deep))


def test_no_case_is_left_over():
    assert {(rule.kind, rule.name, rule.formats) for rule in HELD} == set(CASES)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_pillows_own_conversion_of_16_bit_gray_is_white_which_is_why_it_is_left(deep, suffix):
    data = opencv(gray(deep), suffix)
    assert (np.asarray(Image.open(io.BytesIO(data)).convert("RGB")) == 255).mean() > 0.95
    assert len(np.unique(read_picture(data, decode="pil"))) > 100


@pytest.mark.slow
@pytest.mark.parametrize("bits", [64, 2])
def test_a_palette_bmp_is_refused_in_tensorflow(photo, bits):
    with pytest.raises(UnreadableSource, match=r"TensorFlow takes the palette numbers.*decode='cv2' or 'pil'"):
        read_picture(pillow(Image.fromarray(photo).quantize(bits), "BMP"), decode="tf")


def test_rules_are_listed_by_decoder():
    assert {rule.name for rule in rules_of("pil")["16-bit"]} == {"high_byte", "scaled"}
    assert all(rules_of(decode)["CMYK"] for decode in DECODERS)
