"""One article's Markdown made into safe HTML, with its links resolved."""

from __future__ import annotations

from broadsheet.rendering.commonmark import COMMONMARK, add_commonmark
from broadsheet.rendering.limits import MAX_SECONDS, LimitError, Limits, can_limit, end_process_beyond
from broadsheet.rendering.links import NO_PAGE, WORDS_STAY, LinkMap, resolve_link, suggest_place
from broadsheet.rendering.plain_text import collapse_whitespace, html_to_text
from broadsheet.rendering.render import BodyRenderer, RenderedBody

__all__ = [
    "COMMONMARK",
    "MAX_SECONDS",
    "NO_PAGE",
    "WORDS_STAY",
    "BodyRenderer",
    "LimitError",
    "Limits",
    "LinkMap",
    "RenderedBody",
    "add_commonmark",
    "can_limit",
    "collapse_whitespace",
    "end_process_beyond",
    "html_to_text",
    "resolve_link",
    "suggest_place",
]
