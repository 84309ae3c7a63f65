"""Events: the one object that answers MkDocs, from reading the content to the last page."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from babel import Locale
from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority, get_plugin_logger
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from broadsheet.article import Article
from broadsheet.body import BodyRenderer, RenderedBody
from broadsheet.library import Library, build_library
from broadsheet.navigation import build_navigation
from broadsheet.newsroom import find_surroundings, read_clock
from broadsheet.pages import build_files
from broadsheet.press import Press, set_press
from broadsheet.problems import BroadsheetError, Problem
from broadsheet.settings import Settings, find_content, read_settings
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
        self._renderer: tuple[object, BodyRenderer] | None = None
        self._good_registers: dict[str, bytes] = {}
        self._urls: dict[str, str] = {}
        self._kept: dict[str, bytes] = {}

    def on_startup(self, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Learn whether a writer is watching: then a fault must not end the server."""
        self._serving = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Check the settings and add the engine's templates behind the site's own."""
        self._settings = read_settings(config)
        self._press = None
        place = 1 if config.theme.custom_dir else 0
        if str(TEMPLATES) not in config.theme.dirs:
            config.theme.dirs.insert(place, str(TEMPLATES))
        self._root, _ = find_content(self._settings, config)
        config.watch.append(str(self._root))
        return config

    @event_priority(-100)
    def on_pre_build(self, config: MkDocsConfig) -> None:
        """Read, check, render and relate everything, before MkDocs empties the site directory.

        Raises:
            PluginError: when the content has an error (a warning, under --strict) and nobody is serving.

        """
        self._root, label = find_content(self._settings, config)
        try:
            source = read_source(self._root, label)
        except BroadsheetError as error:
            raise PluginError(str(error)) from None
        library = self._build_library(source)
        around = find_surroundings(config, self._root)
        renderer = self._keep_renderer(config)
        self._press = set_press(library, read_clock(), self._settings.layout, renderer, around)
        problems = sorted({*library.problems, *self._press.problems})
        self._report(problems, strict=bool(config.strict))
        self._keep_pages(library, Path(config.site_dir))

    def on_files(self, files: Files, config: MkDocsConfig) -> Files:
        """Add the edition's pages and media to the site's own."""
        press = self._ready
        if (index := files.get_file_from_path("index.md")) is not None:
            log.warning("docs/index.md is not used: the front page is made from the content directory")
            files.remove(index)
        for file in build_files(press, self._root, config, self._render_again):
            files.append(file)
        return files

    def on_nav(self, nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
        """Put the front page and the sections before the site's own pages."""
        return build_navigation(nav, files, self._ready.edition.sections)

    def on_env(self, env: Environment, config: MkDocsConfig, files: Files) -> Environment:
        """Give the templates what they need beyond MkDocs' own."""
        locale = self._settings.locale or Locale.parse(str(config.theme.get("language") or "en"), sep="-")
        return equip_environment(env, self._ready, locale)

    def on_page_context(self, context: dict[str, Any], page: Page, config: MkDocsConfig, nav: Navigation) -> Any:
        """Tell the navigation which section an article belongs to."""
        article = getattr(page, "view", {}).get("article")
        section = self._ready.edition.section_of(article) if isinstance(article, Article) else None
        context["section_url"] = f"topics/{section.id}/" if section else ""
        return context

    def on_post_build(self, config: MkDocsConfig) -> None:
        """While serving, put the last good page of a faulty article back, for the tab that shows it."""
        for url, data in self._kept.items():
            target = Path(config.site_dir, url, "index.html")
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)

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

    def _render_again(self, article: Article) -> RenderedBody:
        renderer = self._renderer[1] if self._renderer else BodyRenderer([])
        return renderer.render(article, self._ready.links, article.path)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
