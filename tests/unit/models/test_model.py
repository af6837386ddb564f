"""What does not fit a model's input is refused before inference, with expected, got and the cure."""

from dataclasses import dataclass

import numpy as np
import pytest

from workbench.errors import InputMismatch
from workbench.models import TensorSpec, check_batch
from workbench.models.model import described

IMAGE = TensorSpec("image", (None, 224, 224, 3), "float32")
NCHW = TensorSpec("image", (None, 3, 224, 224), "float32")
RGBA = TensorSpec("image", (None, None, None, 4), "float32")
ONE = TensorSpec("image", (1, 300, 300, 3), "float32")
GRAY = TensorSpec("image", (None, 64, 64, 1), "float32")


@pytest.mark.parametrize(
    ("batch", "spec", "message"),
    [
        pytest.param(np.zeros((1, 224, 224, 3)), IMAGE, "set dtype='float32'", id="float64"),
        pytest.param(np.zeros((1, 224, 224, 3), np.uint8), IMAGE, "got .* uint8", id="uint8 into a float input"),
        pytest.param(np.zeros((224, 224, 3), np.float32), IMAGE, "batch axis is missing", id="no batch axis"),
        pytest.param(np.zeros((1, 3, 224, 224), np.float32), IMAGE, "layout='nhwc'", id="channels first"),
        pytest.param(np.zeros((1, 224, 224, 3), np.float32), NCHW, "layout='nchw'", id="channels last"),
        pytest.param(np.zeros((1, 192, 224, 3), np.float32), IMAGE, r"size=\(224, 224\)", id="another size"),
        pytest.param(np.zeros((1, 224, 224, 1), np.float32), IMAGE, "color='rgb'", id="gray into a colour input"),
        pytest.param(np.zeros((1, 64, 64, 3), np.float32), GRAY, "color='gray'", id="colour into a gray input"),
        pytest.param(np.zeros((1, 3, 192, 192), np.float32), NCHW, r"size=\(224, 224\)", id="size, channels first"),
        pytest.param(np.zeros((1, 1, 224, 224), np.float32), NCHW, "color='rgb'", id="gray, channels first"),
        pytest.param(np.zeros((1, 3, 192, 192), np.float32), IMAGE, "layout='nhwc'", id="channels first, another size"),
        pytest.param(np.zeros((1, 9, 9, 3), np.float32), RGBA, "no recipe makes 4 channels", id="RGBA"),
        pytest.param(np.zeros((4, 300, 300, 3), np.float32), ONE, "give it 1 at a time", id="batch of fixed length"),
    ],
)
def test_a_tensor_that_does_not_fit_is_refused(batch, spec, message):
    with pytest.raises(InputMismatch, match=f"^net expects image .*{message}"):
        check_batch(batch, (spec,), "net")


@dataclass
class Net:
    name: str
    inputs: tuple
    outputs: tuple
    labels: tuple | None = None


@pytest.mark.parametrize(
    ("net", "shown"),
    [
        pytest.param(
            Net("cats", (GRAY,), (TensorSpec("score", (None, 2), "float32"),), ("cat", "dog")),
            "<Net cats: image (any, 64, 64, 1) float32 -> score (any, 2) float32; 2 labels>",
            id="with labels",
        ),
        pytest.param(Net("n\x1b[2J", (), ()), r"<Net n\u001b[2J: not told -> not told>", id="a name that is no name"),
    ],
)
def test_a_model_shows_what_it_takes_and_gives(net, shown):
    assert described(net) == shown


def test_a_free_size_takes_any_size():
    batch = np.zeros((2, 17, 31, 3), np.float32)
    assert check_batch(batch, (TensorSpec("image", (None, None, None, 3), "float32"),), "net")[0] is batch


def test_two_inputs_are_taken_by_name_in_the_models_order():
    inputs = (TensorSpec("left", (None, 2), "float32"), TensorSpec("right", (None, 3), "float32"))
    left, right = np.zeros((1, 2), np.float32), np.zeros((1, 3), np.float32)
    assert [a.shape for a in check_batch({"right": right, "left": left}, inputs, "net")] == [(1, 2), (1, 3)]
    with pytest.raises(InputMismatch, match="2 inputs .* mapping"):
        check_batch(left, inputs, "net")
    with pytest.raises(InputMismatch, match="has the inputs left, right; got left"):
        check_batch({"left": left}, inputs, "net")
