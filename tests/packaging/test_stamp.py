from dataclasses import replace

import pytest

from scripts.set_up import stamp
from scripts.set_up.checkout import Checkout
from scripts.set_up.stamp import Stamp, decide

WANT = Stamp("complete", "abc", "3.11", "/here/.venv")


@pytest.mark.parametrize(
    ("found", "python", "decision"),
    [
        pytest.param(WANT, "3.11", "ready", id="nothing changed"),
        pytest.param(replace(WANT, digest="old"), "3.11", "refresh", id="the lock changed"),
        pytest.param(None, "3.11", "refresh", id="made by hand"),
        pytest.param(None, None, "rebuild", id="not there"),
        pytest.param(WANT, None, "rebuild", id="removed, or its Python is gone"),
        pytest.param(None, "3.12", "rebuild", id="made by hand with another Python"),
        pytest.param(replace(WANT, python="3.12"), "3.12", "rebuild", id="another Python is asked for"),
        pytest.param(replace(WANT, state="unfinished"), "3.11", "rebuild", id="interrupted"),
        pytest.param(replace(WANT, place="/there/.venv"), "3.11", "rebuild", id="moved or copied"),
    ],
)
def test_what_there_is_to_do_follows_from_the_stamp(found, python, decision):
    assert decide(found, WANT, python) == decision


@pytest.fixture
def checkout(tmp_path):
    for name in ("requirements.lock", "requirements-headless.lock", "pyproject.toml"):
        (tmp_path / name).write_text(name)
    (tmp_path / "workbench").mkdir()
    (tmp_path / "workbench" / "__init__.py").write_text('x = 1\n__version__ = "1"\n')
    return Checkout(tmp_path)


def test_a_stamp_is_read_as_it_was_written(checkout):
    stamp.write(checkout, WANT)
    assert stamp.read(checkout) == WANT
    assert [path.name for path in checkout.state.iterdir()] == ["stamp.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": "complete"}', "\x00"])
def test_a_damaged_stamp_counts_as_none(checkout, text):
    checkout.state.mkdir(parents=True)
    (checkout.state / "stamp.json").write_text(text)
    assert stamp.read(checkout) is None


@pytest.mark.parametrize(
    ("name", "text", "changes"),
    [
        pytest.param("requirements.lock", "new", True, id="lock"),
        pytest.param("requirements-headless.lock", "new", True, id="second lock"),
        pytest.param("pyproject.toml", "new", True, id="project"),
        pytest.param("workbench/__init__.py", '__version__ = "2"\n', True, id="version"),
        pytest.param("workbench/__init__.py", 'x = 2\n__version__ = "1"\n', False, id="code"),
        pytest.param("README.md", "new", False, id="anything else"),
    ],
)
def test_the_stamp_covers_what_the_environment_is_made_from(checkout, name, text, changes):
    before = stamp.wanted(checkout)
    (checkout.root / name).write_text(text)
    assert (stamp.wanted(checkout) != before) == changes


@pytest.mark.parametrize(
    ("settings", "version"),
    [
        pytest.param("version = 3.12.1\n", "3.12", id="venv"),
        pytest.param("home = /usr/bin\nversion_info = 3.11.7.final.0\n", "3.11", id="virtualenv"),
        pytest.param("home = /usr/bin\n", None, id="unknown"),
    ],
)
def test_the_version_of_an_environment_is_read_without_starting_it(checkout, settings, version):
    checkout.python.parent.mkdir(parents=True)
    checkout.python.touch()
    (checkout.venv / "pyvenv.cfg").write_text(settings)
    assert stamp.installed_python(checkout) == version


def test_an_environment_whose_python_was_removed_has_none(checkout):
    checkout.python.parent.mkdir(parents=True)
    checkout.python.symlink_to("/no/such/python")
    (checkout.venv / "pyvenv.cfg").write_text("version = 3.11.7\n")
    assert stamp.installed_python(checkout) is None
