"""Faults of a network source, caused on real servers: what a stream shows meanwhile, and that it comes back."""

import itertools
import os
import signal
import time

import pytest

from workbench.errors import UnreadableSource
from workbench.frames.capture import retrying

pytestmark = pytest.mark.slow
BOTH = pytest.mark.parametrize("kind", ["mjpeg", "rtsp"])


def rising(numbers):
    return all(one < other for one, other in itertools.pairwise(numbers))


def steps(stamps, length=100):
    """How many pictures each is after the one before, in a clip that is played round and round."""
    return [(other - one) % length for one, other in itertools.pairwise(stamps)]


@pytest.mark.parametrize(("kind", "decode"), [("mjpeg", "cv2"), ("rtsp", "cv2"), ("mjpeg", "pyav"), ("rtsp", "pyav")])
def test_pictures_come_whole_in_order_and_the_missing_are_counted(served, watch, of_the_clip, kind, decode):
    watched = watch(served(kind).url, decode=decode, keep=20, policy="block")
    watched.until_shown(20)
    assert all(of_the_clip(result) for result in watched.results)
    shown = tuple(watched.shown)  # and while this is looked at more come
    indices = [each.index for each in shown]
    assert rising(indices)
    assert steps([each.stamp for each in shown]) == steps(indices)  # those that were lost have numbers, too


@pytest.mark.parametrize("decode", ["cv2", "pyav"])
def test_no_picture_of_an_rtsp_source_is_kept_back_while_it_is_opened(served, watch, decode):
    watched = watch(served("rtsp", fault="stall 12").url, decode=decode)
    watched.wait(lambda: watched.shown)  # FFmpeg's guess at the frame rate takes 29, which would all look new


@BOTH
def test_a_server_that_is_killed_and_comes_back_is_found_again(served, watch, of_the_clip, told, kind):
    server = served(kind)
    watched = watch(server.url, keep=500)
    watched.until_shown(5)
    server.kill()
    watched.until_phase("reconnecting")  # and waits for no picture
    again_s = time.monotonic()
    server.start()
    watched.wait(lambda: sum(result.captured_s > again_s for result in tuple(watched.results)) >= 5)
    assert watched.stream.state.phase == "live"
    assert watched.stream.state.reconnects == 1
    assert any("next try in 0.5 s" in each for each in told), told
    assert rising([each.index for each in watched.shown])
    assert all(of_the_clip(result) for result in watched.results)


def test_a_source_that_stalls_is_noticed_and_opened_again(served, watch):
    server = served("rtsp")
    watched = watch(server.url, read_timeout_s=1.0)
    watched.until_shown(3)
    server.freeze()  # its connections stay open, and new ones are taken but not answered
    watched.until_phase("reconnecting")
    server.thaw()
    watched.until_shown(3)
    watched.until_phase("live")


def test_a_source_that_closes_again_and_again_goes_on_each_time(served, watch, of_the_clip):
    server = served("mjpeg", fault="close 8")
    watched = watch(server.url, keep=100, policy="block", retry_s=1.0)  # which counts anew whenever it was there
    watched.wait(lambda: watched.shown and watched.shown[-1].index >= 18)
    assert watched.stream.state.reconnects >= 2
    assert rising([each.index for each in watched.shown])
    assert all(each.stamp == each.index % 8 for each in watched.shown)
    assert all(of_the_clip(result) for result in watched.results)


