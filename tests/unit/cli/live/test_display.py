import io

import pytest
from rich.console import Console
from rich.text import Text

from workbench.cli.live.display import EVERY_S, REFRESH_S, InPlace, Now, Silent, display_on


@pytest.fixture
def file():
    return io.StringIO()


@pytest.mark.parametrize(
    ("console", "quiet", "kind"),
    [
        pytest.param(Console(file=io.StringIO(), force_terminal=True), False, InPlace, id="a terminal"),
        pytest.param(Console(file=io.StringIO()), False, Now, id="a file or a pipe"),
        pytest.param(Console(file=io.StringIO(), force_terminal=True), True, Silent, id="not wanted"),
    ],
)
def test_a_line_is_shown_as_suits_the_place(console, quiet, kind):
    assert type(display_on(console, quiet=quiet)) is kind


def test_in_a_file_a_whole_plain_line_comes_every_few_seconds(file):
    long = "live " + "x" * 200
    with Now(Console(file=file, width=80)) as display:
        for number in range(round(11 / REFRESH_S)):
            display.show(Text.assemble((f"{number} {long}", "bold green")))
    lines = file.getvalue().splitlines()
    assert len(lines) == int(11 / EVERY_S) == 2
    assert all(line.endswith(f" {long}") for line in lines)
    assert "\x1b" not in file.getvalue()


def test_on_a_terminal_what_is_said_stays_above_the_line(file):
    console = Console(file=file, force_terminal=True, width=40, color_system=None)
    with InPlace(console) as display:
        display.show(Text("first"))
        display.say("a change [of state]")
        display.show(Text("second"))
        assert display.width == 40
    assert file.getvalue().index("first") < file.getvalue().index("a change [of state]\n")
    assert file.getvalue().rindex("a change") < file.getvalue().index("second")
    assert file.getvalue().endswith("\x1b[2K")  # the line is taken away


def test_silence_shows_nothing():
    with Silent() as display:
        display.show(Text("line"))
        display.say("line")
    assert display.width is None
