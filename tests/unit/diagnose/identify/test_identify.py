import cv2
import numpy as np
import pytest
from PIL import Image

from workbench import Recipe, affine
from workbench.diagnose.identify import identify
from workbench.diagnose.identify.hypothesis import Hypothesis
from workbench.diagnose.identify.pictures import Pictures
from workbench.diagnose.identify.render import Renderer
from workbench.errors import InvalidValue, UnknownName
from workbench.frames import open_frames

TRAINING = Recipe(size=(96, 96), fit="center_crop", resize="pil.bicubic", range="torch")

SINGLE = [  # what is changed, and whether TRAINING is changed before
    pytest.param({"rotate": 90}, {}, id="rotate 90"),
    pytest.param({"rotate": 180}, {}, id="rotate 180"),
    pytest.param({"rotate": 270}, {}, id="rotate 270"),
    pytest.param({"color": "bgr"}, {}, id="color bgr"),
    pytest.param({"color": "gray3"}, {}, id="color gray3"),
    pytest.param({"color": "gray"}, {"range": "unit"}, id="color gray"),
    pytest.param({"color": "gray_bgr"}, {"range": "unit", "color": "gray"}, id="color gray_bgr"),
    pytest.param({"fit": "stretch"}, {}, id="fit stretch"),
    pytest.param({"fit": "resize_crop"}, {}, id="fit resize_crop"),
    pytest.param({"fit": "letterbox"}, {}, id="fit letterbox"),
    pytest.param({"fit": "letterbox_corner"}, {}, id="fit letterbox_corner"),
    pytest.param({"crop_fraction": 0.9}, {}, id="crop_fraction 0.9"),
    pytest.param({"crop_fraction": 0.7}, {}, id="crop_fraction 0.7"),
    pytest.param({"pad": 114}, {"fit": "letterbox"}, id="pad"),
    pytest.param({"size": (80, 112)}, {}, id="size"),
    *[
        pytest.param({"resize": name}, {}, id=name)
        for name in ("cv2.linear", "cv2.nearest", "cv2.area", "cv2.cubic", "cv2.lanczos4", "pil.bilinear", "pil.box",
                     "pil.lanczos", "pil.hamming")
    ],
    pytest.param({"rounding": "float"}, {}, id="rounding"),
    *[
        pytest.param({"range": name}, {}, id=f"range {name}")
        for name in ("raw", "unit", "symmetric", "centered", "caffe", "torch_swapped", "caffe_swapped", "per_image",
                     "unit256", "double_unit", affine(120.5, 63.75), affine((100, 110.5, 120), (50, 60, 70)))
    ],
    pytest.param({"dtype": "float16"}, {}, id="dtype float16"),
    pytest.param({"dtype": "uint8"}, {"range": "raw"}, id="dtype uint8"),
    pytest.param({"quantization": (1 / 255, -128)}, {"range": "unit", "dtype": "int8", "quantization": (1 / 255, -127)},
                 id="quantization"),
    pytest.param({"layout": "nchw"}, {}, id="layout"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("change", "before"), SINGLE)
def test_one_changed_slot_is_found(photos, change, before):
    training = TRAINING.replace(**before)
    found = identify(training.replace(**change), photos[:2], reference=training)
    assert (found.exact, found.faults) == (True, set(change))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"color": "bgr"}, id="color"),
        pytest.param({"resize": "cv2.linear", "range": "unit"}, id="resize and range"),
        pytest.param({"fit": "stretch", "color": "bgr", "range": "caffe"}, id="fit, color and range"),
    ],
)
def test_changed_slots_are_found(photos, change):
    found = identify(TRAINING.replace(**change), photos[:2], reference=TRAINING)
    assert (found.exact, found.faults) == (True, set(change))
    assert found.differs == {slot: (getattr(TRAINING, slot), value) for slot, value in change.items()}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_three_changed_slots_are_found(photos, seed):
    rng = np.random.default_rng(seed)
    choices = {
        "color": ["bgr", "gray3"], "fit": ["stretch", "letterbox"], "resize": ["cv2.linear", "cv2.area", "pil.box"],
        "range": ["unit", "symmetric", "caffe"], "layout": ["nchw"], "rotate": [90, 180], "size": [(112, 80)],
    }  # fmt: skip
    slots = [str(slot) for slot in rng.choice(list(choices), 3, replace=False)]
    change = {slot: choices[slot][rng.integers(len(choices[slot]))] for slot in slots}
    found = identify(TRAINING.replace(**change), photos, reference=TRAINING)
    assert (found.exact, found.faults) == (True, set(change))


