"""Who may talk to a scheduler: certificates, since what Dask sends is code."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.cluster.late import distributed
from workbench.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Tls:
    """The files that a client shows, and checks, to talk to a scheduler: PEM."""

    ca: Path  # certificates of the authority that signed the scheduler's; Dask checks no host name: use one of your own
    cert: Path  # the client's certificate
    key: Path | None = None  # its private key; None where it stands in `cert`

    def __post_init__(self) -> None:
        for name in ("ca", "cert", "key"):
            path = getattr(self, name)
            if path is not None and not Path(path).is_file():
                raise InvalidValue(f"{name}: {path} is no file; give the PEM file of the {name}")

    def files(self) -> dict[str, str]:
        """Return the files as the fields of Dask's `Security`."""
        fields = {"tls_ca_file": self.ca, "tls_client_cert": self.cert, "tls_client_key": self.key}
        return {name: str(path) for name, path in fields.items() if path is not None}


def temporary() -> Any:
    """Return Dask's `Security` for a certificate made now, that only one cluster knows.

    Other users of this machine reach a port on loopback, too, and whoever is let in by a scheduler runs code.
    """
    return distributed().Security.temporary()


def fields(security: Any) -> dict[str, str]:
    """Return the certificates and keys of Dask's `Security` by their fields, to make the same in another process."""
    found = {name: getattr(security, name) for name in security.__slots__ if name.startswith("tls_")}
    return {name: value for name, value in found.items() if isinstance(value, str)}
