import pytest

from workbench.cluster.ledger import Ledger


@pytest.mark.parametrize(
    ("told", "ended", "given", "guilty"),
    [
        pytest.param("a", "", ("a",), ("a",), id="the job that had begun"),
        pytest.param("a", "", ("a", "b"), ("a",), id="not the one that waited there"),
        pytest.param("a", "a", (), (), id="nobody: it had ended"),
        pytest.param("a", "a", ("b",), ("b",), id="the next one, which had no time to tell"),
        pytest.param("a", "", ("b", "c"), ("b", "c"), id="both, where its last word is about a job before"),
        pytest.param("", "", ("b",), ("b",), id="the one it was given, where it told nothing"),
    ],
)
def test_a_death_counts_for(told, ended, given, guilty):
    ledger = Ledger()
    if told:
        ledger.started(told, "worker")
    if ended:
        ledger.ended(ended)
    assert ledger.died("worker", given) == guilty
    assert ledger.deaths == {key: 1 for key in guilty}
    assert ledger.running == 0


def test_running_are_those_begun_and_not_ended():
    ledger = Ledger()
    ledger.started("a", "one")
    ledger.started("b", "two")
    ledger.ended("a")
    assert ledger.running == 1
