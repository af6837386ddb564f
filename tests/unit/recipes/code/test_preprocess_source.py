"""The exported text gives the recipe's own tensors, with nothing but NumPy and OpenCV, and its check is one."""

import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.recipes.test_any_recipe import pictures, recipes
from workbench.errors import InvalidValue
from workbench.recipes import CATALOGUE, Recipe
from workbench.recipes.code import preprocess_source
from workbench.recipes.code.decoding import FAST_DCT

HOSTS = [name for name in CATALOGUE["resize"] if not name.startswith("tf")]
BY_TENSORFLOW = [name for name in CATALOGUE["resize"] if name.startswith("tf")]
SIZES = [(37, 90), (90, 37), (64, 64), (200, 1), (1, 50)]  # of pictures: both aspects, exact halves, single lines
RECIPES = {
    "EfficientNet-Lite": Recipe(size=(32, 32), fit="center_crop", resize="pil.bicubic", range="centered"),
    "Caffe": Recipe(size=(32, 40), color="bgr", range="caffe", resize="pil.lanczos"),
    "torchvision": Recipe(size=(28, 28), fit="resize_crop", resize="pil.bilinear", range="torch", layout="nchw"),
    "letterbox": Recipe(size=(48, 32), fit="letterbox", pad=114, range="unit", layout="nchw"),
    "letterbox in range": Recipe(size=(32, 48), fit="letterbox_corner", pad=9, range="torch", order="range_first"),
    "gray": Recipe(size=(24, 24), color="gray", range="symmetric", resize="cv2.area"),
    "gray three times": Recipe(size=(24, 24), color="gray3", range="torch_swapped", rounding="float"),
    "wrong gray": Recipe(size=(24, 24), color="gray_bgr", layout="nchw", rotate=90),
    "its own mean": Recipe(size=(24, 40), range="per_image", fit="letterbox", order="range_first", rotate=180),
    "quantized": Recipe(size=(24, 24), range="symmetric", dtype="int8", quantization=(0.0078, -1)),
    "levels": Recipe(size=(24, 24), dtype="uint8", exif="ignore", decode="pil"),
    "raw frames": Recipe(size=None, color="bgr", dtype="uint8"),
    "half": Recipe(size=(20, 20), range="affine(mean=[90.5, 100.0, 110.0], std=60.0)", dtype="float16", rotate=270),
}


def picture(size, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)


def given_bgr(function, image):
    return function(np.ascontiguousarray(image[..., ::-1]))


@pytest.mark.parametrize("name", list(RECIPES))
def test_the_function_gives_the_recipes_tensor(name, run_code):
    function = run_code(preprocess_source(RECIPES[name]))["preprocess"]
    for image in map(picture, SIZES):
        expected, got = RECIPES[name](image), given_bgr(function, image)
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("rounding", ["uint8", "float"])
@pytest.mark.parametrize("resize", HOSTS)
def test_every_resizer_of_opencv_and_pillow_is_bit_exact(resize, rounding, run_code):
    for color, size in (("rgb", (24, 31)), ("gray", (70, 20))):
        recipe = Recipe(size=size, resize=resize, rounding=rounding, color=color)
        function = run_code(preprocess_source(recipe))["preprocess"]
        for image in map(picture, SIZES):
            by_sine = rounding == "float" and resize in ("pil.hamming", "pil.lanczos")  # last bit of float32: libm's
            tolerance = 2e-5 if by_sine else 0
            np.testing.assert_allclose(given_bgr(function, image), recipe(image), rtol=0, atol=tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("resize", BY_TENSORFLOW)
def test_every_resizer_of_tensorflow_is_right_to_the_last_bits(resize, run_code):
    for color, size in (("rgb", (24, 31)), ("gray", (70, 20))):
        recipe = Recipe(size=size, resize=resize, rounding="float", color=color)
        function = run_code(preprocess_source(recipe))["preprocess"]
        for image in map(picture, SIZES):
            tolerance = 2e-4 if "lanczos" in resize else 2e-5  # a column of one pixel is summed in pairs
            np.testing.assert_allclose(given_bgr(function, image), recipe(image), rtol=0, atol=tolerance)


@pytest.mark.slow
@given(recipe=recipes(), first=pictures(), second=pictures(), seed=st.integers(0, 9))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_whatever_the_recipe_the_function_gives_its_tensors(recipe, first, second, seed, run_code):
    function = run_code(preprocess_source(recipe))["preprocess"]
    for image in (first, second):
        before = image.copy()
        expected, got = recipe(image).astype(np.float64), given_bgr(function, image)
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-6 * np.abs(expected).max())
        np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("name", list(RECIPES))
