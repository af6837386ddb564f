"""A notebook open in JupyterLab: run it, find its viewer, read its real pixels, and note what the page did."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import numpy as np
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from scripts.browser.jupyterlab import JupyterLab

IDLE = "jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
CODE_CELLS = "jupyterapp.shell.currentWidget.content.widgets.filter((cell) => cell.model.type === 'code')"
FINISHED = f"""() => {{
  const cells = {CODE_CELLS};
  const failed = cells.some((cell) => cell.model.outputs.toJSON().some((output) => output.output_type === "error"));
  return failed || cells.every((cell) => cell.model.executionCount !== null && cell.prompt !== "*");
}}"""
ERRORS = f"""() => {CODE_CELLS}.flatMap((cell) => cell.model.outputs.toJSON())
  .filter((output) => output.output_type === "error").map((output) => `${{output.ename}}: ${{output.evalue}}`)"""
PIXELS = """async (image) => {
  await image.decode?.();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth ?? image.width; canvas.height = image.naturalHeight ?? image.height;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(image, 0, 0);
  const bytes = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return [canvas.height, canvas.width, btoa(text)];
}"""
ASK = """async (code) => {
  const asked = jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestExecute({ code });
  let told = "";
  asked.onIOPub = ({ header, content }) => { if (header.msg_type === "stream") told += content.text; };
  const { content } = await asked.done;
  if (content.status !== "ok") throw new Error(`${content.ename}: ${content.evalue}`);
  return told;
}"""
LAID_OUT = """(width) => new Promise((done) => {
  const look = () => requestAnimationFrame(innerWidth === width ? () => requestAnimationFrame(done) : look);
  look();
})"""
RUN = """(number) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = number;
  jupyterapp.commands.execute("notebook:run-cell");
}"""
RUNS = f"(number) => {CODE_CELLS}[number].prompt === '*'"
DONE = f"""(number) => {{
  const cell = {CODE_CELLS}[number];
  return cell.model.executionCount !== null && cell.prompt !== "*";
}}"""
LOOK_MS = 200  # between looks for what takes long; else at each of 60 pictures a second, which two cores feel
HARMLESS = ("/lsp/status",)  # jupyter-lsp is not installed; JupyterLab asks for it anyway


@dataclass
class Traffic:
    """What a page said in its console and asked the network for."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def note_console(self, message: ConsoleMessage) -> None:
        """Keep an error or warning of the console, with where it came from."""
        url = str(message.location.get("url", ""))
        if message.type == "error" and not any(part in url or part in message.text for part in HARMLESS):
            self.errors.append(f"{message.text} ({url})")

    def note_request(self, request: Request) -> None:
        """Keep the address of a request."""
        self.requests.append(request.url)

    def foreign(self, host: str) -> list[str]:
        """Return the requests that left for another host than `host` (a name with port)."""
        addresses = [urlsplit(url) for url in self.requests]
        return [a.geturl() for a in addresses if a.scheme in ("http", "https", "ws", "wss") and a.netloc != host]


class NotebookPage:
    """One notebook in one browser page."""

    def __init__(
        self, browser: Browser, lab: JupyterLab, notebook: str, *, size: tuple[int, int] = (1440, 900)
    ) -> None:
        self.lab, self.traffic = lab, Traffic()
        self.context = browser.new_context(viewport={"width": size[0], "height": size[1]}, device_scale_factor=1)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(180_000)  # a fault alone waits so long
        self.page.on("console", self.traffic.note_console)
        self.page.on("pageerror", lambda error: self.traffic.errors.append(str(error)))
        self.page.on("request", self.traffic.note_request)
        self.page.on("websocket", lambda socket: self.traffic.requests.append(socket.url))
        self.page.goto(lab.url(notebook))
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell")
        self.page.wait_for_function(IDLE, polling=LOOK_MS, timeout=300_000)

    def run_all(self, timeout_s: float = 300) -> None:
        """Run every cell and wait until the last has finished.

        Raises:
            RuntimeError: a cell failed.
        """
        self.page.evaluate("() => jupyterapp.commands.execute('notebook:run-all-cells')")
        self.page.wait_for_function(FINISHED, polling=LOOK_MS, timeout=1000 * timeout_s)
        if errors := self.page.evaluate(ERRORS):
            raise RuntimeError(f"a cell of the notebook failed: {errors[0]}")

    def begin(self, number: int) -> None:
        """Let cell `number` run, and do not wait for it."""
        self.page.evaluate(RUN, number)

    def runs(self, number: int) -> bool:
        """Whether cell `number` runs or waits for its turn."""
        return bool(self.page.evaluate(RUNS, number))

    def run(self, number: int, timeout_s: float = 300) -> None:
        """Run cell `number` and wait until it has finished; the other cells stay as they are.

        Raises:
            RuntimeError: it failed.
        """
        self.begin(number)
        self.page.wait_for_function(DONE, arg=number, polling=LOOK_MS, timeout=1000 * timeout_s)
        if errors := self.page.evaluate(ERRORS):
            raise RuntimeError(f"a cell of the notebook failed: {errors[0]}")

    def ask(self, code: str) -> str:
        """Run code in the kernel, beside the cells, and return what it printed."""
        return str(self.page.evaluate(ASK, code))

    def resize(self, width: int, height: int) -> None:
        """Give the page another size, and wait until what it shows is laid out for it."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.evaluate(LAID_OUT, width)

    def pixels(self, selector: str) -> np.ndarray:
        """Return the pixels of the picture or canvas `selector` names, as the browser has them: (H, W, 3) uint8 RGB."""
        from base64 import b64decode

        height, width, text = self.page.locator(selector).first.evaluate(PIXELS)
        return np.frombuffer(b64decode(text), np.uint8).reshape(height, width, 4)[..., :3]

    def close(self) -> None:
        """Shut the kernel down and close the page."""
        self.page.evaluate("() => jupyterapp.shell.currentWidget?.sessionContext?.shutdown()")
        self.context.close()
