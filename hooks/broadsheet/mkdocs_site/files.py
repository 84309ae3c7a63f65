"""Press files: the newspaper's pages and media among the files of MkDocs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.structure.pages import Page

from broadsheet.core import Problem, digest
from broadsheet.edition import PageDigests
from broadsheet.images import format_from_name, strip_metadata

log = get_plugin_logger("broadsheet")


class PageFile(File):
    """A page of the newspaper; printed by the engine, or by MkDocs where other plugins want to see it."""

    def __init__(
        self,
        dest_uri: str,
        src_uri: str,
        config: MkDocsConfig,
        make: Callable[[File], Page],
        imprint: Callable[[PageDigests], bytes],
        root: str | None = None,
    ) -> None:
        """Take the page's place, the name that links know it by, and what makes the page and its imprint when wanted.

        A page that comes from a file has the directory in which `src_uri` is.
        """
        super().__init__(src_uri, root, config.site_dir, True, dest_uri=dest_uri, inclusion=InclusionLevel.NOT_IN_NAV)
        if root is None:
            self.generated_by = "broadsheet"
            self._content = ""
        self._make = make
        self._made: Page | None = None
        self.by_engine = False
        self.listed = True
        """Whether it stands in the sitemap."""
        self.changed = ""
        """The day of its last change, as `2026-01-18`, for the sitemap."""
        self._imprint = imprint

    def find_imprint(self, digests: PageDigests) -> bytes:
        """The page's imprint."""
        return self._imprint(digests)

    def find_address(self, site_url: str) -> str:
        """The page's full address; from the root of the server where that is not known."""
        return f"{_find_root(site_url)}{quote(self.dest_uri.removesuffix('index.html'))}"

    @property
    def page(self) -> Page:
        """The page, made when it is first asked for: of thousands few are printed again."""
        if self._made is None:
            self._make(self)
        assert self._made is not None
        return self._made

    @page.setter
    def page(self, page: Page | None) -> None:
        """Take the page; MkDocs' pages name themselves."""
        self._made = page

    def is_documentation_page(self) -> bool:
        """Whether MkDocs prints it."""
        return not self.by_engine

    def copy_file(self, dirty: bool = False) -> None:
        """Nothing is copied: the page is printed."""


class MediaFile(File):
    """A picture or recording of an article, copied by the engine when it has changed; pictures without metadata."""

    by_engine = False
    mark = ""
    """Of the content, where that is known."""

    def find_imprint(self, digests: PageDigests) -> bytes:
        """Changes with the file; after a fresh checkout, in which all files are new, with its content alone."""
        if self.mark:
            return digest(self.src_uri.encode(), self.mark.encode())
        status = Path(str(self.abs_src_path)).stat()
        return digest(self.src_uri.encode(), f"{status.st_size} {status.st_mtime_ns}".encode())

    def put(self, target: Path) -> None:
        """Write what readers get. Cost: about 10 ms for a photograph of 6 MB."""
        target.parent.mkdir(parents=True, exist_ok=True)
        source = Path(str(self.abs_src_path))
        if format_from_name(self.src_uri):
            target.write_bytes(strip_metadata(source.read_bytes()))
        else:
            shutil.copyfile(source, target)

    def copy_file(self, dirty: bool = False) -> None:
        """Copy, unless the engine does."""
        if not self.by_engine:
            self.put(Path(self.abs_dest_path))


class DocsImageFile(MediaFile):
    """A picture among the site's own pages, published without metadata as those of articles are."""

    def __init__(self, file: File, config: MkDocsConfig) -> None:
        """Take the place of MkDocs' file."""
        folder, target = str(file.src_dir), file.dest_uri
        super().__init__(file.src_uri, folder, config.site_dir, True, dest_uri=target, inclusion=file.inclusion)

    def put(self, target: Path) -> None:
        """Write what readers get; a file that is no picture as it is, as MkDocs does, but not without a word."""
        try:
            super().put(target)
        except ValueError as error:
            hint = "where it was taken may still be in it; save it anew with a program for pictures"
            log.warning("%s", Problem(f"{Path(str(self.src_dir)).name}/{self.src_uri}", 0, 0, "", str(error), hint))
            shutil.copyfile(str(self.abs_src_path), target)


class ImageVariantFile(MediaFile):
    """A picture in one of its smaller sizes."""

    def __init__(self, url: str, config: MkDocsConfig, read: Callable[[], bytes]) -> None:
        """Take its URL, which is another when its content is, and what gives its bytes."""
        super().__init__(url, None, config.site_dir, True, dest_uri=url, inclusion=InclusionLevel.NOT_IN_NAV)
        self.generated_by = "broadsheet"
        self._content = b""
        self._read = read

    def find_imprint(self, digests: PageDigests) -> bytes:
        """Changes with the name."""
        return digest(self.dest_uri.encode())

    def put(self, target: Path) -> None:
        """Write what readers get."""
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self._read())


@lru_cache
def _find_root(site_url: str) -> str:
    return urljoin(site_url or "/", ".")


def list_sitemap_entries(files: Iterable[File]) -> list[PageFile]:
    """The pages that the engine prints and the sitemap names."""
    return [file for file in files if isinstance(file, PageFile) and file.by_engine and file.listed]
