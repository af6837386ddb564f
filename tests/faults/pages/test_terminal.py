"""Escape sequences in what a user types, in file names, labels and errors reach no terminal."""

import json
import shutil

import pytest

from tests.unit.cli.command_line import run
from workbench import open_frames
from workbench.readable import visible
from workbench.samples import sample_path

COLOUR, TITLE, TURNED = "\x1b[31mred\x1b[0m", "\x1b]0;owned\x07", "photo\u202egpj.exe"


def expect_plain(text):
    """Hold text to what a terminal prints as it stands: nothing in it is carried out."""
    assert visible(text) == text


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["contract", f"{COLOUR}.tflite"], id="colours in the name of a model"),
        pytest.param(["stream", f"{TITLE}.mp4"], id="the window's title in the name of a clip"),
        pytest.param(["stream", TURNED], id="a direction override in the name of a picture"),
        pytest.param(["stream", "two\nlines.mp4"], id="two lines in the name of a clip"),
        pytest.param(["stream", "\x9b2J.mp4"], id="an eight-bit sequence in the name of a clip"),
        pytest.param(["stream", "sample:bikes", "--policy", COLOUR], id="colours in an option's value"),
        pytest.param(["report", COLOUR], id="colours in the name of a scenario"),
        pytest.param(["report", "classify_video", "-p", f"{TITLE}=3"], id="the window's title in a parameter's name"),
        pytest.param(["report", "classify_video", "-p", f"top={COLOUR}"], id="colours in a parameter's value"),
        pytest.param(["samples", "fetch", COLOUR], id="colours in the name of a sample"),
        pytest.param([COLOUR], id="colours in the name of a command"),
        pytest.param(["doctor", f"--{COLOUR}"], id="colours in the name of an option"),
    ],
)
def test_in_what_is_typed(words, refused):
    expect_plain(refused(*words))


def test_escape_sequences_in_the_names_of_a_folder_and_its_pictures(folder, told, monkeypatch, capsys):
    (folder / TITLE).mkdir()
    shutil.copy(sample_path("skimage") / "chelsea.png", folder / TITLE / f"{TURNED}.png")
    status, output, error = run(monkeypatch, capsys, "stream", TITLE, "--policy", "block", "--json")
    assert status == 0
    expect_plain(output + error)
    assert json.loads(output.splitlines()[0])["origin"] == f"{TITLE}/{TURNED}.png"
    told("harmless", error.strip())


def test_colours_in_the_name_of_a_picture_at_the_prompt_of_python(folder, told):
    shutil.copy(sample_path("skimage") / "chelsea.png", folder / f"{COLOUR}.png")
    with open_frames(f"{COLOUR}.png") as frames:
        expect_plain(repr(frames))
        assert frames[0].origin == f"{COLOUR}.png"
        told("harmless", repr(frames))
