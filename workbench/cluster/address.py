"""The address of a scheduler: where it may be, and who answers there."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

from workbench.errors import ClusterError, InvalidValue

PORT = 8786  # Dask's own
ANSWER_S = 10.0  # seconds for a scheduler to answer
EXPECTED = "expected tls://host:port, or tcp://localhost:port on this machine"


def checked(address: str) -> tuple[str, str, int]:
    """Return scheme, host and port of a scheduler's address.

    Raises:
        InvalidValue: it cannot be one, or has no TLS and is not on this machine: Dask sends code.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port or PORT
    except ValueError as error:
        raise InvalidValue(f"scheduler: {address!r} is no address ({error}); {EXPECTED}") from error
    if parts.scheme not in ("tls", "tcp") or not host or parts.path or parts.username is not None:
        raise InvalidValue(f"scheduler: {address!r} is no address of one; {EXPECTED}")
    if parts.scheme == "tcp" and not loopback(host):
        raise InvalidValue(
            f"scheduler: {address} without TLS lets anybody on the network run code on its workers; "
            "start scheduler and workers with --tls-ca-file, --tls-cert and --tls-key, and give tls://host:port"
        )
    return parts.scheme, host, port


def loopback(host: str) -> bool:
    """Return whether a host is this machine, and reached without a network."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def expect_scheduler(host: str, port: int, context: ssl.SSLContext | None) -> None:
    """Connect once, to say what is wrong: Dask tries again for as long as it may, whatever it is.

    Raises:
        ClusterError: nobody, or no scheduler, or none that this client and its certificate get on with.
    """
    where = f"scheduler at {host}:{port}"
    try:
        with socket.create_connection((host, port), timeout=ANSWER_S) as plain:
            greeted = _greeted(plain if context is None else context.wrap_socket(plain, server_hostname=host))
    except ssl.SSLError as error:
        raise ClusterError(f"{where}: {_why(error)}") from error
    except TimeoutError as error:
        raise ClusterError(f"{where}: no answer in {ANSWER_S:.0f} s; see that `dask scheduler` runs there") from error
    except ConnectionRefusedError as error:
        raise ClusterError(f"{where}: nobody listens there; start `dask scheduler`, or mend the address") from error
    except OSError as error:
        raise ClusterError(f"{where}: not reached ({error.strerror or error}); mend the address") from error
    if not greeted:
        raise ClusterError(f"{where}: it hung up; see that it is a Dask scheduler, and whether it asks for TLS")


def _greeted(connection: socket.socket) -> bytes:
    """Return the first byte that a scheduler says; one that refuses the client's certificate only tells it here."""
    with connection:
        return connection.recv(1)


def _why(error: ssl.SSLError) -> str:
    reason = (error.reason or str(error)).replace("_", " ").lower()
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not signed by the given authority ({error.verify_message}); give its with --tls-ca"
    if "alert" in reason:
        return f"it does not accept this client's certificate ({reason}); give one that its authority has signed"
    return f"it does not speak TLS ({reason}); start it with --tls-ca-file, --tls-cert and --tls-key"
