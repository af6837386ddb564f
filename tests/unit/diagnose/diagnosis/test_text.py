"""A diagnosis in a terminal: the verdict first, bars beside shares, nothing wider than a window."""

import pytest

from workbench.diagnose.box_comparison import BoxComparison
from workbench.diagnose.diagnosis import Diagnosis, Finding
from workbench.diagnose.diagnosis.text import BAR, WIDTH, bar, code_title, lines
from workbench.diagnose.search import Candidate, SearchResult
from workbench.models.contract import Contract
from workbench.recipes import Recipe

RIGHT = Recipe(size=(24, 24), range="symmetric")
SIGNS = {"contract": 0.0, "statistics": 0.0}
RANKING = (
    Candidate(RIGHT, (RIGHT.replace(range="centered"),), 0.6, SIGNS),
    Candidate(RIGHT.replace(color="bgr"), (), 0.4, SIGNS | {"statistics": -0.4}),
)


def searched(*candidates, **options):
    found = SearchResult("toy", candidates, ("color", "range", "fit"), frames=8, recipes=9, ran=9, needs="labels would")
    said = Contract("toy", None, {}, {"resize": "the kernel leaves no trace"})
    return Diagnosis("toy", 8, said, candidates[0].recipe, search=found, **options)


@pytest.mark.parametrize(
    ("share", "drawn"),
    [
        pytest.param(1.0, "█" * BAR, id="all"),
        pytest.param(0.5, "█" * (BAR // 2), id="half"),
        pytest.param(0.0, "", id="nothing"),
        pytest.param(-0.3, "", id="less than nothing"),
        pytest.param(7.0, "█" * BAR, id="more than all"),
        pytest.param(1 / BAR / 2, "▌", id="half a letter"),
    ],
)
def test_a_bar_is_as_long_as_its_share(share, drawn):
    assert bar(share).rstrip() == drawn
    assert len(bar(share)) == BAR


def test_a_tie_is_told_as_one_and_its_code_is_not_called_right():
    tie = searched(*RANKING)
    text = lines(tie)
    assert text[0].startswith(
        "toy: 8 frames cannot decide between color=rgb range=symmetric or centered fit=stretch (60%) /"
    )
    assert any("60.0%  color rgb" in line and "(+ 1 alike)" in line for line in text)
    assert any("statistics −0.4" in line for line in text)
    assert max(map(len, text)) <= WIDTH
    assert code_title(tie) == "The most probable of the functions that cannot be told apart"


def test_what_is_sure_says_by_what():
    found = searched(
        Candidate(RIGHT, (), 0.98, SIGNS), Candidate(RIGHT.replace(color="bgr"), (), 0.02, SIGNS | {"statistics": -4.0})
    )
    known = "toy was trained with RGB, x / 127.5 - 1, 24 x 24"
    assert found.verdict == f"{known} (98% sure, by the statistics its BatchNormalization layers keep)."
    assert code_title(found) == "The right function"


def test_findings_come_with_their_cure():
    found = searched(
        Candidate(RIGHT, (), 0.98, SIGNS),
        Candidate(RIGHT.replace(color="bgr"), (), 0.02, SIGNS),
        findings=(Finding("display", "display color", "red and blue are exchanged", "convert before", None),),
    )
    text = "\n".join(lines(found))
    assert "The display: red and blue are exchanged." in " ".join(text.split())
    assert "display color" in text
    assert "cure           convert before" in text
    assert found.price == "no answer; what a person is shown"
    assert found.kept is None
    assert not isinstance(found.cost, BoxComparison)


def test_findings_that_count_say_how_much_is_lost():
    found = searched(Candidate(RIGHT, (), 1.0, SIGNS), findings=(Finding("regions", "regions", "empty", "", 0.25),))
    assert (found.kept, found.price) == (0.25, "loses 75% of the regions")
