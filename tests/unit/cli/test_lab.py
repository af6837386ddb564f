import pytest

from tests.unit.cli.command_line import expect_refusal, run
from workbench.cli import lab
from workbench.errors import InvalidValue
from workbench.reports.scenarios import notebook_folder

SECRET = "a-token-of-my-own-choice"


@pytest.fixture
def given(monkeypatch):
    """Return what JupyterLab is started with, and whether its token may be shown."""
    for name in ("JUPYTER_TOKEN", "JUPYTER_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    given = []

    def serve(settings, extra, *, generated):
        given.extend([*(f"--{name}={value}" for name, value in settings.items()), *extra, generated])

    monkeypatch.setattr(lab, "serve", serve)
    return given


def test_without_a_word_it_opens_the_checkout_for_this_machine_with_a_new_token(given, monkeypatch, capsys):
    assert run(monkeypatch, capsys, "lab") == (0, "", "")
    settings = dict(word.removeprefix("--").split("=", 1) for word in given[:-1])
    assert settings["ServerApp.root_dir"] == str(notebook_folder())
    assert (settings["ServerApp.ip"], settings["ServerApp.allow_remote_access"]) == ("127.0.0.1", "False")
    assert len(settings["IdentityProvider.token"]) == 48
    assert given[-1] is True
    first, given[:] = settings["IdentityProvider.token"], []
    run(monkeypatch, capsys, "lab")
    assert f"--IdentityProvider.token={first}" not in given


@pytest.mark.parametrize("ip", ["0.0.0.0", "::", "*", ""])
def test_an_open_address_takes_a_token_of_ones_own_which_is_not_shown(ip, given, monkeypatch, capsys):
    monkeypatch.setenv("JUPYTER_TOKEN", SECRET)
    assert run(monkeypatch, capsys, "lab", "--ip", ip) == (0, "", "")
    assert {f"--ServerApp.ip={ip}", f"--IdentityProvider.token={SECRET}"} < set(given)
    assert "--ServerApp.allow_root=False" in given
    assert given[-1] is False


@pytest.mark.parametrize("ip", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_an_address_of_this_machine_alone_needs_none(ip, given, monkeypatch, capsys):
    assert run(monkeypatch, capsys, "lab", "--ip", ip) == (0, "", "")
    assert f"--ServerApp.ip={ip}" in given


def test_a_token_file_may_end_with_a_new_line(given, monkeypatch, capsys, tmp_path):
    (tmp_path / "token").write_text(f"{SECRET}\n")
    monkeypatch.setenv("JUPYTER_TOKEN_FILE", str(tmp_path / "token"))
    run(monkeypatch, capsys, "lab")
    assert f"--IdentityProvider.token={SECRET}" in given


def test_other_options_are_handed_to_jupyterlab(given, monkeypatch, capsys, tmp_path):
    run(monkeypatch, capsys, "lab", "--debug", str(tmp_path / "a"), "--ServerApp.base_url=/lab", "--no-browser")
    assert given[-3:] == ["--debug", "--ServerApp.base_url=/lab", True]
    assert {"--ServerApp.open_browser=False", f"--ServerApp.root_dir={tmp_path / 'a'}"} < set(given)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        pytest.param("--foo", "no option of `workbench lab` or of JupyterLab named 'foo'", id="nobody's option"),
        pytest.param("--no-browse", "did you mean 'no-browser'?", id="ours, misspelt"),
        pytest.param("--LogLevel=DEBUG", "did you mean 'log-level'?", id="JupyterLab's, misspelt"),
        pytest.param("--log-level", "takes a value, in one word: --log-level=VALUE", id="without its value"),
        pytest.param("--ServerApp.base_url", "--ServerApp.base_url=VALUE", id="a long name without its value"),
    ],
)
def test_an_option_that_jupyterlab_has_not_is_one_line_of_ours(given, monkeypatch, capsys, word, message):
    expect_refusal(run(monkeypatch, capsys, "lab", word), message)
    assert given == []


def test_a_port_that_is_named_is_the_only_one(given, monkeypatch, capsys, free_port):
    run(monkeypatch, capsys, "lab", "--port", str(free_port))
    assert {f"--ServerApp.port={free_port}", "--ServerApp.port_retries=0"} < set(given)


@pytest.fixture
def free_port():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.mark.parametrize("there", [pytest.param(False, id="new"), pytest.param(True, id="empty")])
def test_a_folder_without_anything_gets_every_notebook(tmp_path, there):
    folder = tmp_path / "above" / "mine"
    if there:
        folder.mkdir(parents=True)
    assert lab.notebooks_in(folder) == folder
    shipped = {path.name: path.read_bytes() for path in notebook_folder().glob("*.ipynb")}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == shipped != {}
    assert list(folder.parent.iterdir()) == [folder]


def test_a_copy_that_is_stopped_leaves_nothing_and_is_made_anew(tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    with monkeypatch.context() as patch:
        patch.setattr(lab.shutil, "copy", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            lab.notebooks_in(folder)
    assert list(tmp_path.iterdir()) == []
    lab.notebooks_in(folder)
    assert len(list(folder.iterdir())) == len(list(notebook_folder().glob("*.ipynb")))


def test_a_wheel_needs_a_folder_for_the_copy(tmp_path, monkeypatch):
    monkeypatch.setattr("workbench.samples.store.CHECKOUT", tmp_path)
    with pytest.raises(InvalidValue, match="workbench lab FOLDER"):
        lab.notebooks_in(None)
