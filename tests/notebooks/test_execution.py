"""Every scenario is executed on little data, and what it found is checked, not only that it ran."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from workbench.reports import normalised, run_scenario, scenarios

pytestmark = pytest.mark.slow

Metrics = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A scenario with parameters that make it quick, and what must hold of its metrics."""

    scenario: str
    parameters: Metrics
    holds: dict[str, Callable[[Metrics], bool]]  # a sentence: a test of the metrics


# One row a scenario at least; `test_every_scenario_is_executed` asks for it.
CASES: list[Case] = []


def ids(case):
    return case.scenario


def test_every_scenario_is_executed():
    assert {case.scenario for case in CASES} == {scenario.name for scenario in scenarios()}


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_a_scenario_finds_what_it_should(run, case):
    metrics = run(case.scenario, case.parameters).metrics
    assert [sentence for sentence, holds in case.holds.items() if not holds(metrics)] == []


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_its_report_is_one_quiet_file(run, case):
    """No script, nothing fetched, no repr of a widget, no log of a package, no picture missing."""
    html = run(case.scenario, case.parameters).html.read_text(encoding="utf-8")
    assert "<script" not in html
    assert not re.search(r"""<(img|link|source|iframe)\b[^>]*\b(src|href)=["']?(?!data:)""", html)
    assert "Viewer(" not in html
    assert 'class="log"' not in html
    assert html.count("<img") >= 2


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_it_comes_with_a_thumbnail_and_stands_in_the_index(run, case):
    made = run(case.scenario, case.parameters)
    assert (made.folder / "thumbnail.png").is_file()
    index = (made.folder.parents[1] / "index.html").read_text(encoding="utf-8")
    assert f'href="{case.scenario}/{made.run_id}/report.html"' in index


@pytest.mark.parametrize("case", CASES, ids=ids)
def test_the_same_inputs_give_the_same_report(run, case, tmp_path):
    first = run(case.scenario, case.parameters)
    again = run_scenario(case.scenario, case.parameters, out=tmp_path, progress=False).check()
    assert again.run_id == first.run_id
    for name in ("metrics.json", "report.ipynb", "report.html"):
        assert normalised(again.folder / name) == normalised(first.folder / name), name
