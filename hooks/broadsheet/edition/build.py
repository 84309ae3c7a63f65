"""Build the site model of one edition: everything that its pages show, before a single file is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from broadsheet.content import AUTHORS_FILE, Article, Library, SiteConfig
from broadsheet.core import Problem, has_errors, media_url
from broadsheet.edition.front_page import FrontPage, build_front_page
from broadsheet.edition.image_pipeline import inspect_images, make_image_variants
from broadsheet.edition.listings import ListingPage, Listings, StoryTimeline
from broadsheet.edition.plan import Plan, plan_edition
from broadsheet.edition.public_articles import Edition
from broadsheet.edition.related_lists import Ranker, start_related_lists
from broadsheet.edition.render_articles import BuildResources, render_bodies, update_bodies
from broadsheet.images import PublishedImage
from broadsheet.related import Ranking, Related
from broadsheet.rendering import LinkMap, RenderedBody, resolve_link, suggest_place


@dataclass(frozen=True, slots=True)
class ArticleView:
    """An article with everything that its page shows."""

    article: Article
    body: RenderedBody
    related: tuple[tuple[Article, Related], ...]
    latest: tuple[Article, ...]
    newer: Article | None
    """The next newer article of its first topic."""
    older: Article | None
    """The next older article of its first topic."""
    timeline: StoryTimeline | None = None
    """The timeline of the story that the article belongs to."""
    image_url: str = ""
    """The URL of the lead image, relative to the site's root; '' without an image."""


@dataclass(frozen=True, slots=True)
class SiteModel:
    """All pages of one edition, with what they show."""

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
    """Old URLs, each with the URL that took its place."""
    author_images: Mapping[str, str] = field(default_factory=dict)
    """URLs of the portraits of authors, by the author's id."""
    pictures: Mapping[str, PublishedImage] = field(default_factory=dict)
    """The images among the media, by URL."""
    held_media: frozenset[str] = frozenset()
    """Paths of the files that only held articles show: none of them is published."""
    faulty: frozenset[str] = frozenset()
    """Paths of the articles that the library left out, and of those whose body could not be rendered."""
    problems: tuple[Problem, ...] = ()
    """All problems: of the library, of the plan and of rendering."""

    @property
    def front_images(self) -> dict[str, str]:
        """The URLs of the lead images that the front page shows, by the path of the article."""
        shown = {article.path for article in (self.front.lead, *self.front.features) if article}
        views = (view for view in self.spreads if view.image_url and view.article.path in shown)
        return {view.article.path: view.image_url for view in views}


def build_site_model(
    library: Library,
    now: datetime,
    config: SiteConfig,
    resources: BuildResources,
    docs_files: Mapping[str, str],
    ranker: Ranker = start_related_lists,
) -> SiteModel:
    """Build the site model of the edition of an instant.

    Held articles are rendered and checked too, so that no problem first appears at the hour at which an article is
    published. An article whose body cannot be rendered is left out of the edition, as if its file were faulty.

    Cost: rendering (about 3 ms an article) and comparing (about 2 ms an article) run at the same time where there is
    more than one core; making image variants costs about 1 s a photograph. All three are cached.

    Args:
        library: the content.
        now: the instant; nothing else in the engine reads the time.
        config: the site's settings.
        resources: the Markdown setup, the workers, the cache and the directories.
        docs_files: the site's own pages and files by their path relative to content/, with their URLs.
        ranker: starts to compare the articles, and returns a function that waits for the related lists.

    """
    catalog = inspect_images(library.media, resources)

    def make_plan(failed: Collection[str] = ()) -> Plan:
        return plan_edition(library, now, config, docs_files, catalog, failed)

    first_plan = make_plan()
    wait_for_ranking = ranker(first_plan, resources)
    plan, every_body, body_problems = _render_plan(first_plan, make_plan, library.name, resources)
    if plan is not first_plan:
        wait_for_ranking = ranker(plan, resources)
    images, image_problems = _find_lead_images(library, first_plan.links)
    author_images, author_problems = _find_author_images(library, first_plan)
    problems = {*library.problems, *first_plan.problems, *body_problems, *image_problems, *author_problems}
    edition = plan.edition
    bodies = {article.path: every_body[article.path] for article in edition.articles}
    published = _list_media(edition.articles, every_body, images)
    media = {path: media_url(path) for path in sorted(published.union(author_images.values()))}
    held_media = _list_media(plan.held, every_body, images) - media.keys()
    # Images of held articles are made too: a damaged one is reported now, and the cache has the others in time.
    made, variant_problems = make_image_variants({*media, *held_media}, catalog, library.name, resources)
    problems.update(variant_problems)
    published_urls = set(media.values())
    ranking = wait_for_ranking()
    return SiteModel(
        edition=edition,
        spreads=_build_views(plan, bodies, ranking, {path: media[images[path]] for path in bodies if path in images}),
        listings=plan.listings,
        listing_pages=plan.listing_pages,
        front=build_front_page(edition, config.feature_count, config.latest_count),
        media=media,
        links=plan.links,
        ranking=ranking,
        redirects=plan.links.moved,
        author_images={name: media[path] for name, path in author_images.items()},
        pictures={url: image for url, image in made.items() if url in published_urls},
        held_media=frozenset(held_media),
        faulty=plan.faulty,
        problems=tuple(sorted(problems)),
    )