def test_the_text_passes_its_own_check(name, run_code, capsys):
    run_code(preprocess_source(RECIPES[name]), "__main__")
    assert "at most" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        pytest.param("EfficientNet-Lite", "CROP_FRACTION = 0.875", "CROP_FRACTION = 0.9", id="crop"),
        pytest.param("EfficientNet-Lite", "MEAN = 127.0", "MEAN = 128.0", id="mean"),
        pytest.param("EfficientNet-Lite", "STD = 128.0", "STD = 130.0", id="std"),
        pytest.param("EfficientNet-Lite", "SIZE = (32, 32)", "SIZE = (33, 32)", id="size"),
        pytest.param("EfficientNet-Lite", "(1.5 * x - 2.5)", "(1.25 * x - 2.25)", id="kernel"),
        pytest.param("EfficientNet-Lite", "image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)", "pass", id="channel order"),
        pytest.param("Caffe", "[103.939, 116.779, 123.68]", "[123.68, 116.779, 103.939]", id="means exchanged"),
        pytest.param("letterbox", "PAD = (114, 114, 114)", "PAD = (115, 115, 115)", id="pad by one level"),
        pytest.param("letterbox", "/ 255", "/ 256", id="divisor"),
        pytest.param("quantized", "SCALE = 0.0078", "SCALE = 0.0079", id="scale"),
        pytest.param("quantized", "ZERO_POINT = -1", "ZERO_POINT = 0", id="zero point"),
        pytest.param("torchvision", "0.485", "0.495", id="a mean of red"),
    ],
)
def test_the_check_fails_when_the_text_is_changed(name, before, after, run_code):
    text = preprocess_source(RECIPES[name])
    assert before in text
    with pytest.raises(SystemExit, match="recipe|expected"):
        run_code(text.replace(before, after), "__main__")


@pytest.mark.slow
def test_the_file_runs_in_a_fresh_interpreter(tmp_path):
    file = tmp_path / "preprocess.py"
    file.write_text(preprocess_source(RECIPES["torchvision"]))
    done = subprocess.run([sys.executable, "-I", file], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"off the recipe by 0\.\d+ of a pixel level", done.stdout)


def test_only_what_the_recipe_needs_is_written():
    text = preprocess_source(Recipe(size=(32, 32), range="unit"))
    functions = re.findall(r"^def (\w+)", text, re.MULTILINE)
    assert functions == ["preprocess", "check_picture"]
    assert not re.search(r"class |workbench\.|PIL|tensorflow|CROP_FRACTION|PAD", text)


def test_the_recipe_stands_in_the_text():
    text = preprocess_source(RECIPES["letterbox"])
    yaml = "\n".join(line.removeprefix("#     ") for line in text.splitlines() if line.startswith("#     "))
    assert Recipe.from_yaml(yaml) == RECIPES["letterbox"]


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        pytest.param(Recipe(), "cv2.imread(path, cv2.IMREAD_COLOR), which applies", id="OpenCV's default"),
        pytest.param(Recipe(exif="ignore"), "cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION", id="EXIF ignored"),
        pytest.param(Recipe(decode="tf"), FAST_DCT[:60], id="TensorFlow's fast transform"),
        pytest.param(Recipe(decode="pyav"), "format='bgr24'", id="PyAV"),
    ],
)
def test_the_docstring_says_how_to_decode(recipe, said, run_code):
    assert said in " ".join(run_code(preprocess_source(recipe))["preprocess"].__doc__.split())


def test_the_function_has_the_name_asked_for(run_code):
    assert "prepare" in run_code(preprocess_source(Recipe(), name="prepare"), "__main__")


@pytest.mark.parametrize(
    "name", ["two words", "1st", "class", "check_picture", "SIZE", "cv2", "print", "float", "__name__", "", None]
)
def test_a_name_that_cannot_be_is_refused(name):
    with pytest.raises(InvalidValue, match="give a name for a function"):
        preprocess_source(Recipe(), name=name)


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(np.zeros((10, 12), np.uint8), id="gray"),
        pytest.param(np.zeros((10, 12, 1), np.uint8), id="gray with an axis"),
        pytest.param(np.zeros((10, 12, 4), np.uint8), id="alpha"),
        pytest.param(np.zeros((10, 12, 3), np.float32), id="scaled before"),
        pytest.param(np.zeros((1, 10, 12, 3), np.uint8), id="a batch"),
    ],
)
def test_what_is_no_frame_is_refused_by_the_function(frame, run_code):
    preprocess = run_code(preprocess_source(Recipe(range="torch")))["preprocess"]
    with pytest.raises(ValueError, match=r"expected a BGR frame \(height, width, 3\) uint8, got"):
        preprocess(frame)
