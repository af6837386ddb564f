"""Key press to new pixels: FrameViewer in a real JupyterLab, in a real Chromium.

Run: `python benchmarks/viewer.py`. The clips are one real film at 480 and 720 lines; the page itself takes the
times, from the key event to the animation frame after the four new pictures, and the model's bars, are in.
"One by one": each press waits until the last has settled. "Held": the key repeats 30 times a second.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe
from measure import machine, print_table
from playwright.sync_api import Browser

from scripts.browser import JupyterLab, NotebookPage, ViewerPage, open_chromium
from workbench import sample_path

WATCH = """() => {
  const watched = { pictures: [], answers: [], pressed: 0 };
  const root = document.querySelector(".wb-viewer");
  root.addEventListener("keydown", (event) => { watched.pressed = event.timeStamp; }, true);
  const note = (name, node) => new MutationObserver((changes) => {
    const pressed = watched.pressed;
    if (changes.at(-1).oldValue === node.dataset.index) return; // the exact pixels (PNG) of the same frame
    requestAnimationFrame(() => watched[name].push(performance.now() - pressed));
  }).observe(node, { attributeFilter: ["data-index"], attributeOldValue: true });
  note("pictures", root.querySelector(".wb-panes"));
  note("answers", root.querySelector(".wb-answers"));
  window.watched = watched;
  root.focus();
}"""
HOLD = """async (seconds) => {
  const root = document.querySelector(".wb-viewer");
  watched.pictures.length = 0;
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end) {
    root.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", bubbles: true }));
    await new Promise((done) => setTimeout(done, 1000 / 30));
  }
  return watched.pictures.length / seconds;
}"""
CELLS = """
from workbench import FrameViewer, load_model, open_frames, preset
recipe = preset("sample:efficientnet-lite0")
model = load_model("sample:efficientnet-lite0") if {model} else None
viewer = FrameViewer(open_frames({clip!r}), (recipe, recipe.replace(color="bgr", range="unit")), model)
viewer
"""


def measure(browser: Browser, lab: JupyterLab, clip: Path, *, model: bool, presses: int) -> list[list[object]]:
    """Return the rows of one clip."""
    name = f"{clip.stem}-{'model' if model else 'pictures'}.ipynb"
    opened = NotebookPage(browser, lab, lab.write(name, CELLS.format(clip=str(clip), model=model)))
    opened.run_all()
    viewer, page, warm_up = ViewerPage(opened), opened.page, 5
    viewer.settled(0)
    page.evaluate(WATCH)
    for index in range(1, presses + warm_up + 1):
        viewer.press("ArrowRight")
        viewer.settled(index)
    times = {part: page.evaluate(f"watched.{part}") for part in ("pictures", "answers")}
    held = page.evaluate(HOLD, 3)
    opened.close()
    rows = [_row(clip, model, part, values[warm_up:]) for part, values in times.items() if values]
    rows[0].append(f"{held:.0f}")
    return [row if len(row) > 5 else [*row, ""] for row in rows]


def _row(clip: Path, model: bool, part: str, milliseconds: list[float]) -> list[object]:
    quoted = [f"{np.percentile(milliseconds, share):.0f}" for share in (50, 95)]
    return [clip.stem, "EfficientNet-Lite0, A and B" if model else "none", part, *quoted]


def lines_480(source: Path, folder: Path) -> Path:
    """Return the film scaled to 480 lines, encoded anew."""
    target = folder / f"{source.stem}-480.mp4"
    scale = ["-vf", "scale=-2:480", "-c:v", "libx264", "-crf", "20", "-an", str(target)]
    subprocess.run([get_ffmpeg_exe(), "-loglevel", "error", "-i", str(source), *scale], check=True)
    return target


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--presses", type=int, default=40)
    presses = options.parse_args().presses
    film = sample_path("bikes").parent / "bigbuckbunny.mp4"
    rows: list[list[object]] = []
    with tempfile.TemporaryDirectory() as folder, open_chromium() as browser:
        with JupyterLab(Path(folder) / "lab", environment={"TF_CPP_MIN_LOG_LEVEL": "2"}) as lab:
            for clip in (lines_480(film, Path(folder)), film):
                for model in (False, True):
                    rows += measure(browser, lab, clip, model=model, presses=presses)
    print(machine())
    columns = ("clip", "model", "key press to", "median ms", "p95 ms", "held: frames/s")
    print_table(f"FrameViewer, {presses} presses one by one", columns, rows)


if __name__ == "__main__":
    main()
