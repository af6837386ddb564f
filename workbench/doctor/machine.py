"""What is around the environment: processor, GPU, browser, disk and samples."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from workbench.doctor.finding import Finding, Status
from workbench.doctor.installed import reinstall, version_of

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
INSTRUCTIONS = ("avx", "avx2", "fma", "avx512f", "avx512_vnni", "neon", "asimd")
LOW_DISK, TOO_LOW_DISK = 2.0, 0.3  # GB: the samples and some reports; one report
LOAD_TENSORFLOW = "import tensorflow as tf; print(tf.__version__, 'GPUs:', len(tf.config.list_physical_devices('GPU')))"


def samples() -> Finding:
    """Check that the samples are fetched and whole."""
    from workbench.samples import data_dir
    from workbench.samples import samples as listed

    states = {sample.name: sample.status for sample in listed()}
    wrong = [name for name, state in states.items() if state != "fetched"]
    if not wrong:
        return Finding("samples", "ok", f"all {len(states)} in {data_dir()}")
    if set(states.values()) == {"missing"}:
        return Finding("samples", "warning", f"none in {data_dir()} yet", "workbench samples fetch")
    found = ", ".join(f"{name} {states[name]}" for name in wrong)
    return Finding("samples", "warning", f"{found}, in {data_dir()}", f"workbench samples fetch {' '.join(wrong)}")


def processor() -> Finding:
    """Say which vector instructions the processor has, and how TensorFlow is told to use them."""
    flags = _cpu_flags()
    named = [name.upper() for name in INSTRUCTIONS if name in flags]
    onednn = os.environ.get("TF_ENABLE_ONEDNN_OPTS")
    found = f"{os.cpu_count()} cores, {platform.machine()}, {' '.join(named) or 'instructions unknown'}"
    if flags and platform.machine() in {"x86_64", "AMD64"} and "avx" not in flags:
        return Finding("processor", "problem", found, "TensorFlow's packages need AVX: use another machine")
    if onednn == "0":
        cure = "unset TF_ENABLE_ONEDNN_OPTS, unless results have to match another machine's bit for bit"
        return Finding("processor", "warning", f"{found}; oneDNN is switched off", cure)
    return Finding("processor", "ok", f"{found}; TF_ENABLE_ONEDNN_OPTS {onednn or 'not set'}")


def tensorflow() -> Finding:
    """Say which TensorFlow is installed and whether it could use a GPU, without loading it."""
    version = version_of("tensorflow")
    if version is None:
        return Finding("tensorflow", "problem", "not installed", reinstall())
    devices = [path for path in Path("/dev").glob("nvidia[0-9]*") if path.name[6:].isdigit()]
    found = f"{version}, Keras {version_of('keras')}, NVIDIA devices: {len(devices)}"
    if devices and not (version_of("nvidia-cudnn-cu12") or version_of("nvidia-cudnn-cu13")):
        cure = f"{sys.executable} -m pip install 'tensorflow[and-cuda]=={version}'"
        return Finding("tensorflow", "warning", f"{found}; without CUDA libraries it stays on the CPU", cure)
    return Finding("tensorflow", "ok", found)


def loaded_tensorflow() -> Finding:
    """Import TensorFlow in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD_TENSORFLOW], capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        return Finding("tensorflow loads", "problem", last, reinstall())
    return Finding("tensorflow loads", "ok", done.stdout.strip())


def browser() -> Finding:
    """Look for the Chromium that the browser tests drive."""
    for path in filter(None, map(shutil.which, CHROMIUMS)):
        return Finding("browser", "ok", path)
    own = sorted(Path("~/.cache/ms-playwright").expanduser().glob("chromium-*"))
    if own:
        return Finding("browser", "ok", f"Playwright's {own[-1].name}")
    return Finding("browser", "warning", "no Chromium; only the browser tests need one", "playwright install chromium")


def disk() -> Finding:
    """Check the room for samples and reports."""
    from workbench.samples import data_dir

    there = next(folder for folder in (data_dir(), *data_dir().parents) if folder.exists())
    free = shutil.disk_usage(there).free / 1e9
    status: Status = "problem" if free < TOO_LOW_DISK else "warning" if free < LOW_DISK else "ok"
    cure = "" if status == "ok" else "remove old runs from reports/, or point WORKBENCH_DATA to another disk"
    return Finding("disk", status, f"{free:.1f} GB free at {there}", cure)


def _cpu_flags() -> set[str]:
    """Return the processor's flags as Linux names them; empty where they are not to be read."""
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        return set()
    return {flag for line in lines if line.startswith(("flags", "Features")) for flag in line.split(":")[1].split()}
