"""Press: everything that one edition publishes, made ready before a single file is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from broadsheet.content import AUTHORS_FILE, Article, Library, SourcePosition
from broadsheet.core import Problem, media_url, suggest
from broadsheet.edition.edition import Edition
from broadsheet.edition.front_page import FrontPage, build_front_page
from broadsheet.edition.image_pipeline import inspect_images, make_image_variants
from broadsheet.edition.listings import ListingPage, Listings
from broadsheet.edition.plan import Layout, Plan, plan_edition
from broadsheet.edition.related_lists import Ranker, start_related_lists
from broadsheet.edition.render_articles import BuildResources, render_bodies
from broadsheet.edition.story_timeline import StoryTimeline
from broadsheet.images import PublishedImage
from broadsheet.related import Ranking, Related
from broadsheet.rendering import LinkMap, RenderedBody, resolve_link


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article with everything that its page shows."""

    article: Article
    body: RenderedBody
    related: tuple[tuple[Article, Related], ...]
    latest: tuple[Article, ...]
    newer: Article | None
    """The next in its first topic."""
    older: Article | None
    timeline: StoryTimeline | None = None
    """Of the story that it belongs to."""
    image_url: str = ""
    """Of the lead image, relative to the site's root; '' without one."""


@dataclass(frozen=True, slots=True)
class SiteModel:
    """One edition, ready to print."""

    edition: Edition
    spreads: tuple[ArticleView, ...]
    """In the order of the edition: newest first."""
    listings: Listings
    listing_pages: tuple[ListingPage, ...]
    front: FrontPage
    media: Mapping[str, str]
    """Files to publish: paths in the content directory, each with its URL."""
    links: LinkMap
    ranking: Ranking
    redirects: Mapping[str, str]
    """Old addresses, each with the URL that took its place."""
    author_images: Mapping[str, str] = field(default_factory=dict)
    """URLs of the pictures of authors that have one, by the author's id."""
    pictures: Mapping[str, PublishedImage] = field(default_factory=dict)
    """The pictures among the media, by URL."""
    held_media: frozenset[str] = frozenset()
    """Paths of the files that only held articles show: none of them is published."""
    problems: tuple[Problem, ...] = ()

    @property
    def front_images(self) -> dict[str, str]:
        """The URLs of the lead images that the front page shows, by the path of the article."""
        shown = {article.path for article in (self.front.lead, *self.front.features) if article}
        found = (spread for spread in self.spreads if spread.image_url and spread.article.path in shown)
        return {spread.article.path: spread.image_url for spread in found}


def build_site_model(
    library: Library,
    now: datetime,
    layout: Layout,
    resources: BuildResources,
    around: Mapping[str, str],
    ranker: Ranker = start_related_lists,
    tell: Callable[[Edition, Mapping[str, RenderedBody]], None] | None = None,
) -> SiteModel:
    """Make the edition of an instant ready.

    Held articles are rendered and checked as the public ones are, so that no fault comes up at the hour at which one of
    them is published; nothing else is made of them.

    Args:
        library: what could be read.
        now: the instant; nothing else in the engine tells the time.
        layout: how many of each thing.
        resources: what to work with: how Markdown is rendered, where, and what is known already.
        around: the site's other pages and files by their path relative to content/, with their URLs.
        ranker: begins to compare the articles, and gives a function that waits for the lists.
        tell: told the public bodies by path, as soon as they are there; those of the press have no `text` then.

    Cost: rendering (about 3 ms an article) and relating (about 2 ms) are the steps that count, at the same time
    where there is more than one core, and making pictures (about 1 s a photograph); none of it is done again
    for what has not changed.

    """
    library = inspect_images(library, resources)
    plan = plan_edition(library, now, layout, around)
    edition, links, problems = plan.edition, plan.links, list(plan.problems)
    ranked = ranker(plan, resources)
    held = [article for article in library.articles if article.path not in edition.by_path]
    every_body = render_bodies((*edition.articles, *held), links, library.name, resources)
    if tell is not None:
        tell(edition, {article.path: every_body[article.path] for article in edition.articles})
        # Whoever was told has them now, and a large archive would have them twice.
        every_body = {path: replace(body, text="") for path, body in every_body.items()}
    bodies = {article.path: every_body[article.path] for article in edition.articles}
    every_image, found = _find_images(library, links)
    problems += found
    images = {path: image for path, image in every_image.items() if path in bodies}
    author_images, found = _find_author_images(library, edition)
    problems += found
    problems += (problem for body in every_body.values() for problem in body.problems)
    problems += _check_anchors(library, every_body)
    media = {path: media_url(path) for body in bodies.values() for path in body.media}
    media |= {path: media_url(path) for path in (*images.values(), *author_images.values())}
    held_media = {path for article in held for path in every_body[article.path].media}
    held_media = {*held_media, *every_image.values()} - media.keys()
    # Those of held articles, too, as one may be damaged; they are kept for the day on which they are published.
    made, found = make_image_variants({*media, *held_media}, library, resources)
    problems += found
    urls = set(media.values())
    pictures = {url: picture for url, picture in made.items() if url in urls}
    ranking = ranked()
    return SiteModel(
        edition,
        _lay_out(plan, bodies, ranking, {path: media[image] for path, image in images.items()}),
        plan.listings,
        plan.listing_pages,
        build_front_page(edition, layout.feature_count, layout.latest_count),
        dict(sorted(media.items())),
        links,
        ranking,
        links.moved,
        {name: media[path] for name, path in author_images.items()},
        pictures,
        frozenset(held_media),
        tuple(sorted(problems)),
    )


