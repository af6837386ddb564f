"""Know a `keras.applications` network by its name and a layer only that family has; its documented preprocessing.

A name is a weak sign: the same network may have been trained anew on other numbers. It counts for a warning only
with the 1000 classes of the published weights.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from workbench.models.contract.sign import Expectation
from workbench.models.model import TensorSpec
from workbench.recipes.presets import FAMILIES

PUBLISHED, RETRAINED = 0.6, 0.3  # confidence
CLASSES = 1000  # of ImageNet-1k
# family -> name of the model, name of a layer of that family alone (Keras 3.15, keras/src/applications)
KNOWN = {
    "convnext": (r"convnext_\w+", r"convnext_\w+_prestem_normalization"),
    "densenet": (r"densenet\d+", r"conv2_block1_0_bn"),
    "efficientnet": (r"efficientnetb\d", r"block1a_dwconv"),
    "efficientnet_v2": (r"efficientnetv2-\w+", r"block1a_project_conv"),
    "inception_resnet_v2": (r"inception_resnet_v2", r"conv_7b"),
    "inception_v3": (r"inception_v3", r"mixed10"),
    "mobilenet": (r"mobilenet_[\d.]+_\w+", r"conv_dw_1"),
    "mobilenet_v2": (r"mobilenetv2_[\d.]+_\w+", r"expanded_conv_depthwise"),
    "mobilenet_v3": (r"MobileNetV3\w+", r"expanded_conv_depthwise"),
    "nasnet": (r"nasnet\w*", r"stem_conv1"),
    "resnet": (r"resnet\d+", r"conv2_block1_1_conv"),
    "resnet_v2": (r"resnet\d+v2", r"conv2_block1_preact_bn"),
    "vgg16": (r"vgg16", r"block5_conv3"),
    "vgg19": (r"vgg19", r"block5_conv4"),
    "xception": (r"xception", r"block14_sepconv2"),
}


def family(model_name: str, names: frozenset[str]) -> tuple[str, str] | None:
    """Return the family and the name it was known by; None for any other network.

    Args:
        model_name: the model's own name.
        names: of its layers or scopes; exporters keep the model's name as a scope.
    """
    for known, (name, layer) in KNOWN.items():
        if any(re.fullmatch(layer, part) for part in names):
            for part in (model_name, *sorted(names)):
                if re.fullmatch(name, part, re.IGNORECASE):
                    return known, part
    return None


def application_signs(model_name: str, names: frozenset[str], outputs: Sequence[TensorSpec]) -> list[Expectation]:
    """Return range and colour order as the family's `preprocess_input` has them."""
    found = family(model_name, names)
    if found is None:
        return []
    known, name = found
    published = any(spec.shape[-1:] == (CLASSES,) for spec in outputs)
    slots: dict[str, Any] = {"color": "rgb", **FAMILIES[known]}
    classes = "" if published else ", but it has been trained anew on other classes"
    made = f"color={slots['color']!r}, range={slots['range']!r}"
    text = f"named {name}: keras.applications.{known}.preprocess_input makes {made}"
    confidence = PUBLISHED if published else RETRAINED
    return [Expectation(slot, (value,), text + classes, confidence) for slot, value in slots.items()]
