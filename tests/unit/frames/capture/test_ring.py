"""Pictures through shared memory."""

import os

import numpy as np
import pytest

from workbench.frames.capture.ring import SLOTS, RingReader, RingWriter, shared_file


@pytest.fixture
def ring():
    file = shared_file()
    reader = RingReader(file)
    yield RingWriter(os.dup(file)), reader
    reader.close()


def picture(height, width, value):
    return np.full((height, width, 3), value, np.uint8)


def test_what_is_put_is_seen_by_the_reader(ring):
    writer, reader = ring
    image = np.random.default_rng(0).integers(0, 255, (5, 7, 3), np.uint8)
    assert np.array_equal(reader.look(writer.put(image), image.shape), image)


def test_a_full_ring_takes_nothing_until_a_place_is_given_back(ring):
    writer, _ = ring
    places = [writer.put(picture(4, 4, value)) for value in range(SLOTS)]
    assert len(set(places)) == SLOTS
    assert writer.put(picture(4, 4, 9)) is None
    writer.release(places[2])
    assert writer.put(picture(4, 4, 9)) == places[2]


@pytest.mark.parametrize("size", [(200, 300), (2, 2)], ids=["larger", "smaller"])
def test_a_picture_that_is_still_held_survives_a_change_of_size(ring, size):
    writer, reader = ring
    held = reader.look(writer.put(picture(100, 100, 7)), (100, 100, 3))
    later = [reader.look(writer.put(picture(*size, value)), (*size, 3)).copy() for value in range(3)]
    assert (held == 7).all()
    assert [int(each[0, 0, 0]) for each in later] == [0, 1, 2]


def test_places_from_before_a_growth_are_not_used_again(ring):
    writer, reader = ring
    old = writer.put(picture(10, 10, 1))
    new = [writer.put(picture(900, 900, value)) for value in range(SLOTS)]
    writer.release(old)
    assert writer.put(picture(900, 900, 5)) is None
    assert [int(reader.look(each, (900, 900, 3))[0, 0, 0]) for each in new] == [0, 1, 2, 3]


def test_a_place_given_back_twice_counts_once(ring):
    writer, _ = ring
    places = [writer.put(picture(4, 4, value)) for value in range(SLOTS)]
    writer.release(places[0])
    writer.release(places[0])
    assert [writer.put(picture(4, 4, 9)), writer.put(picture(4, 4, 9))] == [places[0], None]


def test_a_picture_outside_the_memory_is_refused(ring):
    writer, reader = ring
    writer.put(picture(4, 4, 1))
    with pytest.raises(ValueError, match="does not lie within"):
        reader.look(1 << 40, (4, 4, 3))


def test_a_picture_can_be_looked_at_after_the_reader_is_closed(ring):
    writer, reader = ring
    image = reader.look(writer.put(picture(4, 4, 3)), (4, 4, 3))
    reader.close()
    reader.close()
    assert (image == 3).all()
    assert not image.flags.writeable
