"""A password or token in an address is shown nowhere and kept nowhere: not in lines, journals, manifests or reports."""

import html
import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from scripts.live_sources import serving, stamped_clip
from tests.unit.cli.command_line import run
from workbench import open_frames
from workbench.samples import sample_path

PASSWORD, TOKEN = "w0nder-wall", "t0kenvalue"
ADDRESS = f"rtsp://me:{PASSWORD}@camera.invalid:554/live?token={TOKEN}&size=2"
SHOWN = "rtsp://***@camera.invalid:554/live?token=***&size=2"
CELLS = (
    "print(source, 'with', source.split(':')[2].split('@')[0])",
    f"from workbench.reports import record; record({{'source': source, 'login': 'me {PASSWORD}'}})",
    "import warnings; warnings.warn(f'{source} is slow', stacklevel=2)",
    "{'address': source}",
    f"raise ConnectionError(f'{{source}} refused me with the password {PASSWORD}')",
)


def expect_no_secret(place):
    """Hold a text, or every file below a folder, to hold neither password nor token."""
    texts = (
        {"text": place.encode()}
        if isinstance(place, str)
        else {p: p.read_bytes() for p in place.rglob("*") if p.is_file()}
    )
    assert texts
    told = [(where, secret) for where, text in texts.items() for secret in (PASSWORD, TOKEN) if secret.encode() in text]
    assert told == []


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param(f"ftp://me:{PASSWORD}@camera.invalid/1", id="a password in an address of a kind that is not read"),
        pytest.param(f"rtsp:/me:{PASSWORD}@camera.invalid/1", id="a password in an address with one slash"),
        pytest.param(f"me:{PASSWORD}@192.168.1.5:554/1", id="a password in an address without rtsp"),
        pytest.param(f"rtsp//me:{PASSWORD}@camera/1", id="a password in an address without its colon"),
        pytest.param(f"rtsp://me:{PASSWORD}/#?@127.0.0.1:9/1", id="a password with / # ? in it"),
        pytest.param(f"http://{TOKEN}@127.0.0.1:9/live", id="a token in the place of the user"),
        pytest.param(f"http://127.0.0.1:9/a.mp4?X-Amz-Signature={TOKEN}&X-Amz-Expires=60", id="a signed address"),
        pytest.param(f"rtsp://127.0.0.1:9/user=me_password={PASSWORD}_channel=1.sdp", id="a password in a path"),
    ],
)
def test_in_the_address_of_a_stream(origin, raised, capfd):
    line = raised(lambda: open_frames(origin))
    expect_no_secret(line + "".join(capfd.readouterr()))  # nor does FFmpeg print it


def test_a_password_in_the_address_of_a_stream_that_is_recorded(folder, told, monkeypatch, capsys):
    clip = stamped_clip(folder / "clip.mp4", sample_path("bikes"), frames=12)
    with serving("mjpeg", clip) as camera:
        address = f"{camera.url.replace('http://', f'http://me:{PASSWORD}@')}?token={TOKEN}"
        status, output, error = run(
            monkeypatch, capsys, "stream", address, "--limit", "5", "--record", "kept", "--no-report"
        )
    assert status == 0
    expect_no_secret(output + error)
    expect_no_secret(folder / "kept")
    session = json.loads((folder / "kept" / "results.jsonl").read_text("utf-8").splitlines()[0])
    assert session["origin"] in error
    told("harmless", session["origin"].replace(camera.url.split(":")[2].split("/")[0], "PORT"))


@pytest.mark.slow
def test_a_password_in_a_parameter_of_a_report(folder, forked, told, monkeypatch, capsys):
    parameters = new_code_cell('source: str = "camera:0"  # of the frames', metadata={"tags": ["parameters"]})
    cells = [new_markdown_cell("# Watch\nWhat is there?"), parameters, *map(new_code_cell, CELLS)]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(new_notebook(cells=cells, metadata=spec), folder / "watch.ipynb")
    (folder / "parameters.yaml").write_text(f"source: {ADDRESS}")
    status, output, error = run(
        monkeypatch, capsys, "report", "watch.ipynb", "--params", "parameters.yaml", "--out", "out"
    )
    assert status == 1
    expect_no_secret(output + error)
    expect_no_secret(folder / "out")
    [report] = (folder / "out").glob("watch/*/report.html")
    assert f"workbench report watch.ipynb -p 'source={SHOWN}'" in html.unescape(report.read_text("utf-8"))
    assert SHOWN in html.unescape((folder / "out" / "index.html").read_text("utf-8"))
    told("harmless", error.strip().removeprefix("workbench: "))
