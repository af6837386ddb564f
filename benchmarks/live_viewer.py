"""30 pictures a second into a notebook: LiveViewer in a real JupyterLab, in a real Chromium.

Run: `python benchmarks/live_viewer.py`. A real film of 720 lines plays as a camera of 30 fps; with a model, each frame
is answered by EfficientNet-Lite0. The page itself counts its pictures and takes their age, from the moment a frame was
due until the animation frame in which it is on the screen (both on this machine's clock). The kernel looks 100 times a
second at how many messages wait for the page. If a queue grew, the ages of the last third would be above the first's.
The browser draws without a GPU here, on the same cores.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import tempfile
from pathlib import Path

import numpy as np
import psutil
from measure import machine, print_table
from playwright.sync_api import Browser

from scripts.browser import JupyterLab, LivePage, NotebookPage, open_chromium
from workbench import open_frames, sample_path

FPS = 30.0
PROCESSES = {"kernel": "ipykernel_launcher", "server": "jupyterlab", "browser": "chrom"}  # who -> part of its command
CELLS = (
    """
import json, threading, time
from workbench import preset
from workbench.views.live_viewer import LiveViewer
recipe, model = (preset("sample:efficientnet-lite0"), "sample:efficientnet-lite0") if {model} else (None, None)
viewer = LiveViewer({clip!r}, recipe, model, loop=True, speed={speed})
waiting = []
def look():
    while True:
        session = viewer._control.session
        if session:
            waiting.append(session.courier.unacknowledged)
        time.sleep(0.01)
threading.Thread(target=look, daemon=True).start()
viewer
""",
    """
stats = viewer.stats
print("told", json.dumps(dict(
    most=max(waiting), captured=stats.captured, shown=stats.shown, dropped=sum(stats.dropped.values()),
    p50=stats.age.p50, p95=stats.age.p95, memory=[stats.memory_start_mb, stats.memory_mb])))
""",
)
WATCH = """() => {
  window.ages = [];
  const root = document.querySelector(".wb-live");
  new MutationObserver(() => {
    const age = Number(root.dataset.age), drawn = performance.now();
    requestAnimationFrame(() => ages.push([performance.now(), age + performance.now() - drawn]));
  }).observe(root, { attributeFilter: ["data-shown"] });
}"""


def cpu_seconds() -> dict[str, float]:
    """Return the CPU time so far of kernel, server and browser, which are all children of this process."""
    spent = dict.fromkeys(PROCESSES, 0.0)
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it has just ended
            words = " ".join(child.cmdline())
            who = next((name for name, part in PROCESSES.items() if part in words), None)
            if who:
                spent[who] += sum(child.cpu_times()[:2])
    return spent


def measure(browser: Browser, lab: JupyterLab, clip: Path, *, model: bool, seconds: float) -> list[object]:
    """Return one row: the page watches for so many seconds."""
    with open_frames(clip) as frames:
        speed = FPS / frames.scan.rate
    cells = (CELLS[0].format(clip=str(clip), model=model, speed=speed), CELLS[1])
    opened = NotebookPage(browser, lab, lab.write(f"live-{model}.ipynb", *cells))
    opened.run(0)
    live = LivePage(opened)
    live.start()
    live.moving(2 * int(FPS))
    opened.page.evaluate(WATCH)
    before = cpu_seconds()
    opened.page.wait_for_timeout(1000 * seconds)
    spent = {who: (after - before.get(who, 0)) / seconds for who, after in cpu_seconds().items()}
    times, ages = np.array(opened.page.evaluate("ages")).T
    opened.run(1)
    text = opened.page.locator(".jp-OutputArea-output", has_text="told").last.inner_text()
    told = json.loads(text.split("told", 1)[1])
    opened.close()
    third = len(ages) // 3
    return [
        "EfficientNet-Lite0" if model else "none",
        f"{1000 * (len(times) - 1) / (times[-1] - times[0]):.1f}",
        f"{np.median(ages):.0f} / {np.percentile(ages, 95):.0f}",
        f"{np.median(ages[:third]):.0f} → {np.median(ages[-third:]):.0f}",
        f"{1000 * told['p50']:.0f} / {1000 * told['p95']:.0f}",
        f"{told['dropped']} of {told['captured']}",
        told["most"],
        " / ".join(f"{spent.get(who, 0):.2f}" for who in PROCESSES),
        f"{told['memory'][0]:.0f} → {told['memory'][1]:.0f}",
    ]


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=30)
    seconds = options.parse_args().seconds
    film = sample_path("bikes").parent / "bigbuckbunny.mp4"
    with tempfile.TemporaryDirectory() as folder, open_chromium() as browser:
        with JupyterLab(Path(folder) / "lab", environment={"TF_CPP_MIN_LOG_LEVEL": "2"}) as lab:
            rows = [measure(browser, lab, film, model=model, seconds=seconds) for model in (False, True)]
    print(machine())
    columns = (
        "model", "pictures/s on screen", "age on screen ms p50/p95", "first → last third ms", "age at hand-over ms",
        "dropped", "most unacknowledged", f"cores: {' / '.join(PROCESSES)}", "memory MB",
    )  # fmt: skip
    print_table(f"LiveViewer, 720p at {FPS:.0f} fps for {seconds:.0f} s", columns, rows)


if __name__ == "__main__":
    main()
