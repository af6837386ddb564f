from collections.abc import Callable

import pytest

from scripts.set_up.checkout import Checkout
from scripts.set_up.console import SetUpError
from scripts.set_up.opencv import ensure_one_flavour, installed_flavours, mend

NO_GL = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory"


class Machine:
    """An import of cv2 that fails in the given ways, until something is done about it."""

    def __init__(self, problem: str | None, *, may_install: bool = False, cured_by: str = "") -> None:
        self.problem, self.may_install, self.cured_by = problem, may_install, cured_by
        self.done: list[str] = []

    def look(self) -> str | None:
        return None if self.cured_by in self.done else self.problem

    def install_libraries(self) -> bool:
        if self.may_install:
            self.done.append("libraries")
        return self.may_install

    def use_stand_in(self) -> None:
        self.done.append("headless")

    def mend(self) -> list[str]:
        return mend(self.look, self.install_libraries, self.use_stand_in)


def test_an_opencv_that_loads_is_left_alone():
    machine = Machine(None)
    assert machine.mend() == []
    assert machine.done == []


def test_missing_libraries_are_installed_where_that_is_allowed():
    machine = Machine(NO_GL, may_install=True, cured_by="libraries")
    [remark] = machine.mend()
    assert "libgl1" in remark
    assert machine.done == ["libraries"]


def test_headless_takes_the_place_where_nothing_may_be_installed_and_one_line_says_so():
    machine = Machine(NO_GL, cured_by="headless")
    [remark] = machine.mend()
    assert "libGL.so.1 is missing" in remark and "opencv-python-headless" in remark
    assert machine.done == ["headless"]


def test_headless_takes_the_place_where_the_installed_libraries_do_not_help():
    machine = Machine(NO_GL, may_install=True, cured_by="headless")
    assert "opencv-python-headless" in machine.mend()[0]
    assert machine.done == ["libraries", "headless"]


def test_what_cannot_be_mended_is_said_with_what_to_type():
    with pytest.raises(SetUpError, match=r"libGL\.so\.1.*type: make clean setup"):
        Machine(NO_GL).mend()


def test_an_import_that_fails_for_another_reason_changes_no_package():
    machine = Machine("ModuleNotFoundError: No module named 'numpy'", may_install=True)
    with pytest.raises(SetUpError, match="numpy"):
        machine.mend()
    assert machine.done == []


class Installer:
    """Notes what is removed."""

    def __init__(self) -> None:
        self.removed: list[str] = []

    def remove(self, *packages: str) -> None:
        self.removed += packages


@pytest.fixture
def environment(tmp_path) -> Callable[..., Checkout]:
    """Return a function that makes an environment in which the named packages look installed."""

    def make(*names: str) -> Checkout:
        folder = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages"
        for name in ("numpy", *names):
            (folder / f"{name.replace('-', '_')}-5.0.0.93.dist-info").mkdir(parents=True)
        return Checkout(tmp_path)

    return make


@pytest.mark.parametrize(
    ("there", "removed"),
    [
        pytest.param((), [], id="none yet"),
        pytest.param(("opencv-python",), [], id="the declared one alone"),
        pytest.param(("opencv-python-headless",), ["opencv-python-headless"], id="the stand-in"),
        pytest.param(
            ("opencv-python", "opencv-python-headless"),
            ["opencv-python", "opencv-python-headless"],
            id="two: both go, since removing one takes files of the other",
        ),
        pytest.param(("opencv-contrib-python",), ["opencv-contrib-python"], id="contrib"),
    ],
)
def test_never_two_flavours(environment, there, removed):
    installer = Installer()
    ensure_one_flavour(environment(*there), installer)
    assert installer.removed == removed


def test_flavours_are_read_off_the_files_of_an_environment(environment):
    site_packages = environment("opencv-python-headless").venv / "lib" / "python3.11" / "site-packages"
    assert installed_flavours(site_packages) == ["opencv-python-headless"]
