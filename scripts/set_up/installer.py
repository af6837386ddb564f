"""Put locked, hashed packages into the environment: by uv, which is fast, or by pip, which is always there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from scripts.set_up.checkout import Checkout
from scripts.set_up.console import CommandFailed, Runner, SetUpError

# What uv and pip say of a package whose bytes are not those that the lock names: which it is, and its hash.
MISMATCHES = (
    re.compile(r"Hash mismatch for `(\S+)==(\S+)`.*?Computed:\s+sha256:([0-9a-f]{64})", re.DOTALL),
    re.compile(r"DO NOT MATCH THE HASHES.*?^ +(\S+)==(\S+) from.*?Got +([0-9a-f]{64})", re.DOTALL | re.MULTILINE),
)
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)==([^\s;]+)")
WHEELS_ONLY = ("--only-binary", ":all:")  # building a source archive would run it, and fetch what no lock names


def locked_entry(lock: str, package: str) -> str:
    """Return the lines of `package` in the text of a lock: requirement and hashes, once or once a Python version."""
    entries = re.findall(rf"^{re.escape(package)}==.*(?:\n +--hash.*)+", lock, re.MULTILINE)
    if not entries:
        raise SetUpError(f"requirements.lock has no {package} with a hash; run `git checkout requirements.lock`")
    return "\n".join(entries) + "\n"


def locked_version(lock: str, package: str) -> str:
    """Return the version of `package` in the text of a lock."""
    return re.split(r"[\s;\\]", locked_entry(lock, package).split("==")[1], maxsplit=1)[0]


def locked_names(lock: str) -> list[str]:
    """Return the names of the packages in the text of a lock, each once."""
    return sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)))


def base_python() -> Path:
    """Return the interpreter that runs this; of an activated environment, the one it was made from."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable)


def uv_variables(environment: Mapping[str, str], pip_index: str) -> dict[str, str]:
    """Return what makes uv ask the index that pip is configured for, unless uv has one of its own."""
    own = {"UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_INDEX"} & environment.keys()
    return {} if own or not pip_index else {"UV_DEFAULT_INDEX": pip_index}


def mismatch(output: str) -> str | None:
    """Return what there is to say of the package whose hash uv or pip found to be another; None without one."""
    for pattern in MISMATCHES:
        if found := pattern.search(output):
            name, version, came = found.groups()
            return (
                f"{name} {version} is not the package that requirements.lock names: what came has SHA-256 "
                f"{came[:12]}..., which is not in the lock; it was not installed. Type it again; if it stays so, the "
                "package index hands out something else: python -m pip config list"
            )
    return None


class Installer:
    """Installs from locks into one environment; once uv has failed, it stays with pip."""

    def __init__(self, checkout: Checkout, run: Runner) -> None:
        self.checkout, self.run = checkout, run
        self._uv_failed = False
        self._variables: dict[str, str] | None = None

    @property
    def uses_uv(self) -> bool:
        """Whether uv is there and has not failed yet."""
        return self.checkout.uv.exists() and not self._uv_failed

    @property
    def has_pip(self) -> bool:
        """Whether the environment has a pip of its own."""
        return any(self.checkout.venv.glob("lib/python3*/site-packages/pip"))

    def bootstrap_uv(self) -> bool:
        """Install the locked uv by pip; say whether that worked.

        The pip of the Python that the environment is made from will do, if that has one from 22.3 on: to put one into
        the environment takes five seconds.
        """
        entry = self.checkout.state / "uv.txt"
        entry.write_text(locked_entry(self.checkout.lock.read_text(encoding="utf-8"), "uv"), encoding="utf-8")
        try:
            self._pip("install", "--require-hashes", "--no-deps", *WHEELS_ONLY, "-r", entry)
        except CommandFailed:
            if self.has_pip:
                return False
            self.run(self.checkout.python, "-m", "ensurepip", "--default-pip")
            return self.bootstrap_uv()
        return True

    def sync(self, lock: Path) -> str:
        """Make the environment hold what `lock` says; return who did it: uv or pip."""
        return self._by_uv_or_pip(
            ("sync", "--require-hashes", *WHEELS_ONLY, lock),
            ("install", "--require-hashes", "--no-deps", *WHEELS_ONLY, "-r", lock),
        )

    def add(self, lock: Path, target: Path | None = None) -> str:
        """Add what `lock` says, without its dependencies, to the environment or to the folder `target`."""
        where = ("--target", target) if target else ()
        arguments = ("install", "--require-hashes", "--no-deps", *WHEELS_ONLY, *where, "-r", lock)
        return self._by_uv_or_pip(arguments, arguments)

    def add_project(self) -> str:
        """Install the checkout itself, editable, with the build backend that the lock brought."""
        arguments = ("install", "--no-deps", "--no-build-isolation", "--editable", self.checkout.root)
        return self._by_uv_or_pip(arguments, arguments)

    def remove(self, *packages: str) -> None:
        """Take packages out."""
        self._by_uv_or_pip(("uninstall", *packages), ("uninstall", "--yes", *packages))

    def _by_uv_or_pip(self, uv: tuple[str | Path, ...], pip: tuple[str | Path, ...]) -> str:
        if self.uses_uv:
            try:
                self._uv(*uv)
            except CommandFailed:  # in the log; pip may be configured to reach what uv cannot
                self._uv_failed = True
            else:
                return "uv"
        try:
            self._pip(*pip)
        except CommandFailed as error:
            if found := NO_WHEEL.search(error.output):
                raise SetUpError(
                    f"the package index has no wheel of {found[1]} {found[2]} for this Python and machine, and a "
                    "source archive is not built, since that runs what no lock names; see: python -m pip config list"
                ) from error
            raise
        return "pip"

    def _uv(self, verb: str | Path, *words: str | Path) -> None:
        command = (self.checkout.uv, "pip", verb, "--python", self.checkout.python, *words)
        try:
            self._run(*command, variables=self._uv_variables())
        except CommandFailed as error:
            if "certificate" not in error.output:
                raise
            # behind a proxy that signs for itself only the system knows the signer; pip asks the system too
            self._variables = self._uv_variables() | {"UV_SYSTEM_CERTS": "1"}
            self._run(*command, variables=self._variables)

    def _uv_variables(self) -> dict[str, str]:
        if self._variables is None:
            try:
                index = self._pip("config", "get", "global.index-url").strip()
            except CommandFailed:  # none configured there
                index = ""
            self._variables = uv_variables(os.environ, os.environ.get("PIP_INDEX_URL", index))
        return self._variables

    def _pip(self, *words: str | Path) -> str:
        python = self.checkout.python
        lent = (base_python(), "-m", "pip", "--python", python)
        return self._run(*((python, "-m", "pip") if self.has_pip else lent), *words)

    def _run(self, *command: str | Path, variables: Mapping[str, str] | None = None) -> str:
        """Run a command; a package that is not what the lock says ends set-up, whoever might take over."""
        try:
            return self.run(*command, variables=variables)
        except CommandFailed as error:
            if refusal := mismatch(error.output):
                raise SetUpError(refusal) from error
            raise