@pytest.mark.parametrize(
    ("kind", "fault", "broken"),
    [
        pytest.param("mjpeg", "truncate 4", {4, 8, 12, 16}, id="JPEGs cut in half"),
        pytest.param("mjpeg", "mutate 4", {4, 8, 12, 16}, id="JPEGs with changed bytes"),
        pytest.param("rtsp", "mutate 7", {7, 8, 9, *range(14, 20)}, id="H.264, up to the next key picture, one of 10"),
    ],
)
def test_broken_pictures_are_counted_and_not_shown(served, watch, of_the_clip, kind, fault, broken):
    watched = watch(served(kind, fault=fault).url, decode="pyav", keep=100, policy="block")
    watched.wait(lambda: watched.shown and watched.shown[-1].index >= 20)
    indices = {each.index for each in watched.shown}
    assert not indices & broken
    assert watched.stream.stats.dropped["broken"] >= len(broken)
    assert all(of_the_clip(result) for result in watched.results)
    assert watched.stream.state.attempt == 0  # it was not lost


@BOTH
def test_pictures_of_another_size_are_shown_in_it(served, watch, kind):
    server = served(kind)
    watched = watch(server.url, decode="pyav", policy="block")
    watched.until_shown(3)
    server.fault("size 0")
    watched.wait(lambda: watched.shown[-1].size == (136, 320))
    watched.until_shown(3)
    assert {each.size for each in watched.shown} == {(272, 640), (136, 320)}
    assert None not in {each.stamp for each in watched.shown}


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param("killed", id="nobody there"),
        pytest.param("missing", id="404"),
        pytest.param("wrong", id="a page instead of a video"),
        pytest.param("close 0", id="closed without an answer"),
    ],
)
@BOTH
def test_a_source_that_is_no_video_is_refused_at_once(served, watch, kind, fault):
    server = served(kind)
    server.kill() if fault == "killed" else server.fault(fault)
    with pytest.raises(UnreadableSource, match="cannot be opened") as caught:
        watch(server.url, retry_s=10_000)  # a source that is lost is looked for so long
    assert "\n" not in str(caught.value)


def test_a_source_that_never_answers_is_refused_in_time(served, watch):
    server = served("mjpeg", fault="stall 0")
    with pytest.raises(UnreadableSource, match=r"127\.0\.0\.1.* does not answer within 2 s"):
        watch(server.url, open_timeout_s=2.0)


def test_a_source_that_does_not_come_back_ends_the_stream_with_one_line(served, watch):
    server = served()
    watched = watch(server.url, retry_s=1.2)
    watched.until_shown(3)
    server.kill()
    watched.until_over()
    assert isinstance(watched.error, UnreadableSource)
    assert "\n" not in str(watched.error)
    assert server.url in str(watched.error)


def test_the_reading_process_may_be_killed(served, watch, of_the_clip, told):
    watched = watch(served().url, keep=500)
    watched.until_shown(3)
    watched.traces.note()
    [child] = watched.traces.children
    os.kill(child, signal.SIGKILL)
    watched.wait(lambda: watched.stream.state.reconnects == 1)
    watched.until_shown(3)
    assert watched.stream.state.reconnects == 1
    assert any("SIGKILL" in each for each in told), told
    assert all(of_the_clip(result) for result in watched.results)


@pytest.mark.parametrize("moment", ["live", "silent", "reconnecting", "opening again", "nobody takes a result"])
def test_a_stream_stops_at_once_from_any_state(served, watch, monkeypatch, moment):
    server = served()
    read_timeout_s = 1.0 if moment == "opening again" else 1000.0
    watched = watch(
        server.url, read_timeout_s=read_timeout_s, pause_s=0.7 if moment == "nobody takes a result" else 0.0
    )
    watched.until_shown(2)
    if moment == "silent":
        server.freeze()
        time.sleep(0.3)
        assert watched.stream.state.phase == "live"
    elif moment == "reconnecting":
        monkeypatch.setattr(retrying, "FIRST_S", 1000)  # until it is tried again
        monkeypatch.setattr(retrying, "LONGEST_S", 1000)
        server.kill()
        watched.until_phase("reconnecting")
    elif moment == "opening again":
        server.freeze()
        watched.until_phase("reconnecting")
        time.sleep(1.5)  # past the pause before the first try
    watched.close()
    assert watched.stream.state.phase == "stopped"
