"""Hidden files: pages and files of held articles, and references to them in the site's own pages and `nav`.

MkDocs warns of a reference to a file that it does not know, and a strict build stops at a warning. A file that is
missing only because its article is scheduled, expired or a draft must not stop the build.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files

from broadsheet.core import media_url
from broadsheet.edition import SiteModel
from broadsheet.mkdocs_site.files import find_rivals, is_published
from broadsheet.rendering import NO_PAGE, WORDS_STAY

log = get_plugin_logger("broadsheet")
LogMessage = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class HiddenFiles:
    """Files that the site has only while held articles are public, by their names in MkDocs."""

    urls: Mapping[str, str]
    """The URL of each."""
    reasons: Mapping[str, str]
    """Why each file is missing now, in words that follow its name."""


def handle_hidden_files(files: Files, model: SiteModel, config: MkDocsConfig) -> HiddenLinkExtension:
    """Keep references to hidden files from stopping a build; call it when `files` has the newspaper's own.

    Entries of `nav` that lead to a hidden file are taken out. A file of the site's own that stands in the place of
    one is reported.

    Returns:
        The Markdown extension that takes out links to hidden files; it is attached, and to be detached when all
        pages are rendered.

    """
    docs, hidden = Path(config.docs_dir).name, find_hidden_files(model)
    for file in filter(is_published, find_rivals(files, hidden.urls)):
        message = "%s/%s is used only until articles are public that are not public now: one has its place"
        log.warning(message, docs, file.src_uri)
    prune_nav(config, files, hidden, log.info)
    extension = HiddenLinkExtension(files, hidden, config, lambda message: log.info("%s/%s", docs, message))
    extensions: list[Any] = config.markdown_extensions
    extensions.append(extension)
    return extension


def find_hidden_files(model: SiteModel) -> HiddenFiles:
    """The files that only the held articles of an edition would add to the site."""
    held, reasons = model.links.held, model.links.reasons
    urls = {path: url for path, url in held.items() if url}
    why = {path: reasons.get(path, NO_PAGE) for path in urls}
    for url, target in model.links.hidden.items():
        article = model.links.path_at(target)
        if url == target and article:
            continue
        name = f"{url}index.md" if url == target else url if url.endswith(".html") else f"{url}index.html"
        urls[name], why[name] = url, reasons.get(article, NO_PAGE)
    for path in model.held_media:
        urls[path], why[path] = media_url(path), "is a file of articles that are not public"
    return HiddenFiles(urls, why)


def prune_nav(config: MkDocsConfig, files: Files, hidden: HiddenFiles, log_message: LogMessage) -> None:
    """Remove the entries of `nav` that lead to hidden files, and log each."""
    from_root = _is_from_docs(config.validation.nav.absolute_links)

    def is_kept(path: str) -> bool:
        why = _find_reason(path.lstrip("/") if from_root else path, files, hidden)
        if why:
            log_message(f"nav: '{path[:80]}' {why}: it is left out")
        return not why

    def prune(item: Any) -> Iterator[Any]:
        if isinstance(item, str):
            yield from [item] if is_kept(item) else []
        elif isinstance(item, list):
            yield from (kept for entry in item for kept in prune(entry))
        elif isinstance(item, Mapping):
            kept = {title: value if isinstance(value, str) else list(prune(value)) for title, value in item.items()}
            kept = {title: value for title, value in kept.items() if not isinstance(value, str) or is_kept(value)}
            # A section without entries is removed too.
            kept = {title: value for title, value in kept.items() if value or not item[title]}
            yield from [kept] if kept else []
        else:
            yield item

    if config.nav is not None and hidden.urls:
        config.nav = list(prune(config.nav))


class HiddenLinkExtension(Extension):
    """A Markdown extension for the site's own pages that replaces links to hidden files by their text.

    It runs before MkDocs' own processor, which warns of such links. `page` is the name of the file that is rendered.
    """

    def __init__(self, files: Files, hidden: HiddenFiles, config: MkDocsConfig, log_message: LogMessage) -> None:
        """Take all files of the site, and `log_message`, which logs each replaced link."""
        super().__init__()
        self.page = ""
        self._files, self._hidden, self._log_message = files, hidden, log_message
        self._from_root = _is_from_docs(config.validation.links.absolute_links)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name is Python-Markdown's
        """Register a processor right before MkDocs' own, whose priority is 0."""
        md.treeprocessors.register(_HiddenLinkProcessor(self), "broadsheet-withheld", 1)

    def detach(self, config: MkDocsConfig) -> None:
        """Remove the extension from MkDocs' configuration: it is no part of the site's settings."""
        extensions: list[Any] = config.markdown_extensions
        extensions.remove(self)

    def replace_links(self, root: Element) -> None:
        """Replace the links and pictures of a page that lead to hidden files, and log each."""
        for element in root.iter():
            key = {"a": "href", "img": "src"}.get(str(element.tag))
            address = element.get(key, "") if key else ""
            why = self._find_reason(address)
            if why:
                self._log_message(f"{self.page}: '{address[:80]}' {why}: {WORDS_STAY}")
                element.text = element.get("alt", "") if element.tag == "img" else element.text
                element.tag = "span"
                element.attrib.clear()

    def _find_reason(self, address: str) -> str:
        try:
            parts = urlsplit(address)
        except ValueError:
            return ""
        if parts.scheme or parts.netloc or not parts.path or (address.startswith("/") and not self._from_root):
            return ""
        folder = posixpath.dirname(self.page)
        name = posixpath.normpath(posixpath.join(folder, unquote(parts.path)).lstrip("/"))
        return _find_reason(name, self._files, self._hidden)


class _HiddenLinkProcessor(Treeprocessor):
    def __init__(self, extension: HiddenLinkExtension) -> None:
        super().__init__()
        self._extension = extension

    def run(self, root: Element) -> None:
        self._extension.replace_links(root)


def _is_from_docs(absolute_links: int) -> bool:
    """Whether a path that begins with a slash begins at docs_dir; MkDocs' setting is a level of the log otherwise."""
    return absolute_links < 0


def _find_reason(name: str, files: Files, hidden: HiddenFiles) -> str:
    """Why a file is hidden now; '' if it is there, or if no article would add it."""
    return hidden.reasons.get(name, "") if files.get_file_from_path(name) is None else ""
