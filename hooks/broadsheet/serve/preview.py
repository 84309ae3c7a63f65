"""Previews: the page of an article that was just saved, rendered before the whole site is built.

The build that follows renders the same page, unless something besides the article has changed. The page of a new
article gets its related headlines from that build.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from mkdocs.plugins import get_plugin_logger

from broadsheet.content import (
    ARTICLES_DIR,
    Article,
    Library,
    SiteConfig,
    parse_article,
    read_article_bytes,
    read_content_dir,
    update_library,
)
from broadsheet.core import Problem, has_errors, media_url
from broadsheet.edition import ArticleView, BuildResources, MarkdownConfig, SiteModel, build_new_views, get_renderer
from broadsheet.mkdocs_site import PageWriter, find_edit_base, make_article_file, make_media_file
from broadsheet.rendering import LinkMap, RenderedBody

OWN_FIELDS = ("title", "summary", "kicker", "dateline", "body", "sources", "corrections", "extra")
"""The fields of an article that its own page shows, and that decide neither its URL nor the lists it is in."""

MAX_NEW_PAGES = 20
"""When more articles are new at once, their pages wait for the build."""

log = get_plugin_logger("broadsheet")


@dataclass(frozen=True, slots=True)
class ShownPages:
    """What a preview has written."""

    files: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """The files that have changed: by path in the site, size and time of modification in nanoseconds."""
    articles: tuple[Article, ...] = ()
    """The articles whose pages are shown."""


@dataclass(frozen=True, slots=True)
class ArticlePreview:
    """The model of the last build, and what is needed to render one of its pages again, or a new one."""

    model: SiteModel
    writer: PageWriter
    config: SiteConfig
    resources: BuildResources
    docs_files: Mapping[str, str]
    """The site's own pages and files, as `build_site_model` takes them."""
    library: Library
    """The content of the last build."""
    content_dir: Path
    label: str
    """The name of the content directory in problems."""
    site_dir: Path
    """The directory from which the server reads pages."""

    def render_changed(self, changed: Collection[Path], now: datetime) -> ShownPages:
        """Write the pages of changed and new articles before the build.

        An article that cannot be rendered, for any reason, is left to the build, which reports the reason.
        Cost: at most 30 ms for an article of which nothing but its own page has to change, among 10,000 as among
        2,000. For a new article, and one with other topics, pictures or dates, the edition is planned first: 0.2 ms
        for each article of the newspaper.

        Args:
            changed: absolute paths of any files.
            now: an article that is not public at this instant is left to the build.

        """
        root = self.content_dir.resolve()
        paths = {path.relative_to(root).as_posix() for path in changed if path.is_relative_to(root)}
        if not paths or not self.writer.by_engine:
            return ShownPages()
        files: dict[str, tuple[int, int]] = {}
        shown: dict[str, Article] = {}
        for view in self.model.spreads:
            if view.article.path in paths and view.article.is_public(now):
                try:
                    updated = self._update_view(view)
                    if updated is not None:
                        files |= self._write_page(updated)
                        shown[view.article.path] = updated.article
                except Exception as error:  # a template of the site may raise anything
                    log.debug("no preview of %s: %s", view.article.path, error)
        new = {path for path in paths - shown.keys() if path.startswith(f"{ARTICLES_DIR}/") and path.endswith(".md")}
        if 0 < len(new) <= MAX_NEW_PAGES and any((self.content_dir / path).is_file() for path in new):
            self._render_new(new, now, files, shown)
        return ShownPages(files, tuple(shown.values()))

    def _update_view(self, view: ArticleView) -> ArticleView | None:
        data, label = read_article_bytes(self.content_dir, view.article.path), f"{self.label}/{view.article.path}"
        if data is None:
            return None
        markdown = self.resources.markdown
        return update_article_view(view, data, label, self.config, self.model.links, markdown)

    def _render_new(
        self, paths: Collection[str], now: datetime, files: dict[str, tuple[int, int]], shown: dict[str, Article]
    ) -> None:
        """Write the pages of articles that the last build did not have in this way, with the files that they show."""
        # A renamed article has its address from the file that is gone, which is among the paths too.
        source = read_content_dir(self.content_dir, self.label, only=paths)
        library = update_library(self.library, source, paths, self.config)
        views, media = build_new_views(
            library, paths, now, self.config, self.resources, self.docs_files, self.model.ranking
        )
        for path in sorted(media):
            file = make_media_file(path, media_url(path), str(self.content_dir), self.writer.config)
            target = self.site_dir / file.dest_uri
            if not target.exists():
                file.write_to(target)
                files[file.dest_uri] = _read_state(target)
        for view in views:
            try:
                files |= self._write_page(view)
                shown[view.article.path] = view.article
            except Exception as error:  # a template of the site may raise anything
                log.debug("no preview of %s: %s", view.article.path, error)

    def _write_page(self, view: ArticleView) -> Mapping[str, tuple[int, int]]:
        config = self.writer.config
        edit_base = find_edit_base(config, self.content_dir)
        file = make_article_file(view, self.content_dir, config, edit_base, lambda _: view.body)
        page = self.writer.render_page(file)
        target = self.site_dir / file.dest_uri
        if target.is_file() and target.read_bytes() == page:
            return {}
        target.parent.mkdir(parents=True, exist_ok=True)
        partial_file = target.with_name(f".{target.name}.part")
        try:
            partial_file.write_bytes(page)
            partial_file.replace(target)
        finally:
            partial_file.unlink(missing_ok=True)
        log.info("%s/%s: its page is shown; what else it changes follows", self.label, view.article.path)
        return {file.dest_uri: _read_state(target)}


def _read_state(file: Path) -> tuple[int, int]:
    status = file.stat()
    return status.st_size, status.st_mtime_ns


def update_article_view(
    view: ArticleView, data: bytes, label: str, config: SiteConfig, links: LinkMap, markdown: MarkdownConfig
) -> ArticleView | None:
    """Return a view with its article read again from the bytes of the article's file.

    Args:
        view: the view of the last build.
        data: the bytes of the file now; `label` names the file in problems.
        config: the settings of the site.
        links: the targets that links in the body can have.
        markdown: how Markdown is rendered.

    Returns:
        None if the file has an error, or if more than the article's `OWN_FIELDS` may have changed: its URL,
        whether it is public, the lists that contain it, its images.

    """
    article, problems = parse_article(data, view.article.path, label, config.zone, config.slug_language)
    if article is None or has_errors(problems):
        return None
    if replace(article, **{name: getattr(view.article, name) for name in OWN_FIELDS}) != view.article:
        return None
    body = get_renderer(markdown).render(article, links, label)
    if has_errors(body.problems) or body.media != view.body.media:
        return None
    return replace(view, article=article, body=body)


def rerender_article(
    article: Article, model: SiteModel, label: str, markdown: MarkdownConfig
) -> tuple[RenderedBody, list[Problem]]:
    """Render an article whose Markdown another plugin has changed; return its body and the problems that are new.

    `label` names the article's file in problems.
    """
    body = get_renderer(markdown).render(article, model.links, label)
    known = {problem.message for problem in model.problems if problem.path == label}
    return body, [problem for problem in body.problems if problem.message not in known]
