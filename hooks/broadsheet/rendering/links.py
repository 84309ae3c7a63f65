"""Links: resolve the addresses in the body of an article, in one edition."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from markdown.extensions.toc import slugify, unique

from broadsheet.content import BUNDLE_FILE, MEDIA_SUFFIXES
from broadsheet.core import SITE_URLS, Severity, make_relative_url, media_url, suggest

_SCHEMES = ("http", "https", "mailto", "tel")
_NO_HOST = re.compile(r"[\s\x00-\x1f<>\"{}|\\^`]")
NO_PAGE = "is a page only while articles are public that are not public now"
"""The reason why there is no link to a list that has only articles which are not public."""
WORDS_STAY = "the words stay, without a link"
_MAX_NAME_LENGTH = 100
"""Suggest a similar name only for names of at most this length."""
_MIN_STEM_LENGTH = 3
"""In a shorter name, a slip would make any name of any other."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_. "
"""The characters that may be missing in a name, or be wrong."""


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
    _composed: Mapping[str, str] = field(init=False, repr=False, compare=False)
    """Paths of all files whose names are not ASCII, by their composed form (NFC)."""
    _names: Mapping[str, str] = field(init=False, repr=False, compare=False)
    """Paths of public articles and of media by the file's name in small letters; of several the first."""
    _folders: Mapping[str, Mapping[str, str]] = field(init=False, repr=False, compare=False)
    """Names of public articles and of media by folder, and in it by the name in small letters."""

    def __post_init__(self) -> None:
        """Index the files, so that a link costs the same in an archive of any size."""
        names: dict[str, str] = {}
        folders: dict[str, dict[str, str]] = {}
        for path in sorted((*self.articles, *self.media)):
            folder, _, name = path.rpartition("/")
            small_name = name.casefold()
            if name != BUNDLE_FILE:
                names.setdefault(small_name, path)
            folders.setdefault(folder, {}).setdefault(small_name, name)
        paths = {url: path for path, url in (*self.held.items(), *self.articles.items()) if url}
        files = (path for group in (self.refused, self.media, self.pages, self.held, self.articles) for path in group)
        composed = {_compose(path): path for path in files if not path.isascii()}
        values = {"_paths": paths, "_composed": composed, "_names": names, "_folders": folders}
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def find_file(self, path: str) -> str:
        """Return the path of a file as it is on the disk: macOS, zip archives and editors spell é in two ways.

        A path that no file has is returned as it is.
        """
        is_known = path.isascii() or any(
            path in group for group in (self.articles, self.held, self.pages, self.media, self.refused)
        )
        return path if is_known else self._composed.get(_compose(path), path)

    def find_url(self, url: str) -> str | None:
        """Return the canonical URL of a page or file, also of one that moved or is not public now; None for no page."""
        for spelling in (url,) if url.isascii() else (url, _compose(url)):
            for known in (f"{spelling}/", spelling, spelling.removesuffix("index.html")):
                page = self.moved.get(known) or self.hidden.get(known, known)
                if page in self.urls or page in self._paths or known in self.hidden:
                    return page
        return None

    def find_media(self, url: str) -> str:
        """Return the path of the file at a URL of the site; '' for none.

        The URL may be that of the published file, or the path in the content directory: `media/ship.png` is the URL
        of `ship.png`, and the path of a picture in a directory that a writer named `media`.
        """
        name = url.removeprefix(SITE_URLS["media"])
        candidates = (f"articles/{name}", name, url) if name != url else (url,)
        return next((path for path in map(self.find_file, candidates) if path in self.media), "")

    def path_at(self, url: str) -> str:
        """Return the path of the article at a URL, public or not, or ''."""
        return self._paths.get(url, "")

    def suggest(self, target: str, path: str) -> str:
        """Return a hint for a link from the file at `path` to the file `target`, which does not exist.

        Cost: at most 5 ms, in a folder of any size.
        """
        similar = self._find_similar(target)
        return f"did you mean '{posixpath.relpath(similar, posixpath.dirname(path) or '.')}'?" if similar else ""

    def _find_similar(self, target: str) -> str:
        """Return the path of the file that a wrong path probably means: first in the same folder, then elsewhere."""
        folder, name = posixpath.split(target)
        in_folder, small_name = self._folders.get(folder, {}), name.casefold()
        if small_name in in_folder:
            return posixpath.join(folder, in_folder[small_name])
        stem, suffix = posixpath.splitext(target)
        other_form = f"{folder}.md" if name == BUNDLE_FILE else f"{stem}/{BUNDLE_FILE}"
        if suffix == ".md" and other_form in self.articles:
            return other_form
        if suffix and len(name) <= _MAX_NAME_LENGTH:
            near = _find_near_name(small_name, in_folder)
            if near:
                return posixpath.join(folder, in_folder[near])
        return self._names.get(small_name, "")


