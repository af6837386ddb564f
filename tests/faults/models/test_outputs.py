"""What a model is given and answers: NaN is never a class, and what does not fit is refused with its shapes."""

import json
import os
import re

import nbformat
import numpy as np
import pytest
from onnx import helper

from tests.faults.models import answer_files
from tests.unit.cli.command_line import run
from tests.unit.models.graph_models import tensorflow
from tests.unit.models.onnx_files import write_onnx
from tests.unit.models.tflite_files import Op, Tensor, write_tflite
from workbench import (
    FrameViewer,
    PreprocessingWarning,
    Recipe,
    compare,
    convert,
    load_model,
    open_frames,
    predict,
    preset,
    search,
)
from workbench.errors import InputMismatch, InvalidValue
from workbench.samples import sample_path
from workbench.views.answers import answer, answer_in

pytestmark = pytest.mark.slow  # each file is tried in a child process
RIGHT = Recipe(size=(32, 32))
NOTHING = float("nan")


def on_photos(model, recipe=RIGHT, limit=4):
    return predict("sample:imagenet-20", recipe, model, limit=limit, progress=False)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return load_model(answer_files.classifier(tmp_path_factory.mktemp("sound") / "sound.onnx"), trust=True)


@pytest.mark.parametrize(
    "weight",
    [pytest.param(np.nan, id="a weight that is NaN"), pytest.param(np.inf, id="a weight that is infinite")],
)
def test_a_weight_that_is_no_number(one_trial, folder, told, weight):
    prediction = on_photos(load_model(answer_files.classifier(folder / "m.onnx", weight=weight)))
    assert prediction.not_finite.all()
    assert [prediction.classification.label(i) for i in range(4)] == ["NaN"] * 4
    assert prediction.classification.best.tolist() == [-1] * 4
    assert prediction.classification.accuracy([0, 1, 2, 3]) == 0
    told("flagged", repr(prediction))


@pytest.fixture
def broken(folder):
    """Return the path of a classifier whose every answer is NaN."""
    return answer_files.classifier(folder / "broken.onnx", weight=NOTHING)


def test_answers_that_are_NaN_for_dark_pictures_held_against_others(one_trial, folder, told, sound):
    dark = load_model(answer_files.classifier(folder / "dark.onnx", dark=True))
    found = compare((RIGHT, sound), (RIGHT, dark), "sample:imagenet-20")
    assert found.to_dict()["not_finite"] == [0, 10]
    told("flagged", found.verdict)


def test_answers_that_are_all_NaN_held_against_others(one_trial, told, sound, broken):
    told("flagged", compare((RIGHT, sound), (RIGHT, load_model(broken)), "sample:imagenet-20").verdict)


def test_answers_that_are_NaN_in_a_viewer(one_trial, told, broken):
    from matplotlib.text import Text

    with open_frames("sample:imagenet-20") as frames:
        viewer = FrameViewer(frames, RIGHT, load_model(broken))
        texts = {text.get_text() for text in viewer.snapshot().findobj(Text)}
        viewer.close()
    [line] = [text for text in texts if "NaN" in text]
    told("flagged", line)


def test_answers_that_are_NaN_in_a_live_stream(one_trial, folder, told, broken, monkeypatch, capsys):
    (folder / "recipe.yaml").write_text(RIGHT.to_yaml())
    words = ["stream", "sample:bikes", "-m", f"cv2:{broken}", "-r", "recipe.yaml", "--limit", "3"]
    status, output, _ = run(monkeypatch, capsys, *words)
    assert status == 0
    [line] = [line for line in output.splitlines() if "NaN" in line]
    _, lines, _ = run(monkeypatch, capsys, *words, "--json")
    *answers, end = map(json.loads, lines.splitlines())
    assert all(each["not_finite"] and each["top"] == [] for each in answers)
    assert end["not_finite"] == 3
    told("flagged", line)


def test_answers_that_are_NaN_in_a_copy_of_a_model(one_trial, folder, told, broken, monkeypatch, capsys):
    answer_files.classifier(folder / "right.onnx")
    (folder / "recipe.yaml").write_text(RIGHT.to_yaml())
    words = ["drift", "right.onnx", "broken.onnx", "--frames", "sample:imagenet-20", "-r", "recipe.yaml"]
    status, output, _ = run(monkeypatch, capsys, *words)
    assert status == 1
    told("flagged", output.splitlines()[-1])


def test_answers_that_are_NaN_in_a_search_for_the_preprocessing(one_trial, raised, broken):
    model = load_model(broken)
    raised(lambda: search(model, "sample:imagenet-20", space={"color": ["rgb", "bgr"]}, progress=False))


