"""Foreign HTML keeps its words, tables and pictures, and loses what runs, loads or covers."""

import re

import pytest

from workbench.reports.pages.sanitize import MOST_ATTRIBUTES, MOST_TAGS, TOO_MUCH, clean_html

PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param("<b>a</b> &amp; <code>b</code>", "<b>a</b> &amp; <code>b</code>", id="text"),
        pytest.param(
            '<table class="dataframe"><tbody><tr><td colspan="2">1</td></tr></tbody></table>', None, id="table"
        ),
        pytest.param(f'<img src="{PIXEL}" alt="a" width="4">', None, id="picture inside the page"),
        pytest.param('<a href="https://x.org/a">a</a>', None, id="link out"),
        pytest.param('<a href="#part">a</a>', None, id="link inside"),
        pytest.param('<details open=""><summary>a</summary>b</details>', None, id="details"),
        pytest.param('<p style="color:red;width:50%">a</p>', None, id="styles"),
        pytest.param('<p style="background:var(--card)">a</p>', None, id="style of the page"),
        pytest.param("<STYLE>p{color:red}</STYLE><p>a</p>", "<p>a</p>", id="style sheet"),
        pytest.param("<script>alert(1)</script>a", "a", id="script"),
        pytest.param("a<!-- note -->b", "ab", id="comment"),
    ],
)
def test_what_is_shown(html, expected):
    assert clean_html(html) == (html if expected is None else expected)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param("<script>alert(1)", id="torn script"),
        pytest.param("<scr<script>ipt>alert(1)</scr</script>ipt>", id="nested script"),
        pytest.param('<img src=x onerror="alert(1)">', id="event handler"),
        pytest.param('<svg onload="alert(1)"><script>alert(1)</script></svg>', id="svg"),
        pytest.param('<a href="javascript:alert(1)">a</a>', id="javascript link"),
        pytest.param('<a href=" java\nscript:alert(1)">a</a>', id="javascript link with a line break"),
        pytest.param('<a href="data:text/html,<script>alert(1)</script>">a</a>', id="data link"),
        pytest.param('<img src="https://evil.org/p.png">', id="picture from elsewhere"),
        pytest.param('<img src="//evil.org/p.png">', id="picture without a scheme"),
        pytest.param('<img src="data:text/html,<script>">', id="page as a picture"),
        pytest.param('<iframe src="https://evil.org"></iframe>', id="frame"),
        pytest.param('<form action="https://evil.org"><input name="a"></form>', id="form"),
        pytest.param('<link rel="stylesheet" href="https://evil.org/a.css">', id="style sheet from elsewhere"),
        pytest.param('<meta http-equiv="refresh" content="0;url=https://evil.org">', id="refresh"),
        pytest.param('<base href="https://evil.org/">', id="base"),
        pytest.param('<p style="background: url(https://evil.org/a.png)">a</p>', id="picture in a style"),
        pytest.param('<p style="background: u\\72l(https://evil.org/a.png)">a</p>', id="escaped picture in a style"),
        pytest.param('<div style="position: fixed; inset: 0">a</div>', id="cover"),
        pytest.param("<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>", id="math"),
        pytest.param('<noscript><p title="</noscript><img src=x onerror=alert(1)>">', id="noscript"),
        pytest.param('<object data="https://evil.org"></object><embed src="https://evil.org">', id="object"),
        pytest.param('<img srcset="https://evil.org/p.png 1x">', id="srcset"),
        pytest.param('<video src="https://evil.org/p.mp4" poster="https://evil.org/p.png"></video>', id="video"),
    ],
)
def test_what_is_not_there_any_more(html):
    cleaned = clean_html(html)
    tags = " ".join(re.findall(r"<[^>]*>", cleaned)).lower()
    for word in (
        "script",
        "onerror",
        "onload",
        "evil.org",
        "iframe",
        "<form",
        "<meta",
        "<base",
        "position",
        "data:text",
    ):
        assert word not in tags


@pytest.mark.timeout(60)  # seconds here; by the square of the length, minutes
@pytest.mark.parametrize(
    ("piece", "letters"),
    [
        ("<script", 3_000_000),
        *((tags, 300_000) for tags in ("<div>", "<b><p>", "<svg>", "<table><tr><td>1", "</b>", "<p a ")),
        *((piece, 100_000) for piece in ("<!--", '<p style="a:b;')),
    ],
)
def test_no_tags_make_it_slow(piece, letters):
    clean_html(piece * (letters // len(piece)))


def test_what_no_page_can_hold_is_said_to_be_left_out():
    assert clean_html("<div>" * 1000) == TOO_MUCH
    assert clean_html("<b>a</b>" * (MOST_TAGS // 2 + 1)) == TOO_MUCH
    assert clean_html("<p>" + "<b" + " a='>'" * (MOST_ATTRIBUTES + 1) + ">") == TOO_MUCH
    assert clean_html("<table>" + "<tr><td>1<td>2" * 300 + "</table>").count("<td>") == 600  # needs no closing
    assert clean_html(f'<p>{"<i id=a></i>" * 300}<b title="{"<div> " * 300}">b</b>').count("<i") == 300


def test_a_long_program_hides_nothing_of_what_stands_beside_it():
    program = "for (i = 0; i <n " + "&& a " * 1000 + "; i++) add('<div>');" + "'<b>'" * 1000
    assert clean_html(f"<p>a</p><script>{program}</script><p>b</p>") == "<p>a</p><p>b</p>"
