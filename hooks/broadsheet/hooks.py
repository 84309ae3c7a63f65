"""The object that answers MkDocs' events, from reading the content to writing the last page."""

from __future__ import annotations

import atexit
import os
from collections.abc import Mapping
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

from broadsheet.content import Article, ContentFiles, Library, SiteConfig, build_library, read_content_dir
from broadsheet.core import BroadsheetError, SiteLock, count_cores, make_listing_url
from broadsheet.edition import PageDigests, SiteModel, build_site_model, read_image_variant, start_related_lists
from broadsheet.mkdocs_site import (
    KEEP_GOING,
    HiddenLinkExtension,
    MediaFile,
    PageFile,
    PageWriter,
    Publisher,
    ResourceManager,
    SearchBuild,
    Settings,
    add_files,
    build_files,
    build_navigation,
    digest_site,
    explain_disk_fault,
    find_content,
    find_docs_files,
    find_locale,
    find_markdown_extensions,
    find_page_plugins,
    find_words,
    handle_hidden_files,
    has_own_code,
    list_sitemap_entries,
    load_search,
    make_search_page,
    make_site_config,
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
    """Holds the state of one build between MkDocs' events; `on_config` starts each build anew.

    The methods stand in the order of a build: settings, site model, files, navigation, templates, pages, published
    site.
    """

    def __init__(self) -> None:
        self._serving = False
        self._lock = SiteLock(log.info)
        self._deploying = False
        """Whether MkDocs reads the site directory again after the build, to deploy it."""
        self._settings = Settings()
        self._config = SiteConfig()
        self._library = Library()
        self._model: SiteModel | None = None
        self._root = Path()
        self._label = ""
        self._registers: Mapping[str, bytes] = {}
        self._session = ServeSession(read_clock)
        self._resource_manager = ResourceManager(log)
        self._search = SearchBuild()
        self._publisher: Publisher | None = None
        self._env = Environment(autoescape=True)
        self._files = Files([])
        self._nav = Navigation([], [])
        self._hidden_link_extension: HiddenLinkExtension | None = None

    def on_startup(self, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Remember the command: under `serve` a faulty article must not end the server."""
        reduce_garbage_collection()
        self._serving, self._deploying = command == "serve", command == "gh-deploy"
        if self._serving:
            self._session = ServeSession(read_clock)
            self._session.open()

    @event_priority(100)
    def _lock_site(self, config: MkDocsConfig) -> MkDocsConfig:
        """Wait until no other build of this site runs, before the content is read.

        A server needs no lock, because it writes to a site directory of its own.

        Raises:
            PluginError: when mkdocs.yml has changed while this build waited, or when the lock is never released.

        """
        if not self._serving:
            file = Path(config.config_file_path or "mkdocs.yml")
            text = file.read_bytes()
            try:
                waited = self._lock.take(Path(config.site_dir))
            except BroadsheetError as error:
                raise PluginError(str(error)) from None
            if waited and file.read_bytes() != text:
                raise PluginError(f"'{file.name}' has changed while this build waited for another: build again")
        return config

    def _prepare(self, config: MkDocsConfig) -> MkDocsConfig:
        """Check the settings and add the engine's templates after the site's own.

        Raises:
            PluginError: when a setting is wrong; its text lists every problem.

        """
        if self._serving:
            self._session.check_address(config)
        try:
            self._settings = read_settings(config)
        except ConfigurationError as error:
            # MkDocs' server prints a PluginError without a traceback and waits until the file changes.
            raise PluginError(str(error)) from None
        self._config = make_site_config(self._settings, config)
        config.markdown_extensions, config.mdx_configs = find_markdown_extensions(self._settings, config)
        self._abandon_site()
        dirs = config.theme.dirs
        dirs.insert(dirs.index(config.theme.custom_dir) + 1 if config.theme.custom_dir in dirs else 0, str(TEMPLATES))
        root, _ = find_content(self._settings, config)
        # Without --watch-theme MkDocs does not watch the site's own templates.
        config.watch += [str(root), *([config.theme.custom_dir] if config.theme.custom_dir else [])]
        if self._settings.search:
            load_search(config)
        return config

    on_config = CombinedEvent(_lock_site, _prepare)

    @event_priority(-100)
    def on_pre_build(self, config: MkDocsConfig) -> None:
        """Build the site model, before MkDocs empties the site directory.

        Raises:
            PluginError: when the content has an error (a warning, under --strict) and nobody is serving.

        """
        self._root, self._label = find_content(self._settings, config)
        self._publisher = Publisher(config, in_place=self._serving, is_locked=self._lock.is_held)
        # Control-C ends a build without an event, while Pagefind still writes its files.
        atexit.register(self._search.stop)
        try:
            source = read_content_dir(self._root, self._label)
            self._registers = source.taxonomy_files
            now = read_clock()
            self._resource_manager.open(config, self._settings, len(source.articles), remember=self._serving)
        except BroadsheetError as error:
            raise PluginError(str(error)) from None
        self._library, model = self._build_model(source, now, find_docs_files(config, self._root))
        self._model = model
        self._session.stop_if_superseded()
        if not self._serving:
            # The page writer may fork this process, which must have no threads then.
            self._resource_manager.end_workers()
        known = () if config.strict else self._session.reported
        keep_going = self._serving or KEEP_GOING in os.environ
        report_problems(model.problems, log, strict=bool(config.strict), keep_going=keep_going, reported=known)
        if self._serving:
            self._session.set_library(self._library, model, now)
        elif self._indexes_in_build and not find_page_plugins(config, self):
            # Other plugins may change articles: then the index begins with their pages, in `_index_pages`.
            cache = self._resource_manager.resources.cache
            self._search.begin(model, config, cache, self._resource_manager.folder)

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the edition's pages and media to the site's own files."""
        locale, words = find_locale(self._settings, config), find_words(self._settings, config)
        read_variant = partial(read_image_variant, resources=self._resource_manager.resources)
        new_files = build_files(self._built_model, self._root, config, locale, words, self._rerender, read_variant)
        if self._settings.search:
            new_files.append(make_search_page(config, locale, words.write("search")))
        replace_docs_images(files, config)
        page_plugins = find_page_plugins(config, self)
        for file in (*new_files, *files):
            if isinstance(file, PageFile | MediaFile):
                file.by_engine = not page_plugins
        if page_plugins:
            log.info("MkDocs prints every page anew, as other plugins want to see them: %s", ", ".join(page_plugins))
        for name in add_files(files, new_files):
            docs = Path(config.docs_dir).name
            log.warning("%s/%s is not used: the newspaper has a page of its own in its place", docs, name)
        self._hidden_link_extension = handle_hidden_files(files, self._built_model, config)
        self._files = files
        return files

    def on_pre_page(self, page: Page, config: MkDocsConfig, files: Files) -> Page:
        """Give the Markdown extension for hidden links the name of the page that is rendered next."""
        if self._hidden_link_extension is not None:
            self._hidden_link_extension.page = page.file.src_uri
        return page

    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
        """Put the front page and the sections before the site's own pages."""
        self._nav = build_navigation(nav, files, self._built_model.edition.sections, find_words(self._settings, config))
        return self._nav

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Add the newspaper's variables and filters to the templates, after MkDocs has rendered all Markdown pages."""
        if self._hidden_link_extension is not None:
            self._hidden_link_extension.detach(config)
        locale, words = find_locale(self._settings, config), find_words(self._settings, config)
        env.globals["searchable"] = self._settings.search
        env.globals["entries"] = list_sitemap_entries(files)
        self._env = prepare_environment(env, self._built_model, locale, words, config.theme.custom_dir)
        return self._env

    def on_page_context(self, context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> Any:
        """Add the URL of the article's section, by which the navigation marks a tab."""
        article = getattr(page, "view", {}).get("article")
        section = self._built_model.edition.section_of(article) if isinstance(article, Article) else None
        context["section_url"] = quote(make_listing_url("topics", section.id)) if section else ""
        return context

    @event_priority(-100)
    def on_post_build(self, config: MkDocsConfig) -> None:
        """Write the pages that have changed, and replace the old site with the new one."""
        publisher, resources = self._publisher, self._resource_manager.resources
        if publisher is None:  # pragma: no cover - MkDocs always runs on_pre_build first
            raise PluginError("nothing was read: on_pre_build did not run")
        self._session.stop_if_superseded()
        locale = str(find_locale(self._settings, config))
        site_digest = digest_site(config, self._nav, self._registers, [locale, str(config.site_url)])
        digests = PageDigests(self._built_model, site_digest)
        page_writer = PageWriter(self._env, self._nav, self._files, config, publisher.staging)
        # Under `serve` the search index is made later, in a thread: it is not published here.
        unmanaged = {INDEX_DIR} if self._settings.search and self._serving else set()
        last_state = self._session.take_site_state(unmanaged)
        changed = publisher.find_changed(
            *(self._files, digests, resources.cache, last_state, unmanaged), render_all=has_own_code(config)
        )
        start_search = partial(self._index_pages, config) if self._indexes_in_build else lambda: None
        try:
            page_writer.write_files(changed, count_cores(), resources.report, start_search)
            if self._indexes_in_build:
                self._search.place(publisher.staging)
        except IndexingError as error:
            raise PluginError(str(error)) from None
        written, removed, site = publisher.finish(resources.cache)
        log.info("%s files of the site are new or changed", f"{written:,}")
        self._publisher = None
        atexit.unregister(self._search.stop)
        if self._serving:
            folder = self._resource_manager.folder
            if self._settings.search:
                self._search.follow_up(self._files, self._built_model, config, publisher.site, folder)
            preview = ArticlePreview(
                self._built_model,
                page_writer,
                self._config,
                resources,
                find_docs_files(config, self._root),
                self._library,
                self._root,
                self._label,
                publisher.site,
            )
            # Under --strict MkDocs may still fail the build after this event: then the site is not shown yet.
            site_changed, show = bool(written or removed), not config.strict
            self._session.follow_up(site, unmanaged, resources, preview, site_changed=site_changed, show=show)
        self._resource_manager.save()
        if not self._serving:
            self._resource_manager.close()
            if not self._deploying:
                self._lock.release()

    @event_priority(-100)
    def on_build_error(self, error: Exception) -> None:
        """Leave the site as it was. Under `serve` the search index goes on: it is that of the site that stays.

        Raises:
            PluginError: when the disk has caused the error; its text is one line.

        """
        if self._serving:
            self._abandon_site()
            return
        self._search.stop()
        self._abandon_site()
        self._resource_manager.close()
        self._lock.release()
        explanation = explain_disk_fault(error)
        if explanation:
            raise PluginError(f"{explanation}: the site stays as it was") from None

    def on_serve(self, server: LiveReloadServer, config: MkDocsConfig, builder: object) -> LiveReloadServer:
        """Give the server to the session, which keeps it alive when a build fails."""
        self._session.attach(server)
        return server

    def on_shutdown(self) -> None:
        """End the worker processes and Pagefind, and release the lock."""
        self._search.stop()
        self._abandon_site()
        self._resource_manager.close()
        self._session.close()
        self._lock.release()

    @property
    def _indexes_in_build(self) -> bool:
        """Whether the build makes the search index: under `serve` a thread makes it after the build."""
        return self._settings.search and not self._serving

    def _index_pages(self, config: MkDocsConfig) -> None:
        cache = self._resource_manager.resources.cache
        self._search.finish(self._files, self._built_model, config, cache, self._resource_manager.folder)

    def _abandon_site(self) -> None:
        atexit.unregister(self._search.stop)
        if self._publisher is not None:
            self._publisher.abandon()
            self._publisher = None

    @property
    def _built_model(self) -> SiteModel:
        if self._model is None:  # pragma: no cover - MkDocs always runs on_pre_build first
            raise PluginError("nothing was read: on_pre_build did not run")
        return self._model

    def _build_model(
        self, source: ContentFiles, now: datetime, docs_files: Mapping[str, str]
    ) -> tuple[Library, SiteModel]:
        """Return the library and the site model; under `serve` they have the last good state of what is faulty."""
        resources, last_good = self._resource_manager.resources, self._session.last_good
        if not self._serving:
            library = build_library(source, self._config, resources.cache)
            return library, build_site_model(library, now, self._config, resources, docs_files, start_related_lists)
        while True:
            library = last_good.read(source, self._config, resources.cache)
            self._session.stop_if_superseded()
            model = build_site_model(library, now, self._config, resources, docs_files, self._session.ranker)
            if not last_good.note_failures(library, model):
                return library, replace(model, problems=last_good.select_problems(library, model))

    def _rerender(self, article: Article) -> RenderedBody:
        """Render an article whose Markdown another plugin has changed, and report its new problems."""
        label, markdown = f"{self._label}/{article.path}", self._resource_manager.resources.markdown
        body, new_problems = rerender_article(article, self._built_model, label, markdown)
        report_problems(new_problems, log, strict=False, keep_going=self._serving or KEEP_GOING in os.environ)
        return body
