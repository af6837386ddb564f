"""`--trust-model` and `trust=`: a file runs apart from the command that asked, and only that very file."""

import json
import os
import re
import shutil
import sys

import nbformat
import numpy as np
import pytest

from tests.faults.models import graph_files
from tests.unit.cli.command_line import run
from tests.unit.models.graph_models import tensorflow
from tests.unit.models.onnx_files import convolution
from workbench import load_model
from workbench.cache import file_digest

DIGEST = re.compile(r"[0-9a-f]{64}")


def trusted(capfd, monkeypatch, *words):
    """Run a command with `--trust-model`; return its exit status, output, and lines on standard error."""
    status, output, error = run(monkeypatch, capfd, *words, "--trust-model")
    return status, output, error.strip().splitlines()


def without_digests(line):
    return DIGEST.sub("HEX", line.removeprefix("workbench: "))


def spy(x):
    """Be a Lambda layer that writes down in which process it runs, and with which limits."""
    import os  # its code is all that is saved
    import resource
    from pathlib import Path

    status = dict(line.split(":\t") for line in Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    seen = [os.getpid(), int(status["NoNewPrivs"]), *resource.getrlimit(resource.RLIMIT_CORE)]
    Path("seen.txt").write_text(" ".join(map(str, seen)))
    return x * 2


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_a_Lambda_with_trust_model(one_trial, folder, told, monkeypatch, capfd):
    tensorflow()
    import keras

    monkeypatch.setattr(spy, "__name__", "<lambda>")  # of which Keras saves the code
    image = keras.Input((8, 8, 3))
    layer = keras.layers.Lambda(spy, output_shape=(8, 8, 3))
    keras.Model(image, keras.layers.GlobalAveragePooling2D()(layer(image))).save("m.keras")
    (folder / "seen.txt").unlink(missing_ok=True)
    status, _, lines = trusted(capfd, monkeypatch, "contract", "m.keras")
    assert status == 0, lines
    assert DIGEST.search(lines[0])[0] == file_digest(folder / "m.keras")
    process, no_new_rights, *core = map(int, (folder / "seen.txt").read_text().split())
    assert process != os.getpid()
    assert no_new_rights == 1
    assert core == [0, 0]
    told("flagged", without_digests(lines[0]))


@pytest.mark.slow
def test_a_trusted_tflite_that_kills_the_process_it_runs_in(one_trial, killer, folder, told, monkeypatch, capfd):
    shutil.copy(killer, folder / "m.tflite")
    words = ["drift", "m.tflite", "m.tflite", "--frames", "sample:imagenet-20", "-r", "sample:ssd-mobilenet-oid"]
    status, output, lines = trusted(capfd, monkeypatch, *words)
    assert (status, output) == (2, "")
    assert re.search(r"although loading it killed a trial process \(SIG", lines[0])
    told("refused", re.sub(r"\(SIG\w+\)", "(SIGSEGV)", lines[-1].removeprefix("workbench: ")))


@pytest.mark.slow
def test_a_file_that_is_swapped_after_its_digest_was_shown(one_trial, folder, told, monkeypatch, capfd):
    """The interpreter that the child is started with puts another file in its place first."""
    convolution(folder / "m.onnx")
    load_model(folder / "m.onnx")  # tried now, so that the only process that is started is the child
    graph_files.greedy(folder / "other.onnx")
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nmv other.onnx m.onnx\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    status, output, lines = trusted(capfd, monkeypatch, "contract", "m.onnx")
    assert (status, output, len(lines)) == (2, "", 2)
    told("refused", without_digests(lines[1]))


@pytest.mark.slow
def test_a_report_on_a_file_that_fails_its_trial_with_trust_model(one_trial, folder, told, monkeypatch, capfd):
    """The notebook's kernel loads the file that the command line trusts, and says nothing of trust itself."""
    graph_files.greedy_on_black(folder / "m.onnx")
    loads = (
        "import numpy as np\nfrom workbench import load_model, record\n"
        "record({'answer': load_model(model).predict(np.ones((1, 8, 8, 3), np.float32))['y'].tolist()})"
    )
    parameters = nbformat.v4.new_code_cell('model: str = "sample:cifar10-cnn"', metadata={"tags": ["parameters"]})
    cells = [nbformat.v4.new_markdown_cell("# Asked\n\nWhat?"), parameters, nbformat.v4.new_code_cell(loads)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "asked.ipynb")
    status, _, lines = trusted(capfd, monkeypatch, "report", "asked.ipynb", "-p", "model=m.onnx")
    assert status == 0
    [report] = (path for path in (folder / "reports" / "asked").iterdir() if path.is_dir())
    assert json.loads((report / "metrics.json").read_text())["answer"] == [[1, 1, 1]]
    trusting = json.loads((report / "manifest.json").read_text())["trusted"]
    assert trusting == {str(folder / "m.onnx"): file_digest(folder / "m.onnx")}
    assert "--trust-model" in (report / "report.html").read_text()
    introduced, _, against = without_digests(lines[0]).partition(", although ")
    assert "in a trial process" in against
    told("flagged", introduced)


def test_trust_model_on_a_sample(refused):
    refused("contract", "sample:ssd-mobilenet-oid", "--trust-model")


def test_trust_model_on_a_report_that_is_given_no_model(refused):
    refused("report", "explore_mismatch", "-p", "source=sample:bikes", "--trust-model")


def test_trust_model_on_a_stream_without_a_model(refused):
    refused("stream", "sample:bikes", "--trust-model")


def test_the_digest_of_another_file_as_trust(folder, told):
    convolution(folder / "m.onnx")
    with pytest.raises(Exception, match="not the file that is trusted") as caught:
        load_model("m.onnx", trust="0" * 64)
    told("refused", without_digests(str(caught.value)))


def test_half_a_digest_as_trust(raised):
    raised(lambda: load_model("m.onnx", trust="0123456789abcdef"))


def test_a_digest_as_trust_for_a_model_in_memory(raised):
    raised(lambda: load_model(np.zeros(3), trust="0" * 64))


@pytest.mark.slow
def test_the_digest_of_this_very_file_is_enough(folder, monkeypatch):
    """No trial: no process could start."""
    path = convolution(folder / "m.onnx", metadata={"made": "for this test"})
    digest = file_digest(path)
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    assert load_model(path, trust=digest.upper()).outputs[1].name == "classes"
