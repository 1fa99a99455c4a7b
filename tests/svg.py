"""Reads what a picture says: matplotlib states each line of text in a comment."""

from __future__ import annotations

import html
import re
from pathlib import Path


def texts(path: Path) -> list[str]:
    """Return the lines of text of an SVG file, in the order in which they are drawn.

    Signs that are hard to tell from letters and hyphens are given as * and -.
    """
    found = re.findall(r"<!-- (.*?) -->", path.read_text("utf-8"))
    signs = str.maketrans({"\N{MULTIPLICATION SIGN}": "*", "\N{MINUS SIGN}": "-"})
    return [html.unescape(text).translate(signs) for text in found]