def build_new_views(
    library: Library,
    paths: Collection[str],
    now: datetime,
    config: SiteConfig,
    resources: BuildResources,
    docs_files: Mapping[str, str],
    ranking: Ranking,
) -> tuple[tuple[ArticleView, ...], frozenset[str]]:
    """Build the views of the public articles among some paths, as far as they are known before a build.

    An article whose body cannot be rendered has no view. Cost: about 0.05 ms for each article of the library.

    Args:
        library: the content.
        paths: the articles that are shown.
        now: the instant; see `build_site_model` for this and the other arguments.
        config: the site's settings.
        resources: the Markdown setup and the cache.
        docs_files: the site's own pages and files.
        ranking: the related lists of the last build.

    Returns:
        The views, and the paths of the files that these articles show.

    """
    plan = plan_edition(library, now, config, docs_files, inspect_images(library.media, resources))
    articles = [plan.edition.by_path[path] for path in sorted(paths) if path in plan.edition.by_path]
    rendered = render_bodies(articles, plan.links, library.name, resources)
    bodies = {path: body for path, body in rendered.items() if not has_errors(body.problems)}
    shown = tuple(article for article in articles if article.path in bodies)
    images, _ = _find_lead_images(replace(library, articles=shown), plan.links)
    urls = {path: media_url(image) for path, image in images.items()}
    return _build_views(plan, bodies, ranking, urls), _list_media(shown, bodies, images)


def _list_media(
    articles: Iterable[Article], bodies: Mapping[str, RenderedBody], images: Mapping[str, str]
) -> frozenset[str]:
    """Paths of the files that articles show: those of their bodies, and their lead images."""
    paths = [article.path for article in articles]
    in_bodies = (file for path in paths for file in bodies[path].media)
    return frozenset({*in_bodies, *(images[path] for path in paths if path in images)})


def _render_plan(
    plan: Plan, make_plan: Callable[[Collection[str]], Plan], label: Callable[[str], str], resources: BuildResources
) -> tuple[Plan, dict[str, RenderedBody], list[Problem]]:
    """Render all bodies of a plan; plan again without the articles whose body has an error, until no body has one.

    A new plan costs little. Only the bodies with links to what is left out are rendered again.

    Returns:
        The last plan, its bodies by path, and the problems of all bodies.

    """
    bodies = render_bodies(plan.articles, plan.links, label, resources)
    problems = [problem for body in bodies.values() for problem in body.problems]
    failed: set[str] = set()
    while newly_failed := {path for path, body in bodies.items() if has_errors(body.problems)}:
        failed |= newly_failed
        plan = make_plan(failed)
        bodies = update_bodies(bodies, plan.articles, plan.links, label, resources)
        # Of what is rendered again only errors count: a link to what is left out was sound in itself.
        problems += (problem for body in bodies.values() for problem in body.problems if problem.severity == "error")
    return plan, bodies, problems + _check_anchors(bodies, label)