def test_a_weight_that_is_NaN_in_a_model_to_convert(folder, raised):
    tensorflow()
    import keras

    image = keras.Input((32, 32, 3))
    mean = keras.layers.GlobalAveragePooling2D()(image)
    model = keras.Model(image, keras.layers.Dense(5, activation="softmax", name="dense")(mean), name="holed")
    model.layers[-1].set_weights([np.full((3, 5), np.nan, np.float32), np.zeros(5, np.float32)])
    raised(lambda: convert(load_model(model), "tflite", "m.tflite"), message="NaN")
    assert list(folder.iterdir()) == []


def test_answers_that_are_NaN_in_a_report(one_trial, forked, folder, told, broken, monkeypatch, capsys):
    """In the notebook's outputs, and so on the page that anybody reads."""
    answers = (
        "from workbench import Recipe, predict\npredict('sample:imagenet-20', Recipe(size=(32, 32)), model, limit=4)"
    )
    parameters = nbformat.v4.new_code_cell('model: str = "broken.onnx"', metadata={"tags": ["parameters"]})
    cells = [nbformat.v4.new_markdown_cell("# Asked\n\nWhat?"), parameters, nbformat.v4.new_code_cell(answers)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "asked.ipynb")
    assert run(monkeypatch, capsys, "report", "asked.ipynb")[0] == 0
    [page] = (folder / "reports" / "asked").glob("*/report.html")
    [line] = re.findall(r"Prediction\(broken on 4 frames.*?\)", page.read_text(encoding="utf-8"))
    told("flagged", line)


def test_a_real_detector_with_a_few_weights_that_are_NaN(one_trial, folder, told):
    right = preset("sample:ssd-mobilenet-oid")
    model = load_model(answer_files.detector(folder / "m.tflite"))
    prediction = on_photos(model, right, limit=2)
    assert prediction.detections.dropped["not_finite"] > 0
    assert all(np.isfinite(found.xyxy).all() for found in prediction.detections)
    assert "boxes may be missing" in answer_in(prediction).note
    told("flagged", re.sub(r"\d+ boxes", "N boxes", repr(prediction)))


UNFIT = [
    pytest.param(Recipe(size=(16, 16)), id="pictures of another size"),
    pytest.param(Recipe(size=(32, 32), dtype="uint8"), id="pictures of another dtype"),
    pytest.param(Recipe(size=(32, 32), layout="nchw"), id="pictures with the channels first"),
    pytest.param(Recipe(size=(32, 32), color="gray"), id="gray pictures for a colour model"),
]


@pytest.mark.filterwarnings("ignore::workbench.errors.PreprocessingWarning")
@pytest.mark.parametrize("recipe", UNFIT)
def test_a_recipe_that_does_not_fit(raised, sound, recipe):
    raised(lambda: on_photos(sound, recipe), message="sound expects image (any, 32, 32, 3) float32, got")


def test_pictures_of_another_size_in_a_viewer(told, sound):
    """A person who tries recipes sees why there is no answer, and goes on."""
    with open_frames("sample:imagenet-20") as frames:
        picture = frames[0].image
    small, right = Recipe(size=(16, 16)), RIGHT
    refused, answered = answer(
        sound, [small(picture)[0], right(picture)[0]], [small, right], size=picture.shape[:2], k=1
    )
    assert answered.rows
    told("flagged", f"{refused.note} {refused.error}")


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(np.zeros((32, 32, 3), np.float32), id="an array without batch axis"),
        pytest.param({"picture": np.zeros((1, 32, 32, 3), np.float32)}, id="an input under another name"),
        pytest.param("photo.jpg", id="a path in place of an array"),
        pytest.param(None, id="None in place of an array"),
        pytest.param([[1, 2], [3]], id="rows of different lengths"),
    ],
)
def test_a_batch_that_does_not_fit(raised, sound, batch):
    raised(lambda: sound.predict(batch))


def test_a_stream_into_a_model_of_another_size(one_trial, folder, refused):
    answer_files.classifier(folder / "m.onnx")
    (folder / "recipe.yaml").write_text(Recipe(size=(16, 16)).to_yaml())
    refused("stream", "sample:bikes", "-m", "cv2:m.onnx", "-r", "recipe.yaml")


PICTURES = {"inputs": [("x", ("batch", 32, 32, 3))]}
MEAN = helper.make_node("ReduceMean", ["x"], ["y"], keepdims=0)


def test_a_graph_without_outputs(one_trial, folder, raised):
    path = write_onnx(folder / "m.onnx", [MEAN], outputs=[], **PICTURES)
    raised(lambda: load_model(path))


def test_a_graph_without_inputs(one_trial, folder, raised):
    node = helper.make_node("Identity", ["w"], ["y"])
    weights = {"w": np.ones((1, 4), np.float32)}
    path = write_onnx(folder / "m.onnx", [node], inputs=[], outputs=[("y", (1, 4))], weights=weights)
    raised(lambda: load_model(path))


