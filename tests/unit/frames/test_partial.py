"""Damaged sources are taken when asked for, by argument or environment, and that is noted."""

import warnings

import pytest

from workbench.errors import DamageWarning, UnreadableSource
from workbench.frames import open_frames
from workbench.frames.partial import ALLOW, NOTES, allowing, damage_allowed, noted_damage


@pytest.mark.parametrize(
    ("asked", "environment", "allowed"),
    [
        pytest.param(None, None, False, id="nothing said"),
        pytest.param(None, "1", True, id="said by the environment"),
        pytest.param(None, "0", False, id="denied by the environment"),
        pytest.param(False, "1", False, id="the argument counts before the environment"),
        pytest.param(True, None, True, id="asked for"),
    ],
)
def test_a_damaged_source_is_taken_only_where_that_is_said(half, monkeypatch, asked, environment, allowed):
    monkeypatch.delenv(ALLOW, raising=False)
    if environment:
        monkeypatch.setenv(ALLOW, environment)
    assert damage_allowed(asked) is allowed
    if allowed:
        with pytest.warns(DamageWarning, match="cut short"):
            assert open_frames(half("mpeg4.avi"), allow_damaged=asked).damaged
    else:
        with pytest.raises(UnreadableSource, match="--allow-damaged"):
            open_frames(half("mpeg4.avi"), allow_damaged=asked)


def test_the_environment_is_put_back(monkeypatch):
    monkeypatch.setenv(ALLOW, "0")
    with allowing(True):
        assert damage_allowed(None)
    with allowing(False):
        assert not damage_allowed(None)
    monkeypatch.delenv(ALLOW)
    with allowing(True):
        assert damage_allowed(None)
    assert not damage_allowed(None)


def test_each_damaged_source_is_noted_once(half, clip, tmp_path, monkeypatch):
    monkeypatch.setenv(NOTES, str(tmp_path / "notes"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DamageWarning)
        for name in ("mpeg4.avi", "vp9.webm", "mpeg4.avi"):
            open_frames(half(name), allow_damaged=True)
        open_frames(clip("mpeg4.avi"), allow_damaged=True)
    first, second = noted_damage(tmp_path / "notes")
    assert first.startswith(f"{half('mpeg4.avi')} is damaged: cut short")
    assert second.startswith(f"{half('vp9.webm')} is damaged: cut short")
    assert noted_damage(tmp_path / "nothing") == ()
