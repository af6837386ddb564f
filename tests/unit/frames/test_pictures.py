"""A picture by each decoder is what production's call gives; orientation, alpha and damage go by named rules."""

import io
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image, ImageFile, ImageOps

from workbench.errors import DamageWarning, InvalidValue, UnknownName, UnreadableSource, WorkbenchError
from workbench.frames import DECODERS, headers, open_frames, read_picture
from workbench.frames.damage import damage_of
from workbench.samples import sample_path

FAST = ["cv2", "pil"]
TENSORFLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("tf", "tf.accurate")]
ALL = [*FAST, *TENSORFLOW]
FORMATS = ["png", "jpg", "bmp", "webp", "tif", "gif", "ppm", "jp2", "avif"]
PHOTOS = [
    "skimage/astronaut.png",
    "skimage/chelsea.png",
    "imagenet-20/imagenet_00_243.jpg",
    "cifar-20/cifar10_00_3.png",
]


def encoded(photo, suffix, **options):
    buffer = io.BytesIO()
    names = {"jpg": "JPEG", "tif": "TIFF", "jp2": "JPEG2000"}
    Image.fromarray(photo).save(buffer, names.get(suffix, suffix.upper()), **options)
    return buffer.getvalue()


def production(path, decode):
    """The call that production makes, by each library itself."""
    if decode == "cv2":
        return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    if decode == "pil":
        return np.asarray(Image.open(path).convert("RGB"))
    import tensorflow as tf

    if decode == "tf":
        return tf.io.decode_image(path.read_bytes(), channels=3, expand_animations=False).numpy()
    return tf.io.decode_jpeg(path.read_bytes(), channels=3, dct_method="INTEGER_ACCURATE").numpy()


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("decode", ALL)
def test_a_real_photo_is_read_as_production_reads_it(name, decode):
    path = sample_path(name)
    np.testing.assert_array_equal(read_picture(path, decode=decode), production(path, decode))


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("decode", FAST)
def test_every_format_is_read_as_production_reads_it(tmp_path, photo, suffix, decode):
    path = tmp_path / f"photo.{suffix}"
    path.write_bytes(encoded(photo, suffix))
    expected = production(path, decode)
    np.testing.assert_array_equal(read_picture(path, decode=decode), expected)
    np.testing.assert_array_equal(read_picture(path.read_bytes(), decode=decode), expected)
    assert damage_of(path.read_bytes()) is None


@pytest.mark.slow
def test_tensorflows_default_differs_from_pillow_where_its_accurate_one_does_not():
    path = sample_path("imagenet-20/imagenet_00_243.jpg")
    pillow = read_picture(path, decode="pil")
    np.testing.assert_array_equal(read_picture(path, decode="tf.accurate"), pillow)
    assert np.abs(read_picture(path, decode="tf").astype(int) - pillow).max() > 4


def with_orientation(photo, orientation, suffix):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(photo, suffix, exif=exif)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("decode", ALL)
def test_all_orientations_are_applied_or_ignored_by_every_decoder(photo, orientation, suffix, decode):
    data = with_orientation(photo, orientation, suffix)
    stored = read_picture(encoded(photo, suffix), decode=decode)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    assert upright.shape == ((96, 64, 3) if orientation >= 5 else (64, 96, 3))
    applied = read_picture(data, decode=decode, exif="apply")
    np.testing.assert_array_equal(read_picture(data, decode=decode, exif="ignore"), stored)
    np.testing.assert_array_equal(applied, _turned(stored, orientation))
    if decode != "tf":  # whose JPEG pixels are others
        np.testing.assert_array_equal(applied, upright)


def _turned(image, orientation):
    """The eight orientations, as cv2 spells them."""
    turns = {
        1: lambda x: x,
        2: lambda x: cv2.flip(x, 1),
        3: lambda x: cv2.rotate(x, cv2.ROTATE_180),
        4: lambda x: cv2.flip(x, 0),
        5: cv2.transpose,
        6: lambda x: cv2.rotate(x, cv2.ROTATE_90_CLOCKWISE),
        7: lambda x: cv2.flip(cv2.transpose(x), -1),
        8: lambda x: cv2.rotate(x, cv2.ROTATE_90_COUNTERCLOCKWISE),
    }
    return turns[orientation](image)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("exif", ["apply", "ignore"])
