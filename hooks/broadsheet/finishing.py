"""Finishing: what the HTML of a text gets when it is set on a page, so that all readers can use it."""

from __future__ import annotations

import re
from html import escape
from itertools import count

from broadsheet.wording import Wording, find_wording

# A tag with its attributes, whose values may hold `<` and `>`.
_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""")
# In a table whose first column has no name, a cell that heads nothing is no heading.
_NAMELESS = re.compile(r'<th((?: style="[\w:; -]*")?)>\s*</th>')


def finish_text(html: str, words: Wording | None = None) -> str:
    """Put each table of sound HTML into a box that scrolls, also by keyboard, and name the boxes of task lists.

    >>> finish_text("<table></table>")
    '<div class="bs-table" role="region" aria-label="Table 1" tabindex="0"><table class="bs-grid"></table></div>'
    >>> finish_text('<input type="checkbox" disabled checked>')
    '<input type="checkbox" disabled checked aria-label="Done">'

    Args:
        html: as the cleaner has written it.
        words: in which the boxes are named; English unless given.

    """
    if "<table" not in html and "<input" not in html:
        return html
    numbers, words = count(1), words or find_wording()
    depth = 0

    def finish(tag: re.Match[str]) -> str:
        nonlocal depth
        closing, name, attributes = tag.groups()
        if name == "input" and "checkbox" in attributes and "aria-label" not in attributes:
            done = words.write("task_done" if "checked" in attributes else "task_to_do")
            return f'<input{attributes.rstrip(" /")} aria-label="{escape(done)}">'
        if name != "table":
            return tag[0]
        depth += -1 if closing else 1
        if closing:
            return f"{tag[0]}</div>" if depth == 0 else tag[0]
        # With a class of its own, Material's script leaves it alone: wrapping it late would move the page.
        table = tag[0] if "class=" in attributes else f'<table class="bs-grid"{attributes}>'
        if depth > 1:
            return table
        box = escape(words.write("table_number", number=next(numbers)))
        return f'<div class="bs-table" role="region" aria-label="{box}" tabindex="0">{table}'

    return _TAG.sub(finish, _NAMELESS.sub(r"<td\1></td>", html))
