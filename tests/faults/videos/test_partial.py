"""Runs over a part of a clip: refused before they start, or marked wherever they are shown."""

import nbformat
import pytest

from tests.faults.conftest import contents
from tests.faults.videos.clips import changed, half
from tests.unit.cli.command_line import run
from workbench.errors import DamageWarning
from workbench.frames.partial import NOTES, noted_damage
from workbench.recording import open_recording
from workbench.reports.plain import read_json

CELLS = """
from workbench.frames import open_frames

frames = open_frames(source)
print(len(frames), "frames of", source)
"""


@pytest.fixture
def notebook(folder):
    """A notebook that counts the frames of a clip."""
    cells = [nbformat.v4.new_code_cell('source: str = "sample:bikes"  # a clip'), nbformat.v4.new_code_cell(CELLS)]
    cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "count.ipynb")
    return "count.ipynb"


def test_a_report_on_half_an_AVI(refused, folder, clip_of, notebook):
    (folder / "clip.avi").write_bytes(half(clip_of("clip.avi")))
    refused("report", notebook, "-p", "source=clip.avi", message="--allow-damaged")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "told_as"),
    [
        pytest.param(half, "cut short", id="a report on half an AVI with --allow-damaged"),
        pytest.param(changed, "frames are broken", id="a report on an AVI with changed bytes with --allow-damaged"),
    ],
)
def test_a_report_on_what_is_there(folder, forked, clip_of, notebook, monkeypatch, capsys, told, damage, told_as):
    (folder / "clip.avi").write_bytes(damage(clip_of("clip.avi")))
    before = contents(folder)
    words = ["report", notebook, "-p", "source=clip.avi", "--allow-damaged"]
    status, output, error = run(monkeypatch, capsys, *words)
    assert status == 0, error
    assert "partial" in output
    assert told_as in error
    [manifest] = folder.glob("reports/count/*/manifest.json")
    found = read_json(manifest)
    assert found["status"] == "ok"
    [line] = found["partial"]
    assert error == f"workbench: count partial: {line}\n"
    assert "--allow-damaged" in (manifest.parent / "report.html").read_text()
    for page in (manifest.parent / "report.html", folder / "reports" / "index.html"):
        text = page.read_text()
        assert line in text
        assert '<span class="pill stopped">partial</span>' in text
        assert '<span class="pill ok">' not in text
    assert {name: digest for name, digest in contents(folder).items() if name in before} == before
    told("flagged", error.strip().removeprefix("workbench: "))


def test_a_stream_of_half_an_AVI_with_allow_damaged(folder, clip_of, monkeypatch, capsys, told):
    (folder / "clip.avi").write_bytes(half(clip_of("clip.avi")))
    options = ["--allow-damaged", "--policy", "block"]
    status, output, error = run(monkeypatch, capsys, "stream", "clip.avi", *options)
    assert status == 0
    assert "careful: clip.avi is damaged: cut short" in error
    facts = dict(line.split(maxsplit=1) for line in output.splitlines() if line)
    assert f"cut short, {facts['captured'].split()[0]} of 90 frames are there" in facts["damaged"]
    told("flagged", f"damaged: {facts['damaged']}")


def test_a_recording_of_half_an_AVI_with_allow_damaged(folder, clip_of, monkeypatch, capsys, told):
    (folder / "clip.avi").write_bytes(half(clip_of("clip.avi")))
    options = ["--allow-damaged", "--policy", "block", "--limit", "3", "--record", "kept", "--no-report"]
    status, _, error = run(monkeypatch, capsys, "stream", "clip.avi", *options)
    assert status == 0, error
    monkeypatch.setenv(NOTES, str(folder / "notes"))  # as the report of the recording has it
    with pytest.warns(DamageWarning), open_recording("kept") as recording:
        assert len(recording) == 3
    [note] = noted_damage(folder / "notes")
    assert note.startswith("clip.avi is damaged: cut short")
    told("flagged", note)
