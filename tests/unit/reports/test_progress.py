"""One line a run."""

from pathlib import Path

from workbench.reports.progress import Line


def test_a_line_fills_up_and_says_how_it_ended(capsys):
    line = Line("count", pad=8)
    line.start()
    line.cell(1, 4)
    assert capsys.readouterr().out == "count    ..."
    line.cell(2, 4)
    line.end("failed", 41.2, Path("reports/count/0/report.html"))
    assert capsys.readouterr().out == "......... failed 41 s  reports/count/0/report.html\n"


def test_it_says_that_it_waits(capsys):
    line = Line("count")
    line.start()
    line.wait()
    assert "waiting for another run" in capsys.readouterr().out


def test_a_silent_line_prints_nothing(capsys):
    line = Line("count", shown=False)
    line.start()
    line.cell(1, 1)
    line.end("ok", 1.0, Path("a"))
    assert capsys.readouterr().out == ""
