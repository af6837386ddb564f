"""Folders of runs whose manifest is broken or hostile: the index names them, and shows all others."""

import html
import json
import math
import re

import pytest

from workbench.reports import write_index

SOUND = {
    "title": "Count", "question": "How far?", "scenario": "count", "run_id": "0123456789ab", "status": "ok",
    "error": "", "started": "2026-11-21T14:03:00+00:00", "duration_s": 1.5, "given": [], "parameters": {},
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps(SOUND)[:40], id="a manifest that is cut off"),
        pytest.param("", id="a manifest that is empty"),
        pytest.param("\0" * 512, id="a manifest of zeros"),
        pytest.param("[" * 100_000, id="a manifest of 100,000 brackets"),
        pytest.param("[]", id="a manifest that is a list"),
        pytest.param(json.dumps({**SOUND, "title": ["a"]}), id="a manifest whose title is a list"),
        pytest.param(json.dumps({**SOUND, "started": "0001-01-01T00:00:00+14:00"}), id="a manifest of the year 0"),
        pytest.param(json.dumps({**SOUND, "duration_s": "long"}), id="a manifest whose duration is a word"),
        pytest.param(json.dumps({**SOUND, "duration_s": math.inf}), id="a manifest whose duration is infinite"),
        pytest.param(json.dumps({**SOUND, "given": ["gone"]}), id="a manifest with a parameter that it does not hold"),
        pytest.param('{"title": "\\ud800", "title": 3}', id="a manifest with two titles"),
    ],
)
def test_in_the_folder_of_reports(text, folder, told):
    for name, manifest in {"0123456789ab": json.dumps(SOUND), "bbbbbbbbbbbb": text}.items():
        place = folder / "out" / "count" / name
        place.mkdir(parents=True)
        (place / "manifest.json").write_text(manifest)
    page = write_index(folder / "out").read_text("utf-8")
    found = re.findall(r'<li class="run">(.*?)</li>', page, re.DOTALL)
    entries = [html.unescape(re.sub(r"<[^>]+>", " ", entry)) for entry in found]
    [sound] = [entry for entry in entries if "Count" in entry]
    assert "finished" in sound
    [broken] = [" ".join(entry.split()) for entry in entries if entry is not sound]
    told("flagged", re.sub(r"\d+ \w+ \d{4}, \d\d:\d\d", "WHEN", broken))