def _find_near_name(name: str, names: Mapping[str, str]) -> str:
    """Return the first of some names that differs from a name by its suffix or by a slip; '' for none.

    All slips are made and looked up, so the cost does not grow with the number of names.
    """
    stem, suffix = posixpath.splitext(name)
    suffixes = [".md"] if suffix == ".md" else sorted(MEDIA_SUFFIXES)
    others = (f"{stem}{other}" for other in suffixes)
    has_slips = suffix in suffixes and len(stem) >= _MIN_STEM_LENGTH
    slips = (f"{slip}{suffix}" for slip in _list_slips(stem)) if has_slips else ()
    return next((other for other in chain(others, slips) if other in names), "")


def _list_slips(word: str) -> Iterator[str]:
    """Yield what a word may be without one slip: a character too many, two exchanged, one missing, a wrong one.

    Four in five misspellings are of these kinds (F. J. Damerau, 1964).
    """
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
            yield before + after[1:2] + after[0] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]


def _compose(text: str) -> str:
    return unicodedata.normalize("NFC", text)


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


def may_lead_elsewhere(address: str, site: str) -> bool:
    """Whether an address may lead elsewhere in another edition of the same site.

    Nine in ten addresses lead to other sites, and stay the same.
    """
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    if not (parts.scheme or parts.netloc):
        return True
    return parts.netloc.lower() == urlsplit(site).netloc.lower() != ""


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
    resolved = _resolve_file(links.find_file(target), address, path, url, links, fragment)
    if resolved is None and not fetched and not target.endswith(".md"):
        # Some write the address as the page has it, not the file: ../other-slug/
        as_url = posixpath.normpath(posixpath.join(url, wanted))
        return _resolve_url(as_url, address, path, url, links, fragment, file=target)
    return resolved or _report_dead_link(address, target, path, links)


def _resolve_file(target: str, address: str, path: str, url: str, links: LinkMap, fragment: str) -> Resolved | None:
    """Find where a link to a file, or to the directory of an article, leads; None if there is neither."""
    own_file = f"{target}/{BUNDLE_FILE}"
    if own_file in links.articles or own_file in links.held or own_file == path:
        target = own_file
    if target in links.articles or target == path:
        target_url = links.articles.get(target, url)
        return Resolved(make_relative_url(target_url, url, fragment), article=target, fragment=fragment)
    if target in links.held:
        return _resolve_held_page(address, links, target, fragment)
    if target in links.pages:
        return Resolved(make_relative_url(links.pages[target], url, fragment))
    if target in links.media:
        return _resolve_media(target, url, fragment)
    if target in links.refused:
        return Resolved(fault=f"'{address[:80]}' is not published: {links.refused[target]}")
    return None


def _resolve_full_address(
    address: str, parts: SplitResult, path: str, url: str, links: LinkMap, *, fetched: bool
) -> Resolved:
    external = _resolve_external(address, parts.scheme, parts.netloc, fetched=fetched)
    target = _find_path_on_site(parts, links)
    # A picture is the same whatever its query says; a page may not be.
    if target is None or (parts.query and not fetched):
        return external
    if links.find_url("" if target == "." else target) is not None or links.find_media(target):
        return _resolve_url(target, address, path, url, links, unquote(parts.fragment))
    dead = _report_dead_link(address, target, path, links)
    return replace(external, fault=dead.fault, hint=dead.hint) if fetched else external


def _find_path_on_site(parts: SplitResult, links: LinkMap) -> str | None:
    """Return the path within the site of a full address, whether there is such a page or not; None on other sites."""
    site = urlsplit(links.site)
    schemes = {site.scheme, parts.scheme or site.scheme}
    root, path = f"{site.path.rstrip('/')}/", f"{parts.path}/"
    if not site.netloc or site.netloc.lower() != parts.netloc.lower() or not schemes <= {"http", "https"}:
        return None
    return posixpath.normpath(unquote(path.removeprefix(root))).strip("/") if path.startswith(root) else None


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


def _resolve_url(
    target: str, address: str, path: str, url: str, links: LinkMap, fragment: str, *, file: str = ""
) -> Resolved:
    """Find where a URL of the site leads; `file` is the path that the address is as well, for the hint."""
    known = links.find_url("" if target == "." else target)
    if known is None:
        media = links.find_media(target)
        return (
            _resolve_media(media, url, fragment) if media else _report_dead_link(address, file or target, path, links)
        )
    article = links.path_at(known)
    if article != path and (article in links.held or (not article and known not in links.urls)):
        return _resolve_held_page(address, links, article, fragment)
    return Resolved(make_relative_url(known, url, fragment), article=article, fragment=fragment if article else "")


def _resolve_media(media: str, url: str, fragment: str) -> Resolved:
    return Resolved(make_relative_url(media_url(media), url, fragment), media=media)


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
