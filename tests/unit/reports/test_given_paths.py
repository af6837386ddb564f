import pytest

from workbench.errors import UnreadableSource
from workbench.reports.given_paths import expect_there
from workbench.reports.parameters import bind, read_parameters

DECLARED = """
source: str = "sample:bikes"
model: str = "sample:efficientnet-lite0"
recipe: str | dict = "sample:efficientnet-lite0"
serving: str | dict = "sample:efficientnet-lite0"
mine: str = "%s"
out: str = "clip.mp4"
labels: str = ""
"""


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Return a function that looks at the values of a call."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").touch()
    (tmp_path / "here.mp4").touch()
    parameters = read_parameters(DECLARED % "mine.csv", where="form.ipynb")
    return lambda **values: expect_there(parameters, bind(parameters, values))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        pytest.param("source", "nowhere.mp4", "'source': nowhere.mp4 does not exist", id="a file that is not there"),
        pytest.param("source", "her.mp4", "did you mean 'here.mp4'", id="a misspelt one"),
        pytest.param("source", "photos", "photos does not exist", id="a folder that is not there"),
        pytest.param("source", "*.png", "no file matches", id="a pattern of nothing"),
        pytest.param("source", "gopher://a/b", "gopher:// is not read", id="an address that nothing reads"),
        pytest.param("model", "cv2:gone.onnx", "'model': gone.onnx does not exist", id="a model for OpenCV"),
        pytest.param("recipe", "gone.yaml", "gone.yaml does not exist", id="a recipe's file"),
        pytest.param("serving", "gone.py:feed", "gone.py does not exist", id="a function's file"),
        pytest.param("mine", "./other", "other does not exist", id="a path where a file is the default"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused_with_the_name_of_its_parameter(asked, name, value, message):
    with pytest.raises(UnreadableSource, match=rf"^parameter .*{message.replace('*', '.')}"):
        asked(**{name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("source", "here.mp4", id="a file"),
        pytest.param("source", "h*.mp4", id="a pattern"),
        pytest.param("source", "camera:0", id="a camera"),
        pytest.param("source", "rtsp://camera.invalid/1", id="an address"),
        pytest.param("source", "", id="nothing, which the notebook may take"),
        pytest.param("model", "keras-applications:MobileNetV2", id="a model by its name"),
        pytest.param("recipe", "keras.mobilenet_v2", id="a preset"),
        pytest.param("recipe", {"range": "unit"}, id="slots"),
        pytest.param("serving", "workbench.samples.mistakes:classify_stream", id="a function of a module"),
        pytest.param("out", "new/clip.mp4", id="a file that is to be written"),
        pytest.param("labels", "gone.csv", id="what is a file only for who made the notebook"),
    ],
)
def test_what_may_be_no_path_is_left_to_the_notebook(asked, name, value):
    asked(**{name: value})
