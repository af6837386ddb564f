"""The faults of ML-EXray as changes of a recipe, and the table that has that paper's figures beside ours."""

import numpy as np
import pytest

from workbench.diagnose.exray import (
    AREA,
    BILINEAR,
    KINDS,
    OWN,
    PUBLISHED,
    RANGE,
    ROTATED,
    SHOWN,
    SWAPPED,
    exray_table,
    kinds,
)
from workbench.diagnose.matrix import Grouping, Matrix, Measure
from workbench.recipes import Recipe, preset


@pytest.mark.parametrize(
    ("own", "changes"),
    [
        pytest.param(preset("keras.mobilenet_v2"), {"color": "bgr", "range": "unit", "rotate": 90}, id="as there"),
        pytest.param(preset("keras.ResNet50"), {"color": "rgb", "range": "unit", "rotate": 90}, id="trained on BGR"),
        pytest.param(Recipe(color="gray", range="unit", rotate=270),
                     {"color": "gray_bgr", "range": "symmetric", "rotate": 0}, id="gray, [0, 1], rotated"),
    ],
)  # fmt: skip
def test_a_fault_is_one_slot_of_the_models_own_recipe(own, changes):
    found = kinds(own)
    assert tuple(found) == KINDS
    assert found[OWN] == {}
    assert found[SWAPPED] | found[RANGE] | found[ROTATED] == changes
    for kind in (SWAPPED, RANGE, ROTATED):
        assert len(own - own.replace(**found[kind])) == 1
    assert {found[AREA]["resize"], found[BILINEAR]["resize"]} == {"cv2.area", "cv2.linear"}


def test_the_papers_figures_are_those_of_the_issue_and_of_seven_models():
    assert list(PUBLISHED[SHOWN].values()) == [0.69, 0.70, 0.60, 0.57, 0.42]
    assert len(PUBLISHED) == 7


def one_row(right, flipped, *, labelled):
    alone = Grouping(np.zeros((1, 1)), np.zeros((0, 4)), (0,), {"m": (0,)}, 0.0)
    accuracy = Measure(right[None], "share", True, 200) if labelled else None
    flips, kl = Measure(flipped[None], "share", True, 200), Measure(flipped[None], "nats", False, 200)
    own = np.array([[kind == OWN for kind in KINDS]])
    return Matrix(("m",), KINDS, own, np.array([False]), flips, kl, accuracy, None, None, alone, alone, {})


def test_a_table_has_accuracy_where_classes_are_known_and_flips_elsewhere():
    right, flipped = np.ones((6, 40)), np.zeros((6, 40))
    right[5, :20] = 0
    flipped[5, :30] = 1
    found = {"a": one_row(right, flipped, labelled=True), "b": one_row(right, flipped, labelled=False)}
    table = exray_table(found).set_index("served")
    assert list(table.columns) == ["a accuracy", "b flips", "MobileNetV2 in ML-EXray"]
    assert table.loc["frames"].tolist() == ["40", "40", "ImageNet"]
    assert [cell.split("%")[0] for cell in table.loc[ROTATED]] == ["50", "75", "42"]
    assert table.loc[OWN, "b flips"] == "0% (0–9)"  # Wilson, 1927: of none of 40
    assert not table.loc[AREA, "MobileNetV2 in ML-EXray"]