@pytest.mark.parametrize("decode", FAST)
def test_the_orientation_of_a_tiff_is_always_applied_and_once(photo, orientation, exif, decode):
    data = with_orientation(photo, orientation, "tif")
    np.testing.assert_array_equal(read_picture(data, decode=decode, exif=exif), _turned(photo, orientation))


def test_an_orientation_that_does_not_exist_is_none(photo):
    np.testing.assert_array_equal(read_picture(with_orientation(photo, 9, "png"), decode="pil"), photo)


ALPHA = np.tile(np.linspace(0, 255, 96).astype(np.uint8), (64, 1))


@pytest.mark.parametrize("suffix", ["png", "webp", "tif"])
@pytest.mark.parametrize("rule", ["white", "black"])
@pytest.mark.parametrize("decode", FAST)
def test_transparent_pictures_are_laid_over_white_or_black(photo, suffix, rule, decode):
    data = encoded(np.dstack([photo, ALPHA]), suffix, **({"lossless": True, "exact": True} if suffix == "webp" else {}))
    ground = Image.new("RGBA", (96, 64), rule)
    expected = np.asarray(Image.alpha_composite(ground, Image.open(io.BytesIO(data)).convert("RGBA")).convert("RGB"))
    found = read_picture(data, decode=decode, alpha=rule)
    assert np.abs(found.astype(int) - expected).max() <= 1  # Pillow rounds in fixed point


@pytest.mark.parametrize("decode", FAST)
def test_alpha_is_turned_with_its_picture(photo, decode):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(np.dstack([photo, ALPHA]), "png", exif=exif)
    upright = read_picture(data, decode=decode, alpha="black")
    stored = read_picture(data, decode=decode, alpha="black", exif="ignore")
    np.testing.assert_array_equal(upright, _turned(stored, 6))


def test_a_picture_without_transparency_is_the_same_under_every_rule(photo_path):
    plain = read_picture(photo_path)
    assert all(np.array_equal(read_picture(photo_path, alpha=rule), plain) for rule in ("white", "black"))


@pytest.mark.parametrize("share", [0.2, 0.6, 0.97, 0.9999])
@pytest.mark.parametrize("decode", ALL)
@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
def test_a_truncated_photo_is_refused(photo_path, share, decode, progressive):
    data = encoded(np.asarray(Image.open(photo_path)), "jpg", progressive=progressive)
    with pytest.raises(UnreadableSource, match=r"damaged: it ends before its end marker.*allow_damaged=True"):
        read_picture(data[: int(len(data) * share)], decode=decode)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("decode", FAST)
def test_a_truncated_picture_of_any_format_is_refused(photo, suffix, share, decode):
    data = encoded(photo, suffix)
    with pytest.raises(UnreadableSource, match=r"the given data (is damaged|cannot be read)"):
        read_picture(data[: int(len(data) * share)], decode=decode)


