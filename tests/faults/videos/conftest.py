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
    """Return the function that tells a row, without the port numbers of servers on this machine."""
    return lambda outcome, seen: told(outcome, re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8554", seen))
