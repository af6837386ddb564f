"""What README.md tells people to type is typed here.

Every ```sh block runs, with .venv/bin on PATH: one of `make` commands in the checkout, any other in an empty folder.
The ```python blocks are one program, which finds a real model, its labels and a real clip under the names it uses.
A block after the comment `<!-- not run: REASON -->` is not run; its commands still have to exist.
"""

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import imageio_ffmpeg
import pytest
from typer.testing import CliRunner

from tests.unit.models.onnx_files import convolution
from workbench.cli.app import app

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(
    r"^(?:<!-- not run: (?P<reason>[^\n]+) -->\n+)?```(?P<kind>sh|python)\n(?P<text>.*?)^```$", re.M | re.S
)
LONGEST = 900  # seconds for one block
FRAMES = 40  # of the clip that stands for a reader's own
REPORT = [["make", "report"]]  # run by tests/notebooks, which looks at what it made


@dataclass(frozen=True)
class Block:
    """One fenced block of commands or code."""

    kind: str
    text: str
    line: int
    reason: str | None  # why it is not run

    def __str__(self) -> str:
        return f"line {self.line}"

    @property
    def commands(self) -> list[list[str]]:
        """The words of each command of a block of shell."""
        joined = self.text.replace("\\\n", " ")
        return [words for line in joined.splitlines() for part in line.split("&&") if (words := _words(part))]


def _words(command: str) -> list[str]:
    return shlex.split(command.removeprefix("$ "), comments=True)


def blocks(text: str) -> list[Block]:
    """Return the blocks of a page."""
    return [
        Block(match["kind"], match["text"], text.count("\n", 0, match.start("kind")) + 1, match["reason"])
        for match in BLOCK.finditer(text)
    ]


README = blocks((ROOT / "README.md").read_text(encoding="utf-8"))
RUN_HERE = [block for block in README if block.kind == "sh" and not block.reason and block.commands != REPORT]


PAGE = """a
```sh
make x && make y  # z
```

<!-- not run: opens a browser -->
```sh
make lab
```
```text
no
```
"""


def test_blocks_are_found_with_their_marks():
    first, second = blocks(PAGE)
    assert (first.commands, first.reason, first.line) == ([["make", "x"], ["make", "y"]], None, 2)
    assert (second.commands, second.reason) == ([["make", "lab"]], "opens a browser")


def test_the_readme_has_commands_that_are_run():
    assert RUN_HERE
    assert REPORT in [block.commands for block in README if not block.reason], "the first command that a reader types"


def test_no_block_that_is_run_starts_these_tests_or_waits_for_a_person():
    run = [words for block in README if block.kind == "sh" and not block.reason for words in block.commands]
    assert [words for words in run if words[:2] in (["make", "test"], ["make", "lab"])] == []


@pytest.mark.slow
def test_every_command_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    commands = [words for block in README if block.kind == "sh" for words in block.commands]
    made = {word for words in commands if words[0] == "make" for word in words[1:] if re.fullmatch("[a-z-]+", word)}
    assert made <= targets
    for command in sorted({words[1] for words in commands if words[0] == "workbench"}):
        helped = CliRunner().invoke(app, [command, "--help"])
        assert helped.exit_code == 0, helped.output


@pytest.mark.packaging
@pytest.mark.slow
@pytest.mark.timeout(LONGEST)
@pytest.mark.parametrize("block", RUN_HERE, ids=str)
def test_every_block_of_commands_runs(block, tmp_path):
    from workbench.samples import sample_path

    (tmp_path / "clip.mp4").symlink_to(sample_path("bikes"))  # a reader's folder is not empty
    makes = any(words[0] == "make" for words in block.commands)
    _run(["bash", "-euo", "pipefail", "-c", block.text], ROOT if makes else tmp_path)


@pytest.mark.packaging
@pytest.mark.slow
@pytest.mark.timeout(LONGEST)
def test_the_python_of_the_readme_runs_on_a_real_model_and_clip(tmp_path):
    """Names in it are placeholders of a reader's own files; here they are links to samples, and a small ONNX file."""
    from workbench.samples import sample_path

    model = sample_path("efficientnet-lite0")
    (tmp_path / "my_model.keras").symlink_to(model)
    (tmp_path / "labels.txt").symlink_to(model.with_suffix(".labels.txt"))
    cut_clip(sample_path("bikes"), tmp_path / "clip.mp4")
    (tmp_path / "saved_model").symlink_to(sample_path("ssd-hands"))
    (tmp_path / "model.tflite").symlink_to(sample_path("ssd-mobilenet-oid"))
    convolution(tmp_path / "model.onnx")
    program = "".join(block.text for block in README if block.kind == "python" and not block.reason)
    assert "compare(" in program
    printed = _run([sys.executable, "-c", program], tmp_path)
    assert "'color': ('rgb', 'bgr')" in printed, "the difference of the two recipes"
    assert re.search(rf"\d+ of {FRAMES}", printed), "the verdict on every frame of the clip"


def cut_clip(clip: Path, target: Path) -> None:
    """Copy the first frames of a clip, as they are: enough for a program to run on."""
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(clip), "-c", "copy", "-an"]
    subprocess.run([*ffmpeg, "-frames:v", str(FRAMES), str(target)], check=True)


def _run(command: list[str], folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": path}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=LONGEST, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
