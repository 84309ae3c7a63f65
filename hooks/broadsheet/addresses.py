"""Addresses: what a body links to, found without rendering it."""

from __future__ import annotations

import re

# Inline links, definitions of reference links, and HTML, as Markdown has them. A link in a code block is one too
# many at worst; in return nothing has to be rendered before articles can be compared.
_ADDRESS = re.compile(
    r"\]\(\s*<?([^\s()<>]+)|^ {0,3}\[[^\[\]\n]+\]:[ \t]*<?([^\s<>]+)|\b(?i:href)\s*=\s*[\"']([^\"'\s]+)", re.MULTILINE
)


def find_addresses(body: str) -> tuple[str, ...]:
    """The addresses on this site that a body in Markdown links to, as they are written, each once.

    >>> find_addresses("[One](a.md), [two](https://example.org/), [three](a.md) and [the foot](#foot).")
    ('a.md',)
    """
    found = (next(group for group in match.groups() if group is not None) for match in _ADDRESS.finditer(body))
    return tuple(dict.fromkeys(one for one in found if "://" not in one and not one.startswith("#")))
