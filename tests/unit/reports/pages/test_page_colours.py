"""Every text of a page has the contrast that WCAG 2.1 asks for (AA, 4.5 to 1), light and dark."""

import re

import pytest

from workbench.reports.pages.page import TEMPLATES

TEXTS = ["ink", "soft", "faint", "accent", "good", "bad", "warn"]
PAPERS = ["paper", "card", "sunken"]
WASHES = [("good", "good-wash"), ("bad", "bad-wash"), ("warn", "warn-wash"), ("ink", "bad-wash"), ("ink", "warn-wash"),
          ("soft", "bad-wash")]  # fmt: skip


def palettes():
    """Return the colours of the light and the dark page by name."""
    light, dark = (TEMPLATES / "page.css").read_text().split("@media (prefers-color-scheme: dark)", 1)
    colours = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part)) for part in (light, dark.split("*, *", 1)[0])]
    return {"light": colours[0], "dark": colours[1]}


def luminance(colour):
    """Relative luminance of WCAG 2.1."""
    levels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels]
    return sum(weight * level for weight, level in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "paper"), [(text, paper) for text in TEXTS for paper in PAPERS] + WASHES)
def test_text_stands_out_from_its_paper(scheme, text, paper):
    colours = palettes()[scheme]
    dark, light = sorted((luminance(colours[text]), luminance(colours[paper])))
    assert (light + 0.05) / (dark + 0.05) >= 4.5
