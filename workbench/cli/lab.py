"""`workbench lab`: JupyterLab on the notebooks, for this machine alone, and never without a token.

A JupyterLab runs whatever code it is sent. So what decides who may send some is set here, as if on the server's own
command line, kept before every configuration file, and looked at once more before the server listens.
"""

from __future__ import annotations

import ipaddress
import os
import secrets
import shutil
import socket
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.environment import PANEL
from workbench.cli.lab_words import expect_options, parted
from workbench.errors import InvalidValue, UnreadableSource

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

commands = typer.Typer()
LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"  # nosec B104  # what JupyterLab takes "" and "*" for; refused
SHORTEST = 16  # characters of a token of one's own: 64 bits where they are random hexadecimal digits
# What else opens a server, with the value that keeps it shut.
SHUT = {
    "ServerApp.allow_credentials": "False",
    "ServerApp.allow_origin": "",
    "ServerApp.allow_origin_pat": "",
    "ServerApp.allow_unauthenticated_access": "False",
    "ServerApp.disable_check_xsrf": "False",
    "ServerApp.identity_provider_class": "jupyter_server.auth.identity.PasswordIdentityProvider",
    "ServerApp.login_handler_class": "jupyter_server.auth.login.LoginHandler",
    "ServerApp.sock": "",
    "ServerApp.tornado_settings": "{}",
    "ServerApp.trust_xheaders": "False",
    "KernelManager.ip": LOOPBACK,
}
# Those of them that are found in the server as they were given.
PLAIN = (
    "ServerApp.ip",
    "ServerApp.allow_credentials",
    "ServerApp.allow_origin",
    "ServerApp.allow_origin_pat",
    "ServerApp.allow_unauthenticated_access",
    "ServerApp.disable_check_xsrf",
    "ServerApp.sock",
    "ServerApp.trust_xheaders",
)


@commands.command("lab", rich_help_panel=PANEL, context_settings={"ignore_unknown_options": True})
def lab(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FOLDER] [--JUPYTER.OPTION=VALUE]...", show_default=False, help="See above."),
    ] = None,
    ip: Annotated[str, typer.Option(help="Address to listen on; an open one needs a JUPYTER_TOKEN.")] = LOOPBACK,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="This port or none; else a free one.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser on it.")] = True,
) -> None:
    """Open JupyterLab on the notebooks: in FOLDER, where they are copied to if it is new or empty.

    Without FOLDER the notebooks of the checkout are opened themselves. The server listens on this machine only and asks
    for a token: one of its own, or what JUPYTER_TOKEN or the file JUPYTER_TOKEN_FILE holds. Other options are
    JupyterLab's, one word each, as `--ServerApp.base_url=/lab`.
    """
    folder, extra = parted(words or [])
    token, here = _token(), _is_loopback(ip)
    if not here and token is None:
        raise InvalidValue(
            f"--ip {ip!r} lets other machines in: set JUPYTER_TOKEN to a token of your own, of {SHORTEST} characters "
            "or more, or leave --ip out"
        )
    settings = SHUT | {
        "ServerApp.ip": ip,
        "ServerApp.allow_remote_access": str(not here),
        "ServerApp.allow_root": str(here and os.geteuid() == 0),  # in containers
        "ServerApp.open_browser": str(browser),
        "IdentityProvider.token": token or secrets.token_hex(24),
        "Session.key": secrets.token_hex(24),  # signs what kernels are sent; an empty one in a file would end that
    }
    if port is not None:
        _expect_free(ip, port)
        settings |= {"ServerApp.port": str(port), "ServerApp.port_retries": "0"}
    expect_options(extra, settings)
    settings["ServerApp.root_dir"] = str(notebooks_in(folder))
    serve(settings, extra, generated=token is None)


def notebooks_in(folder: Path | None) -> Path:
    """Return the folder to open: `folder`, filled with a copy of the notebooks if it is new or empty.

    Raises:
        InvalidValue: no folder is named, and there is no checkout.
        UnreadableSource: it is no folder, or cannot be made.
    """
    from workbench.reports.scenarios import notebook_folder
    from workbench.samples.store import CHECKOUT

    shipped = notebook_folder()
    if folder is None:
        if shipped != CHECKOUT / "notebooks":
            raise InvalidValue("name the folder to copy the notebooks to: workbench lab FOLDER")
        return shipped
    folder = folder.expanduser().absolute()
    try:
        if not folder.exists() or not any(folder.iterdir()):
            _copy(shipped, folder)
    except OSError as error:
        raise UnreadableSource(f"{folder} cannot be opened as a folder: {error.strerror}; name another") from error
    return folder