def test_one_answer_for_all_pictures_of_a_batch(one_trial, folder, raised):
    model = load_model(write_onnx(folder / "m.onnx", [MEAN], outputs=[("y", ())], **PICTURES))
    raised(lambda: on_photos(model))


def test_an_answer_of_no_numbers(one_trial, folder, told):
    nodes = [
        helper.make_node("Slice", ["x", "zero", "zero", "three"], ["none"]),
        helper.make_node("ReduceMean", ["none"], ["y"], axes=[1, 2], keepdims=0),
    ]
    weights = {"zero": np.array([0]), "three": np.array([3])}
    path = write_onnx(folder / "m.onnx", nodes, outputs=[("y", ("batch", 0))], weights=weights, **PICTURES)
    prediction = on_photos(load_model(path))
    assert prediction.classification is None
    told("harmless", repr(prediction))


def test_pictures_for_an_int8_input_of_which_nobody_knows_the_quantization(one_trial, folder, told):
    tensors = [Tensor("x", (1, 8, 8, 3), "int8"), Tensor("y", (1, 8, 8, 3), "int8")]
    order = Tensor("order", (4,), "int32", values=np.arange(4, dtype=np.int32))
    turned = [Op("TRANSPOSE", ["x", "order"], ["y"])]
    model = load_model(write_tflite(folder / "m.tflite", [*tensors, order], turned, inputs=["x"], outputs=["y"]))
    with pytest.raises(InputMismatch, match=r"int8, got .* float32"):
        on_photos(model, Recipe(size=(8, 8)))
    with pytest.warns(PreprocessingWarning) as caught:
        on_photos(model, Recipe(size=(8, 8), dtype="int8"))
    told("flagged", str(caught[0].message))


NAMES = "cat\ndog\nbird\nfish\nfrog\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="a file of class names that is empty"),
        pytest.param(NAMES.encode("utf-16"), id="a file of class names in UTF-16"),
        pytest.param(NAMES.replace("dog", "d\0g").encode(), id="a file of class names with a NUL in it"),
        pytest.param(b"name\n" * 2**20, id="a file of class names of 5 MB"),
        pytest.param("photo", id="a photo for a file of class names"),
        pytest.param("pipe", id="a named pipe for a file of class names"),
        pytest.param("folder", id="a folder for a file of class names"),
        pytest.param("nowhere", id="a file of class names that is not there"),
    ],
)
def test_class_names_that_cannot_be_read(folder, raised, content):
    path, model = folder / "names.txt", answer_files.classifier(folder / "m.onnx")
    special = {
        "photo": lambda: path.write_bytes(next(iter(sorted(sample_path("imagenet-20").rglob("*.jpg")))).read_bytes()),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
        "nowhere": lambda: None,
    }
    special[content]() if isinstance(content, str) else path.write_bytes(content)
    raised(lambda: load_model(model, labels=path, trust=True), message="names.txt")


@pytest.mark.parametrize(
    "names",
    [
        pytest.param("cat\ndog\n", id="class names that are too few"),
        pytest.param(NAMES + "cow\n", id="class names that are too many"),
    ],
)
def test_class_names_that_do_not_fit(folder, raised, names):
    (folder / "m.labels.txt").write_text(names)
    model = load_model(answer_files.classifier(folder / "m.onnx"), trust=True)
    raised(lambda: on_photos(model))


def test_class_names_that_start_with_a_byte_order_mark(folder, told):
    (folder / "m.labels.txt").write_text(NAMES, encoding="utf-8-sig")
    model = load_model(answer_files.classifier(folder / "m.onnx"), trust=True)
    assert model.labels[0] == "cat"
    told("harmless", f"read as {', '.join(model.labels)}")


def test_one_name_for_a_yes_or_no_answer(folder, raised):
    nodes = [helper.make_node("ReduceMean", ["x"], ["m"], axes=[1, 2, 3], keepdims=0)]
    nodes += [helper.make_node("Unsqueeze", ["m", "axis"], ["u"]), helper.make_node("Sigmoid", ["u"], ["y"])]
    weights = {"axis": np.array([1])}
    path = write_onnx(folder / "m.onnx", nodes, outputs=[("y", ("batch", 1))], weights=weights, **PICTURES)
    raised(lambda: on_photos(load_model(path, labels=["yes"], trust=True)))


def test_an_empty_list_of_class_names(folder, raised):
    path = answer_files.classifier(folder / "m.onnx")
    raised(lambda: load_model(path, labels=[], trust=True))
    with pytest.raises(InvalidValue):
        load_model(path, labels=(), trust=True)
