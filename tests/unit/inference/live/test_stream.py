import threading
import time

import pytest

from tests.unit.inference.live.fakes import FakeCapture, FakeModel, as_tensor, number_of
from workbench import Recipe
from workbench.errors import InputMismatch, InvalidValue, UnknownName, UnreadableSource
from workbench.frames.capture import Lost
from workbench.inference.live import stream

FITS = Recipe(size=(4, 4), range="raw", color="rgb")


def sleeping(seconds):
    return lambda call: time.sleep(seconds)


def until(true):
    while not true():
        time.sleep(0.001)


def raising(calls, error=ValueError):
    """Return what raises in some of the calls."""

    def during(call):
        if call in calls:
            raise error("no such luck")

    return during


@pytest.mark.parametrize("waits", [pytest.param(True, id="read in turn"), pytest.param(False, id="by its own thread")])
@pytest.mark.parametrize("workers", [1, 2, 5])
def test_block_shows_every_frame_in_order_with_its_own_answer(waits, workers):
    model = FakeModel()
    with stream(FakeCapture([0] * 40, waits=waits), as_tensor, model, policy="block", workers=workers) as live:
        results = list(live)
    assert [result.frame.index for result in results] == list(range(40))
    assert [number_of(result) for result in results] == list(range(40))
    stats = live.stats
    assert (stats.captured, stats.shown, stats.dropped, stats.in_flight) == (40, 40, {}, 0)
    assert threading.current_thread().name not in model.threads


def test_a_result_carries_what_became_of_its_frame():
    with stream(FakeCapture([0, 0]), as_tensor, FakeModel(sleeping(0.05)), policy="block") as live:
        _, second = live
    assert (second.frame.index, second.frame.time_s, second.frame.origin) == (1, 1 / 30, "fake")
    assert second.frame.image[0, 0].tolist() == [1, 0, 0]
    assert second.frame is second.frame
    assert (second.prediction.origins, second.prediction.sizes, len(second.prediction)) == (("fake",), ((4, 4),), 1)
    assert set(second.seconds) == {"decode", "wait", "preprocess", "infer", "order"}
    assert 0.05 <= second.seconds["infer"] < sum(second.seconds.values()) <= second.age_s + 0.001
    assert second.recipe is as_tensor


def test_without_a_model_there_are_pictures_only():
    with stream(FakeCapture([0] * 3), policy="block") as live:
        assert [(result.frame.index, result.prediction) for result in live] == [(0, None), (1, None), (2, None)]
    assert live.recipe is None


def test_latest_shows_newer_and_newer_frames_and_counts_what_they_overtook():
    begun, gate, seen = threading.Event(), threading.Event(), threading.Event()
    model = FakeModel(lambda call: seen.wait() if call else begun.set() or gate.wait())
    with stream(FakeCapture([0, begun] + [0] * 58, waits=False), as_tensor, model, policy="latest", workers=1) as live:
        until(lambda: live.stats.captured == 60)
        gate.set()
        shown = [number_of(next(live))]
        seen.set()
        shown += [number_of(result) for result in live]
    assert shown == [0, 59]  # the newest is never overtaken
    assert (live.stats.shown, live.stats.dropped) == (2, {"overtaken": 58})


def test_a_consumer_slower_than_the_model_gets_fresh_results():
    with stream(FakeCapture([0.002] * 80, waits=False), as_tensor, FakeModel(), policy="latest") as live:
        next(live)
        until(lambda: live.stats.captured == 80)
        later = [number_of(result) for result in live]
    assert len(later) <= 3  # results wait one deep; in a queue all would be there
    assert later[-1] == 79
    assert live.stats.balanced


def test_drop_oldest_keeps_so_many_and_drops_the_rest():
    begun, gate = threading.Event(), threading.Event()
    capture, model = FakeCapture([0, begun] + [0] * 18, waits=False), FakeModel(lambda call: begun.set() or gate.wait())
    with stream(capture, as_tensor, model, policy="drop_oldest(3)", workers=1) as live:
        until(lambda: live.stats.captured == 20)
        queue = live.stats.queue
        gate.set()
        shown = [number_of(result) for result in live]
    assert (queue, shown, live.stats.dropped) == (3, [0, 17, 18, 19], {"full": 16})


def test_frames_that_wait_together_go_through_the_model_together_with_the_same_answers():
    gate = threading.Event()
    model = FakeModel(lambda call: gate.wait())
    model.runtime = "keras"
    with stream(FakeCapture([0] * 30), as_tensor, model, policy="block") as live:
        until(lambda: live.stats.queue >= 8)
        gate.set()
        results = list(live)
    assert [number_of(result) for result in results] == list(range(30))
    assert max(model.calls) == 8
    assert [len(result.prediction) for result in results] == [1] * 30


def test_one_bad_frame_in_a_batch_costs_no_other():
    class Picky(FakeModel):
        runtime = "keras"

        def predict(self, batch):
            if 7.0 in batch[:, 0, 0, 0]:
                raise ValueError("not seven")
            return super().predict(batch)

    with stream(FakeCapture([0] * 20), as_tensor, Picky(), policy="block") as live:
        shown = [number_of(result) for result in live]
    assert shown == [number for number in range(20) if number != 7]
    assert (live.stats.dropped, live.stats.errors) == ({"failed": 1}, {"ValueError: not seven": 1})