SLIPS = [
    pytest.param({"mirror": True}, id="mirror"),
    pytest.param({"flip": True}, id="flip"),
    pytest.param({"gamma": "to_linear"}, id="gamma"),
    pytest.param({"matrix": "bt601_as_bt709"}, id="matrix"),
    pytest.param({"video_range": "expand"}, id="video_range"),
    pytest.param({"roi": (12, 31, 120, 140)}, id="roi"),
    pytest.param({"truncate": True}, id="truncate"),
    pytest.param({"wrap": True}, id="wrap"),
    pytest.param({"transpose": True}, id="transpose"),
    pytest.param({"reshape": True}, id="reshape"),
    pytest.param({"uint8_cast": "uint8"}, id="uint8_cast"),
    pytest.param({"uint8_cast": "back"}, id="uint8_cast and back"),
    pytest.param({"mirror": True, "wrap": True}, id="mirror and wrap"),
]


@pytest.mark.slow
@pytest.mark.parametrize("slips", SLIPS)
def test_slips_are_found(photos, slips):
    kernel = "cv2.cubic"  # overshoots
    training = TRAINING.replace(resize=kernel, fit="stretch", layout="nchw")
    tensors = slipped(training, slips, photos)
    found = identify(tensors, photos, reference=training)
    assert (found.exact, found.faults) == (True, set(slips))
    assert all(slip.sentence for slip in found.slips)


def slipped(recipe, slips, photos):
    """Return the saved tensors of a recipe with slips."""
    renderer = Renderer(Pictures(open_frames(photos), [0, 1, 2], encoded=False, shifts=False))
    return np.stack([renderer.tensor(i, Hypothesis(recipe, slips)) for i in range(3)])


CLEAN = [
    pytest.param(lambda x: x * (1 / 255), "unit", id="float64, times the reciprocal"),
    pytest.param(lambda x: x.astype(np.float32) * np.float32(1 / 255), "unit", id="float32, times the reciprocal"),
    pytest.param(lambda x: (x / 255 - 0.5) / 0.5, "symmetric", id="x / 255, then - 0.5, then / 0.5"),
    pytest.param(lambda x: x / np.float32(127.5) - 1, affine(127.5, 127.5), id="symmetric for its affine"),
]


@pytest.mark.parametrize(("arithmetic", "name"), CLEAN)
def test_other_arithmetic_is_no_fault(photos, arithmetic, name):
    def serving(image):
        return arithmetic(cv2.resize(image, (96, 96)))

    found = identify(serving, photos[:2], reference=Recipe(size=(96, 96), range=name))
    assert found.exact
    assert found.faults == frozenset()
    assert found.verdict == "the same tensors as the reference: exact on 2 frames"


def test_a_function_is_named_without_a_reference(photos):
    def serving(image):
        return (np.asarray(Image.fromarray(image).resize((96, 80), Image.Resampling.LANCZOS))[None] - 127.0) / 128

    found = identify(serving, photos)
    assert (found.recipe.size, found.recipe.resize, found.recipe.range) == ((80, 96), "pil.lanczos", "centered")
    assert found.exact


def test_saved_tensors_are_explained(photos):
    recipe = Recipe(size=(64, 64), color="bgr", range="caffe")
    found = identify(recipe.batch(photos), photos)
    assert (found.recipe.color, found.recipe.range, found.exact) == ("bgr", "caffe", True)


def test_a_function_that_is_given_bgr_and_keeps_it_is_bgr(photos):
    found = identify(lambda image: cv2.resize(image, (96, 96)), photos, takes="bgr", reference=Recipe(size=(96, 96)))
    assert "color" in found.faults


def test_a_path_function_is_held_to_exif(tagged):
    def serving(path):
        return cv2.resize(np.asarray(Image.open(path)), (96, 96)) / 255.0

    found = identify(serving, tagged, takes="path", reference=Recipe(size=(96, 96), range="unit"))
    assert found.faults == {"exif"}


@pytest.mark.slow
def test_a_frame_off_by_one_is_found(photos):
    clip = [np.roll(photos[0], (3 * n, 5 * n), axis=(0, 1)) for n in range(6)]
    recipe = Recipe(size=(64, 64), range="unit")
    late = recipe.batch([*clip[1:], clip[-1]])
    found = identify(late[1:5], open_frames(clip)[1:5], reference=recipe)
    assert [(slip.name, slip.value) for slip in found.slips] == [("frame_index", 1)]


