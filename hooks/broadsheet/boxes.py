"""Boxes: what may be wider than a column of text gets a box of its own to scroll in."""

from __future__ import annotations

import re
from itertools import count

# A tag with its attributes, whose values may hold `<` and `>`.
_TAG = re.compile(r"""<(/?)(\w+)((?:[^>"']|"[^"]*"|'[^']*')*)>""")


def box_tables(html: str) -> str:
    """Put every table of sound HTML into a box that scrolls, also by keyboard.

    >>> box_tables("<table></table>")
    '<div class="bs-table" role="region" aria-label="Table 1" tabindex="0"><table class="bs-grid"></table></div>'
    """
    if "<table" not in html:
        return html
    numbers = count(1)
    depth = 0

    def box(tag: re.Match[str]) -> str:
        nonlocal depth
        closing, name, attributes = tag.groups()
        if name != "table":
            return tag[0]
        depth += -1 if closing else 1
        if closing:
            return f"{tag[0]}</div>" if depth == 0 else tag[0]
        # With a class of its own, Material's script leaves it alone: wrapping it late would move the page.
        table = tag[0] if "class=" in attributes else f'<table class="bs-grid"{attributes}>'
        if depth > 1:
            return table
        return f'<div class="bs-table" role="region" aria-label="Table {next(numbers)}" tabindex="0">{table}'

    return _TAG.sub(box, html)
