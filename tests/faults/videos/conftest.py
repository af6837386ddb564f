"""Clips for the tests of faults, each encoded once."""

import pytest

from tests.faults.videos.clips import clip


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("clips")


@pytest.fixture
def clip_of(clip_folder):
    """Return a function: the name of a clip -> its bytes."""
    return lambda name: clip(name, clip_folder)
