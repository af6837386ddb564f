"""Clips for the tests of faults, each encoded once."""

import re

import pytest

from tests.faults.videos.clips import clip


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("clips")


@pytest.fixture
def clip_of(clip_folder):
    """Return a function: the name of a clip -> its bytes."""
    return lambda name: clip(name, clip_folder)


@pytest.fixture
def told(told):
    """Return the function that tells a row, without port numbers of servers here, OpenCV's version and digests."""

    def tell(outcome, seen):
        for pattern, word in (
            (r"127\.0\.0\.1:(?!99999)\d{4,5}", "127.0.0.1:8554"),
            (r"OpenCV \d+\.\d+\.\d+", "OpenCV"),
            (r"\b[0-9a-f]{8}\.\.\. here", "... here"),
            (r"\d+ of 90 (?=frames are broken \(is it encrypted)", "90 of 90 "),  # noise decodes now and then
        ):
            seen = re.sub(pattern, word, seen)
        told(outcome, seen)

    return tell
