import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.models.training import cut_parts


def photo(seed, height=70, width=83):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def place_of(part, in_photo):
    """Return top and left of a part in a photo of noise, where it is once."""
    hits = np.argwhere((in_photo[..., :] == part[0, 0]).all(axis=2))
    side = len(part)
    return next((y, x) for y, x in hits if np.array_equal(in_photo[y : y + side, x : x + side], part))


def test_no_pixel_is_both_learned_from_and_held_out():
    photos = [photo(0), photo(1)]
    parts = cut_parts(photos, side=16, learned=41, seed=0)
    for number, (one, tiles) in enumerate(zip(photos, (6, 4), strict=True)):  # of 4 x 5, shifted by the number
        kinds = ((parts.learned, parts.learned_truth), (parts.held, parts.held_truth))
        seen = [np.zeros(one.shape[:2], int) for _ in kinds]
        for mask, (pictures, truth) in zip(seen, kinds, strict=True):
            for part in pictures[truth == number]:
                top, left = place_of(part, one)
                mask[top : top + 16, left : left + 16] += 1
        assert not ((seen[0] > 0) & (seen[1] > 0)).any()
        assert seen[1].max() == 1  # tiles held out share no pixel
        assert seen[1].sum() == tiles * 16 * 16
    assert np.bincount(parts.learned_truth).tolist() == [21, 20]


def test_the_same_seed_gives_the_same_parts():
    photos = [photo(0), photo(1)]
    a, b, other = (cut_parts(photos, side=16, learned=10, seed=seed) for seed in (3, 3, 4))
    assert np.array_equal(a.learned, b.learned)
    assert not np.array_equal(a.learned, other.learned)
    assert np.array_equal(a.held, other.held)


@pytest.mark.parametrize(
    ("photos", "said"),
    [
        pytest.param([photo(0)], "two photos or more; got 1", id="one photo"),
        pytest.param([photo(0), photo(1, height=40)], "photo 1 is 40 x 83: 4 x 4 parts of 16", id="too small"),
    ],
)
def test_photos_that_cannot_be_cut_are_refused(photos, said):
    with pytest.raises(InvalidValue, match=said):
        cut_parts(photos, side=16, learned=10, seed=0)
