"""Make HTML from a notebook safe to show: marked-up text, tables and pictures stay; what runs or loads goes.

A label, a file name or a model's metadata can end up in a report, so all of it is foreign text. The page's
content-security policy stands behind this as a second wall.
"""

from __future__ import annotations

import re
from functools import cache

from bleach import Cleaner  # type: ignore[import-untyped]
from bleach.css_sanitizer import CSSSanitizer  # type: ignore[import-untyped]

TAGS = set(
    "a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 "
    "hr i img ins kbd li mark ol p pre q s samp section small span strong sub summary sup table tbody td tfoot th "
    "thead time tr u ul var".split()
)
ATTRIBUTES = {"class", "id", "style", "title", "lang", "dir", "role"}
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
SILENT = re.compile(r"<(style|script|title|template|noscript)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
LINK = re.compile(r"(https?:|mailto:|#)", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)


def clean_html(html: object) -> str:
    """Return `html` without scripts, event handlers, forms, frames, style sheets and what comes from elsewhere."""
    text = html.decode() if isinstance(html, bytes) else str(html)
    # Elements whose text is not for reading; what is left of a torn one, the cleaner turns into text.
    return str(_cleaner().clean(SILENT.sub("", text)))


class _Styles(CSSSanitizer):  # type: ignore[misc]
    """Allows STYLES, and in them nothing that fetches."""

    def sanitize_css(self, style: str) -> str:
        return "" if "url(" in style.lower() or "\\" in style else str(super().sanitize_css(style))


@cache
def _cleaner() -> Cleaner:
    return Cleaner(
        tags=TAGS,
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        strip=True,
        css_sanitizer=_Styles(allowed_css_properties=STYLES, allowed_svg_properties=set()),
    )


def _allowed(tag: str, name: str, value: str) -> bool:
    if name == "src":  # a picture inside the page; one from elsewhere would be a request
        return tag == "img" and bool(PICTURE.match(value))
    if name == "href":
        return tag == "a" and bool(LINK.match(value))
    if name == "tabindex":  # a strip of frames is reached by Tab in its turn, and before nothing else
        return value == "0"
    return name in ATTRIBUTES or name.startswith("aria-") or name in BY_TAG.get(tag, ())
