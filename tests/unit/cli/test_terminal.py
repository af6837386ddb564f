"""What is foreign in the output of the command line is shown, and carried out by no terminal."""

import ast
import io
import sys
import warnings

from workbench.cli.terminal import prepare_terminal, say
from workbench.reports.live_line import Now

EVIL = "\x1b]0;owned\x07 rtsp://me:word@cam \u202egpj"
SHOWN = r"\u001b]0;owned\u0007 rtsp://***@cam \u202egpj"


def test_what_is_said_holds_no_escape_sequence_and_no_password(capsys):
    say(EVIL, 3, file=sys.stderr)
    assert capsys.readouterr().err == f"{SHOWN} 3\n"


def test_lines_of_a_stream_hold_none_either(capsys):
    from rich.console import Console

    Now(Console(file=sys.stdout, width=200)).say(f"{EVIL}\n")
    assert capsys.readouterr().out == f"{SHOWN}\\n\n"


def test_a_terminal_without_a_letter_gets_its_escape(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    prepare_terminal()
    say("café · 日本")
    assert stream.buffer.getvalue() == rb"caf\xe9 \xb7 \u65e5\u672c" + b"\n"


def test_a_warning_is_one_plain_line_and_said_once(monkeypatch, capsys):
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)
    prepare_terminal()
    for line, text in enumerate([f"{EVIL}\nis odd", f"{EVIL}\nis odd", "half.avi is damaged"]):
        warnings.showwarning(UserWarning(text), UserWarning, "a.py", line)
    assert capsys.readouterr().err == f"workbench: careful: {SHOWN}\\nis odd\nworkbench: careful: half.avi is damaged\n"


def test_no_other_module_of_the_command_line_prints(request):
    folder = request.config.rootpath / "workbench" / "cli"
    trees = {path.name: ast.parse(path.read_text("utf-8")) for path in folder.rglob("*.py")}
    calls = [(name, node.func) for name, tree in trees.items() for node in ast.walk(tree) if isinstance(node, ast.Call)]
    printing = {name for name, function in calls if isinstance(function, ast.Name) and function.id == "print"}
    assert printing == {"terminal.py"}
