"""A clip is cut into segments of whole batches."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.inference.segments.ranges import ranges

NUMBERS = st.integers(1, 150)


@pytest.mark.parametrize(
    ("count", "keys", "starts"),
    [
        pytest.param(300, (), [0], id="half as long again is one segment"),
        pytest.param(700, (), [0, 256, 512], id="pictures are cut anywhere"),
        pytest.param(700, (0, 300, 600), [0, 304, 608], id="behind a key frame, at the next batch"),
        pytest.param(700, (0, 600), [0, 256, 608], id="a key frame too far away decides nothing"),
    ],
)
def test_segments_begin_where_decoding_may(count, keys, starts):
    assert [part.start for part in ranges(count, length=256, batch=16, keys=keys)] == starts


@settings(max_examples=40, deadline=None)
@given(NUMBERS, NUMBERS, st.integers(1, 40), st.sets(st.integers(0, 149)))
def test_segments_cover_every_frame_once_in_whole_batches(count, length, batch, keys):
    found = ranges(count, length=length, batch=batch, keys=sorted(keys))
    assert [number for part in found for number in part] == list(range(count))
    assert all(part.start % batch == 0 and len(part) for part in found)
