"""A package index of a test's own: a folder of packages, served as pages of links (PEP 503), and ways to damage it."""

import http.server
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *arguments):
        """Print nothing."""


@contextmanager
def index(folder):
    """Serve `folder`, with a folder a package; give the variables that send pip and uv there and nowhere else."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/"
        alone = {
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_EXTRA_INDEX_URL": "",
            "PIP_FIND_LINKS": "",
            "PIP_NO_CACHE_DIR": "1",
            "PIP_DEFAULT_TIMEOUT": "300",  # this process, which answers, may stand still
            "UV_HTTP_TIMEOUT": "300",
        }
        yield {**alone, "PIP_INDEX_URL": address, "UV_DEFAULT_INDEX": address, "UV_NO_CACHE": "1"}
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def flip_a_bit(path: Path):
    """Change one bit in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
