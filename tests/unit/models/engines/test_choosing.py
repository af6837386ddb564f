"""The quickest right engine is found once, by real processes, and used without TensorFlow after that."""

import json
import os
import subprocess
import sys
import warnings
from dataclasses import replace

import numpy as np
import pytest

from tests.unit.models.engines import forked
from workbench.errors import ModelLoadError
from workbench.models import load_model
from workbench.models.engines import FastModel, choose, engines, fast_model, sources, trying
from workbench.models.engines.reference import load, save

pytestmark = pytest.mark.slow

LOAD = """
import sys
from workbench import load_model
model = load_model(sys.argv[1], engine="fast")
print(model.engine.chosen, "tensorflow" in sys.modules, "cv2" in sys.modules, "pandas" in sys.modules)
"""


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    """Give the choices of this module a cache of their own."""
    before, folder = os.environ.get("WORKBENCH_CACHE"), tmp_path_factory.mktemp("choices")
    os.environ["WORKBENCH_CACHE"] = str(folder)
    yield folder
    os.environ.pop("WORKBENCH_CACHE")
    if before is not None:
        os.environ["WORKBENCH_CACHE"] = before


@pytest.fixture(scope="module")
def keras():
    from workbench.models.tensorflow.runtime import import_tensorflow

    import_tensorflow()
    import keras

    return keras


@pytest.fixture
def forked_children(monkeypatch):
    """Have the children of a choice forked, for tests that are not about how they start."""
    for module in (choose, sources):
        monkeypatch.setattr(module, "run_module", forked.run_module)


def network(keras, seed, name="net"):
    keras.utils.set_random_seed(seed)
    image = keras.Input((32, 32, 3), name="image")
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(8, 3, activation="relu")(image))
    heads = [keras.layers.Dense(3, activation="softmax", name="classes")(x), keras.layers.Dense(4, name="box")(x)]
    return keras.Model(image, heads, name=name)


