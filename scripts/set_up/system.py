"""The system's own package manager, where it may be used."""

from __future__ import annotations

import os
import shutil

from scripts.set_up.console import CommandFailed, Runner

SWITCH = "WORKBENCH_SYSTEM_PACKAGES"


def may_install() -> bool:
    """Say whether set-up may install system packages: as root, with apt-get, unless the switch says no."""
    return os.environ.get(SWITCH) != "no" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def install(run: Runner, *packages: str) -> bool:
    """Install Debian packages, refreshing apt's lists when they are too old; say whether that worked."""
    command = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    for refresh in (False, True):
        try:
            if refresh:
                run("apt-get", "update", "-qq", variables=quiet)
            run(*command, *packages, variables=quiet)
        except CommandFailed:
            continue
        return True
    return False
