import pytest

from scripts.set_up import chromium, system
from scripts.set_up.checkout import Checkout
from scripts.set_up.console import CommandFailed, SetUpError
from scripts.set_up.installer import Installer, locked_entry, locked_names, locked_version, uv_variables
from scripts.set_up.locks import refuse_addresses

LOCK = """\
# remark
numpy==2.4.6 ; python_full_version < '3.12' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via keras
numpy==2.5.5 ; python_full_version >= '3.12' \\
    --hash=sha256:cc
    # via keras
uv==0.13.8 \\
    --hash=sha256:dd
uvloop==1.0 \\
    --hash=sha256:ee
"""


def test_a_package_is_taken_out_of_a_lock_with_its_hashes_and_without_remarks():
    assert locked_entry(LOCK, "uv") == "uv==0.13.8 \\\n    --hash=sha256:dd\n"
    assert [line.split(":")[-1] for line in locked_entry(LOCK, "numpy").splitlines() if "--hash" in line] == [
        "aa \\",
        "bb",
        "cc",
    ]


@pytest.mark.parametrize(("package", "version"), [("uv", "0.13.8"), ("numpy", "2.4.6"), ("uvloop", "1.0")])
def test_the_version_of_a_locked_package(package, version):
    assert locked_version(LOCK, package) == version


def test_packages_of_a_lock_are_counted_once():
    assert locked_names(LOCK) == ["numpy", "uv", "uvloop"]


def test_a_package_that_is_not_locked_is_an_error():
    with pytest.raises(SetUpError, match="has no pandas"):
        locked_entry(LOCK, "pandas")


@pytest.mark.parametrize(
    ("environment", "pip_index", "variables"),
    [
        pytest.param({}, "", {}, id="nothing configured"),
        pytest.param({}, "http://mirror/simple", {"UV_DEFAULT_INDEX": "http://mirror/simple"}, id="pip's mirror"),
        pytest.param({"UV_DEFAULT_INDEX": "x"}, "http://mirror/simple", {}, id="uv has its own"),
        pytest.param({"UV_INDEX_URL": "x"}, "http://mirror/simple", {}, id="uv has its own, by the old name"),
    ],
)
def test_uv_asks_the_mirror_that_pip_is_configured_for(environment, pip_index, variables):
    assert uv_variables(environment, pip_index) == variables


class NoPip:
    """Commands of a Python that has no pip to lend; one of an environment's own works where it is there at last."""

    def __init__(self, checkout: Checkout, *, works: bool) -> None:
        self.pip, self.works = checkout.venv / "lib" / "python3.11" / "site-packages" / "pip", works
        self.said: list[str] = []

    def __call__(self, *words: object, variables: object = None) -> str:
        self.said.append("lent" if "--python" in words else str(words[2]))
        if self.said[-1] == "ensurepip":
            self.pip.mkdir(parents=True)
        elif self.said[-1] == "lent" or not self.works:
            raise CommandFailed("pip", "No module named pip")
        return ""


@pytest.mark.parametrize("works", [True, False], ids=["which reaches the packages", "which reaches nothing"])
def test_where_python_has_no_pip_to_lend_the_environment_gets_its_own(tmp_path, works):
    checkout = Checkout(tmp_path)
    checkout.state.mkdir(parents=True)
    checkout.lock.write_text(LOCK)
    run = NoPip(checkout, works=works)
    assert Installer(checkout, run).bootstrap_uv() == works
    assert run.said == ["lent", "ensurepip", "pip"]


@pytest.mark.parametrize(
    "line",
    ["--index-url http://mirror", "uv @ file:///x", "--find-links /wheels", "# from https://mirror/simple"],
)
def test_a_lock_with_an_address_is_refused(tmp_path, line):
    lock = tmp_path / "requirements.lock"
    lock.write_text(LOCK)
    refuse_addresses(lock)
    lock.write_text(LOCK + line + "\n")
    with pytest.raises(SetUpError, match=r"requirements\.lock line 13 says where a package"):
        refuse_addresses(lock)


class Apt:
    """apt-get whose lists may be too old, or which knows nothing."""

    def __init__(self, *, stale: bool = False, broken: bool = False) -> None:
        self.stale, self.broken = stale, broken
        self.said: list[str] = []

    def __call__(self, *words: object, variables: object = None) -> str:
        self.said.append(str(words[1]))
        if words[1] == "update":
            self.stale = False
        elif self.stale or self.broken:
            raise CommandFailed("apt-get", "Unable to locate package")
        return ""


@pytest.mark.parametrize(
    ("apt", "works", "said"),
    [
        pytest.param(Apt(), True, ["install"], id="at once"),
        pytest.param(Apt(stale=True), True, ["install", "update", "install"], id="after an update"),
        pytest.param(Apt(broken=True), False, ["install", "update", "install"], id="not at all"),
    ],
)
def test_system_packages_are_installed_with_an_update_only_where_it_is_needed(apt, works, said):
    assert system.install(apt, "libgl1") == works
    assert apt.said == said


@pytest.mark.parametrize(
    ("user", "switch", "allowed"),
    [
        pytest.param(0, None, True, id="root"),
        pytest.param(0, "no", False, id="root who said no"),
        pytest.param(1000, None, False, id="anyone else"),
    ],
)
def test_system_packages_are_root_s_affair(monkeypatch, user, switch, allowed):
    monkeypatch.setattr(system.os, "geteuid", lambda: user)
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.delenv(system.SWITCH, raising=False)
    if switch:
        monkeypatch.setenv(system.SWITCH, switch)
    assert system.may_install() == allowed


def test_the_first_way_to_a_browser_that_works_is_the_last_one_tried():
    tried = []

    def way(name: str, works: bool):
        return lambda: tried.append(name) or works

    chromium.first_that_works(way("system", False), way("playwright", True), way("never", True))
    assert tried == ["system", "playwright"]


def test_without_any_browser_one_line_says_what_to_type():
    with pytest.raises(SetUpError, match="apt-get install chromium") as refusal:
        chromium.first_that_works(lambda: False)
    assert "\n" not in str(refusal.value)


def test_a_chromium_that_only_points_to_a_store_does_not_count(monkeypatch, tmp_path):
    def run(program: str, *words: object, variables: object = None) -> str:
        raise CommandFailed(program, "this package is a stub")

    monkeypatch.setattr(chromium.shutil, "which", lambda name: str(tmp_path / name))
    assert not chromium.on_path(run)
