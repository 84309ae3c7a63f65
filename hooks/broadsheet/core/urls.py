"""URLs: relative links within the site, and checks of web addresses."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlsplit

SITE_URLS: Mapping[str, str] = MappingProxyType(
    {
        "topics": "topics/",
        "authors": "authors/",
        "archive": "archive/",
        "stories": "stories/",
        "search": "search/",
        # Files that lie beside articles are published apart, so that none can take the place of a page.
        "media": "media/",
        "pictures": "assets/pictures/",
        "pagefind": "pagefind/",
    }
)
"""The directories of all pages and files of the newspaper but articles. To rename one, change its line here.

Python code and templates (as `site_urls`) take these URLs from here.
"""


def make_relative_url(target: str, start: str, fragment: str = "") -> str:
    """Return the link from the page at `start` to `target`, both relative to the root of the site; escaped for href.

    The arguments are not percent-encoded; `#` and `?` in `target` are part of a file name.

    >>> make_relative_url("topics/nato/", "2026/01/talks/")
    '../../../topics/nato/'
    >>> make_relative_url("", "2026/01/talks/")
    '../../../'
    >>> make_relative_url("2026/01/talks/", "2026/01/talks/", "day-2")
    './#day-2'
    """
    base = start if start.endswith("/") else posixpath.dirname(start)
    path = posixpath.relpath(f"/{target}", f"/{base}")
    if target == "" or target.endswith("/"):
        path += "/"
    return quote(path, safe="/.~") + (f"#{quote(fragment, safe=':.~!$*+,;=@/?-')}" if fragment else "")


def make_listing_url(directory: str, key: str) -> str:
    """Return the URL of a listing, for a key of `SITE_URLS` and an id or a month.

    >>> make_listing_url("topics", "nato")
    'topics/nato/'
    """
    return f"{SITE_URLS[directory]}{key}/"


def media_url(path: str) -> str:
    """The URL of a file that lies in the content directory: `articles/2026/01/a.png` → `media/2026/01/a.png`."""
    return SITE_URLS["media"] + path.removeprefix("articles/")


def is_web_address(url: str) -> bool:
    """Return whether a text is an http or https address with a host: front matter may have no other addresses.

    `https://bank.example@evil.example/` is refused: its host is not the one that a reader sees.
    """
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_valid and "@" not in parts.netloc and url.isprintable() and not re.search(r'[\s<>"\\]', url)
