"""Previews: the page of an article that was just saved, rendered before the whole site is built.

The build that follows renders the same page, unless something besides the article has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mkdocs.plugins import get_plugin_logger

from broadsheet.content import Article, SiteConfig, parse_article, read_article_bytes
from broadsheet.core import Problem, has_errors
from broadsheet.edition import ArticleView, MarkdownConfig, SiteModel, get_renderer
from broadsheet.mkdocs_site import PageWriter, find_edit_base, make_article_file
from broadsheet.rendering import LinkMap, RenderedBody

OWN_FIELDS = ("title", "summary", "kicker", "dateline", "body", "sources", "corrections", "extra")
"""The fields of an article that its own page shows, and that decide neither its URL nor the lists it is in."""

log = get_plugin_logger("broadsheet")


@dataclass(frozen=True, slots=True)
class ArticlePreview:
    """The model of the last build, and what is needed to render one of its pages again."""

    model: SiteModel
    writer: PageWriter
    markdown: MarkdownConfig
    config: SiteConfig
    content_dir: Path
    label: str
    """The name of the content directory in problems."""
    site_dir: Path
    """The directory from which the server reads pages."""

    def render_changed(self, changed: Collection[Path], now: datetime) -> Mapping[str, tuple[int, int]]:
        """Write the pages of changed articles, where nothing but the article's own page has to change.

        An article that cannot be rendered, for any reason, is left to the build, which reports the reason.
        Cost: at most 30 ms for one article that has changed, among 10,000 as among 2,000.

        Args:
            changed: absolute paths of any files.
            now: an article that is not public at this instant is left to the build.

        Returns:
            The pages that have changed: by path in the site, size and time of modification in nanoseconds.

        """
        root = self.content_dir.resolve()
        paths = {path.relative_to(root).as_posix() for path in changed if path.is_relative_to(root)}
        if not paths or not self.writer.by_engine:
            return {}
        pages: dict[str, tuple[int, int]] = {}
        for view in self.model.spreads:
            if view.article.path in paths and view.article.is_public(now):
                try:
                    pages |= self._render_page(view)
                except Exception as error:  # a template of the site may raise anything
                    log.debug("no preview of %s: %s", view.article.path, error)
        return pages

    def _render_page(self, view: ArticleView) -> Mapping[str, tuple[int, int]]:
        data, label = read_article_bytes(self.content_dir, view.article.path), f"{self.label}/{view.article.path}"
        if data is None:
            return {}
        updated = update_article_view(view, data, label, self.config, self.model.links, self.markdown)
        if updated is None:
            return {}
        config = self.writer.config
        edit_base = find_edit_base(config, self.content_dir)
        file = make_article_file(updated, self.content_dir, config, edit_base, lambda _: updated.body)
        page = self.writer.render_page(file)
        target = self.site_dir / file.dest_uri
        if target.read_bytes() == page:
            return {}
        partial_file = target.with_name(f".{target.name}.part")
        try:
            partial_file.write_bytes(page)
            partial_file.replace(target)
        finally:
            partial_file.unlink(missing_ok=True)
        log.info("%s: its page is shown; what else it changes follows", label)
        status = target.stat()
        return {file.dest_uri: (status.st_size, status.st_mtime_ns)}


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
