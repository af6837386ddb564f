"""The table of the kinds of fault."""

from __future__ import annotations

import numpy as np

from faults.kind import ANY, ARRAYS, FILES, Change, Kind, one_of, to
from faults.photos import Shots
from faults.resizing import FAMILIES, KERNELS
from faults.serving import given_frames
from faults.steps import Serving
from workbench.recipes import affine

CROPS, BOXES = ["center_crop", "resize_crop"], ["letterbox", "letterbox_corner"]
JPEGS, CLIP = ("jpeg",), ("clip",)
CALLED = (*ARRAYS, "path")
CUBIC = ["cv2.cubic", "cv2.lanczos4", "tf.bicubic", "tf.lanczos3"]
SMOOTH = ["cv2.linear", "cv2.area", "cv2.cubic", "pil.bilinear", "pil.bicubic", "tf.bilinear", "tf.bilinear_aa"]
PLAIN = ["raw", "unit", "symmetric", "centered", "torch", "caffe"]


def _roi(serving: Serving, rng: np.random.Generator, shots: Shots) -> Change:
    """A window off the centre, of 55 to 85 per cent of the smallest frame."""
    height, width = np.min([image.shape[:2] for image in given_frames(shots)], axis=0)
    tall, wide = int(height * rng.uniform(0.55, 0.85)), int(width * rng.uniform(0.55, 0.85))
    top, left = int((height - tall) * rng.choice([0.0, 0.2, 0.85])), int((width - wide) * rng.choice([0.1, 0.25, 0.9]))
    return {"roi": (top, left, tall, wide)}


def _border(serving: Serving, rng: np.random.Generator, shots: Shots) -> Change:
    """All but a strip at the bottom, where a camera prints the time."""
    height, width = np.min([image.shape[:2] for image in given_frames(shots)], axis=0)
    return {"roi": (0, 0, int(height * 0.92), int(width))}


def _kernel(name: str) -> Kind:
    family = next((f for f in FAMILIES if name in f), set())

    def change(serving: Serving, rng: np.random.Generator, shots: Shots) -> Change | None:
        return None if serving.resize == name or serving.resize in family else {"resize": name}

    return Kind(f"resize.{name}", "resize", f"resized by {name}", change)


def _range(name: str, does: str, needs: list[str], value: str | None = None) -> Kind:
    def change(serving: Serving, rng: np.random.Generator, shots: Shots) -> Change:
        return {"range": value or name}

    return Kind(f"range.{name}", "range", does, change, {"range": needs})


def _random_affine(serving: Serving, rng: np.random.Generator, shots: Shots) -> Change:
    means = [round(float(mean), 2) for mean in rng.uniform(80, 150, 3)]
    return {"range": affine(means, round(float(rng.uniform(30, 150)), 2))}


def _random_scale(serving: Serving, rng: np.random.Generator, shots: Shots) -> Change:
    return {"range": affine(0, round(float(rng.uniform(60, 400)), 1))}


def _exchanged(serving: Serving, rng: np.random.Generator, shots: Shots) -> Change | None:
    return None if serving.size[0] == serving.size[1] else {"size": serving.size[::-1]}


def _other_size(serving: Serving, rng: np.random.Generator, shots: Shots) -> Change:
    side = int(rng.choice([16, 32, -16, -8]))
    return {"size": (max(24, serving.size[0] + side), max(24, serving.size[1] + side))}


