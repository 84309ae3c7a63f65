"""Revising: an article that a writer has edited, put in the place of what it was on a page that is ready to print."""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo

from broadsheet.content import Article, parse_article
from broadsheet.core import Problem, has_errors
from broadsheet.edition import ArticleView, MarkdownConfig, SiteModel, get_renderer
from broadsheet.rendering import LinkMap, RenderedBody

OWN_FIELDS = ("title", "summary", "kicker", "dateline", "body", "sources", "corrections", "extra")
"""What an article shows on its own page, and what decides neither where nor whether it stands on any."""


def revise_article(
    spread: ArticleView, data: bytes, label: str, zone: tzinfo, links: LinkMap, setup: MarkdownConfig
) -> ArticleView | None:
    """The spread with its article as a file has it now.

    Cost: one article read and rendered.

    Args:
        spread: as it was printed last.
        data: the file's bytes now; `label` names it in problems.
        zone: that of dates which give none.
        links: where links in its body can lead.
        setup: how Markdown is rendered.

    Returns:
        None where the file is faulty, or where more may change than what is the article's `OWN_FIELDS`: its address,
        whether it is public, the lists that it stands in, its pictures.

    """
    article, problems = parse_article(data, spread.article.path, label, zone)
    if article is None or has_errors(problems):
        return None
    before = {name: getattr(spread.article, name) for name in OWN_FIELDS}
    if replace(article, **before) != spread.article:
        return None
    body = get_renderer(setup).render(article, links, label)
    if has_errors(body.problems) or body.media != spread.body.media:
        return None
    return replace(spread, article=article, body=body)


def rerender_article(
    article: Article, model: SiteModel, label: str, setup: MarkdownConfig
) -> tuple[RenderedBody, list[Problem]]:
    """The body of an article of a press whose Markdown is another now, and what is wrong with it that was not before.

    `label` names the article's file in problems.
    """
    body = get_renderer(setup).render(article, model.links, label)
    known = {problem.message for problem in model.problems if problem.path == label}
    return body, [problem for problem in body.problems if problem.message not in known]
