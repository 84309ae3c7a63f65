"""Events: the one object that answers MkDocs, from reading the content to the last page."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import ConfigurationError, PluginError
from mkdocs.plugins import event_priority, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from broadsheet.article import Article
from broadsheet.body import BodyRenderer, RenderedBody
from broadsheet.library import Library, build_library
from broadsheet.navigation import build_navigation
from broadsheet.newsroom import find_surroundings, open_workers, read_clock
from broadsheet.pages import add_files, build_files
from broadsheet.press import Press, set_press
from broadsheet.problems import BroadsheetError, Problem
from broadsheet.search_desk import SearchDesk, load_search, make_search_page
from broadsheet.settings import Settings, find_content, find_layout, find_locale, read_settings
from broadsheet.source import Source, read_source
from broadsheet.templating import TEMPLATES, equip_environment

log = get_plugin_logger("broadsheet")
_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "note": logging.INFO}


class Newspaper:
    """Holds one build's state between MkDocs' events; each build starts afresh in `on_config`."""

    def __init__(self) -> None:
        self._serving = False
        self._settings = Settings()
        self._press: Press | None = None
        self._root = Path()
        self._label = ""
        self._renderer: tuple[object, BodyRenderer] | None = None
        self._good_registers: dict[str, bytes] = {}
        self._urls: dict[str, str] = {}
        self._kept: dict[str, bytes] = {}
        self._search = SearchDesk()

    def on_startup(self, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Learn whether a writer is watching: then a fault must not end the server."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Check the settings and add the engine's templates behind the site's own.

        Raises:
            PluginError: that lists every fault of the settings.

        """
        try:
            self._settings = read_settings(config)
        except ConfigurationError as error:
            # MkDocs' server prints this one without a traceback and waits for the mended file.
            raise PluginError(str(error)) from None
        self._press = None
        dirs = config.theme.dirs
        dirs.insert(dirs.index(config.theme.custom_dir) + 1 if config.theme.custom_dir in dirs else 0, str(TEMPLATES))
        root, _ = find_content(self._settings, config)
        config.watch.append(str(root))
        if self._settings.search:
            load_search(config)
        return config

    @event_priority(-100)
    def on_pre_build(self, config: MkDocsConfig) -> None:
        """Read, check, render and relate everything, before MkDocs empties the site directory.

        Raises:
            PluginError: when the content has an error (a warning, under --strict) and nobody is serving.

        """
        self._root, self._label = find_content(self._settings, config)
        try:
            source = read_source(self._root, self._label)
            now = read_clock()
        except BroadsheetError as error:
            raise PluginError(str(error)) from None
        library = self._set_press(self._build_library(source), now, config)
        self._report(library.problems, strict=bool(config.strict))
        self._keep_pages(library, Path(config.site_dir))
        self._search.prepare_build(config.site_dir, wanted=self._settings.search)

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the edition's pages and media to the site's own."""
        locale = find_locale(self._settings, config)
        render = partial(self._render_again, renderer=self._keep_renderer(config))
        ours = build_files(self._ready, self._root, config, locale, render)
        if self._settings.search:
            ours.append(make_search_page(config, locale))
        for name in add_files(files, ours):
            path = f"{Path(config.docs_dir).name}/{name}"
            log.warning("%s is not used: the newspaper has a page of its own in its place", path)
        return files

    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
        """Put the front page and the sections before the site's own pages."""
        return build_navigation(nav, files, self._ready.edition.sections)

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Give the templates what they need beyond MkDocs' own."""
        locale = find_locale(self._settings, config)
        env.globals["searchable"] = self._settings.search
        if self._settings.search:
            self._search.start(files, self._ready, config, serving=self._serving)
        return equip_environment(env, self._ready, locale, config.theme.custom_dir)

    def on_page_context(self, context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> Any:
        """Tell the navigation which section an article belongs to."""
        article = getattr(page, "view", {}).get("article")
        section = self._ready.edition.section_of(article) if isinstance(article, Article) else None
        context["section_url"] = quote(f"topics/{section.id}/") if section else ""
        return context

    def on_post_build(self, config: MkDocsConfig) -> None:
        """While serving, put the last good page of a faulty article back, for the tab that shows it."""
        for url, data in self._kept.items():
            target = Path(config.site_dir, url, "index.html")
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        if not self._serving:
            self._search.wait()

    def on_shutdown(self) -> None:
        """Leave no program behind that still makes an index."""
        self._search.stop()

    @property
    def _ready(self) -> Press:
        if self._press is None:  # pragma: no cover - MkDocs always runs on_pre_build first
            raise PluginError("nothing was read: on_pre_build did not run")
        return self._press

    def _build_library(self, source: Source) -> Library:
        """The library of a source; while serving, a broken register gives way to its last good state."""
        library = build_library(source, self._settings.rules)
        if not self._serving:
            return library
        broken = {
            name
            for name in source.registers
            if any(one.path == source.name(name) and one.severity == "error" for one in library.problems)
        }
        old = {name: self._good_registers[name] for name in broken if name in self._good_registers}
        self._good_registers |= {name: data for name, data in source.registers.items() if name not in broken}
        if not old:
            return library
        rebuilt = build_library(replace(source, registers={**source.registers, **old}), self._settings.rules)
        told = [one for one in library.problems if one.path in {source.name(name) for name in broken}]
        return replace(rebuilt, problems=tuple(sorted({*rebuilt.problems, *told})))

    def _set_press(self, library: Library, now: datetime, config: MkDocsConfig) -> Library:
        """Make the edition ready; the library comes back without what could not be rendered, with all problems."""
        around = find_surroundings(config, self._root)
        arguments = (now, find_layout(self._settings, config), self._keep_renderer(config), around)
        with open_workers(len(library.articles)) as executor:
            self._press = set_press(library, *arguments, executor)
        problems = tuple(sorted({*library.problems, *self._press.problems}))
        broken = {one.path for one in self._press.problems if one.severity == "error"}
        faulty = {article.path for article in library.articles if library.name(article.path) in broken}
        if faulty:
            articles = tuple(article for article in library.articles if article.path not in faulty)
            library = replace(library, articles=articles, faulty=library.faulty | faulty)
            self._press = set_press(library, *arguments)
        return replace(library, problems=problems)

    def _report(self, problems: Sequence[Problem], *, strict: bool) -> None:
        for problem in problems:
            log.log(_LEVELS[problem.severity], str(problem))
        errors = sum(problem.severity == "error" for problem in problems)
        warnings = sum(problem.severity == "warning" for problem in problems)
        if self._serving:
            return
        if errors:
            raise PluginError(f"{_count(errors, 'error')} in the content, see above: nothing was built")
        if strict and warnings:
            raise PluginError(f"{_count(warnings, 'warning')} in the content, see above: strict, so nothing was built")

    def _keep_pages(self, library: Library, site: Path) -> None:
        known = {article.path: article.url for article in library.articles}
        self._kept = {}
        for path in library.faulty if self._serving else ():
            url = self._urls.get(path, "")
            target = site / url / "index.html"
            if url and target.is_file():
                self._kept[url] = target.read_bytes()
        self._urls |= known

    def _keep_renderer(self, config: MkDocsConfig) -> BodyRenderer:
        """One renderer for as long as the Markdown settings stay as they are."""
        wanted = (list(config.markdown_extensions), dict(config.mdx_configs))
        if self._renderer is None or self._renderer[0] != wanted:
            self._renderer = (wanted, BodyRenderer(*wanted))
        return self._renderer[1]

    def _render_again(self, article: Article, renderer: BodyRenderer) -> RenderedBody:
        """Render an article whose Markdown another plugin has changed, and report what that has made wrong."""
        label = f"{self._label}/{article.path}"
        body = renderer.render(article, self._ready.links, label)
        known = {problem.message for problem in self._ready.problems if problem.path == label}
        self._report([problem for problem in body.problems if problem.message not in known], strict=False)
        return body


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
