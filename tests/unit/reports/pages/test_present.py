"""The page of a notebook leaves out what only a live notebook can show."""

import pytest

from workbench.reports.pages.present import WIDGET, outline, present

VIEW = {"model_id": "a"}


def kinds(notebook):
    return [list(output.get("data", {})) for output in notebook.cells[-1].outputs]


def test_a_widget_gives_way_to_a_note_without_its_repr(executed, display):
    output = display(WIDGET, VIEW)
    output.data["text/plain"] = "FrameViewer(children=(Image(value=b'...'),))"
    shown = present(executed(output))
    assert kinds(shown) == [["text/html"]]
    assert "FrameViewer" not in str(shown)
    assert "live viewer" in shown.cells[-1].outputs[0].data["text/html"]


def test_a_picture_that_a_widget_brings_is_shown_in_its_place(executed, display):
    output = display(WIDGET, VIEW)
    output.data.update({"text/plain": "FrameViewer()", "image/png": "AAAA"})
    assert kinds(present(executed(output))) == [["image/png"]]


@pytest.mark.parametrize(
    ("text", "alt"),
    [
        pytest.param("Top 3: a strip\nof frames", "Top 3: a strip of frames", id="words"),
        pytest.param("<Figure size 800x200 with 2 Axes>", "Picture made by the notebook", id="repr"),
        pytest.param("", "Picture made by the notebook", id="nothing"),
    ],
)
def test_a_picture_is_described_by_its_text(executed, display, text, alt):
    output = display("image/png", "AAAA")
    output.data["text/plain"] = text
    assert present(executed(output)).cells[-1].outputs[0].metadata["alt"] == alt


def test_a_script_leaves_nothing(executed, display):
    assert kinds(present(executed(display("application/javascript", "alert(1)")))) == []


@pytest.mark.parametrize("text", ["  0%|          | 0/10 [00:00<?, ?it/s]", "12it [00:01, 9.5it/s]"])
def test_a_progress_bar_leaves_nothing(executed, display, text):
    output = display(WIDGET, VIEW)
    output.data["text/plain"] = text
    assert kinds(present(executed(output))) == []


def test_the_executed_notebook_stays_as_it_is(executed, display):
    notebook = executed(display(WIDGET, VIEW))
    before = str(notebook)
    outline(present(notebook))
    assert str(notebook) == before


def test_title_and_question_go_to_the_header(executed):
    assert present(executed()).cells[0].source == "More about it."


@pytest.mark.parametrize("tag", ["parameters", "injected-parameters"])
def test_parameters_go_to_the_header(executed, tag):
    notebook = executed(source="a = 1")
    notebook.cells[-1].metadata["tags"] = [tag]
    assert [cell.cell_type for cell in present(notebook).cells] == ["markdown"]


def test_a_parameters_cell_that_failed_is_shown(executed, display):
    notebook = executed(display("text/plain", "oops"), source="a = 1")
    notebook.cells[-1].metadata["tags"] = ["parameters"]
    assert present(notebook).cells[-1].cell_type == "code"


def test_cells_that_never_ran_are_tagged(executed):
    assert "not-run" in present(executed(status="pending")).cells[-1].metadata["tags"]


def test_sections_are_numbered_and_anchored(executed):
    shown = present(executed(markdown=["## One `a`\ntext", "### Deeper\n\n## Two ##"]))
    assert outline(shown) == [("section-1", "One a"), ("section-2", "Two")]
    assert shown.cells[1].source.startswith('## <span id="section-1">One `a`</span>')
