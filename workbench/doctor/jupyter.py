"""Is Jupyter able to show viewers and to run notebooks in this environment?"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from workbench.doctor.finding import Finding
from workbench.doctor.installed import version_of

WIDGETS = "@jupyter-widgets/jupyterlab-manager"


def widgets() -> Finding:
    """Check that JupyterLab has the extension that shows widgets, and has it enabled."""
    from jupyter_core.paths import jupyter_config_path, jupyter_path

    folders = [folder for root in jupyter_path("labextensions") if (folder := Path(root, WIDGETS)).is_dir()]
    if not folders:
        cure = f"{sys.executable} -m pip install --force-reinstall jupyterlab-widgets"
        return Finding("widgets", "problem", f"JupyterLab has no {WIDGETS}: viewers show as text", cure)
    for root in jupyter_config_path():
        settings = Path(root, "labconfig", "page_config.json")
        if settings.is_file() and _disables(settings, WIDGETS):
            cure = f"jupyter labextension enable --level={_level(root)} {WIDGETS}"
            return Finding("widgets", "problem", f"disabled in {settings}", cure)
    version = json.loads((folders[0] / "package.json").read_text(encoding="utf-8"))["version"]
    return Finding("widgets", "ok", f"ipywidgets {version_of('ipywidgets')}, JupyterLab extension {version}")


def kernel() -> Finding:
    """Check that the kernel `python3`, which runs every notebook, is this Python."""
    from jupyter_core.paths import jupyter_path

    specs = [spec for root in jupyter_path("kernels") if (spec := Path(root, "python3", "kernel.json")).is_file()]
    cure = f"{sys.executable} -m ipykernel install --sys-prefix"
    if not specs:
        return Finding("kernel", "problem", "Jupyter knows no kernel `python3`", cure)
    program = json.loads(specs[0].read_text(encoding="utf-8"))["argv"][0]
    own = {"python", "python3", "python{}.{}".format(*sys.version_info)}  # Jupyter puts its own Python there
    if program not in own and Path(program) != Path(sys.executable):
        return Finding("kernel", "warning", f"`python3` is {program}, by {specs[0]}", cure)
    return Finding("kernel", "ok", f"python3, ipykernel {version_of('ipykernel')}")


def _level(root: str) -> str:
    """Return what Jupyter's commands call the folder of settings `root`."""
    if Path(root).is_relative_to(sys.prefix):
        return "sys_prefix"
    return "system" if Path(root).is_relative_to("/etc") or Path(root).is_relative_to("/usr") else "user"


def _disables(settings: Path, extension: str) -> bool:
    """Say whether a page_config.json turns `extension` off; it lists names, or maps them to true."""
    disabled = json.loads(settings.read_text(encoding="utf-8")).get("disabledExtensions", {})
    return bool(disabled.get(extension)) if isinstance(disabled, dict) else extension in disabled
