"""What differs from run to run is left out; what a run found is not."""

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from workbench.errors import InvalidValue
from workbench.reports import normalised

MEASURED = '<section class="cell code measured">'


def html(tmp_path, text):
    (tmp_path / "report.html").write_text(text)
    return normalised(tmp_path / "report.html")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("took 12.3 ms", "took 9 ms", id="milliseconds"),
        pytest.param("at 2026-11-21T14:03:00.5+00:00", "at 2025-01-02T03:04:05Z", id="time stamp"),
        pytest.param("1,234.5 fps", "99 fps", id="speed"),
        pytest.param("<obj at 0x7f12ab34cd56>", "<obj at 0x7f99ab34cd00>", id="address"),
        pytest.param("in /tmp/wb-a1/x.png", "in /home/me/data/x.png", id="path"),
        pytest.param("0123456789abcdef0123456789abcdef", "f" * 32, id="random id"),
        pytest.param('<dd class="timing">21<small> ms</small></dd>', '<dd class="timing">9<small> ms</small></dd>',
                     id="key figure that is a timing"),
        pytest.param("<style>p { color: red }</style>a", "<style>p {}</style>a", id="look"),
        pytest.param('<footer class="page">one</footer>a', '<footer class="page">two</footer>a', id="origin"),
        pytest.param('<details class="log"><pre>one</pre></details>a', "a", id="log"),
        pytest.param('<div class="outputs"><div class="jp-OutputArea-child">\n<details class="log">o</details>\n</div>'
                     "</div>a", "a", id="output that is a log alone"),
        pytest.param(f'{MEASURED}x<div class="outputs">57 MB</div></section>a',
                     f'{MEASURED}x<div class="outputs">59 MB</div></section>a', id="measured cell"),
    ],
)  # fmt: skip
def test_what_differs_by_chance_is_the_same(tmp_path, one, other):
    assert html(tmp_path, one) == html(tmp_path, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("18 of 20", "17 of 20", id="count"),
        pytest.param("mean 0.344", "mean 0.345", id="number"),
        pytest.param("a/b.jpg", "a/c.jpg", id="relative path"),
        pytest.param("data:image/png;base64,AAAA", "data:image/png;base64,AAAB", id="picture"),
        pytest.param(
            "data:image/png;base64,/9j/4AAQ/x/y", "data:image/png;base64,/9j/4AAR/x/y", id="picture like a path"
        ),
        pytest.param(
            f'{MEASURED}x</section><section class="cell code"><div class="outputs">5</div></section>',
            f'{MEASURED}x</section><section class="cell code"><div class="outputs">6</div></section>',
            id="cell after a measured one",
        ),
        pytest.param("flower, 3 shots", "flower, 4 shots", id="a word that begins with s"),
    ],
)
def test_what_a_run_found_differs(tmp_path, one, other):
    assert html(tmp_path, one) != html(tmp_path, other)


def notebook(tmp_path, *, count=1, text="18 of 20", seconds=1.0, cell="aa"):
    found = new_output("stream", name="stdout", text=text)
    log = new_output("stream", name="stderr", text=f"{seconds} seconds")
    made = new_code_cell("x", id=cell, execution_count=count, outputs=[found, log])
    made.metadata["papermill"] = {"duration": seconds}
    (tmp_path / "report.ipynb").write_text(json.dumps(new_notebook(cells=[made], metadata={"papermill": {"a": count}})))
    return normalised(tmp_path / "report.ipynb")


def test_a_notebook_is_freed_of_counts_times_and_ids(tmp_path):
    assert notebook(tmp_path) == notebook(tmp_path, count=5, seconds=2.5, cell="bb")
    assert notebook(tmp_path) != notebook(tmp_path, text="17 of 20")


def test_metrics_are_freed_of_timings(tmp_path):
    path = tmp_path / "metrics.json"
    texts = []
    for speed, right in ((1.0, 18), (2.0, 18), (1.0, 17)):
        path.write_text(json.dumps({"a_ms": speed, "right": right, "rows": [{"x_fps": speed}]}))
        texts.append(normalised(path))
    assert texts[0] == texts[1] != texts[2]


def test_another_file_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(InvalidValue, match=r"report\.html"):
        normalised(tmp_path / "a.txt")


def test_what_a_measured_cell_shows_is_left_out_of_the_notebook_and_its_code_is_not(tmp_path):
    def one(text, code="x", tags=("measured",)):
        cell = new_code_cell(code, id="aa", outputs=[new_output("stream", name="stdout", text=text)])
        cell.metadata["tags"] = list(tags)
        (tmp_path / "report.ipynb").write_text(json.dumps(new_notebook(cells=[cell])))
        return normalised(tmp_path / "report.ipynb")

    assert one("57 MB") == one("59 MB")
    assert one("57 MB", code="y") != one("57 MB")
    assert one("57 MB", tags=()) != one("59 MB", tags=())
