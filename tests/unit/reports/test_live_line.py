import io
import threading

import pytest
from rich.console import Console
from rich.text import Text

from workbench.reports.live_line import EVERY_S, REFRESH_S, InPlace, Looking, Now, Silent, line_on


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
    assert type(line_on(console, quiet=quiet)) is kind


def test_in_a_file_a_whole_plain_line_comes_every_few_seconds(file):
    long = "live " + "x" * 200
    with Now(Console(file=file, width=80)) as display:
        for number in range(round(11 / REFRESH_S)):
            display.show(Text.assemble((f"{number} {long}", "bold green")))
    lines = file.getvalue().splitlines()
    assert len(lines) == int(11 / EVERY_S) == 2
    assert all(line.endswith(f" {long}") for line in lines)
    assert "\x1b" not in file.getvalue()


def test_in_a_file_a_line_without_news_is_not_printed_again(file):
    with Now(Console(file=file), every_s=REFRESH_S) as display:
        for eta, news in [("9 s", (2, 0)), ("8 s", (2, 0)), ("7 s", (1, 0)), ("6 s", None), ("5 s", None)]:
            display.show(Text(f"eta {eta}"), news=news)
    assert file.getvalue().splitlines() == ["eta 9 s", "eta 7 s", "eta 6 s", "eta 5 s"]


def test_a_line_too_long_for_a_terminal_is_cut_off_and_not_wrapped(file):
    with InPlace(Console(file=file, force_terminal=True, width=20, color_system=None)) as display:
        display.show(Text("classify_video 12 of 300 done"))
    assert "classify_video 12 o…" in file.getvalue()


def test_what_is_under_way_is_looked_at_until_the_end():
    seen = threading.Event()
    with Looking(seen.set, name="looking"):
        assert seen.wait(300)
    assert "looking" not in [thread.name for thread in threading.enumerate()]


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