def _find_lead_images(library: Library, links: LinkMap) -> tuple[dict[str, str], list[Problem]]:
    """The path of each article's lead image, by the article's path, and a problem for each missing image."""
    images: dict[str, str] = {}
    problems = []
    for article in library.articles:
        if article.image is None:
            continue
        resolved = resolve_link(article.image.src, article.path, article.url, links, fetched=True)
        if resolved.media:
            images[article.path] = resolved.media
        else:
            message = resolved.fault or f"'{article.image.src[:80]}' is no file beside the article"
            hint = resolved.hint or "the path is relative to the article's file"
            file = library.name(article.path)
            problems.append(article.make_problem(file, "image.src", message, hint, "warning"))
    return images, problems


def _find_author_images(library: Library, plan: Plan) -> tuple[dict[str, str], list[Problem]]:
    """The path of each author's portrait, by the author's id, and a problem for each missing image."""
    images: dict[str, str] = {}
    problems = []
    for author in plan.edition.authors.values():
        file = plan.links.find_file(author.image)
        if file in plan.links.media:
            images[author.id] = file
        elif author.image:
            reason = plan.links.refused.get(file, "")
            message = f"no picture '{author.image[:80]}' in the content directory"
            message = f"'{author.image[:80]}' is not published: {reason}" if reason else message
            hint = "" if reason else plan.links.suggest(file, AUTHORS_FILE)
            problems.append(Problem(library.name(AUTHORS_FILE), 0, 0, f"{author.id}.image", message, hint, "warning"))
    return images, problems


def _check_anchors(bodies: Mapping[str, RenderedBody], label: Callable[[str], str]) -> list[Problem]:
    """A problem for each link to a place that the other article does not have."""
    problems = []
    for path, body in bodies.items():
        for target, fragment, line in body.anchors:
            if target in bodies and fragment not in bodies[target].ids:
                message = f"dead link: {label(target)} has no place '#{fragment[:80]}'"
                hint = suggest_place(fragment, bodies[target].toc, bodies[target].ids)
                problems.append(Problem(label(path), line, 0, "", message, hint, "warning"))
    return problems


def _build_views(
    plan: Plan, bodies: Mapping[str, RenderedBody], ranking: Ranking, image_urls: Mapping[str, str]
) -> tuple[ArticleView, ...]:
    """The views of the articles that have a body, in the order of the edition."""
    edition, latest_count = plan.edition, plan.config.latest_count
    neighbours: dict[str, tuple[Article | None, Article | None]] = {}
    for topic, articles in edition.by_topic.items():
        for newer, article, older in zip((None, *articles), articles, (*articles[1:], None), strict=False):
            if article.topics[0] == topic:
                neighbours[article.path] = (newer, older)
    newest = edition.articles[: latest_count + 1]
    newest_paths = {article.path for article in newest}
    # One tuple that most views share.
    usual_latest = newest[:latest_count]
    views = []
    for article in (article for article in edition.articles if article.path in bodies):
        newer, older = neighbours[article.path]
        latest = usual_latest
        if article.path in newest_paths:
            latest = tuple(other for other in newest if other is not article)[:latest_count]
        # Under `serve` the ranking may be that of an earlier edition.
        entries = (entry for entry in ranking.lists.get(article.path, ()) if entry.id in edition.by_path)
        related = tuple((edition.by_path[entry.id], entry) for entry in entries)
        timeline, image_url = plan.timelines.get(article.path), image_urls.get(article.path, "")
        views.append(ArticleView(article, bodies[article.path], related, latest, newer, older, timeline, image_url))
    return tuple(views)
