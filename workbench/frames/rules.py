"""How each decoder makes 8-bit RGB out of what is not: one named rule for every kind of picture and decoder.

These are facts about the decoders, seen with OpenCV 4.14 and 5.0, Pillow 13 and TensorFlow 2.21, and held by tests to
the decoders themselves on a real photo. Where two decoders have two rules, the same file is two pictures.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PictureRule:
    """What `decoders` do with one kind of picture."""

    kind: str
    decoders: tuple[str, ...]
    formats: str
    name: str
    definition: str
    source: str


CV2, PIL, TF = ("cv2",), ("pil",), ("tf", "tf.accurate")
ALL = CV2 + PIL + TF

# kind -> (decoders, formats, name, definition, source)
_TABLE: dict[str, list[tuple[tuple[str, ...], str, str, str, str]]] = {
    "16-bit": [
        (ALL, "PNG", "high_byte", "x >> 8", "libpng, png_set_strip_16"),
        (CV2, "gray TIFF, PGM, PPM", "high_byte", "x >> 8", "OpenCV, grfmt_tiff.cpp and grfmt_pxm.cpp"),
        (CV2, "colour TIFF", "scaled", "round(x / 257)", "libtiff, TIFFReadRGBAStrip"),
        (PIL, "colour TIFF", "high_byte", "x >> 8", "Pillow, Unpack.c, raw mode RGB;16"),
        (PIL, "PPM", "scaled", "round(x / 257)", "Pillow, PpmImagePlugin.py"),
        (
            PIL,
            "gray PNG, TIFF, PGM (modes I;16 and I)",
            "high_byte",
            'x >> 8. The one place where Workbench leaves convert("RGB"), which clips at 255: a white picture',
            "what the other decoders do",
        ),
    ],
    "palette": [
        (CV2 + PIL, "PNG, GIF, BMP, TIFF", "lookup", "palette[x]", "the formats' specifications"),
        (TF, "PNG, GIF", "lookup", "palette[x]", "the formats' specifications"),
        (TF, "BMP", "refused", "TensorFlow takes x itself for gray", "TensorFlow, decode_image_op.cc"),
    ],
    "CMYK": [
        (CV2, "JPEG", "shifted", "k - (c * k >> 8), k = 255 - K", "OpenCV, icvCvt_CMYK2BGR_8u_C4C3R"),
        (PIL, "JPEG, TIFF", "rounded", "round((255 - c) * (255 - K) / 255)", "Pillow, Convert.c, cmyk2rgb"),
        (TF, "JPEG", "floored", "(255 - c) * (255 - K) // 255", "TensorFlow, jpeg_mem.cc"),
    ],
    "gray": [(ALL, "all", "repeated", "the one channel three times", "the three-channel calls of DECODERS")],
    "animated": [
        (CV2 + PIL, "GIF, APNG, WebP", "first_frame", "the first picture", "imread; Image.open"),
        (TF, "GIF, APNG", "first_frame", "the first picture", "tf.io.decode_image, expand_animations=False"),
    ],
    "animated beside a still": [
        (CV2, "APNG", "first_shown", "the first picture of the animation, if it has two", "OpenCV, grfmt_png.cpp"),
        (PIL + TF, "APNG", "still", "the still, for readers that know no animation", "PNG specification, 5.6: IDAT"),
    ],
    "transparent GIF": [
        (CV2, "GIF", "background", "transparent pixels: the GIF's background colour", "OpenCV, grfmt_gif.cpp"),
        (PIL, "GIF", "kept", "transparent pixels keep their palette colour", 'Pillow, convert("RGB")'),
        (TF, "GIF", "black", "transparent pixels are black", "TensorFlow, gif_io.cc"),
    ],
    "transparent TIFF": [
        (CV2, "TIFF", "multiplied", "round(colour * alpha / 255)", "libtiff, TIFFReadRGBAStrip"),
        (PIL, "TIFF", "kept", "colours as they are stored", 'Pillow, convert("RGB")'),
    ],
}

RULES: tuple[PictureRule, ...] = tuple(PictureRule(kind, *row) for kind, rows in _TABLE.items() for row in rows)


def rules_of(decode: str) -> dict[str, list[PictureRule]]:
    """Return the rules of one decoder by the kind of picture."""
    found: dict[str, list[PictureRule]] = {}
    for rule in RULES:
        if decode in rule.decoders:
            found.setdefault(rule.kind, []).append(rule)
    return found
