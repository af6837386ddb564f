"""Take the pictures that the README shows: the viewers in a real JupyterLab, parts of real reports, a real matrix.

The photos are free of rights, the clip is Big Buck Bunny (CC-BY 3.0, Blender Foundation), and the reports show none.

Run: `python docs/images/make.py` (needs the samples, and Chromium).
"""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser

from scripts.browser import JupyterLab, LivePage, NotebookPage, ViewerPage, open_chromium
from workbench import run_scenario, sample_path, sweep

HERE = Path(__file__).parent
README = HERE.parents[1] / "README.md"
PHOTOS = ("astronaut.png", "chelsea.png", "coffee.png")
COFFEE = 2
MOST_BYTES = 400_000
CELL = """
from workbench import FrameViewer, load_model, open_frames, preset
recipe = preset("sample:efficientnet-lite0")
served = recipe.replace(color="bgr", resize="cv2.linear", range="unit")
viewer = FrameViewer(open_frames("photos"), (recipe, served), load_model("sample:efficientnet-lite0"))
viewer
"""
LIVE = """
from workbench import LiveViewer, preset
LiveViewer("bigbuckbunny.mp4", preset("sample:efficientnet-lite0"), "sample:efficientnet-lite0", loop=True)
"""
EXPLAINED = "document.querySelectorAll('.wb-explanation .wb-cause').length === 3"
THEME = "(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })"


def photograph(viewer: ViewerPage, theme: str) -> bytes:
    """Return a picture of the viewer in one of JupyterLab's themes."""
    scheme = "dark" if "Dark" in theme else "light"
    viewer.page.evaluate(THEME, theme)
    viewer.page.wait_for_function(f"getComputedStyle(document.querySelector('.wb-viewer')).colorScheme === '{scheme}'")
    viewer.page.wait_for_timeout(400)  # the theme's own transitions
    return viewer.root.screenshot(animations="disabled")


def saved(picture: bytes, path: Path) -> None:
    """Save as a PNG that is not too heavy for a README."""
    shown = Image.open(io.BytesIO(picture)).convert("RGBA")
    image = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown).convert("RGB")
    image.save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path.name} {image.width} x {image.height}, {size / 1000:.0f} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"{path} is larger than {MOST_BYTES / 1000:.0f} kB; make the window smaller")


def photograph_live(browser: Browser, lab: JupyterLab) -> bytes:
    """Return a picture of the live viewer after some seconds of a clip."""
    shutil.copy(sample_path("bikes").with_name("bigbuckbunny.mp4"), lab.root)
    opened = NotebookPage(browser, lab, lab.write("live.ipynb", LIVE), size=(1100, 1100))
    opened.run_all()
    live = LivePage(opened)
    live.start()
    live.moving(120)
    live.page.mouse.move(0, 0)
    picture = live.root.screenshot(animations="disabled")
    live.stop()
    opened.close()
    return picture


def photograph_report(browser: Browser, folder: Path) -> bytes:
    """Return a picture of what the usual slips cost, out of a report made now."""
    run = run_scenario("classify_video", {"frame_step": 50}, out=folder).check()
    page = browser.new_page(viewport={"width": 1100, "height": 1200}, device_scale_factor=1.5)
    page.goto(run.html.as_uri())
    figures = page.locator(".cell", has=page.locator("table", has_text="means swapped")).first
    picture = figures.screenshot()
    page.close()
    return picture


def photograph_sweep(browser: Browser, folder: Path) -> bytes:
    """Return a picture of the figures of a sweep that is made now."""
    served = [{"resize": name} for name in ("cv2.linear", "cv2.area", "cv2.nearest", "pil.bilinear", "tf.bilinear_aa")]
    served += [{"color": "bgr"}, {"range": "unit"}, {"rotate": 90}]
    done = sweep("explore_mismatch", grid={"serving": served}, out=folder)
    page = browser.new_page(viewport={"width": 1100, "height": 1200}, device_scale_factor=1.5)
    page.goto(Path(done.html).resolve().as_uri())
    box = page.locator("section", has=page.locator("#figures")).bounding_box()
    last = page.locator(".chart").nth(5).bounding_box()
    assert box and last, "the first six charts"
    clip = {"x": box["x"], "y": box["y"], "width": box["width"], "height": last["y"] + last["height"] - box["y"]}
    picture = page.screenshot(clip=clip, full_page=True)
    page.close()
    return picture


def matrix(folder: Path) -> bytes:
    """Return the picture that the README's command draws."""
    found = re.search(r"^workbench (matrix small-cnn .*?)--out", README.read_text(encoding="utf-8"), re.M | re.S)
    assert found, "the command that trains small networks"
    words = shlex.split(found[1].replace("\\\n", " "))
    subprocess.run(["workbench", *words, "--out", str(folder)], check=True)
    return (folder / "matrix.png").read_bytes()


def main() -> None:
    """Open, work and photograph the viewer; make and photograph reports and a matrix."""
    with tempfile.TemporaryDirectory() as folder, open_chromium() as browser, JupyterLab(Path(folder) / "lab") as lab:
        (lab.root / "photos").mkdir()
        for name in PHOTOS:
            shutil.copy(sample_path("skimage") / name, lab.root / "photos")
        opened = NotebookPage(browser, lab, lab.write("viewer.ipynb", CELL), size=(1100, 1500))
        opened.run_all()
        viewer = ViewerPage(opened)
        viewer.root.locator(".wb-slider").fill(str(COFFEE))
        viewer.settled(COFFEE)
        viewer.root.locator(".wb-act-explain").click()
        viewer.page.wait_for_function(EXPLAINED, timeout=60_000)
        viewer.settled(COFFEE)
        viewer.page.mouse.move(0, 0)
        viewer.page.evaluate("document.activeElement.blur()")
        for theme in ("Light", "Dark"):
            saved(photograph(viewer, f"JupyterLab {theme}"), HERE / f"viewer-{theme.lower()}.png")
        opened.close()
        saved(photograph_live(browser, lab), HERE / "live-light.png")
        saved(photograph_report(browser, Path(folder) / "reports"), HERE / "report.png")
        saved(photograph_sweep(browser, Path(folder) / "reports"), HERE / "sweep.png")
        saved(matrix(Path(folder) / "matrix"), HERE / "matrix.png")


if __name__ == "__main__":
    main()
