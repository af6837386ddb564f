import io

import numpy as np
import pytest
import supervision as sv
from PIL import Image

from workbench.diagnose import BoxComparison, attribute, compare
from workbench.diagnose.attribute.wording import figure as written
from workbench.diagnose.difference_map import DifferenceMap
from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.results import Prediction
from workbench.views.attribution import figure_attribution
from workbench.views.comparison_figures import figure_difference_map, figure_flips, figure_per_class


@pytest.fixture
def swapped(recipe):
    return recipe.replace(color="bgr", range="unit", resize="pil.box", fit="letterbox", pad=114)


@pytest.fixture
def split(frames, recipe, swapped, model):
    """An attribution with parts that cost and parts that give back, and a slot set aside."""
    return attribute(model, frames, training=recipe, serving=swapped.replace(layout="nchw"), progress=False)


@pytest.fixture
def classes(frames, recipe, swapped, model):
    return compare((recipe, model), (swapped, model), frames, labels=[0] * 5 + [2] * 5, progress=False)


def found(*boxes):
    xyxy = np.array([box[:4] for box in boxes], np.float32).reshape(-1, 4)
    names = np.array([box[4] for box in boxes], str)
    return sv.Detections(
        xyxy, confidence=np.full(len(boxes), 0.9), class_id=np.zeros(len(boxes), int), data={"class_name": names}
    )


@pytest.fixture
def boxes():
    cat, dog = (1, 1, 9, 9, "cat"), (4, 3, 19, 11, "dog")
    sides = [found(cat, dog), found(cat)], [found(cat), found()]
    a, b = (Prediction({}, None, np.arange(2), ("a", "b"), (None, None), detections=tuple(side)) for side in sides)
    return BoxComparison(a, b, slots={})


@pytest.fixture
def where():
    pixels = np.add.outer(np.arange(8.0), np.arange(12.0)).astype(np.float32)
    recovered = np.array([[0.1, -0.05], [0.3, 0.0]])
    return DifferenceMap(pixels, (2, 2), 5, "kl", 0.5, recovered)


@pytest.fixture
def draw(split, classes, boxes, where, frames, recipe, swapped, picture):
    """A function that draws the figure of a name."""
    pair = open_frames([picture, picture])
    figures = {
        "attribution": lambda: figure_attribution(split),
        "flips": lambda: figure_flips(classes, frames, (recipe, swapped)),
        "flips of boxes": lambda: figure_flips(boxes, pair, (recipe, recipe)),
        "per class": lambda: figure_per_class(classes),
        "boxes per class": lambda: figure_per_class(boxes),
        "difference map": lambda: figure_difference_map(where, picture),
        "differences alone": lambda: figure_difference_map(DifferenceMap(where.pixels, (2, 2), 5)),
    }
    return lambda name: figures[name]()


NAMES = (
    "attribution",
    "flips",
    "flips of boxes",
    "per class",
    "boxes per class",
    "difference map",
    "differences alone",
)


def words(figure):
    return [text.get_text() for text in figure.texts]


@pytest.mark.parametrize("name", NAMES)
def test_the_paper_is_transparent_and_speaks(shown, name):
    _, data, told = shown(name)
    assert np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))[-1, -1, 3] == 0
    assert len(told["alt"]) > 10


@pytest.mark.parametrize("name", NAMES)
def test_words_stay_on_the_paper_and_off_each_other(shown, name):
    figure, *_ = shown(name)
    width, height = figure.get_size_inches() * figure.dpi
    placed = [(text.get_text(), text.get_window_extent()) for text in figure.texts if text.get_text()]
    for place, (one, box) in enumerate(placed):
        assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= -1, one
        for other, beside in placed[place + 1 :]:
            across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
            down = min(box.y1, beside.y1) - max(box.y0, beside.y0)
            assert min(across, down) < 4, f"{one!r} over {other!r}"


def test_an_attribution_has_a_bar_as_long_as_each_part_and_one_for_all(draw, split):
    bars = [patch for axes in draw("attribution").axes for patch in axes.patches if hasattr(patch, "get_width")]
    lengths = [bar.get_width() for bar in bars]
    assert lengths == pytest.approx([*sorted(split.values.values(), reverse=True), split.total])


def test_an_attribution_names_what_is_set_aside(draw):
    assert any(text.startswith("layout set aside") for text in words(draw("attribution")))


def test_one_slot_alone_has_no_pairs(frames, recipe, model):
    alone = attribute(model, frames, training=recipe, serving=recipe.replace(color="bgr"), progress=False)
    assert "Pairs" not in words(figure_attribution(alone))


def test_the_figure_of_nothing_to_split_can_be_drawn(frames, recipe, model):
    nothing = attribute(model, frames, training=recipe, serving=recipe, progress=False)
    assert "together" in words(figure_attribution(nothing))


def test_flips_show_the_frame_and_what_the_model_sees_of_it(draw, frames, recipe, swapped, classes):
    figure = draw("flips")
    first = int(np.argsort(-classes.kl, kind="stable")[0])
    shown = [axes.images[0].get_array() for axes in figure.axes[:3]]
    np.testing.assert_array_equal(shown[0], frames[first].image)
    np.testing.assert_array_equal(shown[1], recipe(frames[first])[0].astype(np.uint8))
    assert "A answers" in words(figure)


def test_without_a_flip_the_figure_says_so(frames, recipe, model):
    same = compare((recipe, model), (recipe, model), frames, progress=False)
    assert words(figure_flips(same, frames, (recipe, recipe))) == ["No answer flips on these 10 frames."]


def test_flips_of_other_frames_are_refused(classes, frames, recipe):
    with pytest.raises(InvalidValue, match="needs the 10 frames that were compared"):
        figure_flips(classes, frames[:3], (recipe, recipe))


def test_classes_have_their_counts_and_accuracy(draw, classes):
    told = words(draw("per class"))
    hit = classes.per_class().iloc[0]
    assert f"{hit['flips']} of {hit['frames']}" in told
    assert any("right 100% → 0%" in text for text in told)


def test_boxes_have_a_class_a_row(draw):
    told = words(draw("boxes per class"))
    assert [text for text in told if text in ("cat", "dog", "1 of 2", "1 of 1")] == ["cat", "1 of 2", "dog", "1 of 1"]


def test_a_region_says_what_part_of_the_loss_it_gives_back(draw):
    cells = [text.get_text() for text in draw("difference map").axes[-1].texts]
    assert cells == ["20%", "−10%", "60%", "0%"]


@pytest.mark.parametrize(
    ("value", "whole", "text"),
    [
        pytest.param(0.434, 0.5, "0.43", id="two decimals"),
        pytest.param(-0.0004, 0.5, "0.00", id="no minus before nothing"),
        pytest.param(-0.1, 0.5, "−0.10", id="a true minus"),
        pytest.param(0.000123, 0.0021, "0.0001", id="two digits of a small whole"),
    ],
)
def test_figures_are_written_as_finely_as_the_whole_needs(value, whole, text):
    assert written(value, whole) == text
