"""MkDocs' files: those of the newspaper, which are pages, media and variants of pictures, among those of docs_dir."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote, urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from broadsheet.core import Problem, digest
from broadsheet.edition import PageDigests
from broadsheet.images import format_from_name, strip_metadata

log = get_plugin_logger("broadsheet")


class PageFile(File):
    """A page of the newspaper; rendered by the engine, or by MkDocs where other plugins handle pages."""

    def __init__(
        self,
        dest_uri: str,
        src_uri: str,
        config: MkDocsConfig,
        make_page: Callable[[File], Page],
        digest_page: Callable[[PageDigests], bytes],
        root: str | None = None,
    ) -> None:
        """Take the page's path in the site, and two functions that make the page and its digest.

        Links know the page by `src_uri`; a page that comes from a file has its directory as `root`.
        """
        super().__init__(src_uri, root, config.site_dir, True, dest_uri=dest_uri, inclusion=InclusionLevel.NOT_IN_NAV)
        if root is None:
            self.generated_by = "broadsheet"
            self._content = ""
        self._make_page = make_page
        self._page: Page | None = None
        self.by_engine = False
        self.listed = True
        """Whether the sitemap has the page."""
        self.changed = ""
        """The day of its last change, as `2026-01-18`, for the sitemap."""
        self._digest_page = digest_page

    def find_digest(self, digests: PageDigests) -> bytes:
        """Return the digest of the page: see `PageDigests`."""
        return self._digest_page(digests)

    def find_address(self, site_url: str) -> str:
        """Return the full URL of the page; from the root of the server where the site has no `site_url`."""
        return f"{_find_root(site_url)}{quote(self.dest_uri.removesuffix('index.html'))}"

    @property
    def page(self) -> Page:
        """The page, made at the first access: of thousands of pages few are rendered again."""
        if self._page is None:
            self._make_page(self)
        assert self._page is not None
        return self._page

    @page.setter
    def page(self, page: Page | None) -> None:
        """Set the page: MkDocs' `Page` sets itself here."""
        self._page = page

    def is_documentation_page(self) -> bool:
        """Whether MkDocs renders the page."""
        return not self.by_engine

    def copy_file(self, dirty: bool = False) -> None:
        """Do nothing: the page is rendered, not copied."""


class MediaFile(File):
    """A picture or recording of an article, copied when it has changed; pictures lose their metadata."""

    by_engine = False
    version = ""
    """A digest of the content, where it is known."""

    def find_digest(self, digests: PageDigests) -> bytes:
        """Return a digest of the content; of size and time where the content is not known."""
        if self.version:
            return digest(self.src_uri.encode(), self.version.encode())
        status = Path(str(self.abs_src_path)).stat()
        return digest(self.src_uri.encode(), f"{status.st_size} {status.st_mtime_ns}".encode())

    def write_to(self, target: Path) -> None:
        """Write the file that readers get. Cost: about 10 ms for a photograph of 6 MB."""
        target.parent.mkdir(parents=True, exist_ok=True)
        source = Path(str(self.abs_src_path))
        if format_from_name(self.src_uri):
            target.write_bytes(strip_metadata(source.read_bytes()))
        else:
            shutil.copyfile(source, target)

    def copy_file(self, dirty: bool = False) -> None:
        """Copy the file, unless the engine does."""
        if not self.by_engine:
            self.write_to(Path(self.abs_dest_path))


class DocsImageFile(MediaFile):
    """A picture among the site's own pages, published without metadata as those of articles are."""

    def __init__(self, file: File, config: MkDocsConfig) -> None:
        """Replace a file of MkDocs."""
        folder, target = str(file.src_dir), file.dest_uri
        super().__init__(file.src_uri, folder, config.site_dir, True, dest_uri=target, inclusion=file.inclusion)

    def write_to(self, target: Path) -> None:
        """Write the file that readers get; a file that is no picture is copied as it is, with a warning."""
        try:
            super().write_to(target)
        except ValueError as error:
            hint = "where it was taken may still be in it; save it anew with a program for pictures"
            log.warning("%s", Problem(f"{Path(str(self.src_dir)).name}/{self.src_uri}", 0, 0, "", str(error), hint))
            shutil.copyfile(str(self.abs_src_path), target)


class ImageVariantFile(MediaFile):
    """A smaller variant of a picture."""

    def __init__(self, url: str, config: MkDocsConfig, read: Callable[[], bytes]) -> None:
        """Take the URL, which contains a digest of the content, and a function that returns the bytes."""
        super().__init__(url, None, config.site_dir, True, dest_uri=url, inclusion=InclusionLevel.NOT_IN_NAV)
        self.generated_by = "broadsheet"
        self._content = b""
        self._read = read

    def find_digest(self, digests: PageDigests) -> bytes:
        """Return a digest of the URL."""
        return digest(self.dest_uri.encode())

    def write_to(self, target: Path) -> None:
        """Write the file that readers get."""
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self._read())


@lru_cache
def _find_root(site_url: str) -> str:
    return urljoin(site_url or "/", ".")


def list_sitemap_entries(files: Iterable[File]) -> list[PageFile]:
    """Return the pages that the engine renders and the sitemap has."""
    return [file for file in files if isinstance(file, PageFile) and file.by_engine and file.listed]


def replace_docs_images(files: Files, config: MkDocsConfig) -> None:
    """Replace MkDocs' files of pictures in docs_dir by files that are published without metadata."""
    for file in list(files.media_files()):
        if file.src_dir == config.docs_dir and format_from_name(file.src_uri) and is_published(file):
            files.remove(file)
            files.append(DocsImageFile(file, config))


def add_files(files: Files, own_files: Sequence[File]) -> list[str]:
    """Add the newspaper's files to MkDocs' files; return the names of the published files that they replace."""
    rivals = find_rivals(files, {file.src_uri: make_url(file) for file in own_files})
    for file in rivals:
        files.remove(file)
    for file in own_files:
        files.append(file)
    return [file.src_uri for file in rivals if is_published(file)]


def find_rivals(files: Files, urls: Mapping[str, str]) -> list[File]:
    """Return the files that have a name or a URL of other files, of which `urls` has the URLs by name."""
    by_url = {make_url(file): file for file in files}
    rivals = (rival for name, url in urls.items() for rival in (by_url.get(url), files.get_file_from_path(name)))
    return list({rival.src_uri: rival for rival in rivals if rival is not None}.values())


def make_url(file: File) -> str:
    """Return a file's URL as the engine writes URLs: relative to the site's root, not percent-encoded."""
    return unquote(file.url).removesuffix("./")


def is_published(file: File) -> bool:
    """Whether MkDocs publishes a file: drafts in docs_dir are shown by `mkdocs serve` only."""
    return bool(file.inclusion.is_included())  # type: ignore[no-untyped-call]
