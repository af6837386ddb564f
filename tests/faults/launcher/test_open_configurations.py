"""Configuration files that would let others in, and requests of those who want to come in."""

import json
import re

import psutil
import pytest

from tests.faults.launcher.server import Lab, running, start

pytestmark = pytest.mark.slow

OPEN = """
from jupyter_server.auth.login import LoginHandler

class Everybody(LoginHandler):
    @classmethod
    def get_user(cls, handler):
        return "anybody"

c.ServerApp.login_handler_class = Everybody
c.ServerApp.ip = "0.0.0.0"
c.ServerApp.token = ""
c.IdentityProvider.token = ""
c.ServerApp.allow_origin = "*"
c.ServerApp.allow_credentials = True
c.ServerApp.allow_remote_access = True
c.ServerApp.allow_unauthenticated_access = True
c.ServerApp.disable_check_xsrf = True
c.KernelManager.ip = "0.0.0.0"
c.Session.key = b""
"""
EMPTY_PASSWORD = """
from jupyter_server.auth.security import passwd
c.PasswordIdentityProvider.hashed_password = passwd("", algorithm="sha1")
"""
OF_THE_OLD_NOTEBOOK = """
c.NotebookApp.ip = "0.0.0.0"
c.NotebookApp.token = ""
c.NotebookApp.allow_origin = "*"
c.NotebookApp.disable_check_xsrf = True
"""  # JupyterLab reads it too, and later than its command line
MINE = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A server started with everything open, in a folder with somebody's own work and a configuration file."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "work").mkdir()
    (folder / "work" / "classify_video.ipynb").write_text(json.dumps(MINE))
    (folder / "jupyter_server_config.py").write_text("open('was_run', 'w').close()")
    with running(folder, "work", configuration=OPEN, old=OF_THE_OLD_NOTEBOOK) as server:
        yield server


def test_a_configuration_that_listens_on_every_address(lab: Lab, told):
    heard = set()
    for _ in range(20):  # the system's list may lack one while others come and go
        sockets = psutil.Process(lab.process.pid).net_connections("inet")
        heard |= {found.laddr.ip for found in sockets if found.status == psutil.CONN_LISTEN}
    assert heard == {"127.0.0.1"}
    told("harmless", "it listens on 127.0.0.1 alone")


def test_a_configuration_that_empties_the_token(lab: Lab, told):
    assert len(lab.token) == 48
    assert [lab.ask("/api/contents")[0], lab.ask("/api/contents", **lab.signed)[0]] == [403, 200]
    told("harmless", "a token as always: 403 without it")


def test_a_configuration_whose_own_login_lets_everybody_in(lab: Lab, told):
    assert lab.ask("/api/me")[0] == 403
    told("harmless", "JupyterLab's own login, by token: 403 without it")


def test_a_configuration_that_serves_those_who_are_not_logged_in(lab: Lab, told):
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec_WebSocket_Key": "eA==",
        "Sec_WebSocket_Version": "13",
    }
    assert lab.ask("/terminals/websocket/1", **upgrade)[0] == 403
    told("harmless", "403 for a terminal without the token")


def test_a_configuration_that_lets_every_web_page_read(lab: Lab, told):
    cookie = lab.logged_in()
    assert lab.ask("/api/contents", Cookie=cookie)[0] == 200
    status, headers, _ = lab.ask("/api/contents", Cookie=cookie, Origin="http://evil.example")
    assert (status, headers["Access-Control-Allow-Origin"]) == (404, None)
    told("harmless", "404 for another page's request in the browser of somebody who is logged in")


def test_a_configuration_that_lets_every_web_page_send(lab: Lab, told):
    status, _, body = lab.ask("/api/kernels", method="POST", Cookie=lab.logged_in())
    assert (status, b"_xsrf" in body) == (403, True)
    told("harmless", "403 for a form of another page in the browser of somebody who is logged in")


def test_a_name_of_another_host_that_leads_here(lab: Lab, told):
    assert lab.ask("/api/contents", Host="evil.example", **lab.signed)[0] == 403
    told("harmless", "403 for a page that has its own name point here (DNS rebinding)")


def test_a_configuration_with_open_and_unsigned_kernels(lab: Lab, told):
    status, _, body = lab.ask("/api/kernels", method="POST", **lab.signed)
    assert status == 201
    file = lab.log.parent / "jupyter_runtime_dir" / f"kernel-{json.loads(body)['id']}.json"
    connection = json.loads(file.read_text())
    assert (connection["ip"], len(connection["key"])) == ("127.0.0.1", 48)
    assert file.stat().st_mode & 0o077 == 0
    told("harmless", "kernels listen on 127.0.0.1 and take signed messages only")


def test_a_configuration_file_in_the_current_folder(lab: Lab, told):
    assert not (lab.log.parent / "was_run").exists()
    told("harmless", "it is not read")


def test_a_look_at_the_list_of_processes(lab: Lab, told):
    assert lab.token not in " ".join(psutil.Process(lab.process.pid).cmdline())
    told("harmless", "the token is not in it")


def test_a_folder_with_notebooks_of_your_own(lab: Lab, told):
    folder = lab.log.parent / "work"
    assert [path.name for path in folder.iterdir() if path.suffix] == ["classify_video.ipynb"]
    assert json.loads((folder / "classify_video.ipynb").read_text()) == MINE
    told("harmless", "it is opened as it is; nothing is copied over it")


def test_a_configuration_with_an_empty_password(tmp_path, told):
    process, log = start(tmp_path, "work", configuration=EMPTY_PASSWORD)
    assert process.wait(300) == 2
    line = log.read_text().splitlines()[-1].removeprefix("workbench: ")
    assert not re.search(r"http://[\w.]+:\d+", log.read_text()), "it never listened"
    told("refused", line)