@pytest.mark.parametrize("decode", FAST)
def test_what_is_there_of_a_truncated_photo_can_be_asked_for(tmp_path, photo_path, decode):
    data = encoded(np.asarray(Image.open(photo_path)), "jpg")
    path = tmp_path / "half.jpg"
    path.write_bytes(data[: len(data) // 2])
    with pytest.warns(DamageWarning, match="half.jpg is damaged: it ends before its end marker"):
        found = read_picture(path, decode=decode, allow_damaged=True)
    np.testing.assert_array_equal(found, cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB))
    np.testing.assert_array_equal(found[:100], read_picture(data, decode=decode)[:100])
    assert not np.array_equal(found[-100:], read_picture(data, decode=decode)[-100:])
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_the_end_marker_of_a_thumbnail_is_not_taken_for_that_of_the_photo(photo):
    thumbnail = encoded(photo, "jpg")
    segment = b"\xff\xe1" + (len(thumbnail) + 2).to_bytes(2, "big") + thumbnail
    whole = encoded(photo, "jpg")
    with_thumbnail = whole[:2] + segment + whole[2:]
    assert damage_of(with_thumbnail) is None
    assert damage_of(with_thumbnail[: len(segment) + 40]) is not None
    assert damage_of(with_thumbnail[:-2] + bytes(500)) is not None  # the rest of a download, filled with zeros


def test_bytes_after_the_end_of_a_photo_do_no_harm(photo):
    assert damage_of(encoded(photo, "jpg") + b"more") is None


def test_a_changed_byte_in_a_png_is_found_by_its_checksum(photo):
    data = bytearray(encoded(photo, "png"))
    data[len(data) // 2] ^= 1
    with pytest.raises(UnreadableSource, match="the checksum of its IDAT data is wrong"):
        read_picture(bytes(data))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"", r"is empty \(0 bytes\)", id="no bytes"),
        pytest.param(b"<!DOCTYPE html><html>Not found</html>", "no picture but text.*DOCTYPE", id="a web page"),
        pytest.param(b"\xff\xd8\xff\xe0" + bytes(200), "damaged", id="a header and nothing"),
        pytest.param(
            bytes(range(256)) * 8, "cannot be read: it is no picture of a format known here .AVIF, BMP", id="noise"
        ),
        pytest.param(b"\0\0\0\x18ftypisom" + bytes(80), "is a video", id="a video"),
    ],
)
@pytest.mark.parametrize("opened", [read_picture, open_frames])
def test_what_is_no_picture_is_refused_in_one_line(tmp_path, content, says, opened):
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    if opened is open_frames and says == "is a video":
        says = "cannot be opened as a video"
    with pytest.raises(UnreadableSource, match=says) as caught:
        opened(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["tif", "ppm"])
def test_tensorflow_says_what_it_cannot_read_and_who_can(photo, suffix):
    with pytest.raises(UnreadableSource, match=r"TensorFlow says: Unknown image.*decode='cv2' or 'pil'") as caught:
        read_picture(encoded(photo, suffix), decode="tf")
    assert "\n" not in str(caught.value)


def bomb(width, height):
    """A PNG whose header, checksum and all, claims that size."""
    data = bytearray(encoded(np.zeros((4, 4, 3), np.uint8), "png"))
    data[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    return bytes(data)


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 5_001)], ids=str)
@pytest.mark.parametrize("decode", FAST)
def test_a_picture_over_50_megapixels_is_refused_by_its_header(monkeypatch, size, decode):
    monkeypatch.delenv(headers.PIXELS_VARIABLE, raising=False)
    with pytest.raises(InvalidValue, match="over the limit of 50 megapixels.*OPENCV_IO_MAX_IMAGE_PIXELS"):
        read_picture(bomb(*size), decode=decode)


def test_the_pixel_limit_can_be_set(monkeypatch, photo):
    monkeypatch.setenv(headers.PIXELS_VARIABLE, str(96 * 64))
    assert read_picture(encoded(photo, "png")).shape == (64, 96, 3)
    monkeypatch.setenv(headers.PIXELS_VARIABLE, str(96 * 64 - 1))
    with pytest.raises(InvalidValue, match="96x64 pixels, over the limit"):
        read_picture(encoded(photo, "png"))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"decode": "pill"}, "no picture decoder named 'pill'; did you mean 'pil'"),
        ({"exif": "aply"}, "no exif policy named 'aply'; did you mean 'apply'"),
        ({"alpha": "whit"}, "no alpha rule named 'whit'; did you mean 'white'"),
    ],
    ids=str,
)
def test_an_unknown_name_is_answered_with_the_closest(photo_path, options, says):
    with pytest.raises(UnknownName, match=says):
        read_picture(photo_path, **options)


@pytest.mark.parametrize("mode", ["F", "I"])
def test_values_of_32_bits_are_no_picture(tmp_path, mode):
    Image.fromarray(np.full((8, 8), 70_000, np.int32)).convert(mode).save(tmp_path / "depth.tif")
    with pytest.raises(WorkbenchError, match="32-bit values"):
        read_picture(tmp_path / "depth.tif", decode="pil")


def test_every_decoder_has_a_definition():
    assert list(DECODERS) == ["cv2", "pil", "tf", "tf.accurate"]
    assert all(decoder.definition for decoder in DECODERS.values())
