"""`drift` names the first layer where two models part, on both sides, and says what the difference looks like."""

import numpy as np
import pytest
import yaml

from workbench.diagnose.drift import drift
from workbench.errors import InputMismatch, InvalidValue
from workbench.models import TensorSpec

RNG = np.random.default_rng(5)
BATCH = RNG.random((3, 16, 16, 3)).astype(np.float32)
WEIGHTS = [RNG.standard_normal((9 * n, m)).astype(np.float32) / 5 for n, m in ((3, 8), (8, 8))]
HEAD = RNG.standard_normal((8, 4)).astype(np.float32)
SCALE, SHIFT = (RNG.random(8).astype(np.float32) + 0.5 for _ in range(2))


def conv(weights, pad=((1, 1), (1, 1)), mode="constant"):
    def run(x):
        padded = np.pad(x, ((0, 0), *pad, (0, 0)), mode=mode)
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))
        return np.einsum("nhwcij,cijm->nhwm", windows, weights.reshape(x.shape[-1], 3, 3, -1)).astype(np.float32)

    return run


def softmax(x):
    shifted = np.exp(x - x.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def network(**changed):
    """Layers as Keras has them: convolution, normalization, activation, twice; then the head."""
    layers = {
        "conv_1": conv(WEIGHTS[0]),
        "bn_1": lambda x: x * SCALE + SHIFT,
        "relu_1": lambda x: x.clip(0),
        "conv_2": conv(WEIGHTS[1]),
        "relu_2": lambda x: x.clip(0),
        "pool": lambda x: x.mean(axis=(1, 2)),
        "head": lambda x: x @ HEAD,
        "softmax": softmax,
    }
    return layers | changed


def export(**changed):
    """The same network as a runtime runs it: normalization and activations folded, channels first, other names."""
    folded = WEIGHTS[0] * SCALE
    first, last = (lambda x: x.transpose(0, 3, 1, 2)), (lambda x: x.transpose(0, 2, 3, 1))
    layers = {
        "Conv__1": lambda x: first((conv(folded)(x) + SHIFT).clip(0)),
        "Conv__2": lambda x: first(conv(WEIGHTS[1])(last(x)).clip(0)),
        "Mean": lambda x: x.mean(axis=(2, 3), keepdims=True),
        "Gemm": lambda x: x[:, :, 0, 0] @ HEAD,
        "Identity:0": softmax,
    }
    return layers | changed


def test_an_export_with_folded_layers_in_another_layout_agrees(chain):
    found = drift(chain("net", network()), chain("export", export()), BATCH)
    assert found.agrees
    assert found.first is None
    assert [(pair.a, pair.b) for pair in found.layers] == [
        ("relu_1", "Conv__1"), ("relu_2", "Conv__2"), ("pool", "Mean"), ("head", "Gemm"), ("softmax", "Identity:0"),
    ]  # fmt: skip
    assert found.top1_agreement == 1
    assert "net and export agree within" in found.verdict


RETRAINED = [each + RNG.standard_normal(each.shape).astype(np.float32) / 15 for each in WEIGHTS]


@pytest.mark.parametrize(
    ("changed", "first", "kind"),
    [
        pytest.param({"conv_1": conv(RETRAINED[0])}, ("relu_1", "Conv__1"), "values", id="weights of the first layer"),
        pytest.param({"bn_1": lambda x: x * SCALE + 2}, ("relu_1", "Conv__1"), "values", id="normalization"),
        pytest.param({"conv_2": conv(RETRAINED[1])}, ("relu_2", "Conv__2"), "values", id="weights in the middle"),
        pytest.param({"relu_2": lambda x: x}, ("relu_2", "Conv__2"), "clip", id="an activation left out"),
        pytest.param(
            {"conv_2": conv(WEIGHTS[1], ((2, 0), (2, 0)))}, ("relu_2", "Conv__2"), "padding", id="padding moved",
        ),
        pytest.param(
            {"conv_2": conv(WEIGHTS[1], mode="edge")}, ("relu_2", "Conv__2"), "padding", id="padding of another kind",
        ),
        pytest.param({"pool": lambda x: x.max(axis=(1, 2))}, ("pool", "Mean"), "values", id="another pooling"),
        pytest.param({"head": lambda x: x @ HEAD[:, ::-1]}, ("head", "Gemm"), "order", id="classes reversed"),
        pytest.param({"head": lambda x: x @ HEAD + 0 * x[:, :1] / 0}, ("head", "Gemm"), "nan", id="NaN"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_the_first_layer_that_differs_is_named_on_both_sides(chain, changed, first, kind):
    found = drift(chain("changed", network(**changed)), chain("export", export()), BATCH)
    assert not found.agrees
    assert (found.first.a, found.first.b) == first
    assert found.first.difference.kind == kind
    assert set(changed) <= set(found.suspects[0])
    assert f"first at layer '{first[0]}' of A, '{first[1]}' of B" in found.verdict


def test_the_table_has_layers_then_outputs_and_marks_the_first(chain):
    found = drift(
        chain("net", network()),
        chain("export", export(Conv__2=lambda x: x * np.float32(2) + np.roll(x, 1, axis=1))),
        BATCH,
    )
    table = found.to_frame()
    assert table["of"].tolist() == ["layer"] * len(found.layers) + ["output"]
    assert table.loc[table["first"] == True, "b"].tolist() == ["Conv__2"]  # noqa: E712 - None where it is no layer
    assert yaml.safe_load(yaml.safe_dump(found.to_dict()))["suspects"][1] == ["Conv__2"]


class TwoOutputs:
    """A detector's two outputs under names and in an order of choice."""

    name, labels = "two", None
    inputs, outputs = (), ()

    def __init__(self, **outputs):
        self.given = outputs

    def predict(self, batch):
        return {name: np.array(values) for name, values in self.given.items()}

    def close(self):
        pass


BOXES, SCORES = RNG.random((3, 10, 4)), RNG.random((3, 10))


@pytest.mark.parametrize(
    ("other", "pairs"),
    [
        pytest.param({"boxes": BOXES, "scores": SCORES}, {"boxes": "boxes", "scores": "scores"}, id="names"),
        pytest.param({"x:0": SCORES, "y:0": BOXES}, {"boxes": "y:0", "scores": "x:0"}, id="content"),
        pytest.param({"boxes": SCORES, "scores": BOXES}, {"boxes": "scores", "scores": "boxes"}, id="names swapped"),
        pytest.param({"y": BOXES + 1, "x": SCORES}, {"boxes": "y", "scores": "x"}, id="by size, where they differ"),
        pytest.param({"m/scores:0": SCORES * 2}, {"scores": "m/scores:0", "boxes": ""}, id="one is missing"),
    ],
)
def test_outputs_find_their_partner(other, pairs):
    found = drift(TwoOutputs(boxes=BOXES, scores=SCORES), TwoOutputs(**other), BATCH)
    assert {pair.a: pair.b for pair in found.outputs} == pairs
    assert "does not show its layers" in found.layers_note


def test_an_output_without_a_partner_is_said():
    found = drift(TwoOutputs(boxes=BOXES), TwoOutputs(boxes=BOXES, extra=SCORES), BATCH)
    assert not found.agrees
    assert "output 'extra' of B has no partner" in found.verdict
    assert found.to_dict()["outputs"][1]["kind"] == "alone"


@pytest.mark.parametrize(
    ("spec", "given"),
    [
        pytest.param(TensorSpec("x", (None, 3, 16, 16), "float32"), BATCH.transpose(0, 3, 1, 2), id="channels first"),
        pytest.param(TensorSpec("x", (None, 16, 16, 3), "float32"), BATCH, id="the same"),
        pytest.param(
            TensorSpec("x", (None, 16, 16, 3), "uint8", quantization=(1 / 255, 0)),
            np.round(BATCH * 255).astype(np.uint8), id="quantized",
        ),
        pytest.param(
            TensorSpec("x", (None, 16, 16, 3), "int8", quantization=(1 / 255, -128)),
            (np.round(BATCH * 255) - 128).astype(np.int8), id="quantized around zero",
        ),
    ],
)  # fmt: skip
def test_b_is_given_the_same_numbers_in_its_own_layout_and_dtype(chain, spec, given):
    seen = []
    other = chain("other", {"mean": lambda x: seen.append(x) or x.mean(axis=(1, 2))}, input=spec)
    drift(chain("net", {"mean": lambda x: x.mean(axis=(1, 2))}), other, BATCH, layers=False)
    np.testing.assert_array_equal(seen[0], given)


def test_a_model_of_one_batch_length_gets_frame_by_frame(chain):
    fixed = chain("fixed", network(), input=TensorSpec("image", (1, 16, 16, 3), "float32"))
    found = drift(chain("net", network()), fixed, BATCH)
    assert found.agrees
    assert set(fixed.batches) == {(1, 16, 16, 3)}
    assert found.outputs[0].shape == (3, 4)


def test_what_does_not_fit_is_refused(chain):
    with pytest.raises(InputMismatch, match="size=\\(16, 16\\)"):
        drift(chain("net", network()), chain("export", export()), BATCH[:, :8])
    two = TwoOutputs(boxes=BOXES)
    two.inputs = (TensorSpec("a", (None, 4), "float32"), TensorSpec("b", (None, 4), "float32"))
    with pytest.raises(InvalidValue, match="give batch_b"):
        drift(chain("net", network()), two, BATCH)
