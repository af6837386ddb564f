"""What a run stood on: each file of its inputs, a model's weights, packages, variables that change numbers."""

import shutil
from types import SimpleNamespace

import pytest

from workbench import sample_path
from workbench.checksums import sha256_of
from workbench.reports.details import details
from workbench.reports.identity import find_inputs
from workbench.reports.surroundings import environment, own_code, packages


@pytest.fixture
def plan_of(monkeypatch, tmp_path):
    """Return a function that makes the part of a plan that details are made of: its inputs."""
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return lambda **parameters: SimpleNamespace(inputs=find_inputs(parameters))


def test_the_files_of_a_folder_are_listed_by_their_names_in_it(plan_of, tmp_path):
    (tmp_path / "photos" / "in").mkdir(parents=True)
    for name in ("a.txt", "in/b.txt"):
        (tmp_path / "photos" / name).write_text(name)
    (listed,) = details(plan_of(source=str(tmp_path / "photos")), ok=True)["inputs"]
    assert listed["files"] == {
        name: [sha256_of(tmp_path / "photos" / name), len(name)] for name in ("a.txt", "in/b.txt")
    }
    assert "weights" not in listed


def test_the_weights_of_a_model_are_listed_with_the_labels_beside_it_and_read_once(plan_of, tmp_path, monkeypatch):
    model = sample_path("ssd-mobilenet-oid")
    shutil.copy(model, tmp_path / "m.tflite")
    (tmp_path / "m.labels.txt").write_text("a\n")
    plan = plan_of(model=str(tmp_path / "m.tflite"))
    monkeypatch.setattr("workbench.models.weights.vet", lambda path, runtime: None)  # a child process of 2 s
    (listed,) = details(plan, ok=True)["inputs"]
    assert sorted(listed["files"]) == ["m.labels.txt", "m.tflite"]
    assert len(listed["weights"]) > 100
    monkeypatch.setattr("workbench.reports.details.weights_of", lambda path: pytest.fail("read again"))
    assert details(plan, ok=True)["inputs"] == [listed]
    assert "weights" not in details(plan, ok=False)["inputs"][0]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        pytest.param("OMP_NUM_THREADS", True, id="threads"),
        pytest.param("TF_DETERMINISTIC_OPS", True, id="kernels"),
        pytest.param("KERAS_BACKEND", True, id="backend"),
        pytest.param("WORKBENCH_THREADS", True, id="our own share"),
        pytest.param("TF_CPP_MIN_LOG_LEVEL", False, id="what is printed"),
        pytest.param("TF_API_TOKEN", False, id="secret"),
        pytest.param("CUDA_HOME", False, id="path"),
        pytest.param("EDITOR", False, id="of others"),
    ],
)
def test_variables_that_change_numbers_are_kept(monkeypatch, name, kept):
    monkeypatch.setenv(name, "1")
    assert (name in environment()) is kept


def test_one_dnn_is_what_tensorflow_will_be_given(monkeypatch):
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    assert environment()["TF_ENABLE_ONEDNN_OPTS"] == "1"


def test_packages_are_named_as_they_are_asked_for():
    assert {"numpy", "ai-edge-litert", "workbench"} <= packages().keys()
    assert packages()["numpy"] == __import__("numpy").__version__


def test_our_own_code_is_known_by_its_content(monkeypatch, tmp_path):
    (tmp_path / "a.py").write_text("1")
    monkeypatch.setattr("workbench.__file__", str(tmp_path / "__init__.py"))
    before = own_code()
    assert own_code() == before
    (tmp_path / "a.py").write_text("2 ")
    assert own_code() != before
