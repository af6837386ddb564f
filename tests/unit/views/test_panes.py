import io

import numpy as np
import pytest
from PIL import Image

from workbench.errors import InvalidValue, UnknownName
from workbench.frames import open_frames
from workbench.recipes import Recipe
from workbench.views.panes import PaneMaker, readable
from workbench.views.state import ViewerState, seek


def halved(image):
    return image[::2, ::2].astype(np.float32) / 255


@pytest.fixture
def panes(frames, recipe):
    """A function that makes the panes of frame 0 for A and a changed B."""

    def make(a=recipe, **slots):
        return PaneMaker(frames)(ViewerState(len(frames), a, a.replace(**slots)))

    return make


def test_the_same_recipe_twice_shows_no_difference(panes):
    shown = panes()
    assert (shown.a == shown.b).all()
    assert shown.difference.max == 0


def test_the_original_is_the_frame_as_decoded(panes, picture):
    assert (panes().original == picture).all()


@pytest.mark.parametrize("trained", ["rgb", "bgr"])
def test_the_tensor_of_a_looks_like_the_picture_whatever_its_channel_order(panes, recipe, trained):
    a, b = recipe.replace(color="rgb"), recipe.replace(color=trained)
    assert (panes(a).a == panes(b).a).all()


def test_bgr_served_to_an_rgb_model_shows_exchanged_colours(panes):
    shown = panes(color="bgr")
    assert (shown.b == shown.a[..., ::-1]).all()
    assert shown.difference.max == np.abs(shown.a.astype(int) - shown.b).max()


def test_a_unit_range_served_to_a_raw_model_is_black(panes):
    assert panes(range="unit").b.max() <= 1


def test_levels_served_to_a_unit_model_are_saturated(panes, recipe):
    assert (panes(recipe.replace(range="unit"), range="raw").b[..., 0] == 255).all()


@pytest.mark.parametrize(
    "slots",
    [
        pytest.param({"layout": "nchw"}, id="layout"),
        pytest.param({"color": "gray"}, id="one channel"),
        pytest.param({"dtype": "uint8"}, id="dtype"),
        pytest.param({"dtype": "int8", "quantization": (1.0, -128)}, id="quantized"),
    ],
)
def test_a_form_the_model_would_refuse_still_shows_the_pixels(panes, slots):
    shown = panes(**slots)
    gray_or_same = shown.a.astype(float).mean() - shown.b.mean()
    assert abs(gray_or_same) < 40
    assert shown.b.shape == shown.a.shape


def test_a_quantized_input_is_read_with_the_scale_of_the_trained_recipe(recipe):
    trained = recipe.replace(dtype="uint8", quantization=(2.0, 0))
    assert readable(trained, recipe.replace(dtype="uint8")).quantization == (2.0, 0)


def test_another_size_is_brought_to_that_of_a_for_the_difference(panes):
    shown = panes(size=(4, 4))
    assert shown.b.shape == (4, 4, 3)
    assert shown.difference.picture.shape == shown.a.shape == (8, 8, 3)


def test_a_users_function_stands_where_a_recipe_does(frames, picture):
    trained = Recipe(size=(6, 10), range="unit", resize="cv2.nearest")
    shown = PaneMaker(frames)(ViewerState(len(frames), trained, halved))
    assert (shown.b == picture[::2, ::2]).all()


def test_a_function_as_trained_is_read_by_the_recipe_beside_it(frames, picture):
    shown = PaneMaker(frames)(ViewerState(len(frames), halved, Recipe(size=(6, 10), range="unit")))
    assert (shown.a == picture[::2, ::2]).all()


def test_two_functions_are_refused_since_nothing_says_what_their_numbers_mean(frames):
    with pytest.raises(InvalidValue, match="make one a Recipe"):
        PaneMaker(frames)(ViewerState(len(frames), halved, halved))


def test_each_state_shows_its_own_frame(frames, recipe):
    make, state = PaneMaker(frames), ViewerState(len(frames), recipe, recipe)
    there = make(seek(state, 6))
    back = make(state)
    assert (there.original == frames[6].image).all()
    assert (back.original == frames[0].image).all()
    assert (back.a != there.a).any()


@pytest.fixture
def turned(tmp_path, picture):
    """A JPEG whose EXIF tag says that it lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.fromarray(np.kron(picture, np.ones((8, 8, 1), np.uint8))).save(file, "jpeg", exif=exif)
    path = tmp_path / "turned.jpg"
    path.write_bytes(file.getvalue())
    return open_frames(str(path))


def test_each_recipe_decodes_the_file_its_own_way(turned):
    recipe = Recipe(size=(16, 16))
    shown = PaneMaker(turned)(ViewerState(1, recipe, recipe.replace(exif="ignore")))
    assert np.abs(np.rot90(shown.b, -1).astype(int) - shown.a).mean() < 6
    assert shown.difference.mean > 6


def test_a_decoder_that_cannot_read_the_frames_is_named(turned):
    recipe = Recipe(size=(16, 16))
    with pytest.raises(UnknownName, match="pyav"):
        PaneMaker(turned)(ViewerState(1, recipe, recipe.replace(decode="pyav")))
