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


def expect_refusal(answer, message):
    """Hold what `run` returned to a refusal: one line on standard error that holds `message`, and exit status 2."""
    status, output, error = answer
    assert (status, output) == (2, "")
    assert error.startswith("workbench: ")
    assert message in error
    assert error.count("\n") == 1
