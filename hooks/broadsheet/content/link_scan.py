"""Addresses: what a body links to, found without rendering it."""

from __future__ import annotations

import re

# Inline links, definitions of reference links, and HTML, as Markdown has them: nothing has to be rendered before
# articles can be compared.
_ADDRESS = re.compile(
    r"\]\(\s*<?([^\s()<>]+)|^ {0,3}\[[^\[\]\n]+\]:[ \t]*<?([^\s<>]+)|\b(?i:href)\s*=\s*[\"']([^\"'\s]+)", re.MULTILINE
)

# What no reader sees as a link: blocks of code, comments, code within a line.
_UNREAD = re.compile(
    r"^ {0,3}(`{3,}+(?![^\n]*`)|~{3,}+).*?(?:^ {0,3}\1|\Z)|<!--.*?(?:-->|\Z)|(?<!`)(`{1,3})[^`\n]{1,500}\2",
    re.MULTILINE | re.DOTALL,
)


def find_link_targets(body: str) -> tuple[str, ...]:
    """The addresses that a body in Markdown links to, as they are written, each once; none on the page itself.

    >>> find_link_targets("[One](a.md), [two](https://example.org/), [three](a.md) and [the foot](#foot).")
    ('a.md', 'https://example.org/')
    """
    matches = _ADDRESS.finditer(_UNREAD.sub(" ", body))
    found = (next(group for group in match.groups() if group is not None) for match in matches)
    return tuple(dict.fromkeys(one for one in found if not one.startswith("#")))