def serve(settings: dict[str, str], extra: list[str], *, generated: bool) -> None:
    """Run JupyterLab until it is stopped.

    Args:
        settings: of its configurable classes, which no configuration file changes.
        extra: other options of its command line.
        generated: the token is nobody's own, so that it may be shown.

    Raises:
        InvalidValue: what configuration files and options come to would let others in.
    """
    from jupyter_server.serverapp import ServerApp
    from jupyter_server.utils import JupyterServerAuthWarning
    from jupyterlab.labapp import LabApp

    class Server(ServerApp):
        def init_configurables(self) -> None:
            # by now JupyterLab has read files of its own and of the old Notebook, which go before the command line
            self.update_config(self.cli_config)
            super().init_configurables()

    # extensions that do not say who may ask them are asked by those who are logged in: what SHUT is for
    warnings.simplefilter("ignore", JupyterServerAuthWarning)
    LabApp.serverapp_class = Server
    server = LabApp.initialize_server(argv=[f"--{name}={value}" for name, value in settings.items()] + extra)
    _expect_shut(server, settings)
    server.identity_provider.token_generated = generated
    server.start()


def _token() -> str | None:
    """Return the user's own token, None if there is none.

    Raises:
        InvalidValue: it is empty, or short enough to be guessed.
    """
    name, token = "JUPYTER_TOKEN", os.environ.get("JUPYTER_TOKEN")
    if token is None:
        name, file = "JUPYTER_TOKEN_FILE", os.environ.get("JUPYTER_TOKEN_FILE")
        if file is None:
            return None
        try:
            token = Path(file).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            cause = getattr(error, "strerror", None) or error
            raise InvalidValue(
                f"JUPYTER_TOKEN_FILE: {file} cannot be read: {cause}; unset it for a new token"
            ) from error
    if len(token.strip()) < SHORTEST:
        raise InvalidValue(
            f"the token in {name} has {len(token.strip())} characters; give it {SHORTEST} or more that nobody can "
            "guess, or unset it for a new one"
        )
    return token.strip()


def _is_loopback(ip: str) -> bool:
    """Tell whether only this machine reaches `ip`, an address or a name; "" and "*" are all addresses."""
    try:
        found = socket.getaddrinfo(EVERYWHERE if ip in ("", "*") else ip, None)
    except (OSError, UnicodeError) as error:
        raise InvalidValue(
            f"--ip {ip!r} is no address that can be found; leave it out for this machine alone"
        ) from error
    return all(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_loopback for entry in found)


def _expect_free(ip: str, port: int) -> None:
    family, *_, address = socket.getaddrinfo(EVERYWHERE if ip in ("", "*") else ip, port)[0]
    try:
        socket.create_server((str(address[0]), port), family=family).close()
    except OSError as error:
        cause = os.strerror(error.errno or 0)
        raise InvalidValue(
            f"--port {port} cannot be had on {ip}: {cause}; name another, or leave it out for a free one"
        ) from error


def _expect_shut(server: ServerApp, settings: dict[str, str]) -> None:
    """Look at the server as it is, before it listens."""
    from jupyter_server.auth.identity import PasswordIdentityProvider
    from jupyter_server.auth.security import passwd_check

    provider = server.identity_provider
    others = [name for name in PLAIN if str(getattr(server, name.partition(".")[2])) != settings[name]]
    if others or type(provider) is not PasswordIdentityProvider or provider.token != settings["IdentityProvider.token"]:
        raise InvalidValue(
            f"your Jupyter configuration lets others in ({', '.join(others) or 'its login'}); see: jupyter --paths"
        )
    if provider.hashed_password and passwd_check(provider.hashed_password, ""):  # type: ignore[no-untyped-call]
        raise InvalidValue(
            "the password in your Jupyter configuration is empty; set one: python -m jupyter_server.auth password"
        )


def _copy(shipped: Path, folder: Path) -> None:
    """Copy the notebooks; whoever stops it leaves no half of them."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".notebooks-", dir=folder.parent, ignore_cleanup_errors=True) as work:
        fresh = Path(work, "notebooks")
        fresh.mkdir()
        for notebook in sorted(shipped.glob("*.ipynb")):
            shutil.copy(notebook, fresh)
        fresh.rename(folder)
