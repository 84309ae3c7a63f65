"""Links: resolve the addresses in the body of an article, in one edition."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from markdown.extensions.toc import slugify, unique

from broadsheet.core import Severity, make_relative_url, media_url, suggest

_SCHEMES = ("http", "https", "mailto", "tel")
_NO_HOST = re.compile(r"[\s\x00-\x1f<>\"{}|\\^`]")
NO_PAGE = "is a page only while articles are public that are not public now"
"""The reason why there is no link to a list that has only articles which are not public."""
WORDS_STAY = "the words stay, without a link"
_MAX_NAME_LENGTH, _MAX_FOLDER_SIZE = 100, 500
"""Suggest a similar name only for names of at most this length, in folders of at most this many articles."""


@dataclass(frozen=True, slots=True)
class LinkMap:
    """The targets that links may have, and those that they must not have."""

    articles: Mapping[str, str] = field(default_factory=dict)
    """Paths of public articles, each with its URL."""
    held: Mapping[str, str] = field(default_factory=dict)
    """Paths of articles that are not public, each with its URL or '': a link would reveal that the article exists."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """Paths of the site's own pages and files relative to content/ (`../docs/about.md`), with their URLs."""
    urls: Collection[str] = ()
    """Every URL of the site, for addresses that begin with a slash."""
    media: Collection[str] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    """Old URLs, each with its new URL."""
    site: str = ""
    """The site's own full address, as `https://example.org/paper/`; '' where it is not known."""
    hidden: Mapping[str, str] = field(default_factory=dict)
    """URLs that the site has only while held articles are public, each with the URL of the page that it leads to."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """Why each held article is not public, by its path."""
    _paths: Mapping[str, str] = field(init=False, repr=False, compare=False)
    """Paths of articles, public or not, by URL."""
    _names: Mapping[str, str] = field(init=False, repr=False, compare=False)
    """Paths of public articles by the file's name; of several the first."""
    _folders: Mapping[str, Sequence[str]] = field(init=False, repr=False, compare=False)
    """Names of public articles by folder."""

    def __post_init__(self) -> None:
        """Index the articles, so that a dead link costs the same in an archive of any size."""
        names: dict[str, str] = {}
        folders: dict[str, list[str]] = {}
        for path in sorted(self.articles):
            folder, name = posixpath.split(path)
            names.setdefault(name, path)
            folders.setdefault(folder, []).append(name)
        paths = {url: path for path, url in (*self.held.items(), *self.articles.items()) if url}
        for name, value in (("_paths", paths), ("_names", names), ("_folders", folders)):
            object.__setattr__(self, name, value)

    def find_url(self, url: str) -> str | None:
        """Return the canonical URL of a page or file, also of one that moved or is not public now; None for no page."""
        for known in (f"{url}/", url, url.removesuffix("index.html")):
            page = self.moved.get(known) or self.hidden.get(known, known)
            if page in self.urls or page in self._paths or known in self.hidden:
                return page
        return None

    def path_at(self, url: str) -> str:
        """Return the path of the article at a URL, public or not, or ''."""
        return self._paths.get(url, "")

    def suggest(self, target: str, path: str) -> str:
        """Return a hint for a link from the article at `path` to the file `target`, which does not exist."""
        folder, name = posixpath.split(target)
        similar = self._names.get(name, "")
        folder_names = self._folders.get(folder, ())
        if (
            not similar
            and name.endswith(".md")
            and len(name) <= _MAX_NAME_LENGTH
            and len(folder_names) <= _MAX_FOLDER_SIZE
        ):
            similar = next((f"{folder}/{near}" for near in get_close_matches(name, folder_names, n=1)), "")
        return f"did you mean '{posixpath.relpath(similar, posixpath.dirname(path))}'?" if similar else ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """The result of resolving one address."""

    url: str | None = None
    """The address to write into the page; None for no link."""
    fault: str = ""
    hint: str = ""
    severity: Severity = "warning"
    media: str = ""
    """The path of the file that the page needs published."""
    article: str = ""
    """The path of the target article, public or not; `fragment` is the anchor in it."""
    fragment: str = ""
    remote: str = ""
    """An address on another server that a browser would fetch by itself; `url` is None then."""


def resolve_link(address: str, path: str, url: str, links: LinkMap, *, fetched: bool = False) -> Resolved:
    """Find where an address in an article leads.

    Args:
        address: as it stands in `href` or `src`, entities resolved.
        path: the article's path; `url` is its URL.
        links: what there is.
        fetched: whether a browser loads it by itself, as it does an image.

    """
    address = address.strip()
    resolved = _resolve_address(address, path, url, links, fetched=fetched)
    # A note says that the page is not public now.
    leads_to_page = (
        resolved.article or resolved.severity == "note" or (resolved.url or "").partition("#")[0].endswith("/")
    )
    if fetched and leads_to_page:
        return Resolved(fault=f"'{address[:80]}' is a page, expected a picture or a recording")
    return resolved


