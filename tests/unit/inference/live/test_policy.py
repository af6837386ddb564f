import pytest

from workbench.errors import InvalidValue, UnknownName
from workbench.inference.live import Policy, block, drop_oldest, latest, parse_policy, sample


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        pytest.param("latest", latest(), id="latest"),
        pytest.param("block()", block(), id="with empty brackets"),
        pytest.param("drop_oldest(3)", drop_oldest(3), id="a count"),
        pytest.param("drop_oldest( count = 3 )", drop_oldest(3), id="a count by name"),
        pytest.param("drop_oldest", drop_oldest(8), id="eight by default"),
        pytest.param("sample(every=5)", sample(every=5), id="every fifth"),
        pytest.param("sample(fps=2.5)", sample(fps=2.5), id="so many a second"),
    ],
)
def test_a_policy_is_read_from_its_text_and_written_as_such(text, policy):
    assert parse_policy(text) == policy
    assert parse_policy(str(policy)) == policy
    assert parse_policy(policy) is policy


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("drop_oldest(0)", "whole number from 1; got 0", id="nobody may wait"),
        pytest.param("drop_oldest(2.5)", "whole number from 1; got 2.5", id="half a frame"),
        pytest.param("sample(every=0)", "whole number from 1; got 0", id="every none"),
        pytest.param("sample(fps=0)", "above 0", id="none a second"),
        pytest.param("sample", "one of every=k", id="neither"),
        pytest.param("sample(every=2, fps=3)", "one of every=k", id="both"),
        pytest.param("latest(3)", "a policy is latest, block", id="a number that it has not"),
        pytest.param("sample(step=3)", "a policy is latest, block", id="an argument that it has not"),
        pytest.param("drop_oldest(1.2.3)", "a policy is latest, block", id="no number that there is"),
        pytest.param("block(now)", "a policy is latest, block", id="no number"),
        pytest.param("drop oldest", "a policy is latest, block", id="no name"),
        pytest.param(3, "a policy is latest, block", id="no text"),
    ],
)
def test_what_is_no_policy_is_refused_with_what_is_one(text, says):
    with pytest.raises(InvalidValue, match=says):
        parse_policy(text)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param({"kind": "latest", "count": 3}, id="one that this kind has not"),
        pytest.param({"kind": "drop_oldest"}, id="none where one is needed"),
        pytest.param({"kind": "drop_oldest", "count": 2, "fps": 3}, id="one too many"),
    ],
)
def test_a_policy_made_by_hand_is_held_to_the_same(numbers):
    with pytest.raises(InvalidValue, match="a policy is latest, block"):
        Policy(**numbers)


def test_a_name_near_a_policy_is_told():
    with pytest.raises(UnknownName, match="did you mean 'latest'"):
        parse_policy("lastest")
    with pytest.raises(UnknownName, match="did you mean 'latest'"):
        Policy("lastest")


def test_only_block_loses_nothing():
    assert [Policy("block").loses, latest().loses, drop_oldest(2).loses, sample(every=2).loses] == [False, *[True] * 3]
