"""Folders of reports that cannot be written to, lead elsewhere, or are used twice."""

import json
import os
import shutil
import subprocess
import tempfile

import pytest

from tests.faults.runs.notebooks import write_notebook
from workbench.reports import run_scenario

slow = pytest.mark.slow


@pytest.fixture
def notebook(folder):
    return write_notebook(folder / "count.ipynb", "open('it ran', 'w')")


@pytest.fixture
def read_only(folder):
    """Return a folder that nobody can write to, not even root."""
    place = folder / "read_only"
    place.mkdir()
    if os.geteuid() != 0:
        place.chmod(0o500)
        yield place
        place.chmod(0o700)
        return
    if shutil.which("mount") is None:
        pytest.skip("needs to mount a file system for reading only")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,ro", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.usefixtures("notebook")
def test_a_folder_for_reading_only(read_only, refused):
    reason = "Read-only file system" if os.geteuid() == 0 else "Permission denied"
    refused("report", "count.ipynb", "--out", "read_only/reports", message=f"{reason}; give another folder with --out")


@pytest.mark.usefixtures("notebook")
@pytest.mark.parametrize(
    ("out", "message"),
    [
        pytest.param("count.ipynb", "cannot write reports to count.ipynb", id="the notebook itself for the reports"),
        pytest.param("count.ipynb/reports", "cannot write", id="a folder in the notebook for the reports"),
        pytest.param("/dev/null", "cannot write", id="/dev/null for the reports"),
        pytest.param("x" * 300, "File name too long", id="300 characters for the folder of the reports"),
    ],
)
def test_places(out, message, refused):
    refused("report", "count.ipynb", "--out", out, message=message)


def test_a_NUL_in_the_name_of_the_folder(notebook, raised):
    raised(lambda: run_scenario(notebook, out="a\0b"), message="cannot write reports to")


def test_a_link_that_leads_out_of_the_folder_of_reports(notebook, folder, raised):
    (folder / "elsewhere").mkdir()
    (folder / "out").mkdir()
    (folder / "out" / "count").symlink_to(folder / "elsewhere")
    raised(lambda: run_scenario(notebook, out="out"), message="leads out of out")
    assert list((folder / "elsewhere").iterdir()) == []


def test_a_folder_where_the_lock_of_a_run_is_to_be(notebook, folder, raised):
    plan_id = run_id_of(notebook)
    (folder / "out" / ".locks" / f"count-{plan_id}.lock").mkdir(parents=True)
    raised(lambda: run_scenario(notebook, out="out"), message="cannot write reports to out")


def run_id_of(notebook):
    from workbench.reports.run import plan_run
    from workbench.reports.scenarios import find_scenario

    return plan_run(find_scenario(notebook), {}).run_id


@slow
def test_a_notebook_that_papermill_writes_over_itself(folder, refused):
    import papermill

    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = write_notebook(folder / "count.ipynb", kernelspec=python)
    papermill.execute_notebook(path, path, {"number": 9}, kernel_name="python3", progress_bar=False)
    refused("report", "count.ipynb", message="earlier run")


@slow
def test_a_folder_that_is_a_link_with_emoji_in_its_name(folder, fine):
    (folder / "🙂 there").mkdir()
    (folder / "here").symlink_to(folder / "🙂 there")
    fine("1", "--out", "here", seen="the run goes well; the report lies where the link leads")
    assert len(list((folder / "🙂 there").glob("count/*/report.html"))) == 1


@slow
def test_a_folder_where_the_index_is_to_be(folder, fine):
    (folder / "reports" / "index.html").mkdir(parents=True)
    line = (
        "workbench: reports/index.html is not up to date: Is a directory; once that is mended, the next run writes it\n"
    )
    fine("1", outcome="flagged", errors=line, seen=line.strip())


@slow
def test_no_room_in_the_folder_for_temporary_files(small_disk, fine, monkeypatch):
    (small_disk / "all").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    monkeypatch.setenv("TMPDIR", str(small_disk))
    monkeypatch.setattr(tempfile, "tempdir", None)
    fine("1", seen="the run goes well, in another folder for temporary files")


@slow
def test_a_folder_for_temporary_files_with_a_name_too_long_for_a_socket(folder, fine, monkeypatch):
    long = folder / ("x" * 120)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    monkeypatch.setattr(tempfile, "tempdir", None)
    fine("1", seen="the run goes well")
    assert list(long.iterdir()) == []


@slow
def test_a_report_that_a_later_notebook_writes_to(folder, fine, report):
    code, _, errors = report("1")
    assert (code, errors) == (0, "")
    [manifest] = folder.glob("reports/count/*/manifest.json")
    assert json.loads(manifest.read_text(encoding="utf-8"))["status"] == "ok"
    cell = f"open({str(manifest.parent / 'report.html')!r}, 'a').write('<p>All is well</p>')"
    fine(
        cell,
        outcome="flagged",
        seen="altered; the index says: report.html is not what it was when the run ended; run it again",
    )
    index = (folder / "reports" / "index.html").read_text(encoding="utf-8")
    assert index.count("report.html is not what it was when the run ended; run it again") == 1
    assert index.count(">altered<") == 3  # the run, and the number of such runs, in all and of this scenario