def test_a_model_that_raises_loses_those_frames_only():
    with stream(FakeCapture([0] * 30), as_tensor, FakeModel(raising(range(3, 12))), policy="block") as live:
        shown = [number_of(result) for result in live]
    assert shown == [*range(3), *range(12, 30)]  # nine in a row
    assert (live.stats.dropped, live.stats.errors) == ({"failed": 9}, {"ValueError: no such luck": 9})


def test_ten_failures_in_a_row_end_the_stream_with_that_error():
    capture = FakeCapture([0] * 100)
    live = stream(capture, as_tensor, FakeModel(raising(range(5, 100))), policy="block", workers=1)
    shown = []
    with pytest.raises(ValueError, match="no such luck") as raised, live:
        for result in live:
            shown.append(number_of(result))
    assert raised.value.__notes__ == ["10 frames in a row"]
    assert shown == [0, 1, 2, 3, 4]
    assert live.stats.dropped["failed"] == 10
    assert live.stats.balanced
    assert capture.closed
    assert list(live) == []


def test_a_function_that_raises_counts_as_the_model_does():
    def preprocess(image):
        if image[0, 0, 0] == 2:
            raise RuntimeError("I do not like two")
        return as_tensor(image)

    with stream(FakeCapture([0] * 4), preprocess, FakeModel(), policy="block") as live:
        assert [number_of(result) for result in live] == [0, 1, 3]
    assert live.stats.errors == {"RuntimeError: I do not like two": 1}


def test_a_users_function_is_called_by_one_thread_at_a_time():
    alone = threading.Lock()

    def preprocess(image):
        assert alone.acquire(blocking=False)
        time.sleep(0.001)
        alone.release()
        return as_tensor(image)

    with stream(FakeCapture([0] * 20), preprocess, FakeModel(), policy="block", workers=4) as live:
        assert len(list(live)) == 20
    assert live.stats.errors == {}


def test_what_the_source_lost_is_counted():
    script = [0, Lost("broken"), 0, Lost("overrun", 5), 0]
    with stream(FakeCapture(script), as_tensor, FakeModel(), policy="block") as live:
        assert len(list(live)) == 3
    assert (live.stats.captured, live.stats.dropped) == (9, {"broken": 1, "overrun": 5})


@pytest.mark.parametrize("waits", [True, False])
def test_a_source_that_fails_ends_the_stream_after_what_was_there(waits):
    capture = FakeCapture([0, 0, UnreadableSource("fake: gone")], waits=waits)
    live = stream(capture, as_tensor, FakeModel(), policy="block")
    shown = []
    with pytest.raises(UnreadableSource, match="gone"), live:
        for result in live:
            shown.append(number_of(result))
            time.sleep(0.01)
    assert shown[0] == 0
    assert live.stats.balanced
    assert capture.closed


def test_the_limit_counts_what_is_shown_and_nothing_more_is_read():
    capture = FakeCapture([0] * 50)
    with stream(capture, as_tensor, FakeModel(), policy="block", limit=7) as live:
        assert [number_of(result) for result in live] == list(range(7))
    assert (live.stats.captured, live.stats.dropped) == (7, {})


def test_a_recipe_switched_while_it_runs_shows_on_the_next_frames():
    with stream(FakeCapture([0.001] * 100), FITS, FakeModel(), policy="block") as live:
        first = next(live)
        live.recipe = bgr = Recipe(size=(4, 4), range="raw", color="bgr")
        assert live.recipe is bgr
        later = [result for result in live if result.recipe is bgr]
    assert first.recipe is FITS
    assert later[0].frame.index <= first.frame.index + 10  # those in work or ready
    assert len(later) > 80
    assert {number_of(result) for result in later} == {0}  # where red was, there is blue now: nothing


def test_a_recipe_that_does_not_fit_is_refused_and_the_stream_goes_on_with_the_one_before():
    with stream(FakeCapture([0.001] * 30), FITS, FakeModel(), policy="block") as live:
        next(live)
        with pytest.raises(InputMismatch, match=r"set size=\(4, 4\)"):
            live.recipe = Recipe(size=(5, 5), range="raw")
        with pytest.raises(InvalidValue, match="recipe or a function"):
            live.recipe = "smaller"
        assert {result.recipe for result in live} == {FITS}


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        pytest.param({"policy": "newest"}, UnknownName, "no policy named 'newest'", id="no such policy"),
        pytest.param({"workers": 0}, InvalidValue, "workers is a whole number", id="nobody works"),
        pytest.param({"limit": 0}, InvalidValue, "limit is a whole number", id="nothing is shown"),
        pytest.param({"recipe": None}, InvalidValue, "a model needs a recipe", id="no recipe"),
        pytest.param({"recipe": Recipe(size=(9, 9), range="raw")}, InputMismatch, "set size", id="does not fit"),
        pytest.param({"boxes": "circles"}, UnknownName, "circles", id="no such boxes"),
    ],
)
def test_what_makes_no_stream_is_refused_before_anything_runs(options, error, says):
    capture = FakeCapture([0])
    with pytest.raises(error, match=says):
        stream(capture, **{"recipe": FITS, "model": FakeModel()} | options)
    assert capture.delivered == 0


def test_a_file_that_is_not_there_is_told_before_a_model_is_loaded():
    with pytest.raises(UnreadableSource, match=r"nowhere\.mp4 does not exist"):
        stream("nowhere.mp4", FITS, "no such model either")
