"""What every test of a fault shares: it is caused, it is held to its outcome, and its row of the table is held to it.

`pytest tests/faults --write-table` writes the rows; without it a row that is missing or other than what was seen fails.
`--long` runs the seeded mutations and the faulted runs in full; without it a small part of them.
"""

import hashlib
import re

import pytest

from tests.faults.table import OUTCOMES, ROOT, cell, read_tables, write_tables
from tests.unit.cli.command_line import expect_refusal, run
from workbench.errors import WorkbenchError

TOLD = pytest.StashKey()
LONG = "long"  # the area whose tests tell their rows with --long only: a small part gives other figures


def pytest_addoption(parser):
    parser.addoption("--write-table", action="store_true", help="write the rows of docs/faults.md that tests tell")
    parser.addoption("--long", action="store_true", help="thousands of mutations and hundreds of faulted runs")


def pytest_configure(config):
    config.stash[TOLD] = {}


def pytest_sessionfinish(session, exitstatus):
    told, whole = session.config.stash[TOLD], _is_whole(session)
    if exitstatus != 0 or not told:
        return
    if session.config.getoption("--write-table"):
        write_tables(told, whole=whole)
    elif whole and (stale := _stale(told)):
        print(f"\ndocs/faults.md has rows that no test tells: {', '.join(stale)}; run: make faults-table")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _stale(told):
    """Return the rows of the page that no test has told."""
    missing = {area: rows.keys() - told.get(area, {}).keys() for area, rows in read_tables().items() if area != LONG}
    return sorted(f"{area}: {fault}" for area, faults in missing.items() for fault in faults)


def _is_whole(session):
    """Tell whether every test of this folder was run, none left out and none skipped."""
    chosen = session.config.args in (["tests/faults"], ["tests"])
    skipped = session.config.pluginmanager.get_plugin("terminalreporter").stats.get("skipped")
    return chosen and not skipped and not any(session.config.getoption(name) for name in ("keyword", "markexpr"))


@pytest.fixture
def told(request, tmp_path):
    """Return a function that tells this test's row: `told(outcome, what a user sees)`.

    Outcomes are those of `table.OUTCOMES`. What differs from run to run (seconds, process numbers) is to be taken out
    by the test; paths of the test's folder and of the checkout are taken out here. The fault's name is the test's id,
    else its function's name, so that one or the other reads as what goes in.
    """

    def tell(outcome, seen):
        assert outcome in OUTCOMES
        text = seen.replace(f"{tmp_path}/", "").replace(str(tmp_path), "FOLDER").replace(f"{ROOT}/", "")
        area, fault = _place(request.node)
        row = (outcome, cell(text))
        rows = request.config.stash[TOLD].setdefault(area, {})
        assert fault not in rows, f"two tests of {area} are called {fault!r}"
        rows[fault] = row
        if not request.config.getoption("--write-table"):
            known = read_tables().get(area, {}).get(fault)
            assert known == row, "docs/faults.md says otherwise; if this is right now, run: make faults-table"

    return tell


def _place(node):
    """Return the area and the name of a fault: its folder, and its id or the words of its function."""
    area = node.path.parent.name
    if hasattr(node, "callspec"):
        return area, node.callspec.id.replace("|", "/")
    return area, re.sub(r"^test_", "", node.originalname).replace("_", " ")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return an empty folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def refused(folder, told, monkeypatch, capsys):
    """Return a function that runs the command line in `folder` and holds it to a refusal: exit status 2, one line.

    Nothing may be written and nothing changed there. The line is told as the test's row, and returned.
    """

    def expect(*words, message=""):
        before = contents(folder)
        answer = run(monkeypatch, capsys, *words)
        expect_refusal(answer, message)
        line = answer[2].strip().removeprefix("workbench: ")
        assert "Traceback" not in line
        assert contents(folder) == before
        told("refused", line)
        return line

    return expect


@pytest.fixture
def raised(told):
    """Return a function that calls what is given, holds it to a WorkbenchError of one line, and tells that line."""

    def expect(call, *, message=""):
        with pytest.raises(WorkbenchError) as caught:
            call()
        line = str(caught.value)
        assert message in line
        assert "\n" not in line
        told("refused", line)
        return line

    return expect


def contents(folder):
    """Return what lies in a folder: the digest of each file, and the other paths."""
    paths = sorted(folder.rglob("*"))
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        for path in paths
    }
