import threading
import time
from functools import partial

import numpy as np
import pytest

from workbench.frames.frame import Frame
from workbench.inference.live.result import StreamResult
from workbench.views import courier as module
from workbench.views.courier import AHEAD, Courier

LONG_S = 60  # far longer than any of this takes; only a fault waits so long


def result(index):
    now = time.monotonic()
    return StreamResult(Frame(np.zeros((2, 2, 3), np.uint8), index), None, now - 1, now)


@pytest.fixture
def sent():
    return []


@pytest.fixture
def seen():
    return []


@pytest.fixture
def courier(monkeypatch, sent, seen):
    monkeypatch.setattr(module, "NEWS_S", 1e5)
    monkeypatch.setattr(module, "BLIND_S", 1e5)
    made = Courier(lambda number, given: sent.append((number, given)), lambda given, now: seen.append(given))
    wait(lambda: len(sent) == 1)  # the first news
    made.acknowledge(1)
    sent.clear()
    yield made
    made.close()


def wait(true):
    end = time.monotonic() + LONG_S
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)


def taken(courier, sent, index):
    """Whether a result was sent, or has to wait for room."""
    return len(sent) == index + 1 or courier.unacknowledged == AHEAD


def indices(sent):
    return [given.frame.index for _, given in sent]


def test_the_newest_goes_once_there_is_room(courier, sent):
    for index in range(50):
        courier.offer(result(index))
        wait(partial(taken, courier, sent, index))
    wait(lambda: len(sent) == AHEAD)
    assert courier.unacknowledged == AHEAD
    assert indices(sent) == [0, 1]
    courier.acknowledge(sent[0][0])
    wait(lambda: len(sent) == 3)
    assert indices(sent) == [0, 1, 49]


def test_an_acknowledgement_speaks_for_all_before_it(courier, sent, seen):
    courier.offer(result(0))
    wait(lambda: len(sent) == 1)
    courier.offer(result(1))
    wait(lambda: len(sent) == 2)
    courier.acknowledge(sent[1][0])
    assert courier.unacknowledged == 0
    assert [given.frame.index for given in seen] == [1]
    courier.acknowledge(sent[0][0])  # late, from another page
    assert len(seen) == 1


def test_held_back_it_sends_news_and_no_pictures(courier, sent, monkeypatch):
    courier.hold(True)
    monkeypatch.setattr(module, "NEWS_S", 0.01)
    courier.resend()
    courier.offer(result(0))
    wait(lambda: sent)
    assert [given for _, given in sent] == [None]
    courier.acknowledge(sent[-1][0])
    courier.hold(False)
    courier.offer(result(7))
    wait(lambda: sent[-1][1] is not None)
    assert sent[-1][1].frame.index == 7


def test_the_last_results_can_be_asked_for_by_number(courier, sent):
    for index in range(20):
        courier.offer(result(index))
        wait(partial(taken, courier, sent, index))
        courier.acknowledge(sent[-1][0])
    number, given = sent[-3]
    assert courier.result(number) is given
    assert courier.result(sent[0][0]) is None


def test_where_answers_wait_for_a_cell_a_few_pictures_go_without(courier, sent, monkeypatch):
    monkeypatch.setattr(module, "BLIND_S", 0.001)
    monkeypatch.setattr(module, "BLIND", 3)
    courier.acknowledge(0)  # a page that has answered before
    for index in range(AHEAD + 3):
        courier.offer(result(index))
        wait(lambda: len(sent) > index)  # noqa: B023 - called at once
    courier.offer(result(99))
    time.sleep(0.05)
    assert len(sent) == AHEAD + 3
    courier.acknowledge(10**6)
    wait(lambda: sent[-1][1].frame.index == 99)


def test_what_is_slow_to_post_holds_up_nobody():
    go, sent = threading.Event(), []

    def post(number, given):
        go.wait(LONG_S)
        sent.append(given)

    courier = Courier(post, lambda given, now: None)
    for index in range(100):
        courier.offer(result(index))
    assert sent == []  # it is posting still
    go.set()
    wait(lambda: sent and sent[-1] is not None)
    assert sent[-1].frame.index == 99
    courier.close()
    courier.close()
