"""What small networks are trained on, and what is kept from them."""

import numpy as np
import pytest

from workbench import open_frames
from workbench.diagnose import on_the_spot
from workbench.diagnose.on_the_spot import MIXED, SMALL, train_on_the_spot
from workbench.errors import InvalidValue

TRAINING = {"linear": SMALL, "box": SMALL.replace(resize="pil.box")}


@pytest.fixture
def lessons(monkeypatch):
    """Note what each network would learn from, instead of training it."""
    noted = []

    def note(frames, truth, recipe, **options):
        noted.append((frames, np.asarray(truth), recipe, options))
        return f"network {len(noted)}"

    monkeypatch.setattr(on_the_spot, "train", note)
    return noted


def numbered(count, *, side):
    """Pictures that tell which they are by their level."""
    return open_frames([np.full((side, side, 3), number, np.uint8) for number in range(count)])


def levels(pictures):
    return {int(picture[0, 0, 0]) for picture in pictures}


def test_of_labelled_pictures_every_fourth_of_a_class_is_held_out(lessons):
    made = train_on_the_spot(numbered(24, side=8), TRAINING, truth=np.arange(24) % 3, seed=7, progress=False)
    learned, truth, _, options = lessons[0]
    assert len(made.frames) == 6
    assert not levels(learned) & levels(made.frames)
    assert np.bincount(made.truth).tolist() == [2, 2, 2]
    assert [int(picture[0, 0, 0]) % 3 for picture in learned] == truth.tolist()
    assert options == {"seed": 7}
    assert made.told == "3 classes: 18 pictures to learn from, 6 held out"


def test_photos_are_cut_into_parts_where_a_class_has_too_few_pictures(lessons):
    photos = numbered(3, side=64 * 4)
    made = train_on_the_spot(photos, TRAINING, truth=np.arange(3), learned=30, epochs=2, progress=False)
    learned, truth, _, options = lessons[0]
    assert len(learned) == 30
    assert learned[0].shape == (64, 64, 3)
    assert [int(picture[0, 0, 0]) for picture in learned] == truth.tolist()
    assert options == {"seed": 0, "epochs": 2}
    assert made.told.startswith("which of 3 photos is a part of 64 x 64 pixels from? 30 parts to learn from")
    assert made.told.endswith("; some class has fewer than 8 labelled pictures, so labels are left out")


@pytest.mark.parametrize(
    ("training", "mixed", "rows"),
    [
        pytest.param(TRAINING, True, ["linear", "box", MIXED], id="two and their mixture"),
        pytest.param(TRAINING, False, ["linear", "box"], id="no mixture"),
        pytest.param({"linear": SMALL}, True, ["linear"], id="one has none"),
    ],
)
def test_a_network_is_trained_under_each_recipe_and_one_under_all(lessons, training, mixed, rows):
    made = train_on_the_spot(numbered(16, side=8), training, truth=np.arange(16) % 2, mixed=mixed, progress=False)
    assert list(made.models) == rows
    assert [recipe for _, _, recipe, _ in lessons] == [made.models[name][0] for name in rows]
    assert not mixed or len(training) == 1 or made.models[MIXED][0] == list(training.values())


def test_no_recipe_and_photos_that_are_too_small_are_refused(lessons):
    with pytest.raises(InvalidValue, match="need a recipe"):
        train_on_the_spot(numbered(3, side=8), {}, progress=False)
    with pytest.raises(InvalidValue, match="4 x 4 parts"):
        train_on_the_spot(numbered(3, side=100), TRAINING, progress=False)
    assert not lessons
