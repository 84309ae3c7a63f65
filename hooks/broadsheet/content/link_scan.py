"""Link scan: find the link targets of a body without rendering it."""

from __future__ import annotations

import re

# Inline links, definitions of reference links, and HTML: articles can be compared before they are rendered.
_LINK_TARGET = re.compile(
    r"\]\(\s*<?([^\s()<>]+)|^ {0,3}\[[^\[\]\n]+\]:[ \t]*<?([^\s<>]+)|\b(?i:href)\s*=\s*[\"']([^\"'\s]+)", re.MULTILINE
)

# Parts of a body without links: blocks of code, comments, code within a line.
_CODE_OR_COMMENT = re.compile(
    r"^ {0,3}(`{3,}+(?![^\n]*`)|~{3,}+).*?(?:^ {0,3}\1|\Z)|<!--.*?(?:-->|\Z)|(?<!`)(`{1,3})[^`\n]{1,500}\2",
    re.MULTILINE | re.DOTALL,
)


def find_link_targets(body: str) -> tuple[str, ...]:
    """Return the targets of links in a Markdown body, as written, without repeats and links within the page.

    >>> find_link_targets("[One](a.md), [two](https://example.org/), [three](a.md) and [the foot](#foot).")
    ('a.md', 'https://example.org/')
    """
    matches = _LINK_TARGET.finditer(_CODE_OR_COMMENT.sub(" ", body))
    targets = (next(group for group in match.groups() if group is not None) for match in matches)
    return tuple(dict.fromkeys(target for target in targets if not target.startswith("#")))
