"""Events: the one object that answers MkDocs, from reading the content to the last page."""

from __future__ import annotations

import atexit
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import ConfigurationError, PluginError
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from broadsheet.content import Article, ContentFiles, Library, build_library, read_content_dir
from broadsheet.core import BroadsheetError, SiteLock, make_listing_url
from broadsheet.edition import PageDigests, SiteModel, build_sound_site_model, read_image_variant, start_related_lists
from broadsheet.mkdocs_site import (
    MediaFile,
    PageFile,
    PageWriter,
    Publisher,
    ResourceManager,
    SearchBuild,
    Settings,
    WordsOnly,
    add_files,
    build_files,
    build_navigation,
    count_cores,
    digest_site,
    explain_disk_fault,
    find_content,
    find_docs_files,
    find_hidden_files,
    find_layout,
    find_locale,
    find_page_plugins,
    find_rivals,
    find_words,
    list_sitemap_entries,
    load_search,
    make_search_page,
    prune_nav,
    read_clock,
    read_settings,
    reduce_garbage_collection,
    replace_docs_images,
    report_problems,
)
from broadsheet.rendering import RenderedBody
from broadsheet.search import INDEX_DIR, IndexingError
from broadsheet.serve import ArticlePreview, ServeSession, rerender_article
from broadsheet.theme import TEMPLATES, prepare_environment

log = get_plugin_logger("broadsheet")


