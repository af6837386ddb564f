"""`workbench sweep`: what is refused is refused before anything runs; what runs is told by its exit status."""

import pytest

from tests.unit.cli.command_line import expect_refusal, run

SCENARIO = "explore_mismatch"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param([SCENARIO], "nothing to sweep over", id="nothing to sweep over"),
        pytest.param(["explore_mismach", "--grid", "a=1"], "did you mean 'explore_mismatch'", id="misspelt scenario"),
        pytest.param([SCENARIO, "--grid", "frame_stp=1,5"], "did you mean 'frame_step'", id="misspelt parameter"),
        pytest.param([SCENARIO, "--grid", "frame_step=1,x"], "takes int", id="another type"),
        pytest.param([SCENARIO, "--table", "no.csv"], "cannot read the table no.csv", id="no such table"),
        pytest.param(
            [SCENARIO, "--grid", "frame_step=1", "-p", "frame_step=2"], "given twice", id="in the grid and for all"
        ),
        pytest.param([SCENARIO, "--grid", "frame_step=1", "--timeout", "0"], "seconds above 0", id="no time at all"),
        pytest.param([SCENARIO, "--grid", "frame_step=1", "--out", "memory://x"], "no worker sees it", id="memory"),
        pytest.param([SCENARIO, "--grid", "frame_step=1", "--tls-ca", "ca.pem"], "belong together", id="half of TLS"),
        pytest.param(
            [SCENARIO, "--grid", "frame_step=1", "--workers", "2", "--scheduler", "tls://a:1"], "give one", id="both"
        ),
        pytest.param(
            [SCENARIO, "--grid", "frame_step=1", "--scheduler", "tls://a:1", "--trust-model"],
            "leave out --scheduler",
            id="a trusted file elsewhere",
        ),
        pytest.param(["nope://bucket/x.ipynb", "--grid", "a=1"], "cannot read the notebook", id="no such URL"),
        pytest.param(
            ["http://127.0.0.1:1/x.ipynb", "--grid", "a=1"], "x.ipynb: Connection refused; check", id="nobody there"
        ),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(monkeypatch, capsys, tmp_path, words, message):
    monkeypatch.chdir(tmp_path)
    expect_refusal(run(monkeypatch, capsys, "sweep", *words), message)
    assert list(tmp_path.iterdir()) == []
