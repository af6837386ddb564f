"""Pictures that somebody has damaged, or made to hurt."""

import io
import struct
import zlib
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from workbench.samples import sample_path

PHOTO = "imagenet-20/imagenet_00_243.jpg"  # real ones, of the samples
PNG_PHOTO = "skimage/chelsea.png"
PILLOW_NAMES = {"jpg": "JPEG", "tif": "TIFF", "jp2": "JPEG2000"}
AFTER_IHDR = 33  # bytes of a PNG


def photo():
    """A small real photo."""
    return Image.open(sample_path(PNG_PHOTO)).convert("RGB").resize((96, 64))


def real_bytes(name):
    return sample_path(name).read_bytes()


def encoded(image, suffix, **options):
    buffer = io.BytesIO()
    image.save(buffer, PILLOW_NAMES.get(suffix, suffix.upper()), **options)
    return buffer.getvalue()


def write(name, data):
    Path(name).write_bytes(data)
    return name


def flipped(data, place, bit=1):
    changed = bytearray(data)
    changed[place] ^= bit
    return bytes(changed)


def chunk(name, body):
    """A chunk of a PNG, its checksum right."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def chunks(data):
    """The chunks of a PNG."""
    place, found = 8, []
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big") + 12
        found.append(data[place : place + length])
        place += length
    return found


def png_with(*more):
    """A photo as PNG with more chunks behind its header."""
    data = encoded(photo(), "png")
    return data[:AFTER_IHDR] + b"".join(more) + data[AFTER_IHDR:]


def zeros(megabytes):
    """Compressed zeros."""
    packer, block = zlib.compressobj(9), bytes(1 << 20)
    return b"".join(packer.compress(block) for _ in range(megabytes)) + packer.flush()


@cache
def black_png(side):
    """A real PNG of side x side black pixels, a bit each; it takes 1,000 times as much in memory as on disk."""
    packer, row = zlib.compressobj(9), bytes(1 + (side + 7) // 8)
    body = b"".join(packer.compress(row * 1000) for _ in range(side // 1000)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def overwritten(data, place, *fields):
    """Bytes with other ones put over them; `fields` are arguments of struct.pack."""
    packed = struct.pack(*fields)
    return data[:place] + packed + data[place + len(packed) :]


def claiming(suffix):
    """A photo whose header claims to be larger than the limit, by format."""
    data = encoded(photo(), suffix)
    if suffix == "jpg":
        return overwritten(data, data.index(b"\xff\xc0") + 5, ">HH", 60_000, 60_000)
    if suffix == "gif":
        return overwritten(data, 6, "<HH", 65_535, 65_535)
    if suffix == "webp":
        return overwritten(data, data.index(b"VP8 ") + 14, "<HH", 16_383, 16_383)
    if suffix == "bmp":
        return overwritten(data, 18, "<ii", 60_000, 60_000)
    if suffix == "tif":
        return tiff_with(data, {256: 60_000, 257: 60_000})
    assert suffix == "ppm"
    return data.replace(b"96 64", b"60000 60000", 1)


def tiff_with(data, values):
    """A little-endian TIFF with other values of tags (TIFF 6.0, section 2)."""
    start = int.from_bytes(data[4:8], "little")
    for entry in range(int.from_bytes(data[start : start + 2], "little")):
        place = start + 2 + 12 * entry
        tag, kind = struct.unpack_from("<HH", data, place)
        if tag in values:
            data = overwritten(data, place + 8, "<I" if kind == 4 else "<Hxx", values[tag])
    return data


def tiled_tiff(side):
    """A TIFF of 100x100 pixels in one tile of side x side, which a decoder makes room for."""
    body = zeros(1)
    tags = {256: 100, 257: 100, 258: 8, 259: 8, 262: 1, 277: 1, 322: side, 323: side, 324: 200, 325: len(body)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return (b"II*\0\x08\0\0\0" + struct.pack("<H", len(tags)) + entries).ljust(200, b"\0") + body


def with_scans(count):
    """A progressive JPEG whose last scan is there many times more."""
    data = encoded(photo().convert("L"), "jpg", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + last * count + data[-2:]


def with_orientation(orientation, suffix):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(photo(), suffix, exif=exif)


def pixels(name, **options):
    """The picture as a user gets it."""
    from workbench.frames import read_picture

    return read_picture(name, **options)


def same(image, other, within=0):
    return np.abs(image.astype(int) - np.asarray(other)).max() <= within