@pytest.fixture(scope="module")
def saved(keras, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "net.keras"
    network(keras, 1).save(path)
    path.with_name("net.labels.txt").write_text("cat\ndog\nbird\n")
    return path


@pytest.fixture(scope="module")
def both(saved):
    """Return what two processes said that asked for the same fast model at the same time."""
    started = [
        subprocess.Popen([sys.executable, "-c", LOAD, saved], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    return [process.communicate() for process in started]


@pytest.fixture(scope="module")
def fast(both, saved):
    return load_model(saved, engine="fast")


def test_of_two_processes_at_once_one_makes_and_the_other_waits(both):
    assert sorted(error for _, error in both) == ["", "net: looking for its quickest engine, once on this machine\n"]
    assert both[0][0] == both[1][0]


def test_tensorflow_stays_out_of_the_process(both, fast):
    assert fast.engine.chosen in ("litert", "onnxruntime")  # a small network is never quickest in TensorFlow
    assert both[0][0] == f"{fast.engine.chosen} False False False\n"


def test_it_answers_as_the_original_and_has_its_face(fast, saved):
    original = load_model(saved)
    assert isinstance(fast, FastModel)
    assert (fast.name, fast.labels, fast.path) == ("net", ("cat", "dog", "bird"), saved)
    assert (fast.inputs, fast.outputs) == (original.inputs, original.outputs)
    batch = np.random.default_rng(0).random((11, 32, 32, 3), np.float32)
    expected, got = original.predict(batch), fast.predict(batch)
    assert list(got) == list(expected) == ["classes", "box"]
    for name, values in expected.items():
        np.testing.assert_allclose(got[name], values, rtol=0, atol=1e-5 * np.abs(values).max())


def test_every_engine_has_its_figures(fast, saved, both):
    choice = engines(saved)
    assert choice == fast.engine
    assert [trial.engine for trial in choice.trials] == ["tensorflow", "litert", "onnxruntime"]
    for trial in choice.trials:
        assert trial.accepted
        assert 0 < trial.best_ms <= trial.ms
        assert trial.load_ms > trial.best_ms
        assert trial.memory_mb > 20
    assert 0 < max(trial.difference for trial in choice.trials) < 1e-5


def test_threads_are_for_workers(fast, saved, both):
    worker = fast_model(saved, threads=1)
    batch = np.zeros((1, 32, 32, 3), np.float32)
    np.testing.assert_allclose(worker.predict(batch)["box"], fast.predict(batch)["box"], atol=1e-6)


def test_a_keras_model_in_memory_is_known_by_its_weights_and_a_damaged_choice_is_made_anew(
    keras, cache, capfd, forked_children
):
    model = network(keras, 2)
    batch = np.random.default_rng(0).random((2, 32, 32, 3), np.float32)

    def made():
        """Say how often engines were looked for, and the key of the choice; hold its answers to the model's own."""
        fast = load_model(model, engine="fast")
        np.testing.assert_allclose(fast.predict(batch)["box"], model(batch, training=False)[1], atol=1e-5)
        return capfd.readouterr().err.count("looking for"), fast.engine.key

    times, key = made()
    assert (times, made()) == (1, (0, key))
    [kept] = cache.glob(f"engines/{key}/model.*")
    kept.write_bytes(kept.read_bytes()[:-100])
    assert made() == (1, key)
    assert sources.MemorySource(load_model(model)).key() == key
    model.layers[-1].set_weights([weight + 1 for weight in model.layers[-1].get_weights()])
    assert sources.MemorySource(load_model(model)).key() != key


def test_a_custom_class_that_only_this_process_knows_is_no_hindrance_and_its_code_may_change(
    keras, tmp_path, forked_children
):
    def layer(factor):
        @keras.saving.register_keras_serializable("test_choosing")
        class Scale(keras.layers.Layer):
            def call(self, x):
                return x * factor

        return Scale()

    image = keras.Input((16, 16, 3))
    path = tmp_path / "scale.keras"
    keras.Model(image, layer(0.5)(image)).save(path)
    for factor in (0.5, 4.0):
        layer(factor)
        outputs = load_model(path, engine="fast").predict(np.ones((1, 16, 16, 3), np.float32))
        np.testing.assert_array_equal(next(iter(outputs.values())), np.full((1, 16, 16, 3), factor))


def test_where_a_process_died_of_converting_the_original_runs_and_nothing_is_tried_here(saved, tmp_path, monkeypatch):
    monkeypatch.setattr(sources, "run_module", lambda *a, **k: "signal 11")
    source = sources.FileSource(saved, "net", None, None, False)
    source.make(tmp_path)
    made = json.loads((tmp_path / "made.json").read_text())
    assert made["refused"] == {"litert": "signal 11", "onnxruntime": "signal 11"}
    assert [path.name for path in tmp_path.iterdir()] == ["made.json"]


def test_an_engine_with_other_answers_is_rejected_and_the_reason_kept(fast, keras, tmp_path):
    """A conversion of other weights stands for one that went wrong."""
    from workbench.models.conversion.convert import write
    from workbench.models.engines.making import make

    make(load_model(network(keras, 3)), tmp_path)
    write(load_model(network(keras, 4)), "tflite", tmp_path / "model.tflite")
    trying.main(str(tmp_path), "litert")
    trial = json.loads((tmp_path / "litert.json").read_text())
    assert trial["reason"].startswith("output 'classes' differs by ")
    reference = load(tmp_path)
    save(replace(reference, answers={name: {"other": next(iter(batch.values()))} for name, batch in
                                     reference.answers.items()}), tmp_path)  # fmt: skip
    trying.main(str(tmp_path), "litert")
    assert "instead of other" in json.loads((tmp_path / "litert.json").read_text())["reason"]


def test_a_model_that_takes_no_pictures_keeps_its_own_engine(keras, forked_children):
    numbers = keras.Input((4,), name="numbers")
    model = keras.Model(numbers, keras.layers.Dense(2)(numbers))
    choice = load_model(model, engine="fast").engine
    assert choice.chosen == "tensorflow"
    assert {trial.engine: trial.accepted for trial in choice.trials} == {
        "tensorflow": True, "litert": False, "onnxruntime": False,
    }  # fmt: skip
    assert "takes no pictures" in choice.trials[1].reason


def test_a_model_that_refuses_photos_keeps_its_own_engine(keras, forked_children):
    image = keras.Input((None, None, 3))
    choice = load_model(keras.Model(image, keras.layers.Cropping2D(150)(image)), engine="fast").engine
    assert choice.chosen == "tensorflow"
    assert "cropping" in choice.trials[1].reason


def test_a_tflite_file_is_its_own_engine(saved, tmp_path):
    from workbench.models.conversion import convert

    path = convert(load_model(saved), "tflite", tmp_path / "net.tflite").path
    model = load_model(path, engine="fast", trust=True)
    assert (model.engine.chosen, model.runtime) == ("litert", "tflite")
    assert [trial.engine for trial in model.engine.trials] == ["litert"]
    assert set(model.predict(np.zeros((3, 32, 32, 3), np.float32))) == {"classes", "box"}


def test_a_file_that_cannot_be_loaded_says_why(saved, tmp_path):
    half = tmp_path / "half.keras"
    half.write_bytes(saved.read_bytes()[:2000])
    with pytest.raises(ModelLoadError, match="cut off"):
        load_model(half, engine="fast")


def test_without_a_cache_folder_the_original_runs_with_a_warning(saved, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "file"))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model = load_model(saved, engine="fast")
    assert any("no fast engine, because the cache folder cannot be used" in str(warning.message) for warning in said)
    assert model.runtime == "keras"
