import os
import subprocess
import sys
import textwrap

from workbench.doctor import Finding, examine, render
from workbench.doctor.examine import guarded


def test_a_check_that_fails_is_a_finding_and_not_the_end():
    def fragile() -> Finding:
        raise OSError("no such device")

    finding = guarded(fragile)
    assert (finding.check, finding.status, finding.found) == ("fragile", "problem", "OSError: no such device")
    assert finding.cure


def test_every_finding_that_is_not_ok_says_what_to_do():
    for finding in examine():
        assert (finding.status == "ok") == (finding.cure == ""), finding


def test_the_environment_of_these_tests_has_no_problem():
    assert [finding for finding in examine() if finding.status == "problem"] == []


def test_render_gives_a_line_to_each_finding_and_one_to_each_cure():
    text = render([Finding("disk", "ok", "9 GB"), Finding("opencv", "problem", "two of them", "remove one")])
    assert [line.split() for line in text.splitlines()] == [
        ["ok", "disk", "9", "GB"],
        ["problem", "opencv", "two", "of", "them"],
        ["->", "remove", "one"],
    ]


def test_the_doctor_works_where_cv2_does_not_load_and_loads_no_tensorflow(tmp_path):
    (tmp_path / "cv2.py").write_text("raise ImportError('libGL.so.1: cannot open shared object file')")
    code = """
        import sys
        from workbench.doctor import examine
        [opencv] = [finding for finding in examine() if finding.check == "opencv"]
        print(opencv.status, opencv.found, opencv.cure, sep="|")
        print(sorted({"tensorflow", "keras", "ipywidgets", "papermill", "matplotlib"} & set(sys.modules)))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "problem|does not load: libGL.so.1: cannot open shared object file"
        "|apt-get install libgl1 libglib2.0-0, or use opencv-python-headless",
        "[]",
    ]