def may_lead_elsewhere(address: str, site: str, *, fetched: bool = False) -> bool:
    """Whether an address may lead elsewhere in another edition of the same site.

    Nine in ten addresses lead to other sites, and stay the same.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    if not (parts.scheme or parts.netloc):
        return True
    return not fetched and parts.netloc.lower() == urlsplit(site).netloc.lower() != ""


def _resolve_address(address: str, path: str, url: str, links: LinkMap, *, fetched: bool) -> Resolved:
    if not address:
        what = "an image" if fetched else "a link"
        return Resolved(fault=f"{what} without an address", hint="write the address between ( and )")
    try:
        parts = urlsplit(address)
    except ValueError:
        return Resolved(fault=f"'{address[:80]}' is no address")
    if parts.scheme or parts.netloc:
        return _resolve_full_address(address, parts, path, url, links, fetched=fetched)
    fragment = unquote(parts.fragment)
    if not parts.path:
        if not address.startswith(("#", "?")):
            return Resolved(fault=f"'{address[:80]}' is no address")
        return Resolved(address, article=path, fragment=fragment)
    wanted = unquote(parts.path)
    if wanted.startswith("/"):
        return _resolve_url(posixpath.normpath(wanted).strip("/"), address, path, url, links, fragment)
    target = posixpath.normpath(posixpath.join(posixpath.dirname(path), wanted))
    if target in links.articles or target == path:
        target_url = links.articles.get(target, url)
        return Resolved(make_relative_url(target_url, url, fragment), article=target, fragment=fragment)
    if target in links.held:
        return _resolve_held_page(address, links, target, fragment)
    if target in links.pages:
        return Resolved(make_relative_url(links.pages[target], url, fragment))
    if target in links.media:
        return Resolved(make_relative_url(media_url(target), url, fragment), media=target)
    if target in links.refused:
        return Resolved(fault=f"'{address[:80]}' is not published: {links.refused[target]}")
    if not fetched and not target.endswith(".md"):
        # Some write the address as the page has it, not the file: ../other-slug/
        return _resolve_url(posixpath.normpath(posixpath.join(url, wanted)), address, path, url, links, fragment)
    return _report_dead_link(address, target, path, links)


def _resolve_full_address(
    address: str, parts: SplitResult, path: str, url: str, links: LinkMap, *, fetched: bool
) -> Resolved:
    path_on_site = None if fetched else _find_on_site(parts, links)
    if path_on_site is None:
        return _resolve_external(address, parts.scheme, parts.netloc, fetched=fetched)
    return _resolve_url(path_on_site, address, path, url, links, unquote(parts.fragment))


def _find_on_site(parts: SplitResult, links: LinkMap) -> str | None:
    """Return the path within the site of a full address; None when the site has no such page."""
    site = urlsplit(links.site)
    schemes = {site.scheme, parts.scheme or site.scheme}
    root, path = f"{site.path.rstrip('/')}/", f"{parts.path}/"
    if not site.netloc or site.netloc.lower() != parts.netloc.lower() or not schemes <= {"http", "https"}:
        return None
    if parts.query or not path.startswith(root):
        return None
    target = posixpath.normpath(unquote(path.removeprefix(root))).strip("/")
    return target if links.find_url("" if target == "." else target) is not None else None


def _resolve_external(address: str, scheme: str, host: str, *, fetched: bool) -> Resolved:
    if scheme and scheme not in _SCHEMES:
        return Resolved(fault=f"'{address[:80]}': addresses that begin with '{scheme[:40]}:' are not allowed")
    on_web = scheme in {"", "http", "https"}
    if (on_web and (not host or _NO_HOST.search(host))) or (fetched and not on_web):
        return Resolved(fault=f"'{address[:80]}' is no address")
    if on_web and "@" in host:
        return Resolved(fault=f"'{address[:80]}' has a user name in it", hint="an e-mail address begins with 'mailto:'")
    address = address if scheme else f"https:{address}"
    if fetched:
        fault = f"'{address[:80]}' is on another server, which would learn of every reader"
        return Resolved(fault=fault, hint="put the file beside the article and link to it there", remote=address)
    return Resolved(address)


def _resolve_url(target: str, address: str, path: str, url: str, links: LinkMap, fragment: str) -> Resolved:
    known = links.find_url("" if target == "." else target)
    if known is None:
        return _report_dead_link(address, target, path, links)
    article = links.path_at(known)
    if article != path and (article in links.held or (not article and known not in links.urls)):
        return _resolve_held_page(address, links, article, fragment)
    return Resolved(make_relative_url(known, url, fragment), article=article, fragment=fragment if article else "")


def _resolve_held_page(address: str, links: LinkMap, article: str, fragment: str) -> Resolved:
    """Return a result without a link, for a page that is not public now; `article` is '' for a list of articles."""
    why = links.reasons.get(article, "is not public yet") if article else NO_PAGE
    fault = f"'{address[:80]}' {why}: {WORDS_STAY}"
    return Resolved(fault=fault, severity="note", article=article, fragment=fragment if article else "")


def _report_dead_link(address: str, target: str, path: str, links: LinkMap) -> Resolved:
    return Resolved(fault=f"dead link: there is no '{address[:80]}'", hint=links.suggest(target, path))


def suggest_place(fragment: str, toc: Iterable[Mapping[str, Any]], ids: Iterable[str]) -> str:
    """Return a hint for a link to a place that a text does not have: the most similar id, or '' when none is.

    The ids of headings were ASCII once, as Python-Markdown makes them by itself: `#_1` for a heading in Chinese. A
    link to one of these gets the id of today.

    Args:
        fragment: the place that the link names.
        toc: the headings of the text, as `RenderedBody.toc`.
        ids: all ids of the text.

    """
    former: set[str] = set()
    for heading in _flatten(toc):
        if unique(slugify(heading, "-"), former) == fragment:
            return f"did you mean '{heading}'?"
    return suggest(fragment, ids)


def _flatten(toc: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for heading in toc:
        yield heading["id"]
        yield from _flatten(heading["children"])
