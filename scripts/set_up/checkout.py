"""Where everything lies in one checkout."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Checkout:
    """The paths that set-up reads and writes, below `root`."""

    root: Path

    @property
    def venv(self) -> Path:
        """The environment that set-up owns."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.venv / "bin" / "python"

    @property
    def uv(self) -> Path:
        """The environment's own uv, of the locked version."""
        return self.venv / "bin" / "uv"

    @property
    def state(self) -> Path:
        """Set-up's own folder: stamp, log and lock file. Outside `.venv`, so that clearing one keeps the other."""
        return self.root / ".cache" / "set-up"

    @property
    def lock(self) -> Path:
        """Every package, hashed, for all platforms and Python versions."""
        return self.root / "requirements.lock"

    @property
    def headless_lock(self) -> Path:
        """`opencv-python-headless` of the version that `lock` has of `opencv-python`."""
        return self.root / "requirements-headless.lock"

    @property
    def opencv4_lock(self) -> Path:
        """The last OpenCV 4, which the tests run on too."""
        return self.root / "requirements-opencv4.lock"

    @property
    def npm_lock(self) -> Path:
        """The package that brings npm where there is none; in the package, since its users fetch samples too."""
        return self.root / "workbench" / "samples" / "npm.lock"

    @property
    def opencv4(self) -> Path:
        """Where the last OpenCV 4 lies: a folder to put first on PYTHONPATH."""
        return self.root / ".cache" / "opencv4"
