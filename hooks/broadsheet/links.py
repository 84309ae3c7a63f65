"""Links: where the addresses in an article's body lead, in one edition."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from broadsheet.problems import Severity, suggest
from broadsheet.urls import media_url, relative_url

_SCHEMES = ("http", "https", "mailto", "tel")


@dataclass(frozen=True, slots=True)
class LinkMap:
    """Everything that a link can lead to, and what it must not lead to."""

    articles: Mapping[str, str] = field(default_factory=dict)
    """Paths of public articles, each with its URL."""
    held: Collection[str] = ()
    """Paths of articles that exist but are not public: a link to one would tell of it."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """Paths of the site's own pages and files relative to content/ (`../docs/about.md`), with their URLs."""
    urls: Collection[str] = ()
    """Every URL of the site, for addresses that begin with a slash."""
    media: Collection[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where one address leads."""

    url: str | None = None
    """What to write into the page; None where there must be no link."""
    fault: str = ""
    hint: str = ""
    severity: Severity = "warning"
    media: str = ""
    """The path of the file that the page needs published."""
    article: str = ""
    """The path of the article it leads to, with `fragment` behind it."""
    fragment: str = ""
    remote: bool = False
    """Something of another server that the reader's browser would fetch by itself."""


def resolve_link(address: str, path: str, url: str, links: LinkMap, *, fetched: bool = False) -> Resolved:
    """Find where an address in an article leads.

    Args:
        address: as it stands in `href` or `src`, entities resolved.
        path: the article's path; `url` is its URL.
        links: what there is.
        fetched: whether a browser loads it by itself, as it does an image.

    """
    address = address.strip()
    if not address:
        return Resolved(fault="a link without an address", hint="write the address between ( and )")
    try:
        parts = urlsplit(address)
    except ValueError:
        return Resolved(fault=f"'{address[:80]}' is no address")
    if parts.scheme or parts.netloc:
        return _resolve_outside(address, parts.scheme.lower(), fetched=fetched)
    if not parts.path:
        return Resolved(address, article=path, fragment=unquote(parts.fragment))
    tail = f"#{parts.fragment}" if parts.fragment else ""
    wanted = unquote(parts.path)
    if wanted.startswith("/"):
        return _resolve_url(posixpath.normpath(wanted).strip("/"), address, url, links, tail)
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), wanted))
    if target in links.articles:
        return Resolved(
            relative_url(links.articles[target] + tail, url), article=target, fragment=unquote(parts.fragment)
        )
    if target in links.held:
        return Resolved(
            fault=f"'{address[:80]}' is not public yet: the words stay, the link comes with it", severity="note"
        )
    if target in links.pages:
        return Resolved(relative_url(links.pages[target] + tail, url))
    if target in links.media:
        return Resolved(relative_url(media_url(target), url), media=target)
    if target in links.refused:
        return Resolved(fault=f"'{address[:80]}' is not published: {links.refused[target]}")
    if not fetched and not target.endswith(".md"):
        # Some write the address as the page has it, not the file: ../other-slug/
        return _resolve_url(posixpath.normpath(posixpath.join(url, wanted)), address, url, links, tail)
    return _dead(address, target, links)


def _resolve_outside(address: str, scheme: str, *, fetched: bool) -> Resolved:
    if scheme and scheme not in _SCHEMES:
        return Resolved(fault=f"'{address[:80]}': addresses that begin with '{scheme}:' are not allowed")
    if fetched:
        return Resolved(
            address,
            fault=f"'{address[:80]}' is on another server, which would learn of every reader",
            hint="put the file beside the article and link to it there",
            remote=True,
        )
    return Resolved(address if scheme else f"https:{address}")


def _resolve_url(target: str, address: str, url: str, links: LinkMap, tail: str) -> Resolved:
    target = "" if target == "." else target
    for known in (f"{target}/" if target else "", target):
        if known in links.urls:
            return Resolved(relative_url(known + tail, url))
    return _dead(address, target, links)


def _dead(address: str, target: str, links: LinkMap) -> Resolved:
    name = posixpath.basename(target)
    near = [path for path in links.articles if posixpath.basename(path) == name] if name else []
    hint = f"did you mean '{near[0]}'?" if near else ""
    if not near and target.endswith(".md") and len(links.articles) < 20_000:
        folder = posixpath.dirname(target)
        hint = suggest(target, [path for path in links.articles if posixpath.dirname(path) == folder])
    return Resolved(fault=f"dead link: there is no '{address[:80]}'", hint=hint)
