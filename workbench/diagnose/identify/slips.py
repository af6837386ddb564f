"""The slips: mistakes that are no slot of a recipe, each defined once, with the function that makes it.

A recipe says which of the catalogue's choices was taken; a slip is what goes wrong beside them. A slip is applied at
its stage: to the decoded picture (before `rotate`), to the resized pixels (in the place of `rounding`), or to the
finished tensor. `chroma`, `alpha` and `frame_index` are made where pictures are read (`pictures.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.diagnose.identify.slip import SLIPS, Slip, SlipKind, found, slip

__all__ = ["SLIPS", "Slip", "SlipKind", "found", "slip"]
# Red's and blue's share of luma: ITU-R BT.601-7, section 2.5.1; ITU-R BT.709-6, section 3.2
LUMA = {"bt601": (0.299, 0.114), "bt709": (0.2126, 0.0722)}
READ_AS_709, READ_AS_FULL = "clip_as_bt709", "clip_as_full"  # the clip is decoded so; the others change RGB pixels


# --- while reading ------------------------------------------------------------------------------------------


@slip(
    "chroma",
    "reading",
    source="tf.io.decode_jpeg(fancy_upscaling=False), libjpeg do_fancy_upsampling",
    sentence="the chroma of the JPEG is repeated, not interpolated (fancy_upscaling=False)",
)
def chroma(image: np.ndarray, value: Any) -> np.ndarray:
    """The subsampled chroma of a JPEG is repeated instead of interpolated; made by the decoder."""
    del value
    return image


@slip(
    "alpha",
    "reading",
    values=("white", "black"),
    source="workbench.frames.ALPHA_RULES",
    sentence="transparency is laid over {value} instead of dropped",
)
def alpha(image: np.ndarray, value: Any) -> np.ndarray:
    """Transparent pixels are laid over white or black instead of keeping their colour; made while reading."""
    del value
    return image


@slip(
    "frame_index",
    "reading",
    values=(-1, 1, -2, 2, -3, 3),
    source="off-by-one in a reading loop; VideoCapture.set(CAP_PROP_POS_FRAMES) on MPEG-TS",
    sentence="the frames are {value:+d} places off",
)
def frame_index(image: np.ndarray, value: Any) -> np.ndarray:
    """The frame some places after (or before) the right one; made while reading."""
    del value
    return image


# --- on the decoded picture ---------------------------------------------------------------------------------


@slip("roi", "picture", values=(), source="-", sentence="only the part (top, left, height, width) = {value} is used")
def roi(image: np.ndarray, value: tuple[int, int, int, int]) -> np.ndarray:
    """A part of the decoded picture: top, left, height, width in source pixels."""
    top, left, height, width = value
    return image[top : top + height, left : left + width]


@slip("mirror", "picture", source="cv2.flip(image, 1)", sentence="left and right are exchanged")
def mirror(image: np.ndarray, value: Any) -> np.ndarray:
    """Left and right exchanged."""
    del value
    return image[:, ::-1]


@slip("flip", "picture", source="cv2.flip(image, 0), OpenGL's row order", sentence="the picture is upside down")
def flip(image: np.ndarray, value: Any) -> np.ndarray:
    """Upside down: the rows in reverse order, left and right as they were."""
    del value
    return image[::-1]


@slip(
    "gamma",
    "picture",
    values=("to_linear", "to_srgb", "power", "power_back"),
    source="IEC 61966-2-1; x ** 2.2 is the usual approximation",
    sentence="gamma: the picture is converted between sRGB and linear light ({value}) where no conversion belongs",
)
def gamma(image: np.ndarray, value: str) -> np.ndarray:
    """The picture from sRGB to linear light (by IEC 61966-2-1, or x ** 2.2), or the reverse, rounded to uint8."""
    x = np.arange(256) / 255.0
    curves = {
        "to_linear": np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4),
        "to_srgb": np.where(x <= 0.0031308, x * 12.92, 1.055 * x ** (1 / 2.4) - 0.055),
        "power": x**2.2,
        "power_back": x ** (1 / 2.2),
    }
    return np.asarray(_levels(curves[value] * 255)[image])


@slip(
    "matrix",
    "picture",
    values=("bt709_as_bt601", "bt601_as_bt709"),
    source="ITU-R BT.601-7 and BT.709-6; untagged HD video is read by BT.601",
    sentence="the video's colour matrix is exchanged ({value})",
)
def matrix(image: np.ndarray, value: str) -> np.ndarray:
    """The picture (H, W, 3) uint8 RGB as it comes out when its YCbCr is read by the other standard's matrix.

    With value "clip_as_bt709" the clip itself is decoded by BT.709, in `pictures.py`.
    """
    if value == READ_AS_709:
        return image
    written, read = value.split("_as_")
    return _levels(image.astype(np.float64) @ (np.linalg.inv(_to_ycc(read)) @ _to_ycc(written)).T)


@slip(
    "video_range",
    "picture",
    values=("squeeze", "expand"),
    source="ITU-R BT.601-7, section 2.5.3: 8-bit limited range is 16..235; FFmpeg color_range tv and pc",
    sentence="full and limited range of the video are exchanged ({value})",
)
def video_range(image: np.ndarray, value: str) -> np.ndarray:
    """The levels 0..255 pressed into 16..235 (limited range read as full), or 16..235 stretched to 0..255.

    With value "clip_as_full" the clip itself is decoded as full range, in `pictures.py`.
    """
    if value == READ_AS_FULL:
        return image
    x = np.arange(256.0)
    table = _levels(x * 219 / 255 + 16 if value == "squeeze" else (x - 16) * 255 / 219)
    return np.asarray(table[image])


# --- on the resized pixels ----------------------------------------------------------------------------------


@slip(
    "truncate",
    "pixels",
    source="numpy.ndarray.astype(uint8) after a resize in float",
    sentence="fractions of the resized pixels are cut off by a cast instead of rounded",
)
def truncate(pixels: np.ndarray, value: Any) -> np.ndarray:
    """Fractions of resized float pixels cut off (towards zero) instead of rounded; clipped to 0..255."""
    del value
    levels: np.ndarray = np.clip(np.trunc(pixels), 0, 255).astype(np.uint8)
    return levels


@slip(
    "wrap",
    "pixels",
    source="numpy.ndarray.astype(uint8) of values outside 0..255",
    sentence="overshoot of the kernel wraps around at 0 and 255 instead of being clipped",
)
def wrap(pixels: np.ndarray, value: Any) -> np.ndarray:
    """Resized float pixels rounded, and what overshoots 0..255 wrapped around (modulo 256)."""
    del value
    levels: np.ndarray = np.rint(pixels).astype(np.int32).astype(np.uint8)
    return levels


def truncate_and_wrap(pixels: np.ndarray) -> np.ndarray:
    """Return resized float pixels as a bare `astype(uint8)` leaves them: both slips at once."""
    levels: np.ndarray = np.trunc(pixels).astype(np.int32).astype(np.uint8)
    return levels


# --- on the tensor ------------------------------------------------------------------------------------------


@slip(
    "uint8_cast",
    "tensor",
    values=("uint8", "back"),
    source="numpy.ndarray.astype(uint8) of a tensor in a float range",
    sentence="a float range was cast to uint8: what it held is lost",
)
def uint8_cast(tensor: np.ndarray, value: Any) -> np.ndarray:
    """A float tensor cast to uint8: fractions cut off, modulo 256; with value "back" cast to float32 again."""
    cast: np.ndarray = np.trunc(tensor).astype(np.int32).astype(np.uint8)
    return np.asarray(cast, dtype=np.float32) if value == "back" else cast


@slip(
    "reshape",
    "tensor",
    source="numpy.reshape between NHWC and NCHW",
    sentence="the tensor was brought into its layout by reshape, not by a transpose: the pixels are scrambled",
)
def reshape(tensor: np.ndarray, value: str) -> np.ndarray:
    """The numbers (H, W, C) in their order in memory, taken for (C, H, W); with value "nhwc" the reverse."""
    height, width, channels = tensor.shape
    if value == "nchw":
        return np.ascontiguousarray(tensor).reshape(channels, height, width)
    return np.ascontiguousarray(np.moveaxis(tensor, -1, 0)).reshape(height, width, channels)


@slip("transpose", "tensor", source="numpy.swapaxes", sentence="height and width of the tensor are exchanged")
def transpose(tensor: np.ndarray, value: Any) -> np.ndarray:
    """Rows and columns of (H, W, C) exchanged."""
    del value
    return np.ascontiguousarray(tensor.swapaxes(0, 1))


# --- habits of a function -----------------------------------------------------------------------------------


def _habit(name: str, definition: str, sentence: str) -> None:
    def apply(tensor: np.ndarray, value: Any) -> np.ndarray:
        del value
        return tensor

    apply.__doc__ = definition
    slip(name, "habit", source="observed by calling the function", sentence=sentence)(apply)


_habit(
    "mutates_input",
    "The function writes into the picture it is given.",
    "the function writes into the picture it is given",
)
_habit(
    "not_deterministic",
    "Two calls with one picture give two tensors.",
    "two calls with the same picture give different tensors",
)
_habit(
    "batch_axis",
    "A batch axis too many, or none where the reference has one.",
    "the batch axis is {value}",
)


# --- colour arithmetic --------------------------------------------------------------------------------------


def _to_ycc(standard: str) -> np.ndarray:
    """Return the (3, 3) matrix from R, G, B to Y, Cb, Cr, all full range, Cb and Cr about 0."""
    red, blue = LUMA[standard]
    luma = np.array([red, 1 - red - blue, blue])
    to_blue = (np.array([0, 0, 1]) - luma) / (2 * (1 - blue))
    to_red = (np.array([1, 0, 0]) - luma) / (2 * (1 - red))
    return np.stack([luma, to_blue, to_red])


def _levels(values: np.ndarray) -> np.ndarray:
    levels: np.ndarray = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return levels
