import base64
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from workbench.errors import InvalidValue
from workbench.views.slider import frame_slider


class Page(HTMLParser):
    """The tags, attributes and text of a piece of HTML."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(str(markup))

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def sources(page):
    for image in page.all("img"):
        data = base64.b64decode(image["src"].removeprefix("data:image/jpeg;base64,"))
        yield cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


@pytest.fixture
def images():
    return [np.full((40, 60, 3), 2 * i, np.uint8) for i in range(100)]


def test_every_frame_has_its_picture_and_caption(images):
    page = Page(frame_slider(images[:3], ["one", "two", "three"]))
    assert [image["alt"] for image in page.all("img")] == ["one", "two", "three"]
    assert [round(picture.mean()) for picture in sources(page)] == [0, 2, 4]


def test_it_needs_no_script_no_style_sheet_and_nothing_from_elsewhere(images):
    page = Page(frame_slider(images[:3], ["a", "b", "c"]))
    assert {tag for tag, _ in page.tags} <= {"div", "strong", "small", "figure", "img", "figcaption", "span"}
    assert all(image["src"].startswith("data:image/jpeg;base64,") for image in page.all("img"))
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)


def test_it_can_be_reached_and_scrolled_by_keys(images):
    (track,) = (div for div in Page(frame_slider(images[:3], list("abc"))).all("div") if "tabindex" in div)
    assert track["tabindex"] == "0"
    assert "scroll-snap-type" in track["style"]
    assert track["aria-label"].startswith("Frames")


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '" onerror="alert(1)', "a & b"])
def test_captions_and_titles_are_text_and_never_markup(images, text):
    page = Page(frame_slider(images[:1], [text], title=text))
    assert page.all("img")[0]["alt"] == text
    assert set(page.all("img")[0]) == {"src", "alt", "width", "height", "style"}
    assert page.all("script") == []
    assert text in page.text


def test_many_frames_are_thinned_evenly_from_first_to_last(images):
    page = Page(frame_slider(images, [str(i) for i in range(100)], max_frames=4))
    assert [image["alt"] for image in page.all("img")] == ["0", "33", "66", "99"]
    assert "4 frames" in "".join(page.text)


def test_large_pictures_are_shrunk_and_small_ones_kept(images):
    large = np.zeros((1080, 1920, 3), np.uint8)
    sizes = [picture.shape[:2] for picture in sources(Page(frame_slider([large, images[0]], ["a", "b"])))]
    assert sizes == [(240, 427), (40, 60)]


def test_the_page_it_makes_stays_below_two_megabytes():
    noise = np.random.default_rng(0).integers(0, 256, (480, 854, 3), np.uint8)  # nothing compresses worse
    markup = str(frame_slider([noise] * 200, ["noise"] * 200))
    assert len(markup) < 2 * 2**20 * 1.5
    assert len(Page(markup).all("img")) == 24


@pytest.mark.parametrize(("pictures", "captions"), [(0, []), (2, ["only one"])])
def test_pictures_without_captions_are_refused(images, pictures, captions):
    with pytest.raises(InvalidValue, match="one caption a picture"):
        frame_slider(images[:pictures], captions)
