"""Plain text: what a reader sees of some HTML, on one line."""

from __future__ import annotations

import html
import re

import nh3

# Without a space in front of them, the last word of one paragraph would grow together with the first of the next.
_BLOCK = re.compile(
    r"<(?=/?(?:address|article|aside|blockquote|br|caption|d[dlt]|details|div|fig\w+|footer|h[1-6r]|header|li|"
    r"[ou]l|p|pre|section|summary|t[dhr]|table)\b)",
    re.IGNORECASE,
)
_UNSEEN = {"script", "style", "template"}


def html_to_text(content: str) -> str:
    """What a reader sees of some HTML, on one line. Cost: about 0.2 ms for an article.

    >>> html_to_text("<p>Ham &amp; <b>e</b>ggs</p><p>&lt;b&gt;</p><script>x</script>")
    'Ham & eggs <b>'
    """
    plain = nh3.clean(_BLOCK.sub(" <", content), tags=set(), clean_content_tags=_UNSEEN)
    return collapse_whitespace(html.unescape(plain))


def collapse_whitespace(text: str) -> str:
    """A text on one line, without what no file can hold and the marks that Pagefind would split words at."""
    return " ".join(text.replace("\u200b", "").encode("utf-8", "ignore").decode().split())