class BroadsheetHooks:
    """Holds one build's state between MkDocs' events; each build starts afresh in `on_config`."""

    def __init__(self) -> None:
        self._serving = False
        self._lock = SiteLock(log.info)
        self._deploying = False
        """Whether MkDocs reads the site once more after the build."""
        self._settings = Settings()
        self._model: SiteModel | None = None
        self._root = Path()
        self._label = ""
        self._source: ContentFiles | None = None
        self._desk = ServeSession(read_clock)
        self._tools = ResourceManager(log)
        self._search = SearchBuild()
        self._publisher: Publisher | None = None
        self._env = Environment(autoescape=True)
        self._files = Files([])
        self._nav = Navigation([], [])
        self._words_only: WordsOnly | None = None

    def on_startup(self, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Learn whether a writer is watching: then a fault must not end the server."""
        reduce_garbage_collection()
        self._serving, self._deploying = command == "serve", command == "gh-deploy"
        if self._serving:
            self._desk.open()

    @event_priority(100)
    def _lock_site(self, config: MkDocsConfig) -> MkDocsConfig:
        """Wait until no other build of this site runs, before anybody reads the content.

        A server has a site of its own.

        Raises:
            PluginError: when the settings, which MkDocs has read before, have changed while this build waited, or when
                it would wait for ever.

        """
        if not self._serving:
            file = Path(config.config_file_path or "mkdocs.yml")
            read = _find_state(file)
            try:
                waited = self._lock.take(Path(config.site_dir))
            except BroadsheetError as error:
                raise PluginError(str(error)) from None
            if waited and _find_state(file) != read:
                raise PluginError(f"'{file.name}' has changed while this build waited for another: build again")
        return config

    def _prepare(self, config: MkDocsConfig) -> MkDocsConfig:
        """Check the settings and add the engine's templates behind the site's own.

        Raises:
            PluginError: that lists every fault of the settings.

        """
        try:
            self._settings = read_settings(config)
        except ConfigurationError as error:
            # MkDocs' server prints this one without a traceback and waits for the mended file.
            raise PluginError(str(error)) from None
        self._abandon()
        dirs = config.theme.dirs
        dirs.insert(dirs.index(config.theme.custom_dir) + 1 if config.theme.custom_dir in dirs else 0, str(TEMPLATES))
        root, _ = find_content(self._settings, config)
        # MkDocs watches the site's own templates only with --watch-theme.
        config.watch += [str(root), *([config.theme.custom_dir] if config.theme.custom_dir else [])]
        if self._settings.search:
            load_search(config)
        return config

    on_config = CombinedEvent(_lock_site, _prepare)

    @event_priority(-100)
    def on_pre_build(self, config: MkDocsConfig) -> None:
        """Read, check, render and relate everything, before MkDocs empties the site directory.

        Raises:
            PluginError: when the content has an error (a warning, under --strict) and nobody is serving.

        """
        self._root, self._label = find_content(self._settings, config)
        self._publisher = Publisher(config, in_place=self._serving)
        # Control-C ends a build without an event, and what makes the index writes beside the site.
        atexit.register(self._search.stop)
        try:
            source = read_content_dir(self._root, self._label)
            self._source = replace(source, articles={})
            now = read_clock()
            self._tools.open(config, self._settings, len(source.articles), remember=self._serving)
        except BroadsheetError as error:
            raise PluginError(str(error)) from None
        library = self._read(source)
        self._desk.give_way()
        library = self._build_model(library, now, config)
        self._desk.give_way()
        if not self._serving:
            # The printer may make copies of this process, which must not have threads then.
            self._tools.end_workers()
        told = () if config.strict else self._desk.told
        report_problems(library.problems, log, strict=bool(config.strict), serving=self._serving, reported=told)
        if self._serving:
            self._desk.note(library, now)

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the edition's pages and media to the site's own."""
        locale, words = find_locale(self._settings, config), find_words(self._settings, config)
        read = partial(read_image_variant, resources=self._tools.resources)
        ours = build_files(self._ready, self._root, config, locale, words, self._render_again, read)
        if self._settings.search:
            ours.append(make_search_page(config, locale, words.write("search")))
        replace_docs_images(files, config)
        onlookers = find_page_plugins(config, [self])
        for file in (*ours, *files):
            if isinstance(file, PageFile | MediaFile):
                file.by_engine = not onlookers
        if onlookers:
            log.info("MkDocs prints every page anew, as other plugins want to see them: %s", ", ".join(onlookers))
        withheld = find_hidden_files(self._ready)
        later = find_rivals(files, withheld)
        docs, replaced = Path(config.docs_dir).name, add_files(files, ours)
        for name in replaced:
            log.warning("%s/%s is not used: the newspaper has a page of its own in its place", docs, name)
        for name in later:
            if name not in replaced:
                told = "%s/%s is used only until articles are public that are not public now: one has its place"
                log.warning(told, docs, name)
        prune_nav(config, files, withheld, log.info)
        self._words_only = WordsOnly(files, withheld, config, lambda told: log.info("%s/%s", docs, told))
        self._words_only.attach(config)
        self._files = files
        return files

    def on_pre_page(self, page: Page, config: MkDocsConfig, files: Files) -> Page:
        """Tell the Markdown extension which page is rendered next."""
        if self._words_only is not None:
            self._words_only.page = page.file.src_uri
        return page

    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
        """Put the front page and the sections before the site's own pages."""
        self._nav = build_navigation(nav, files, self._ready.edition.sections, find_words(self._settings, config))
        return self._nav

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Give the templates what they need beyond MkDocs' own; all of the site's own pages are rendered by now."""
        if self._words_only is not None:
            self._words_only.detach(config)
        locale, words = find_locale(self._settings, config), find_words(self._settings, config)
        env.globals["searchable"] = self._settings.search
        env.globals["entries"] = list_sitemap_entries(files)
        self._env = prepare_environment(env, self._ready, locale, words, config.theme.custom_dir)
        return self._env

    def on_page_context(self, context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> Any:
        """Tell the navigation which section an article belongs to."""
        article = getattr(page, "view", {}).get("article")
        section = self._ready.edition.section_of(article) if isinstance(article, Article) else None
        context["section_url"] = quote(make_listing_url("topics", section.id)) if section else ""
        return context

    @event_priority(-100)
    def on_post_build(self, config: MkDocsConfig) -> None:
        """Print what has changed, and put the site in the old one's place."""
        publisher, resources = self._publisher, self._tools.resources
        if publisher is None or self._source is None:  # pragma: no cover - MkDocs always runs on_pre_build first
            raise PluginError("nothing was read: on_pre_build did not run")
        self._desk.give_way()
        locale = str(find_locale(self._settings, config))
        stamp = digest_site(config, self._nav, self._source.registers, [locale, str(config.site_url)])
        digests = PageDigests(self._ready, stamp)
        printer = PageWriter(self._env, self._nav, self._files, config, publisher.staging)
        # While serving, the last good page of a faulty article, for the tab that shows it.
        self._desk.keep_pages(publisher.site)
        for url, data in self._desk.last_good.pages.items():
            printer.write_file(f"{url}index.html", data)
        # A server's index is made later, and is no part of what is published here.
        others = {INDEX_DIR} if self._settings.search and self._serving else set()
        there = self._desk.recall_site(others)
        start_search = partial(self._start_search, config)
        place_search = self._search.place if self._settings.search and not self._serving else None
        arguments = (resources.cache, count_cores(), resources.report, start_search, place_search, others, there)
        try:
            written, gone, site = publisher.finish(self._files, printer, digests, *arguments)
        except IndexingError as error:
            raise PluginError(str(error)) from None
        if self._settings.search and self._serving:
            self._search.follow_up(self._files, self._ready, config, publisher.site, self._tools.folder)
        log.info("%s files of the site are new or changed", f"{written:,}")
        self._publisher = None
        atexit.unregister(self._search.stop)
        if self._serving:
            # Under --strict MkDocs may still call the build a failure.
            place = (self._settings.rules.zone, self._root, self._label, publisher.site)
            proofs = ArticlePreview(self._ready, printer, resources.setup, *place)
            self._desk.follow_up(site, others, resources, proofs, news=bool(written or gone), show=not config.strict)
        self._tools.save()
        if not self._serving:
            self._tools.close()
            if not self._deploying:
                self._lock.release()

    @event_priority(-100)
    def on_build_error(self, error: Exception) -> None:
        """Leave the site as it was; while serving, the index that is being made is that of the site that stays.

        Raises:
            PluginError: that says on one line what is wrong with the disk.

        """
        if self._serving:
            self._abandon()
            return
        self._search.stop()
        self._abandon()
        self._tools.close()
        self._lock.release()
        fault = explain_disk_fault(error)
        if fault:
            raise PluginError(f"{fault}: the site stays as it was") from None

    def on_serve(self, server: LiveReloadServer, config: MkDocsConfig, builder: object) -> LiveReloadServer:
        """Stand between the server and its builds, so that it lives through those that fail."""
        self._desk.attach(server)
        return server

    def on_shutdown(self) -> None:
        """End the workers, and the program that makes the search index."""
        self._search.stop()
        self._abandon()
        self._tools.close()
        self._desk.close()
        self._lock.release()

    def _start_search(self, config: MkDocsConfig) -> None:
        if self._settings.search and not self._serving:
            self._search.finish(self._files, self._ready, config, self._tools.folder)

    def _abandon(self) -> None:
        atexit.unregister(self._search.stop)
        if self._publisher is not None:
            self._publisher.abandon()
            self._publisher = None

    @property
    def _ready(self) -> SiteModel:
        if self._model is None:  # pragma: no cover - MkDocs always runs on_pre_build first
            raise PluginError("nothing was read: on_pre_build did not run")
        return self._model

    def _read(self, source: ContentFiles) -> Library:
        if self._serving:
            return self._desk.last_good.read(source, self._settings.rules, self._tools.resources.cache)
        return build_library(source, self._settings.rules, self._tools.resources.cache)

    def _build_model(self, library: Library, now: datetime, config: MkDocsConfig) -> Library:
        """Make the edition ready; the library comes back as `build_sound_site_model` gives it."""
        around = find_docs_files(config, self._root)
        ranker = self._desk.ranker if self._serving else start_related_lists
        # A server has better things to do before a page is shown, and other plugins may still change articles.
        early = self._settings.search and not self._serving and not find_page_plugins(config, [self])
        tell = partial(self._search.begin, config=config, cache=self._tools.folder) if early else None
        arguments = (now, find_layout(self._settings, config), self._tools.resources, around, ranker, tell)
        self._model, library = build_sound_site_model(library, *arguments)
        return library

    def _render_again(self, article: Article) -> RenderedBody:
        """Render an article whose Markdown another plugin has changed, and report what that has made wrong."""
        label, setup = f"{self._label}/{article.path}", self._tools.resources.setup
        body, fresh = rerender_article(article, self._ready, label, setup)
        report_problems(fresh, log, strict=False, serving=self._serving)
        return body


def _find_state(file: Path) -> tuple[int, int]:
    """The size of a file and the time of its last change."""
    status = file.stat()
    return status.st_size, status.st_mtime_ns
