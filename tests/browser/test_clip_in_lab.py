"""A viewer on a real film, without a model: exact frames wherever the slider lands."""

import pytest

from workbench import load_recipe, open_frames, to_picture

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def film():
    return open_frames("sample:bikes")


@pytest.mark.parametrize("index", [100, 37, 249, 0], ids=["forward", "back", "last", "first"])
def test_the_frame_shown_is_the_frame_of_that_number(clip, film, index):
    clip.root.locator(".wb-slider").fill(str(index))
    clip.settled(index)
    assert (clip.pixels("original") == film[index].image).all()
    recipe = load_recipe("sample:efficientnet-lite0")
    assert (clip.pixels("a") == to_picture(recipe(film[index]), recipe)[0]).all()
    assert clip.root.locator(".wb-where").inner_text() == f"frame {index} · {film.time_s(index):.3f} s"


def test_a_fast_hand_ends_on_the_last_frame_it_asked_for(clip, film):
    slider = clip.root.locator(".wb-slider")
    for index in range(20, 220, 4):
        slider.evaluate("(each, value) => { each.value = value; each.dispatchEvent(new Event('input')); }", index)
    clip.settled(216)
    assert (clip.pixels("original") == film[216].image).all()


def test_another_decoder_can_be_chosen(clip, film):
    offered = clip.root.locator("select.wb-b-decode option").all_inner_texts()
    assert set(offered) == set(film.decoders)
    clip.choose("b", "decode", "pyav")
    clip.page.wait_for_function("document.querySelector('.wb-viewer').dataset.changed.startsWith('decode')")
    clip.settled()
    assert clip.banner == ""


def test_without_a_model_there_is_no_empty_place_for_answers(clip):
    assert not clip.root.locator(".wb-answers").is_visible()


def test_the_page_stays_clean_and_asks_nobody_but_its_server(clip, lab):
    assert clip.opened.traffic.errors == []
    assert clip.opened.traffic.foreign(f"127.0.0.1:{lab.port}") == []


def test_a_kernel_that_has_stopped_is_told(clip):
    clip.page.evaluate("() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.shutdown()")
    clip.page.wait_for_function("jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.isDisposed !== false")
    clip.focus()
    clip.press("ArrowRight")
    clip.says("run the cell again")
