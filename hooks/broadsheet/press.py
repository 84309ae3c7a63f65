"""Press: everything that one edition publishes, made ready before a single file is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from broadsheet.article import Article
from broadsheet.body import BodyRenderer, RenderedBody
from broadsheet.edition import Edition, publish
from broadsheet.frontpage import FrontPage, build_front_page
from broadsheet.library import Library, find_article, index_references
from broadsheet.links import LinkMap, resolve_link
from broadsheet.listings import ListingPage, Listings, build_listings, paginate
from broadsheet.nodes import Mark
from broadsheet.problems import Problem, suggest
from broadsheet.redirects import collect_redirects
from broadsheet.registers import AUTHORS_FILE
from broadsheet.related import Document, Related, relate
from broadsheet.urls import media_url


@dataclass(frozen=True, slots=True)
class Layout:
    """How many of each thing a newsroom wants."""

    per_page: int = 20
    related_count: int = 8
    latest_count: int = 16
    feature_count: int = 4


@dataclass(frozen=True, slots=True)
class Spread:
    """An article with everything that its page shows."""

    article: Article
    body: RenderedBody
    related: tuple[tuple[Article, Related], ...]
    latest: tuple[Article, ...]
    newer: Article | None
    """The next in its first topic."""
    older: Article | None
    image_url: str = ""
    """Of the lead image, relative to the site's root; '' without one."""


@dataclass(frozen=True, slots=True)
class Press:
    """One edition, ready to print."""

    edition: Edition
    spreads: tuple[Spread, ...]
    """In the order of the edition: newest first."""
    listings: Listings
    listing_pages: tuple[ListingPage, ...]
    front: FrontPage
    media: Mapping[str, str]
    """Files to publish: paths in the content directory, each with its URL."""
    links: LinkMap
    redirects: Mapping[str, str]
    """Old addresses, each with the URL that took its place."""
    author_images: Mapping[str, str] = field(default_factory=dict)
    """URLs of the pictures of authors that have one, by the author's id."""
    problems: tuple[Problem, ...] = ()


INDEX_URLS = {"topics": "topics/", "authors": "authors/", "archive": "archive/", "stories": "stories/"}
"""The pages that list the lists."""


def set_press(
    library: Library, now: datetime, layout: Layout, renderer: BodyRenderer, around: Mapping[str, str]
) -> Press:
    """Make the edition of an instant ready.

    Args:
        library: what could be read.
        now: the instant; nothing else in the engine tells the time.
        layout: how many of each thing.
        renderer: renders bodies.
        around: the site's other pages and files by their path relative to content/, with their URLs.

    Cost: rendering (about 3 ms an article) and relating (about 1 ms) are the steps that count.

    """
    edition = publish(library, now)
    listings = build_listings(edition)
    pages = tuple(page for listing in listings for page in paginate(listing, layout.per_page))
    links, problems = _map_links(library, edition, pages, around)
    bodies = {article.path: renderer.render(article, links, library.name(article.path)) for article in edition.articles}
    related = find_related(library, edition, layout.related_count)
    images, found = _find_images(library, edition, links)
    problems += found
    author_images, found = _find_author_images(library, edition)
    problems += found
    problems += (problem for body in bodies.values() for problem in body.problems)
    problems += _check_anchors(library, bodies)
    media = {path: media_url(path) for body in bodies.values() for path in body.media}
    media |= {path: media_url(path) for path in (*images.values(), *author_images.values())}
    return Press(
        edition,
        _lay_out(edition, bodies, related, layout, {path: media[image] for path, image in images.items()}),
        listings,
        pages,
        build_front_page(edition, layout.feature_count, layout.latest_count),
        dict(sorted(media.items())),
        links,
        links.moved,
        {name: media[path] for name, path in author_images.items()},
        tuple(sorted(problems)),
    )


def find_related(library: Library, edition: Edition, count: int) -> dict[str, tuple[Related, ...]]:
    """The related headlines of every public article, by path; `library` tells what pins and vetoes mean."""
    index = index_references(library.articles)
    return relate([_to_document(article, index) for article in edition.articles], count)


def _to_document(article: Article, index: Mapping[str, str]) -> Document:
    choice = article.related
    return Document(
        article.path,
        article.title,
        article.summary,
        article.body,
        published=article.date.at,
        url=article.url,
        topics=article.topics,
        pins=tuple(find_article(one, article.path, index) for one in choice.pin),
        never=tuple(find_article(one, article.path, index) for one in choice.never),
        off=choice.off,
    )


def _map_links(
    library: Library, edition: Edition, pages: Iterable[ListingPage], around: Mapping[str, str]
) -> tuple[LinkMap, list[Problem]]:
    public = {article.path: article.url for article in edition.articles}
    held = {article.path: article.url for article in library.articles if article.path not in public}
    held |= dict.fromkeys(library.faulty, "")
    urls = {"", *INDEX_URLS.values(), *around.values(), *public.values(), *(page.url for page in pages)}
    moved, problems = collect_redirects(edition, urls, library.name)
    return LinkMap(public, held, around, urls, library.media, library.refused, moved), problems


def _find_images(library: Library, edition: Edition, links: LinkMap) -> tuple[dict[str, str], list[Problem]]:
    """The path of each article's lead image, by the article's path, and a problem for each that is not there."""
    images: dict[str, str] = {}
    problems = []
    for article in edition.articles:
        if article.image is None:
            continue
        found = resolve_link(article.image.src, article.path, article.url, links, fetched=True)
        if found.media:
            images[article.path] = found.media
        else:
            mark = article.marks.get("image.src", Mark(1, 1))
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
            message = f"no picture '{author.image[:80]}' in the content directory"
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
    edition: Edition,
    bodies: Mapping[str, RenderedBody],
    related: Mapping[str, tuple[Related, ...]],
    layout: Layout,
    images: Mapping[str, str],
) -> tuple[Spread, ...]:
    neighbours: dict[str, tuple[Article | None, Article | None]] = {}
    for topic, articles in edition.by_topic.items():
        for newer, article, older in zip((None, *articles), articles, (*articles[1:], None), strict=False):
            if article.topics[0] == topic:
                neighbours[article.path] = (newer, older)
    newest = edition.articles[: layout.latest_count + 1]
    spreads = []
    for article in edition.articles:
        newer, older = neighbours[article.path]
        latest = tuple(other for other in newest if other is not article)[: layout.latest_count]
        beside = tuple((edition.by_path[one.id], one) for one in related[article.path])
        image = images.get(article.path, "")
        spreads.append(Spread(article, bodies[article.path], beside, latest, newer, older, image))
    return tuple(spreads)
