"""A real JupyterLab in a real Chromium, for the browser tests, the viewer's benchmark and the pictures of the docs."""

from scripts.browser.chromium import ChromiumMissing, open_chromium
from scripts.browser.jupyterlab import JupyterLab
from scripts.browser.live_page import LivePage
from scripts.browser.notebook_page import NotebookPage, Traffic
from scripts.browser.viewer_page import ViewerPage

__all__ = ["ChromiumMissing", "JupyterLab", "LivePage", "NotebookPage", "Traffic", "ViewerPage", "open_chromium"]
