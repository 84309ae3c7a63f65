"""URLs: addresses within the site, and the way from one to another."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote, urlsplit

MEDIA_ROOT = "media/"
"""Where files that lie beside articles are published: apart, so that none can take a page's place."""


def make_relative_url(target: str, start: str, fragment: str = "") -> str:
    """The link from the page at `start` to `target`, both relative to the site's root; escaped for HTML's href.

    All three are given as they are, without percent-encoding; `#` and `?` in `target` are part of a file's name.

    >>> make_relative_url("topics/nato/", "2026/01/talks/")
    '../../../topics/nato/'
    >>> make_relative_url("", "2026/01/talks/")
    '../../../'
    >>> make_relative_url("2026/01/talks/", "2026/01/talks/", "day-2")
    './#day-2'
    """
    base = start if start.endswith("/") else posixpath.dirname(start)
    way = posixpath.relpath(f"/{target}", f"/{base}")
    if target == "" or target.endswith("/"):
        way += "/"
    return quote(way, safe="/.~") + (f"#{quote(fragment, safe=':.~!$*+,;=@/?-')}" if fragment else "")


def media_url(path: str) -> str:
    """The URL of a file that lies in the content directory: `articles/2026/01/a.png` → `media/2026/01/a.png`."""
    return MEDIA_ROOT + path.removeprefix("articles/")


def is_web_address(url: str) -> bool:
    """Whether a text is an http or https address with a host: nothing else may stand in front matter.

    Not even `https://bank.example@evil.example/`, which leads elsewhere than it seems to.
    """
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return sound and "@" not in parts.netloc and url.isprintable() and not re.search(r'[\s<>"\\]', url)