def build_sound_site_model(library: Library, *arguments: Any) -> tuple[SiteModel, Library]:
    """As `build_site_model`, with the library without what could not be rendered, and with all problems."""
    model = build_site_model(library, *arguments)
    problems = tuple(sorted({*library.problems, *model.problems}))
    broken = {one.path for one in model.problems if one.severity == "error"}
    faulty = {article.path for article in library.articles if library.name(article.path) in broken}
    if faulty:
        articles = tuple(article for article in library.articles if article.path not in faulty)
        library = replace(library, articles=articles, faulty=library.faulty | faulty)
        model = build_site_model(library, *arguments)
    return model, replace(library, problems=problems)


def _find_images(library: Library, links: LinkMap) -> tuple[dict[str, str], list[Problem]]:
    """The path of each article's lead image, by the article's path, and a problem for each that is not there."""
    images: dict[str, str] = {}
    problems = []
    for article in library.articles:
        if article.image is None:
            continue
        found = resolve_link(article.image.src, article.path, article.url, links, fetched=True)
        if found.media:
            images[article.path] = found.media
        else:
            mark = article.positions.get("image.src", SourcePosition(1, 1))
            message = found.fault or f"'{article.image.src[:80]}' is no file beside the article"
            label = library.name(article.path)
            hint = found.hint or "the path is relative to the article's file"
            problems.append(Problem(label, mark.line, mark.column, "image.src", message, hint, "warning"))
    return images, problems


def _find_author_images(library: Library, edition: Edition) -> tuple[dict[str, str], list[Problem]]:
    images: dict[str, str] = {}
    problems = []
    for author in edition.authors.values():
        if author.image in library.media:
            images[author.id] = author.image
        elif author.image:
            reason = library.refused.get(author.image, "")
            message = f"no picture '{author.image[:80]}' in the content directory"
            message = f"'{author.image[:80]}' is not published: {reason}" if reason else message
            problems.append(Problem(library.name(AUTHORS_FILE), 0, 0, f"{author.id}.image", message, "", "warning"))
    return images, problems


def _check_anchors(library: Library, bodies: Mapping[str, RenderedBody]) -> list[Problem]:
    problems = []
    for path, body in bodies.items():
        for target, fragment, line in body.anchors:
            if target in bodies and fragment not in bodies[target].ids:
                message = f"dead link: {library.name(target)} has no place '#{fragment[:80]}'"
                hint = suggest(fragment, bodies[target].ids)
                problems.append(Problem(library.name(path), line, 0, "", message, hint, "warning"))
    return problems


def _lay_out(
    plan: Plan, bodies: Mapping[str, RenderedBody], ranking: Ranking, images: Mapping[str, str]
) -> tuple[ArticleView, ...]:
    edition, layout = plan.edition, plan.layout
    neighbours: dict[str, tuple[Article | None, Article | None]] = {}
    for topic, articles in edition.by_topic.items():
        for newer, article, older in zip((None, *articles), articles, (*articles[1:], None), strict=False):
            if article.topics[0] == topic:
                neighbours[article.path] = (newer, older)
    newest = edition.articles[: layout.latest_count + 1]
    paths, usual = {one.path for one in newest}, newest[: layout.latest_count]
    spreads = []
    for article in edition.articles:
        newer, older = neighbours[article.path]
        latest = usual
        if article.path in paths:
            latest = tuple(other for other in newest if other is not article)[: layout.latest_count]
        # A ranking of a moment ago may know less, or more, than the edition.
        found = (one for one in ranking.lists.get(article.path, ()) if one.id in edition.by_path)
        beside = tuple((edition.by_path[one.id], one) for one in found)
        timeline, image = plan.timelines.get(article.path), images.get(article.path, "")
        spreads.append(ArticleView(article, bodies[article.path], beside, latest, newer, older, timeline, image))
    return tuple(spreads)
