import threading

import pytest

from workbench.diagnose.search import Candidate, SearchCancelled, SearchResult
from workbench.errors import InvalidValue
from workbench.recipes import Recipe
from workbench.views import finder as module
from workbench.views import interrupts
from workbench.views.banner import Banner
from workbench.views.finder import Finder

LONG_S = 60  # far longer than any of this takes; only a fault waits so long
FOUND = SearchResult("net", (Candidate(Recipe(), (), 1.0, {}),), ("color",), frames=4, recipes=1, ran=1, needs="")


class FakeSearch:
    """Stands where `search` does: waits to be let on at each report, and notes what it was given."""

    def __init__(self, reports=2, error=None):
        self.reports, self.error, self.calls = reports, error, []
        self.reached, self.go = threading.Event(), threading.Event()

    def __call__(self, model, frames, *, labels, recipe, progress):
        self.calls.append((len(frames), labels, recipe))
        for done in range(self.reports):
            if progress(done, self.reports, "colour") is False:
                raise SearchCancelled("stopped")
            self.reached.set()
            assert self.go.wait(LONG_S)
        if self.error:
            raise self.error
        return FOUND


@pytest.fixture
def make(monkeypatch, frames, model):
    """A function that makes a finder on ten frames, with a fake search in place of the real one."""
    made = []

    def build(search, labels=None, model=model):
        monkeypatch.setattr(module, "search", search)
        banner = Banner("search")
        told = []
        finder = Finder(frames, model, labels, banner=banner, tell=lambda: told.append(finder.finding))
        made.append((finder, search))
        return finder, banner, told

    yield build
    for finder, search in made:
        finder.close()
        search.go.set()


def test_a_search_runs_to_its_end_and_tells_how_far_it_is(make):
    finder, banner, told = make(search := FakeSearch())
    search.go.set()
    finder.start(4, Recipe(color="bgr"))
    assert finder.wait(LONG_S)
    assert (told[0].phase, told[0].total, told[0].doing) == ("running", 2, "colour")
    assert (told[-1].phase, told[-1].result) == ("found", FOUND)
    assert search.calls == [(4, None, Recipe(color="bgr"))]
    assert str(banner) == ""


def test_labels_go_with_their_frames(make):
    finder, _, _ = make(search := FakeSearch(), labels=list(range(10)))
    search.go.set()
    finder.start(5, None)
    assert finder.wait(LONG_S)
    assert search.calls == [(5, [0, 2, 4, 6, 8], None)]


def test_a_search_that_is_asked_to_stop_ends_without_an_error(make):
    finder, banner, told = make(search := FakeSearch(reports=100))
    finder.start(4, None)
    assert search.reached.wait(LONG_S)
    finder.stop()
    assert finder.finding.phase == "stopping"
    search.go.set()
    assert finder.wait(LONG_S)
    assert (told[-1].phase, str(banner)) == ("stopped", "")


def test_a_search_that_breaks_says_so_until_the_next_one_begins(make):
    finder, banner, told = make(search := FakeSearch(error=InvalidValue("one input is needed")))
    search.go.set()
    finder.start(4, None)
    assert finder.wait(LONG_S)
    assert (told[-1].phase, str(banner)) == ("failed", "one input is needed")
    search.error = None
    finder.start(4, None)
    assert str(banner) == ""
    assert finder.wait(LONG_S)
    assert told[-1].phase == "found"


def test_a_second_start_leaves_the_first_search_running(make):
    finder, _, _ = make(search := FakeSearch())
    finder.start(4, None)
    assert search.reached.wait(LONG_S)
    finder.start(9, None)
    search.go.set()
    assert finder.wait(LONG_S)
    assert [frames for frames, _, _ in search.calls] == [4]


def test_closing_stops_the_search(make):
    finder, _, _ = make(search := FakeSearch(reports=100))
    finder.start(4, None)
    assert search.reached.wait(LONG_S)
    finder.close()
    search.go.set()
    assert finder.wait(LONG_S)
    assert finder.finding.phase == "stopped"


def test_an_interrupted_kernel_stops_the_search(make):
    finder, _, _ = make(search := FakeSearch(reports=100))
    finder.start(4, None)
    assert search.reached.wait(LONG_S)
    interrupts.tell()
    search.go.set()
    assert finder.wait(LONG_S)
    assert finder.finding.phase == "stopped"


def test_without_a_model_there_is_nothing_to_find(make):
    finder, _, _ = make(FakeSearch(), model=None)
    with pytest.raises(InvalidValue, match="needs a model"):
        finder.start(4, None)


def test_labels_that_are_not_one_a_frame_are_refused(make):
    with pytest.raises(InvalidValue, match="one for each of 10 frames; got 3"):
        make(FakeSearch(), labels=[1, 2, 3])
