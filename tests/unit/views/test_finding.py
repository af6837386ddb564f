import pytest

from workbench.diagnose.search import Candidate, SearchResult
from workbench.errors import InvalidValue
from workbench.frames import open_frames
from workbench.recipes import Recipe
from workbench.views.finding import Finding, begin, chosen, ended, failed, nearest, progressed, spread, stop

RIGHT, WRONG = Recipe(range="unit"), Recipe(range="unit", color="bgr")


def result(*candidates):
    return SearchResult("net", candidates, searched=("color",), frames=4, recipes=2, ran=2, needs="")


FOUND = result(Candidate(RIGHT, (), 0.97, {}), Candidate(WRONG, (), 0.03, {}))
RUNNING = begin(Finding(), 4)


@pytest.mark.parametrize(
    ("after", "phase"),
    [
        pytest.param(RUNNING, "running", id="begun"),
        pytest.param(stop(RUNNING), "stopping", id="asked to stop"),
        pytest.param(stop(Finding()), "idle", id="nothing to stop"),
        pytest.param(ended(RUNNING, FOUND), "found", id="ended"),
        pytest.param(ended(stop(RUNNING), FOUND), "stopped", id="ended after it was asked to stop"),
        pytest.param(failed(RUNNING), "failed", id="broken"),
        pytest.param(failed(stop(RUNNING)), "stopped", id="left on request"),
        pytest.param(begin(failed(RUNNING), 4), "running", id="begun again"),
        pytest.param(begin(stop(RUNNING), 4), "stopping", id="not begun while one is to stop"),
    ],
)
def test_a_search_goes_from_phase_to_phase(after, phase):
    assert after.phase == phase


def test_a_search_tells_how_far_it_is_until_it_shall_stop():
    told = progressed(RUNNING, 3, 10, "colour")
    assert (told.done, told.total, told.doing) == (3, 10, "colour")
    assert progressed(stop(told), 4, 10, "colour").done == 3


def test_a_second_search_begins_from_nothing_and_keeps_the_last_result():
    again = begin(ended(progressed(RUNNING, 3, 10, "colour"), FOUND), 8)
    assert (again.frames, again.done, again.total, again.result) == (8, 0, 0, FOUND)


def test_a_stopped_search_takes_no_result():
    assert ended(stop(RUNNING), FOUND).result is None


def test_a_search_over_no_frames_is_refused():
    with pytest.raises(InvalidValue, match="at least 1 frame"):
        begin(Finding(), 0)


@pytest.mark.parametrize("place", [-1, 2])
def test_a_place_outside_the_ranking_is_refused(place):
    with pytest.raises(InvalidValue, match="ranked 2 recipes"):
        chosen(ended(RUNNING, FOUND), place, RIGHT)


def test_before_a_search_there_is_nothing_to_choose():
    with pytest.raises(InvalidValue, match="ranked 0 recipes"):
        chosen(Finding(), 0, RIGHT)


def test_of_recipes_that_cannot_be_told_apart_the_one_nearest_to_a_is_chosen():
    alike = Candidate(RIGHT.replace(fit="letterbox"), (RIGHT.replace(range="unit256"), RIGHT), 1.0, {})
    assert nearest(alike, RIGHT) == RIGHT
    assert nearest(alike, lambda image: image) == alike.recipe
    assert chosen(ended(RUNNING, result(alike)), 0, RIGHT) == RIGHT


@pytest.mark.parametrize(
    ("length", "count", "places"),
    [
        pytest.param(10, 4, [0, 2, 4, 6], id="evenly apart"),
        pytest.param(3, 16, [0, 1, 2], id="all where there are fewer"),
        pytest.param(5, 1, [0], id="one"),
    ],
)
def test_the_frames_of_a_search_lie_evenly_apart(picture, length, count, places):
    frames = open_frames([picture] * length)
    assert list(range(length))[spread(frames, count)] == places
