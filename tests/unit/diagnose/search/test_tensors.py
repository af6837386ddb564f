import numpy as np
import pytest

from workbench.diagnose.search.progress import Progress
from workbench.diagnose.search.sameness import same_colorings, same_geometries
from workbench.diagnose.search.space import axes
from workbench.diagnose.search.tensors import Tensors
from workbench.frames import open_frames
from workbench.recipes import Recipe


def all_of(images):
    frames = open_frames(images)
    return Tensors(frames, range(len(frames)))


RECIPES = [
    pytest.param({"color": "bgr", "range": "caffe"}, id="BGR and means"),
    pytest.param({"color": "gray", "range": "symmetric"}, id="gray"),
    pytest.param({"color": "gray3", "range": "torch"}, id="gray three times"),
    pytest.param({"color": "gray_bgr", "range": "raw"}, id="luma of the wrong channels"),
    pytest.param({"range": "per_image", "fit": "letterbox", "pad": 114}, id="constants of each picture"),
    pytest.param({"order": "range_first", "range": "unit", "resize": "cv2.cubic"}, id="range first"),
    pytest.param({"dtype": "int8", "quantization": (0.5, -128), "layout": "nchw"}, id="quantized, channels first"),
]


@pytest.mark.parametrize("slots", RECIPES)
def test_tensors_are_those_of_the_recipe(pictures, slots):
    recipe = Recipe(size=(8, 8), resize=slots.pop("resize", "pil.bicubic"), **slots)
    images = list(pictures[0])
    made = all_of(pictures[0]).of(recipe, [1, 5, 2])
    assert len(made) == 1
    np.testing.assert_array_equal(made[0], recipe.batch([images[i] for i in (1, 5, 2)]))


def test_pictures_of_different_size_that_keep_it_come_one_by_one():
    images = [np.zeros((4, 5, 3), np.uint8), np.zeros((6, 5, 3), np.uint8)]
    made = all_of(images).of(Recipe(size=None), [0, 1])
    assert [batch.shape for batch in made] == [(1, 4, 5, 3), (1, 6, 5, 3)]


def test_ranges_within_two_percent_are_one_class(pictures):
    space = {"range": ["symmetric", "centered", "unit", "unit256", "raw", "double_unit"]}
    found = axes(Recipe(size=(8, 8)), space)
    classes = same_colorings(found, all_of(pictures[0]), Progress(False))
    named = [[found.colorings[member]["range"] for member in each.members] for each in classes]
    assert named == [["raw"], ["symmetric", "centered"], ["unit", "unit256"], ["double_unit"]]


@pytest.mark.parametrize(
    ("gray", "count"), [pytest.param(True, 1, id="gray pictures"), pytest.param(False, 3, id="coloured pictures")]
)
def test_colour_orders_are_one_class_where_there_is_no_colour(pictures, gray, count):
    images = np.repeat(pictures[0][..., :1], 3, axis=3) if gray else pictures[0]
    found = axes(Recipe(size=(8, 8)), {"color": ["rgb", "bgr", "gray3"]})
    assert len(same_colorings(found, all_of(images), Progress(False))) == count


@pytest.mark.parametrize(
    ("size", "count"), [pytest.param((12, 16), 1, id="already of the size"), pytest.param((8, 8), 3, id="shrunk")]
)
def test_kernels_are_one_class_where_nothing_is_resized(pictures, size, count):
    found = axes(Recipe(size=size), {"resize": ["cv2.linear", "cv2.nearest", "pil.bilinear"]})
    assert len(same_geometries(found, all_of(pictures[0]), Progress(False))) == count


def test_only_the_chosen_frames_are_decoded(pictures):
    tensors = Tensors(open_frames(pictures[0]), [3, 8])
    recipe = Recipe(size=(8, 8))
    assert len(tensors) == 2
    np.testing.assert_array_equal(tensors.of(recipe, [1])[0], recipe.batch([pictures[0][8]]))
