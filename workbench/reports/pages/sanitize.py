"""Make HTML from a notebook safe to show: marked-up text, tables and pictures stay; what runs or loads goes.

A label, a file name or a model's metadata can end up in a report, so all of it is foreign text. The page's
content-security policy stands behind this as a second wall.
"""

from __future__ import annotations

import re

import nh3

TAGS = set(
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 "
    "hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th "
    "thead time tr u ul var".split()
)
ATTRIBUTES = {"class", "id", "style", "title", "lang", "dir", "role", "tabindex"}
BY_TAG = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "loading"},
    "details": {"open"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "col": {"span"},
    "ol": {"start"},
    "time": {"datetime"},
}
# Nothing that takes a thing out of the flow of the page, where it could lie over the report's own words.
STYLES = set(
    "align-items aspect-ratio background background-color border border-bottom border-collapse border-color "
    "border-left border-radius border-right border-spacing border-style border-top border-width box-shadow color "
    "column-gap display flex flex-basis flex-direction flex-grow flex-shrink flex-wrap font font-family font-size "
    "font-style font-variant-numeric font-weight gap grid-template-columns height image-rendering justify-content "
    "letter-spacing line-height list-style margin margin-bottom margin-left margin-right margin-top max-height "
    "max-width min-height min-width object-fit opacity overflow overflow-x overflow-y padding padding-bottom "
    "padding-left padding-right padding-top row-gap scroll-snap-align scroll-snap-type text-align text-decoration "
    "text-overflow text-transform vertical-align white-space width word-break".split()
)
SILENT = {"style", "script", "title", "template", "noscript"}  # their text is not for reading
OPENING = re.compile(rf"<({'|'.join(SILENT)})\b", re.IGNORECASE)
CLOSING = {name: re.compile(rf"</{name}\s*>", re.IGNORECASE) for name in SILENT}
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
# As the parser reads one; in a quoted value that is not closed it reads on to the end.
ATTRIBUTE = re.compile(r"""[\s/]*[^\s/>][^\s/>=]*(?:\s*=\s*(?:"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^\s>]*))?""")
# Those that need no closing: what follows closes them.
LOOSE = set("br hr img col input link meta wbr p li dt dd tr td th thead tbody tfoot option".split())
# Beyond these the parser, which takes time by the square of each, would take minutes.
MOST_TAGS, DEEPEST = 50_000, 256  # tags in all, as of a table of 8,000 rows; tags open at once
MOST_ATTRIBUTES = 100  # of one tag
TOO_MUCH = '<p class="live-note">What is shown here is too large for a page; it is in <code>report.ipynb</code>.</p>'
LINK = re.compile(r"(https?:|mailto:|#)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)


def clean_html(html: object) -> str:
    """Return `html` without scripts, event handlers, forms, frames, style sheets and what comes from elsewhere."""
    text = html.decode() if isinstance(html, bytes) else str(html)
    text = _without_silent(text)  # a "<" of a program is no tag that counts; what is left of a torn one, CLEANER takes
    return CLEANER.clean(text) if _fits(text) else TOO_MUCH


def _without_silent(text: str) -> str:
    """Return HTML without the elements of SILENT that are closed."""
    kept, place, never_closed = [], 0, set()
    for opening in OPENING.finditer(text):
        name = opening[1].lower()
        if opening.start() < place or name in never_closed:
            continue
        closing = CLOSING[name].search(text, opening.end())
        if closing is None:
            never_closed.add(name)  # nor is one that begins later
            continue
        kept.append(text[place : opening.start()])
        place = closing.end()
    return "".join([*kept, text[place:]])


def _fits(text: str) -> bool:
    """Tell whether a page can hold HTML of so many tags, and tags of so many attributes."""
    depth, place = 0, 0
    for _ in range(MOST_TAGS + 1):
        tag = TAG.search(text, place)
        if tag is None:
            return True
        if tag[2].lower() not in LOOSE:
            depth = max(0, depth - 1) if tag[1] else depth + 1
        end = _past_attributes(text, tag.end())
        if depth > DEEPEST or end is None:
            return False
        place = end
    return False


def _past_attributes(text: str, place: int) -> int | None:
    """Return where the attributes of a tag end, None where they are too many."""
    for _ in range(MOST_ATTRIBUTES + 1):
        attribute = ATTRIBUTE.match(text, place)
        if attribute is None:
            return place
        place = attribute.end()
    return None


def _allowed(tag: str, name: str, value: str) -> str | None:
    """Return the value of an attribute of ATTRIBUTES and BY_TAG if it may stay."""
    match name:
        case "src":  # a picture inside the page; one from elsewhere would be a request
            stays = PICTURE.match(value) is not None
        case "href":
            stays = LINK.match(value) is not None
        case "tabindex":  # a strip of frames is reached by Tab in its turn, and before nothing else
            stays = value == "0"
        case "style":  # nothing that fetches
            stays = "url(" not in value.lower() and "\\" not in value
        case _:
            stays = True
    return value if stays else None


CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=SILENT,
    attributes={"*": ATTRIBUTES, **BY_TAG},
    attribute_filter=_allowed,
    generic_attribute_prefixes={"aria-"},
    filter_style_properties=STYLES,
    url_schemes={"http", "https", "mailto", "data"},
    link_rel=None,
)
