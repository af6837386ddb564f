"""What `workbench lab` refuses before it loads JupyterLab."""

import socket

import pytest

from tests.unit.cli.command_line import expect_refusal, run


@pytest.fixture(autouse=True)
def no_token(monkeypatch):
    for name in ("JUPYTER_TOKEN", "JUPYTER_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("variable", "text", "words", "message"),
    [
        pytest.param("", "", ["--ip", "0.0.0.0"], "JUPYTER_TOKEN", id="an open address without a token"),
        pytest.param("", "", ["--ip", "*"], "JUPYTER_TOKEN", id="an open address written *"),
        pytest.param("", "", ["--ip", ""], "JUPYTER_TOKEN", id="an open address written as nothing"),
        pytest.param("", "", ["--ip", "::"], "JUPYTER_TOKEN", id="an open address of IPv6"),
        pytest.param("", "", ["--ip", "0"], "JUPYTER_TOKEN", id="an open address written 0"),
        pytest.param("JUPYTER_TOKEN", "abc", ["--ip", "0.0.0.0"], "3 characters", id="an open address, a token of abc"),
        pytest.param("JUPYTER_TOKEN", "", [], "0 characters", id="an empty token"),
        pytest.param("JUPYTER_TOKEN", " " * 40, [], "0 characters", id="a token of blanks"),
        pytest.param("JUPYTER_TOKEN_FILE", "token.txt", [], "0 characters", id="an empty token file"),
        pytest.param("JUPYTER_TOKEN_FILE", "gone.txt", [], "No such file", id="a token file that is not there"),
        pytest.param("", "", ["--IdentityProvider.token="], "is set by", id="an empty token as an option"),
        pytest.param("", "", ["--NotebookApp.token="], "is set by", id="an empty token by its old name"),
        pytest.param("", "", ["--ServerApp.ip=0.0.0.0"], "is set by", id="an open address by its long name"),
        pytest.param("", "", ["--ServerApp.disable_check_xsrf=True"], "is set by", id="an option that lets pages send"),
        pytest.param("", "", ["--sock=lab.sock"], "is set by", id="a socket file instead of a port"),
        pytest.param("", "", ["--ip", "no.such.invalid"], "is no address that", id="an address that is none"),
        pytest.param("", "", ["token.txt"], "cannot be opened as a folder", id="a file where a folder was meant"),
        pytest.param("", "", ["token.txt/new"], "cannot be opened as a folder", id="a folder inside a file"),
        pytest.param("", "", ["one", "two"], "one folder", id="two folders"),
        pytest.param("", "", ["--port", "99999"], "65535", id="a port that cannot be"),
    ],
)
def test_it_does_not_start(variable, text, words, message, folder, refused, monkeypatch):
    (folder / "token.txt").touch()
    if variable:
        monkeypatch.setenv(variable, text)
    refused("lab", *words, message=message)


def test_a_port_that_is_taken(told, folder, monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer = run(monkeypatch, capsys, "lab", "--port", str(port))
    expect_refusal(answer, f"--port {port} cannot be had")
    told("refused", answer[2].strip().removeprefix("workbench: ").replace(str(port), "8888"))
