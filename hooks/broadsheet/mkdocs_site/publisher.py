"""Publish the site: MkDocs and the engine write to a staging directory, which then replaces the site as a whole."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from jinja2 import Environment
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation

from broadsheet.core import Cache, SiteState, StagedSite, digest, list_site_files, record_pages, run_in_forks
from broadsheet.edition import PageDigests
from broadsheet.mkdocs_site.files import MediaFile, PageFile

MIN_PAGES_FOR_FORKS = 300
"""Fewer pages are rendered by this process alone."""

_PAGES_PER_TASK = 100
_PAGE_EVENTS = ("pre_page", "page_read_source", "page_markdown", "page_content", "page_context", "post_page")
log = get_plugin_logger("broadsheet")


def find_page_plugins(config: MkDocsConfig, newspaper: object) -> list[str]:
    """Return the modules of plugins and hooks, other than the newspaper's, that handle pages.

    They may change any page, so MkDocs must render all pages then.
    """
    modules = set()
    for event in _PAGE_EVENTS:
        for handler in config.plugins.events.get(event, ()):
            owner = getattr(handler, "__self__", None)
            if owner is not newspaper:
                modules.add(getattr(type(owner), "__module__", "") if owner else getattr(handler, "__module__", "?"))
    return sorted(modules)


class PageWriter:
    """Renders and writes pages with the templates, navigation and settings of one build."""

    def __init__(self, env: Environment, nav: Navigation, files: Files, config: MkDocsConfig, staging: Path) -> None:
        """Take the objects of MkDocs' build; pages are written below `staging`."""
        self._env = env
        self._nav = nav
        self._files = files
        self._pages = list(files.documentation_pages())
        self.config = config
        """MkDocs' configuration."""
        self._staging = staging

    @property
    def by_engine(self) -> bool:
        """Whether the engine renders the newspaper's pages; where other plugins handle pages, MkDocs does."""
        return not any(isinstance(file, PageFile) for file in self._pages)

    def write_files(
        self,
        files: Sequence[PageFile | MediaFile],
        workers: int,
        report: Callable[[str, int, int], None],
        start_threads: Callable[[], None],
    ) -> None:
        """Render pages, in forks of this process where there are many, and copy media. Cost: about 1 ms a page.

        Args:
            files: the files of pages, pictures and recordings.
            workers: the number of processes.
            report: is called with the progress.
            start_threads: may start threads: it is called after the forks are made, or when none are needed.

        """
        pages = [file for file in files if isinstance(file, PageFile)]

        def write_range(start: int, stop: int) -> None:
            for file in pages[start:stop]:
                self.write_file(file.dest_uri, self.render_page(file))

        ranges = [(start, min(start + _PAGES_PER_TASK, len(pages))) for start in range(0, len(pages), _PAGES_PER_TASK)]
        forks = workers if workers > 1 and len(pages) >= MIN_PAGES_FOR_FORKS else 0
        done = 0
        with run_in_forks(write_range, ranges, forks) as results:
            start_threads()
            for (start, stop), _ in results:
                done += stop - start
                report("Printing pages", done, len(pages))
        for file in files:
            if isinstance(file, MediaFile):
                file.write_to(self._staging / file.dest_uri)

    def render_page(self, file: PageFile) -> bytes:
        """Return one page, rendered as `mkdocs.commands.build` renders the pages of docs_dir."""
        page, config = file.page, self.config
        try:
            page.read_source(config)
            page.render(config, self._files)
            page.active = True
            context = get_context(self._nav, self._pages, config, page)
            template = self._env.get_template(str(page.meta["template"]))
            context = config.plugins.on_page_context(context, page=page, config=config, nav=self._nav)
            output = template.render(context)
        finally:
            page.active = False
        return output.encode("utf-8", errors="xmlcharrefreplace")

    def write_file(self, path: str, data: bytes) -> None:
        """Write a file into the staging directory."""
        target = self._staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


class Publisher:
    """Has MkDocs write one build to a staging directory beside the site, and then replaces the site."""

    def __init__(self, config: MkDocsConfig, *, in_place: bool = False, is_locked: bool = False) -> None:
        """Have MkDocs write to the staging directory, until `finish` or `abandon`.

        Args:
            config: MkDocs' configuration; its `site_dir` is the staging directory meanwhile.
            in_place: change the site file by file, as `mkdocs serve` does with its temporary site; its search index is
                written by somebody else.
            is_locked: whether no other build of the site can run.

        """
        self._config = config
        self._configured_dir = config.site_dir
        self._staged = StagedSite(config.site_dir, log.info, in_place=in_place, is_locked=is_locked)
        self.site = self._staged.path
        """The directory of the published site."""
        self.staging = self._staged.staging
        """The directory to which the build writes."""
        self._key = digest(b"site", os.fsencode(self.site))
        self._digests: dict[str, bytes] = {}
        self._site_files: SiteState = {}
        self._unchanged: Collection[str] = ()
        # MkDocs sends no event when Control-C ends a build.
        atexit.register(self.abandon)
        config.site_dir = str(self.staging)

    def find_changed(
        self,
        files: Files,
        digests: PageDigests,
        cache: Cache,
        site_files: SiteState | None,
        excluded: Collection[str],
        *,
        render_all: bool,
    ) -> list[PageFile | MediaFile]:
        """Return the files of the newspaper that are to be written into the staging directory.

        Args:
            files: MkDocs' own files and the engine's.
            digests: the digests of pages, to find those that are unchanged.
            cache: has the digests of the last build.
            site_files: the state of the site after the last build, where it is known; it is read from disk otherwise.
            excluded: the names of directories of the site that the publisher leaves alone.
            render_all: whether to write pages whose digest is unchanged too.

        """
        own_files = [file for file in files if isinstance(file, PageFile | MediaFile) and file.by_engine]
        self._digests = {file.dest_uri: file.find_digest(digests) for file in own_files}
        self._site_files = list_site_files(self.site, excluded) if site_files is None else site_files
        last_record = cache.get("site", [self._key]).get(self._key)
        last_pages = last_record if isinstance(last_record, dict) else {}
        record = record_pages(self._digests, self._site_files)
        changed = [
            file
            for file in own_files
            if (render_all and isinstance(file, PageFile))
            or file.dest_uri not in record
            or record[file.dest_uri] != last_pages.get(file.dest_uri)
        ]
        self._unchanged = self._digests.keys() - {file.dest_uri for file in changed}
        return changed

    def finish(self, cache: Cache) -> tuple[int, int, SiteState]:
        """Replace the site, once all changed files are in the staging directory, and store the digests of its pages.

        Returns:
            the number of files written, the number of files removed, and the state of the site.

        """
        written, site = self._staged.publish(self._unchanged, self._site_files)
        cache.put("site", {self._key: record_pages(self._digests, site)})
        self.abandon()
        return len(written), len(self._site_files.keys() - site.keys()), site

    def abandon(self) -> None:
        """Remove the staging directory, and give MkDocs its `site_dir` back; the site stays."""
        self._config.site_dir = self._configured_dir
        self._staged.discard()
        atexit.unregister(self.abandon)