OBLONG = [(192, 256), (240, 320), (256, 192), (180, 320), (120, 96)]
COLOURS = ["rgb", "bgr"]
KINDS: tuple[Kind, ...] = (
    # --- files into pixels
    Kind("decode.tf_for_cv2", "decode", "TensorFlow's fast JPEG transform", to(decode="tf"),
         {"decode": "cv2"}, FILES, JPEGS),
    Kind("decode.tf_for_pil", "decode", "the same, trained with Pillow", to(decode="tf"),
         {"decode": "pil"}, FILES, JPEGS),
    Kind("decode.tf_for_accurate", "decode", "dct_method left out", to(decode="tf"),
         {"decode": "tf.accurate"}, FILES, JPEGS),
    Kind("decode.cv2_for_tf", "decode", "cv2.imread, trained with tf.io", to(decode="cv2"),
         {"decode": "tf"}, FILES, JPEGS),
    Kind("decode.pil_for_tf", "decode", "Pillow, trained with tf.io", to(decode="pil"), {"decode": "tf"}, FILES, JPEGS),
    Kind("chroma.repeated", "chroma", "4:2:0 chroma repeated: fancy_upscaling=False", to(chroma=True),
         {"decode": ["cv2", "pil", "tf.accurate", "tf"]}, FILES, JPEGS),
    Kind("exif.ignored", "exif", "stored rows and columns taken as they are", to(exif="ignore"), {"exif": "apply"},
         FILES, ("exif",)),
    Kind("exif.applied", "exif", "turned upright, trained on pictures as stored", to(exif="apply"), {"exif": "ignore"},
         FILES, ("exif",)),
    Kind("alpha.white", "alpha", "transparency laid over white", to(alpha="white"), {}, FILES, ("alpha",)),
    Kind("alpha.black", "alpha", "transparency laid over black", to(alpha="black"), {}, FILES, ("alpha",)),
    # --- video
    Kind("matrix.clip_as_709", "matrix", "a BT.601 clip decoded as BT.709", to(matrix="709"), {}, ("saved",), CLIP),
    Kind("matrix.to709", "matrix", "Y'CbCr of BT.601 read as BT.709", to(matrix="to709"), {}, ANY, CLIP),
    Kind("matrix.to601", "matrix", "Y'CbCr of BT.709 read as BT.601", to(matrix="to601"), {}, ANY, CLIP),
    Kind("video_range.clip_as_full", "video_range", "a limited-range clip decoded as full range",
         to(video_range="full"),
         {}, ("saved",), CLIP),
    Kind("video_range.expand", "video_range", "16..235 stretched to 0..255 once too often", to(video_range="expand"),
         {},
         ANY, ("clip", "photo")),
    Kind("video_range.squeeze", "video_range", "0..255 pressed into 16..235", to(video_range="squeeze"), {}, ANY,
         ("clip", "photo")),
    Kind("frame_index.late", "frame_index", "one to three frames too late", one_of("frame_index", [1, 2, 3]), {},
         ("saved",), CLIP),
    Kind("frame_index.early", "frame_index", "one to three frames too early", one_of("frame_index", [-1, -2, -3]), {},
         ("saved",), CLIP),
    # --- decoded pixels
    Kind("roi.window", "roi", "a window of the picture", _roi),
    Kind("roi.border", "roi", "the strip at the bottom cut off", _border),
    Kind("gamma.linear", "gamma", "sRGB turned into linear light", to(gamma="linear")),
    Kind("gamma.encoded", "gamma", "taken for linear light, and encoded", to(gamma="encoded")),
    Kind("gamma.power", "gamma", "linear light by x ** 2.2", to(gamma="power")),
    Kind("mirror", "mirror", "left and right exchanged", to(mirror=True)),
    Kind("flip", "flip", "upside down", to(flip=True)),
    Kind("rotate.90", "rotate", "turned 90 degrees clockwise", to(rotate=90), {"rotate": 0}),
    Kind("rotate.180", "rotate", "turned 180 degrees", to(rotate=180), {"rotate": 0}),
    Kind("rotate.270", "rotate", "turned 270 degrees clockwise", to(rotate=270), {"rotate": 0}),
    Kind("rotate.forgotten", "rotate", "a turn left out", to(rotate=0), {"rotate": [90, 180, 270]}),
    Kind("color.bgr_for_rgb", "color", "OpenCV's order not exchanged", to(color="bgr"), {"color": "rgb"}),
    Kind("color.rgb_for_bgr", "color", "exchanged, trained on BGR", to(color="rgb"), {"color": "bgr"}),
    Kind("color.gray3", "color", "gray three times for colour", to(color="gray3"), {"color": COLOURS}),
    Kind("color.gray", "color", "one gray channel for three", to(color="gray"),
         {"color": COLOURS, "range": ["raw", "unit", "symmetric", "centered"]}),
    Kind("color.colour_for_gray", "color", "three channels for one", one_of("color", COLOURS), {"color": "gray"}),
    Kind("color.colour_for_gray3", "color", "colour, trained on gray three times", one_of("color", COLOURS),
         {"color": "gray3"}),
    Kind("color.luma_exchanged", "color", "luma weights of red and blue exchanged", to(color="gray_bgr"),
         {"color": "gray"}),
    # --- geometry
    *(Kind(f"fit.{fit}", "fit", f"fit {fit}", to(fit=fit)) for fit in ("stretch", *CROPS, *BOXES)),
    Kind("crop_fraction.whole", "crop_fraction", "nothing cut off around", to(crop_fraction=1.0),
         {"fit": CROPS, "crop_fraction": [0.875, 0.8]}),
    Kind("crop_fraction.other", "crop_fraction", "another share cut off",
         one_of("crop_fraction", [0.7, 0.8, 0.9, 0.95]), {"fit": CROPS}),
    Kind("pad.black", "pad", "black bars for gray ones", to(pad=0), {"fit": BOXES, "pad": [114, 127, 128]}),
    Kind("pad.gray", "pad", "gray bars for black ones", one_of("pad", [114, 127, 128, 255]), {"fit": BOXES, "pad": 0}),
    Kind("size.exchanged", "size", "height and width exchanged", _exchanged, {"size": OBLONG}),
    Kind("size.other", "size", "another size", _other_size),
    *(_kernel(name) for name in KERNELS),
    Kind("rounding.float", "rounding", "fractions kept", to(rounding="float"), {"rounding": "uint8", "resize": SMOOTH}),
    Kind("rounding.uint8", "rounding", "fractions rounded away", to(rounding="uint8"),
         {"rounding": "float", "resize": SMOOTH}),
    Kind("truncate", "truncate", "fractions cut off by astype(uint8)", to(truncate=True),
         {"rounding": "uint8", "resize": SMOOTH}),
    Kind("wrap", "wrap", "overshoot wraps around in uint8", to(wrap=True), {"rounding": "uint8", "resize": CUBIC}),
    # --- numbers
    _range("raw", "range left out", PLAIN),
    _range("unit", "x / 255", PLAIN),
    _range("symmetric", "x / 127.5 - 1", PLAIN),
    _range("centered", "(x - 127) / 128", PLAIN),
    _range("torch", "torchvision's constants", PLAIN),
    _range("caffe", "VGG's means", PLAIN),
    _range("torch_swapped", "torchvision's constants in B, G, R", ["torch"]),
    _range("caffe_swapped", "VGG's means in B, G, R", ["caffe"]),
    _range("per_image", "per_image_standardization", PLAIN),
    _range("per_image_left_out", "x / 255 for per_image_standardization", ["per_image"], "unit"),
    _range("unit256", "x / 256", ["unit"]),
    _range("double_unit", "x / 255 twice", ["unit", "raw"]),
    _range("symmetric_twice", "x / 127.5 - 1 twice", ["symmetric"], affine(127.5 + 127.5**2, 127.5**2)),
    _range("caffe_rounded", "whole VGG means 104, 117, 123 for red, green, blue", ["caffe"], affine([104, 117, 123])),
    _range("mean_left_out", "divided by the std only", ["torch"], affine(0, [58.395, 57.12, 57.375])),
    _range("std_left_out", "the mean subtracted only, after / 255", ["torch"], affine([123.675, 116.28, 103.53], 255)),
    _range("half", "x / 255 - 0.5", ["unit", "symmetric"], affine(127.5, 255)),
    Kind("range.affine", "range", "constants of somebody's own data", _random_affine, {"range": PLAIN}),
    Kind("range.scale", "range", "divided by another number", _random_scale, {"range": PLAIN}),
    Kind("order.range_first", "order", "brought into range before the resize", to(order="range_first"),
         {"order": "resize_first"}),
    Kind("order.resize_first", "order", "resized before it is brought into range", to(order="resize_first"),
         {"order": "range_first"}),
    # --- the tensor
    Kind("dtype.float16", "dtype", "half precision", to(dtype="float16"), {"dtype": "float32"}),
    Kind("dtype.uint8", "dtype", "whole levels for floats", to(dtype="uint8"), {"dtype": "float32", "range": "raw"}),
    Kind("dtype.int8", "dtype", "int8 without a scale", to(dtype="int8"), {"dtype": "float32", "range": "raw"}),
    Kind("quantization.forgotten", "quantization", "scale and zero point left out", to(quantization=None),
         {"dtype": "int8", "range": "symmetric", "quantization": (1 / 128, 0)}),
    Kind("quantization.zero_point", "quantization", "the zero point of uint8", to(quantization=(1 / 255, 0)),
         {"dtype": "int8", "range": "unit", "quantization": (1 / 255, -128)}),
    Kind("quantization.scale", "quantization", "another model's scale", to(quantization=(1 / 128, 128)),
         {"dtype": "uint8", "range": "symmetric", "quantization": (0.0173, 114)}),
    Kind("layout.nchw", "layout", "channels first", to(layout="nchw"), {"layout": "nhwc"}),
    Kind("layout.nhwc", "layout", "channels last", to(layout="nhwc"), {"layout": "nchw"}),
    Kind("reshape.nchw", "reshape", "reshape(C, H, W) for a transpose", to(reshape=True),
         {"layout": "nchw", "color": COLOURS}),
    Kind("reshape.nhwc", "reshape", "an NCHW blob by reshape(H, W, C)", to(reshape=True),
         {"layout": "nhwc", "color": COLOURS}),
    Kind("transpose", "transpose", "height and width of the tensor exchanged", to(transpose=True)),
    Kind("uint8_cast", "uint8_cast", "astype(uint8) of a float range", to(uint8_cast="uint8"),
         {"dtype": "float32", "range": ["symmetric", "centered", "torch", "caffe"]}),
    Kind("uint8_cast.back", "uint8_cast", "the same, and back to float32", to(uint8_cast="back"),
         {"dtype": "float32", "range": ["symmetric", "centered", "torch", "caffe"]}),
    # --- habits
    Kind("mutates_input.convert", "mutates_input", "cvtColor(image, dst=image)", to(mutates_input="convert"),
         {}, ARRAYS),
    Kind("mutates_input.draw", "mutates_input", "a label drawn onto the caller's picture", to(mutates_input="draw"),
         {}, ARRAYS),
    Kind("random.noise", "not_deterministic", "noise of training left in", to(not_deterministic="noise"), {}, CALLED),
    Kind("random.flip", "not_deterministic", "random mirroring left in", to(not_deterministic="flip"), {}, CALLED),
    Kind("random.jitter", "not_deterministic", "random cropping left in", to(not_deterministic="jitter"), {}, CALLED),
    Kind("batch_axis.twice", "batch_axis", "a batch axis too many", to(batch_axis="twice"), {}, CALLED),
    Kind("batch_axis.dropped", "batch_axis", "no batch axis where training has one", to(batch_axis="dropped"), {},
         CALLED),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}
BY_FAULT: dict[str, list[Kind]] = {}
for _kind in KINDS:
    BY_FAULT.setdefault(_kind.fault, []).append(_kind)
