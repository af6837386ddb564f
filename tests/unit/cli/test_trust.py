"""`--trust-model`: the child ends as the command would, and never outlives the one who asked."""

import json
import os
import signal
import subprocess
import sys

import psutil
import pytest
import typer

from tests.unit.cli.command_line import expect_refusal, run
from tests.unit.models.onnx_files import convolution
from workbench.cli.app import app
from workbench.cli.trust.apart import PATIENCE, handing_on
from workbench.models.opening.trust import TRUSTED
from workbench.recipes import Recipe

STUBBORN = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(flush=True); time.sleep(600)"
WAITS_S = 300


@pytest.mark.slow
def test_a_child_that_ignores_ctrl_c_is_killed_at_last():
    with subprocess.Popen([sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        with handing_on(child) as asked:
            for _ in range(PATIENCE):
                assert child.poll() is None
                os.kill(os.getpid(), signal.SIGINT)
            assert child.wait(timeout=WAITS_S) == -signal.SIGKILL
    assert asked == [signal.SIGINT] * PATIENCE
    with pytest.raises(KeyboardInterrupt):  # Ctrl-C is Python's again
        os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def streaming(tmp_path):
    """Start a live stream into a trusted model, and return its process and the child that runs it."""
    convolution(tmp_path / "m.onnx")
    (tmp_path / "recipe.yaml").write_text(Recipe(size=(6, 8)).to_yaml())
    words = ["stream", "sample:bikes", "--loop", "--json", "-m", "cv2:m.onnx", "-r", "recipe.yaml", "--trust-model"]
    process = subprocess.Popen(
        [sys.executable, "-c", "from workbench.cli import main; main()", *words],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert json.loads(process.stdout.readline())["kind"] == "result"
    [child] = psutil.Process(process.pid).children()
    yield process, child
    process.kill()
    process.communicate()


@pytest.mark.slow
def test_ctrl_c_ends_the_child_in_its_own_way(streaming):
    process, child = streaming
    process.send_signal(signal.SIGINT)
    output, error = process.communicate(timeout=WAITS_S)
    assert process.returncode == 130
    assert json.loads(output.splitlines()[-1])["ended"] == "Ctrl-C"
    assert error.count("it is run as a file that you trust") == 1
    assert not child.is_running()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="by Linux' PR_SET_PDEATHSIG")
def test_the_child_dies_with_the_command(streaming):
    process, child = streaming
    process.kill()
    child.wait(timeout=WAITS_S)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(
            ["contract", "sample:bikes"],
            "--trust-model is for a model of your own, and sample:bikes is none",
            id="a sample",
        ),
        pytest.param(["contract", "nowhere.onnx"], "nowhere.onnx: no such file", id="no file"),
        pytest.param(
            ["stream", "camera:0"], "--trust-model is for a model of your own, and none is named", id="no model"
        ),
    ],
)
def test_what_is_no_file_is_not_trusted(monkeypatch, capsys, words, message):
    expect_refusal(run(monkeypatch, capsys, *words, "--trust-model"), message)


def test_the_child_asks_nobody_again(monkeypatch, capsys, tmp_path):
    """In the child the option is taken as read: another file than the one named is opened as any other."""
    monkeypatch.setenv(TRUSTED, json.dumps({str(tmp_path / "other.onnx"): "0" * 64}))
    expect_refusal(
        run(monkeypatch, capsys, "contract", str(tmp_path), "--trust-model"), "no saved_model.pb in this folder"
    )


def test_every_command_that_loads_a_model_has_the_option():
    commands = typer.main.get_command(app).commands
    asking = {name for name, each in commands.items() for option in each.params if "--trust-model" in option.opts}
    assert asking == {"contract", "convert", "diagnose", "drift", "engines", "matrix", "report", "stream", "sweep"}
    assert not any("--trust" in option.opts for each in commands.values() for option in each.params)
