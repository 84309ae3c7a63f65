"""Accessible HTML: tables and plain text that scroll by keyboard, and names for the checkboxes of task lists."""

from __future__ import annotations

import re
from html import escape
from itertools import count

from broadsheet.core import ANY_NAME, Tag, Translations, load_translations, replace_tags

_CODE = re.compile(r"(?:<span></span>)?<code")
# An empty heading cell, as in a table whose first column has no name: screen readers would announce it.
_EMPTY_HEADING = re.compile(r'<th((?: style="[\w:; -]*")?)>\s*</th>')


def make_text_accessible(html: str, words: Translations | None = None) -> str:
    """Put each table into a region that scrolls, also by keyboard, and name the checkboxes of task lists.

    Text in `<pre>` that is no code scrolls by itself; the theme sees to code.

    >>> make_text_accessible("<table></table>")
    '<div class="bs-table" role="region" aria-label="Table 1" tabindex="0"><table class="bs-grid"></table></div>'
    >>> make_text_accessible('<input type="checkbox" disabled checked>')
    '<input type="checkbox" disabled checked aria-label="Done">'

    Args:
        html: the sanitizer's output.
        words: the language of the names; English unless given.

    """
    if "<table" not in html and "<input" not in html and "<pre" not in html:
        return html
    html = _EMPTY_HEADING.sub(r"<td\1></td>", html)
    numbers, words = count(1), words or load_translations()
    depth = 0

    def finish(tag: Tag) -> str:
        nonlocal depth
        closing, name, attributes = tag.closing, tag.name, tag.attributes
        if name == "input" and "checkbox" in attributes and "aria-label" not in attributes:
            done = words.write("task_done" if "checked" in attributes else "task_to_do")
            return f'<input{attributes.rstrip(" /")} aria-label="{escape(done)}">'
        if name == "pre" and not closing and not _CODE.match(html, tag.start + len(tag.source)):
            return f'<pre{attributes} tabindex="0">'
        if name != "table":
            return tag.source
        depth += -1 if closing else 1
        if closing:
            return f"{tag.source}</div>" if depth == 0 else tag.source
        # Material's script wraps tables without a class when the page has loaded, which would move the page.
        table = tag.source if "class=" in attributes else f'<table class="bs-grid"{attributes}>'
        if depth > 1:
            return table
        box = escape(words.write("table_number", number=next(numbers)))
        return f'<div class="bs-table" role="region" aria-label="{box}" tabindex="0">{table}'

    return replace_tags(html, ANY_NAME, finish)
