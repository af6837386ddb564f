import pytest

from workbench.diagnose.search.needs import labelled_frames


@pytest.mark.parametrize(
    ("gap", "spread", "expected"),
    [
        pytest.param(1.0, 0.1, 5, id="a wide gap"),
        pytest.param(0.3, 0.1, 19, id="a small one"),
        pytest.param(0.3, 2.0, 121, id="one that most frames do not show"),
        pytest.param(0.05, 0.1, None, id="below what another recipe may suit a network better"),
        pytest.param(0.0, 0.0, None, id="none"),
    ],
)
def test_labelled_frames_grow_with_what_hides_the_gap(gap, spread, expected):
    assert labelled_frames(gap, spread) == expected