@pytest.mark.slow  # looks at TensorFlow's kernels, too
def test_what_no_recipe_gives_is_nearest_and_said_so(photos):
    def serving(image):
        return cv2.GaussianBlur(cv2.resize(image, (96, 96)), (5, 5), 1.2) / 255.0

    found = identify(serving, photos[:2], reference=Recipe(size=(96, 96), range="unit"))
    assert not found.exact
    assert "nearest, PSNR" in found.verdict
    assert found.recipe.range == "unit"


@pytest.mark.parametrize(
    ("change", "slot"),
    [
        pytest.param({"size": (96, 96)}, "resize", id="pictures that have the size already"),
        pytest.param({"fit": "stretch"}, "fit", id="pictures of the tensor's shape"),
    ],
)
def test_what_the_frames_cannot_decide_is_said(photos, change, slot):
    square = [cv2.resize(photo, (96, 96), interpolation=cv2.INTER_AREA) for photo in photos[:2]]
    found = identify(Recipe(size=(96, 96), range="unit").replace(**change), square)
    assert len(found.undecided[slot]) > 1
    assert found.reasons[slot]


def test_a_constant_picture_accuses_nobody():
    flat = [np.full((120, 160, 3), 90, np.uint8)]
    found = identify(
        Recipe(size=(64, 64), resize="cv2.cubic", range="unit"), flat, reference=Recipe(size=(64, 64), range="unit")
    )
    assert found.faults == frozenset()
    assert len(found.undecided["resize"]) > 10


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        pytest.param(
            lambda p: (np.zeros((5, 8, 8, 3)), p), {}, InvalidValue, "one of each of 3", id="tensors of other frames"
        ),
        pytest.param(
            lambda p: (np.zeros((3, 8, 8, 3)), None), {}, InvalidValue, "give frames", id="tensors without frames"
        ),
        pytest.param(lambda p: (lambda x: x, p), {"takes": "pth"}, UnknownName, "path", id="unknown takes"),
        pytest.param(lambda p: (lambda x: 1 / 0, p), {}, InvalidValue, "frame 0", id="a function that fails"),
        pytest.param(lambda p: (lambda x: x[0, 0], p), {}, InvalidValue, "three axes", id="no tensor of a picture"),
        pytest.param(lambda p: (lambda x: "no", p), {}, InvalidValue, "numbers", id="no numbers"),
        pytest.param(
            lambda p: (lambda x: x, p), {"takes": "path"}, InvalidValue, "files", id="arrays for a path function"
        ),
        pytest.param(lambda p: (7, p), {}, InvalidValue, "int", id="no preprocessing"),
    ],
)
def test_errors_are_one_line_that_says_what(photos, arguments, options, error, words):
    with pytest.raises(error, match=words) as raised:
        identify(*arguments(photos), **options)
    assert "\n" not in str(raised.value)


def test_an_identification_is_plain_text_and_tables(photos):
    found = identify(TRAINING.replace(color="bgr"), photos[:2], reference=TRAINING)
    assert found.to_dict()["differs"] == {"color": ["rgb", "bgr"]}
    frame = found.to_frame().set_index("slot")
    assert frame.loc["color", "instead of"] == "rgb"
    assert repr(found) == f"Identification({found.verdict})"


@pytest.mark.slow  # looks at TensorFlow's kernels, too
def test_where_no_kernel_fits_no_slip_of_levels_is_accused(photos):
    def twice(image):
        return cv2.resize(cv2.resize(image, (80, 80)), (64, 64)) / 255.0

    found = identify(twice, photos)
    assert not found.exact
    assert not found.faults
    assert found.recipe.range == "unit"


def blurred(image):
    return cv2.GaussianBlur(cv2.resize(image, (48, 32)), (0, 0), 1.3) / 255.0


@pytest.mark.slow
def test_two_functions_that_no_recipe_describes_are_still_the_same_or_not(photos):
    """No account of a blur is exact, so two of them are held against each other, number by number."""
    same = identify(lambda image: blurred(image)[None] * np.float32(1.0), photos[:2], reference=blurred)
    assert same.same
    assert same.faults == {"batch_axis"}
    other = identify(lambda image: blurred(image) - 1, photos[:2], reference=blurred)
    assert not other.same
    assert "range" in other.faults


@pytest.mark.slow
def test_an_odd_range_under_the_same_quantization_is_one_change(photos):
    training = TRAINING.replace(range="symmetric", dtype="int8", quantization=(1 / 127.5, -1))
    found = identify(training.replace(range=affine(120, 100)), photos[:2], reference=training)
    assert (found.exact, found.faults) == (True, {"range"})
