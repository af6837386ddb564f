"""The `workbench` command, run in the test's own process."""

import sys

import pytest

from workbench import cli


def run(monkeypatch, capsys, *words):
    """Run the command in this process; return its exit status, standard output and standard error."""
    monkeypatch.setattr(sys, "argv", ["workbench", *words])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    output = capsys.readouterr()
    return caught.value.code or 0, output.out, output.err
