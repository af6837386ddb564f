"""A fast model looks like its original, and runs batches the way that was quickest."""

from dataclasses import replace

import numpy as np
import pytest

from workbench.errors import InputMismatch, InvalidValue
from workbench.models.engines import FastModel, fast_model
from workbench.models.engines.record import Choice, Trial
from workbench.models.model import LoadedModel, TensorSpec

CHOICE = Choice(
    key="key",
    model="net",
    chosen="litert",
    trials=(Trial("litert", difference=0.0, ms=1.0, rows=1, file="model.tflite"),),
    inputs=(TensorSpec("image", (None, 2), "float32"),),
    outputs=(TensorSpec("b", (None, 2), "float32"), TensorSpec("a", (None,), "int64")),
    labels=("packed",),
    machine={},
    versions={},
)


class Engines:
    """Counts the engines that were opened and the rows each call was given."""

    def __init__(self):
        self.opened = 0
        self.calls = []

    def open(self):
        self.opened += 1
        number = self.opened

        def run(arrays):
            [image] = arrays.values()
            self.calls.append((number, len(image)))
            return {"a": image.sum(axis=1).astype(np.int32), "b": image * 2}

        return run


class Original:
    """A loaded model whose own engine is the quickest."""

    runtime = "savedmodel"
    name = "net"
    labels = None
    path = None
    inputs = CHOICE.inputs
    outputs = CHOICE.outputs

    def predict(self, batch):
        return {"b": batch * 3, "a": batch.sum(axis=1).astype(np.int64)}

    def layers(self, batch):
        return {"first": batch}

    def close(self):
        """Nothing is held."""


def made(engines, rows=1, labels=None):
    choice = replace(CHOICE, trials=(replace(CHOICE.trials[0], rows=rows),))
    return FastModel(choice, opener=engines.open, original=Original, name="net", labels=labels, path=None)


def batch_of(length):
    return np.arange(2 * length, dtype=np.float32).reshape(length, 2)


@pytest.mark.parametrize(
    ("rows", "length", "calls"),
    [
        pytest.param(1, 1, [(1, 1)], id="one picture"),
        pytest.param(1, 3, [(1, 1)] * 3, id="one by one"),
        pytest.param(8, 1, [(1, 1)], id="one picture where many are quicker"),
        pytest.param(8, 19, [(2, 8), (2, 8), (1, 1), (1, 1), (1, 1)], id="many, and the rest one by one"),
        pytest.param(None, 5, [(1, 5)], id="a batch of fixed length as it comes"),
    ],
)
def test_batches_run_as_was_quickest_and_give_the_same_rows(rows, length, calls):
    engines = Engines()
    batch = batch_of(length)
    outputs = made(engines, rows).predict(batch)
    assert engines.calls == calls
    np.testing.assert_array_equal(outputs["b"], batch * 2)
    np.testing.assert_array_equal(outputs["a"], batch.sum(axis=1))


def test_outputs_have_the_originals_names_order_and_dtypes():
    outputs = made(Engines()).predict(batch_of(2))
    assert [(name, str(values.dtype)) for name, values in outputs.items()] == [("b", "float32"), ("a", "int64")]


def test_it_is_a_loaded_model_with_the_originals_face():
    model = made(Engines())
    assert isinstance(model, LoadedModel)
    assert (model.name, model.runtime, model.labels, model.engine.chosen) == ("net", "tflite", ("packed",), "litert")
    assert made(Engines(), labels=("given",)).labels == ("given",)


def test_a_batch_that_does_not_fit_is_refused_in_the_originals_name():
    engines = Engines()
    with pytest.raises(InputMismatch, match=r"net expects image \(any, 2\) float32, got \(1, 3\) float32"):
        made(engines).predict(np.zeros((1, 3), np.float32))
    assert engines.calls == []


def test_closing_twice_is_safe_and_the_next_predict_opens_again():
    engines = Engines()
    model = made(engines)
    model.close()
    model.close()
    model.predict(batch_of(1))
    assert engines.opened == 2


def test_where_the_original_is_the_quickest_it_runs_itself():
    own = Trial("tensorflow", difference=0.0, ms=1.0)
    choice = replace(CHOICE, chosen="tensorflow", trials=(own,))
    model = FastModel(choice, opener=None, original=Original, name="net", labels=None, path=None)
    np.testing.assert_array_equal(model.predict(batch_of(2))["b"], batch_of(2) * 3)
    assert model.runtime == "savedmodel"


def test_layers_are_the_originals():
    assert list(made(Engines()).layers(batch_of(1))) == ["first"]


@pytest.mark.parametrize(
    "model",
    [
        pytest.param(made(Engines()), id="fast already"),
        pytest.param(type("Mine", (), {"predict": None})(), id="a model of the caller's own"),
        pytest.param(type("Cv2", (Original,), {"runtime": "cv2"})(), id="one that names its engine"),
    ],
)
def test_a_model_with_one_engine_only_is_returned_as_it_is(model):
    assert fast_model(model) is model


def test_a_replica_is_the_same_engine_opened_again_with_its_own_threads():
    given = []

    def opener(threads=None):
        given.append(threads)
        return Engines().open()

    model = FastModel(CHOICE, opener=opener, original=Original, name="net", labels=None, path=None)
    replica = model.replica(threads=1)
    assert given == [None, 1]
    assert (replica.name, replica.labels, replica.engine, replica.converted) == ("net", ("packed",), CHOICE, True)
    np.testing.assert_array_equal(replica.predict(batch_of(2))["b"], model.predict(batch_of(2))["b"])


def test_an_original_is_opened_once_only():
    choice = replace(CHOICE, chosen="tensorflow", trials=(Trial("tensorflow", difference=0.0, ms=1.0),))
    model = FastModel(choice, opener=None, original=Original, name="net", labels=None, path=None)
    assert not model.converted
    with pytest.raises(InvalidValue, match="let its workers take turns"):
        model.replica(threads=1)
