"""`workbench stream`, run in this process on real clips: what it refuses, what it says, what it records."""

import json
import re

import pytest

from tests.unit.cli.command_line import expect_refusal, run
from workbench.recording import open_recording
from workbench.reports import find_scenario
from workbench.reports.parameters import bind


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["nowhere.mp4"], "nowhere.mp4 does not exist", id="no such file"),
        pytest.param(["watch:nowhere"], "nowhere is no folder", id="no folder to watch"),
        pytest.param(["[/a].mp4"], "[/a].mp4", id="a name that looks like markup"),
        pytest.param(["ftp://a/b"], "ftp:// is not read", id="no such scheme"),
        pytest.param(["sample:bikes", "--policy", "lattest"], "did you mean 'latest'", id="misspelt policy"),
        pytest.param(["sample:bikes", "--policy", "sample"], "sample takes one of", id="policy without its number"),
        pytest.param(["sample:bikes", "--decode", "cv"], "did you mean 'cv2'", id="misspelt decoder"),
        pytest.param(["sample:bikes", "--speed", "0"], "speed is a factor", id="no speed"),
        pytest.param(["sample:bikes", "--seconds", "0"], "--seconds is a time above 0", id="no time"),
        pytest.param(["sample:bikes", "--retry", "-1"], "--retry is a time from 0", id="time before now"),
        pytest.param(["sample:bikes", "--limit", "0"], "limit is a whole number", id="no frames"),
        pytest.param(["sample:bikes", "--threshold", "50"], "threshold is a score", id="no score"),
        pytest.param(["sample:bikes", "--top", "0"], "--top is a number from 1", id="no classes"),
        pytest.param(["sample:bikes", "--model", "nowhere.tflite"], "nowhere.tflite: no such file", id="no model"),
        pytest.param(["sample:bikes", "--recipe", "keras.vgg16"], "--recipe feeds a model", id="recipe for nothing"),
        pytest.param(["nowhere.mp4", "--model", "no.keras"], "nowhere.mp4 does not exist", id="file before model"),
        pytest.param(["rtsp://", "--model", "no.keras"], "rtsp:// names no host", id="address before model"),
        pytest.param(
            ["sample:bikes", "-m", "sample:ssd-mobilenet-oid", "-r", "nowhere.yaml"], "nowhere.yaml", id="no recipe"
        ),
        pytest.param(["sample:bikes", "--record", "full"], "full holds a recording already", id="recorded before"),
        pytest.param(["sample:bikes", "--record", "file/x"], "cannot record to file/x", id="not a folder"),
        pytest.param([], "Missing argument", id="no origin"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(monkeypatch, capsys, tmp_path, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "results.jsonl").touch()
    (tmp_path / "file").touch()
    expect_refusal(run(monkeypatch, capsys, "stream", *words), message)


def test_every_frame_of_a_clip_is_accounted_for(monkeypatch, capsys):
    status, output, error = run(monkeypatch, capsys, "stream", "sample:bikes", "--policy", "block", "--limit", "20")
    assert status == 0
    assert output.startswith("ended       --limit 20 after")
    assert "= 20 shown +" in output
    assert error == "sample:bikes · block · no model\n"


def test_it_ends_when_its_time_is_up(monkeypatch, capsys):
    status, output, _ = run(monkeypatch, capsys, "stream", "sample:bikes", "--loop", "--seconds", "0.3")
    assert status == 0
    assert float(re.match(r"ended       --seconds 0\.3 after (\d+(?:\.\d)?) s", output)[1]) >= 0.3


def test_quiet_leaves_the_summary(monkeypatch, capsys):
    status, output, error = run(monkeypatch, capsys, "stream", "sample:bikes", "--limit", "3", "--quiet")
    assert (status, error) == (0, "")
    assert "\ncaptured " in output


def test_json_is_a_line_an_answer_and_at_last_the_summary(monkeypatch, capsys):
    words = ["sample:bikes", "--policy", "block", "--limit", "5", "--json"]
    _, output, _ = run(monkeypatch, capsys, "stream", *words)
    *results, end = [json.loads(line) for line in output.splitlines()]
    assert [(each["kind"], each["frame"]) for each in results] == [("result", number) for number in range(5)]
    assert (end["kind"], end["ended"], end["shown"]) == ("end", "--limit 5", 5)


def test_what_is_recorded_goes_into_the_report_that_there_is(monkeypatch, capsys, tmp_path):
    asked = []
    monkeypatch.setattr("workbench.cli.live.run.run_scenarios", lambda jobs, **how: (asked.extend(jobs), ([], 0))[1])
    record, out = tmp_path / "recorded", tmp_path / "reports"
    words = ["sample:bikes", "--limit", "4", "--policy", "block", "--record", str(record), "--out", str(out)]
    status, output, _ = run(monkeypatch, capsys, "stream", *words)
    assert status == 0
    assert output.endswith(f"\n{out / 'index.html'}\n")
    with open_recording(record) as recording:
        assert len(recording) == len(recording.frames) == 4
        assert recording.end["stats"]["in_flight"] == 0
    [(scenario, parameters)] = asked
    assert bind(find_scenario(scenario).parameters, parameters)["recording"] == str(record)


def test_without_a_report_a_recording_is_left_alone(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    run(monkeypatch, capsys, "stream", "sample:bikes", "--limit", "2", "--record", "recorded", "--no-report")
    assert [path.name for path in tmp_path.iterdir()] == ["recorded"]


class Fragile:
    """A model whose every answer is an error of two lines."""

    name, labels = "fragile", None
    inputs = outputs = ()

    def predict(self, batch):
        raise ValueError("first\n  second")

    def close(self):
        pass


def test_a_model_that_raises_again_and_again_ends_it_in_one_line(monkeypatch, capsys):
    monkeypatch.setattr("workbench.cli.live.run.load_model", lambda *_, **__: Fragile())
    words = ["sample:bikes", "--model", "mine", "--recipe", "keras.vgg16", "--policy", "block"]
    status, output, error = run(monkeypatch, capsys, "stream", *words)
    assert status == 2
    assert "error       10 x ValueError: first second" in output
    assert error.splitlines()[-1] == "workbench: fragile: ValueError: first second (10 frames in a row)"
    assert "Traceback" not in error


def test_a_model_that_raises_before_there_is_a_stream_is_one_line_too(monkeypatch, capsys):
    def refuse(*_, **__):
        raise RuntimeError("first\n  second")

    monkeypatch.setattr("workbench.cli.live.run.stream", refuse)
    assert run(monkeypatch, capsys, "stream", "sample:bikes") == (
        2, "", "workbench: sample:bikes: RuntimeError: first second\n"
    )  # fmt: skip
