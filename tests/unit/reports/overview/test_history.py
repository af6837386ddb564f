"""The history of a scenario has a line for each run that ended, and stands whatever happens to the file."""

import json

import pytest

from workbench.reports.overview.history import HISTORY, read_history, remember


@pytest.fixture
def end(tmp_path, manifest_of):
    """Return a function that lets a run end: its folder is there, and it is remembered."""

    def put(run_id="0123456789ab", *, metrics=None, **changes):
        folder = tmp_path / "count" / run_id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "manifest.json").write_text(json.dumps(manifest_of(run_id=run_id, **changes)))
        (folder / "metrics.json").write_text(json.dumps(metrics or {}))
        remember(tmp_path, folder)

    return put


@pytest.fixture
def history(tmp_path):
    return lambda: read_history(tmp_path / "count")


def test_a_repeat_of_the_same_run_counts_too(end, history):
    end(metrics={"right": 18, "share": 0.5, "name": "bgr", "yes": True, "table": [1], "top1": "9 of 20"})
    end(metrics={"right": 17})
    assert [past.run_id for past in history()] == ["0123456789ab"] * 2
    assert [past.figures for past in history()] == [{"right": 18, "share": 0.5, "top1": 9}, {"right": 17}]


def test_a_run_has_its_state_and_the_parameters_that_were_asked_for(end, history):
    end(given=["number"], parameters={"number": 9, "name": "a"}, partial=["half a clip"])
    end(status="failed", error="no")
    assert [(past.state, past.given) for past in history()] == [("partial", {"number": 9}), ("failed", {})]


def test_a_line_is_added_without_a_look_at_those_before(end, history, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("workbench.reports.overview.history._read", None)  # ten thousand jobs would each read all
        for second, version in enumerate(("1", "1", "2")):
            end(versions={"workbench": version}, started=f"2026-11-21T14:03:0{second}+00:00")
    assert [past.versions["workbench"] for past in history()] == ["1", "1", "2"]


def test_a_run_that_two_processes_asked_for_is_one(end, history):
    end(metrics={"right": 1})
    end(metrics={"right": 1})
    assert [past.figures for past in history()] == [{"right": 1}]


def test_half_a_line_of_a_killed_writer_costs_no_other(end, history, tmp_path):
    end(metrics={"right": 1})
    with (tmp_path / "count" / HISTORY).open("a") as file:
        file.write('{"run_id": "0123')
    end(metrics={"right": 2})
    assert [past.figures for past in history()] == [{"right": 1}, {"right": 2}]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"figures": {"a": "1"}}, id="a figure that is text"),
        pytest.param({"figures": {"a": 10**400}}, id="a figure beyond all numbers"),
        pytest.param({"figures": [1]}, id="figures that are a list"),
        pytest.param({"started": "0001-01-01T00:00:00+14:00"}, id="a year that no clock has"),
        pytest.param({"started": 3}, id="a start that is a number"),
        pytest.param({"versions": "1"}, id="versions that are text"),
        pytest.param({"given": None}, id="no parameters"),
    ],
)
def test_a_line_that_is_none_is_left_out(end, history, tmp_path, change):
    end()
    path = tmp_path / "count" / HISTORY
    line = json.loads(path.read_text())
    path.write_text(f"{json.dumps(line | change)}\n[]\n{'[' * 100_000}\n{path.read_text()}")
    assert len(history()) == 1


def test_what_cannot_be_written_is_said_and_the_run_stands(end, tmp_path, capsys):
    (tmp_path / "count" / HISTORY).mkdir(parents=True)
    end()
    told = capsys.readouterr().err
    assert told.startswith("workbench: ") and told.count("\n") == 1
    assert "lacks the run 0123456789ab: " in told and "the report is whole" in told


def test_a_run_without_a_manifest_as_on_a_full_disk_has_no_line(tmp_path, history):
    (tmp_path / "count" / "0123456789ab").mkdir(parents=True)
    remember(tmp_path, tmp_path / "count" / "0123456789ab")
    assert history() == []
