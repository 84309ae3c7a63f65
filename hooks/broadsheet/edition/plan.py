"""The plan of an edition: which pages it has at which URLs, decided before any body is rendered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from broadsheet.content import TOPICS_FILE, Article, Library, SiteConfig
from broadsheet.core import SITE_URLS, Problem, make_listing_url
from broadsheet.edition.image_pipeline import NO_IMAGES, ImageCatalog
from broadsheet.edition.listings import ListingPage, Listings, StoryTimeline, build_listings, build_timelines, paginate
from broadsheet.edition.public_articles import Edition, explain_hold, publish, publish_all
from broadsheet.edition.related_lists import check_pins, make_documents
from broadsheet.related import Document
from broadsheet.rendering import LinkMap

INDEX_URLS = {name: SITE_URLS[name] for name in ("topics", "authors", "archive", "stories")}
"""The pages that list the lists."""

_RESERVED = frozenset(
    {"404.html", "assets", "sitemap.xml", "sitemap.xml.gz"}
    | {SITE_URLS[name].partition("/")[0] for name in ("media", "pagefind", "pictures", "search")}
)
"""First parts of URLs that belong to the theme, to the search and to files beside articles."""
_ALIAS_HINT = "take the alias out or give another"


@dataclass(frozen=True, slots=True)
class Plan:
    """One edition with the URLs of all its pages."""

    config: SiteConfig
    edition: Edition
    held: tuple[Article, ...]
    """The articles that are not public, by path."""
    faulty: frozenset[str]
    """Paths of the articles that are left out because of an error."""
    listings: Listings
    listing_pages: tuple[ListingPage, ...]
    links: LinkMap
    timelines: Mapping[str, StoryTimeline]
    """By the path of each article that has a timeline."""
    documents: tuple[Document, ...]
    """The public articles, for `related.rank`."""
    problems: tuple[Problem, ...]

    @property
    def articles(self) -> tuple[Article, ...]:
        """The public articles, then the held ones."""
        return (*self.edition.articles, *self.held)


def plan_edition(
    library: Library,
    now: datetime,
    config: SiteConfig,
    docs_files: Mapping[str, str],
    catalog: ImageCatalog = NO_IMAGES,
    failed: Collection[str] = (),
) -> Plan:
    """Decide what is public at an instant, and every URL. Cost: about 0.03 ms an article.

    Args:
        library: the content.
        now: the instant.
        config: the site's settings.
        docs_files: the site's own pages and files by their path relative to content/, with their URLs.
        catalog: the images of the content; those that it refuses are not published.
        failed: paths of articles whose body cannot be rendered: they are left out.

    """
    faulty = library.faulty.union(failed)
    articles = tuple(article for article in library.articles if article.path not in faulty)
    edition = publish(library, now, faulty)
    held = tuple(article for article in articles if article.path not in edition.by_path)
    listings = build_listings(edition)
    pages = _paginate_all(listings, config)
    ours = _list_urls(edition, pages)
    docs_urls = set(docs_files.values())
    redirects, problems = collect_redirects(edition, docs_urls | ours, library.name)
    hidden: dict[str, str] = {}
    if held:
        # Problems are those of the edition that has every article, so that they do not depend on the clock.
        every_url, every_redirect, problems = _plan_all(publish_all(library, now, faulty), docs_urls, config, library)
        hidden = {url: url for url in sorted(every_url - ours)}
        hidden |= {old: new for old, new in every_redirect.items() if old not in redirects}
    links = LinkMap(
        articles={article.path: article.url for article in edition.articles},
        held={article.path: article.url for article in held} | dict.fromkeys(faulty, ""),
        pages=docs_files,
        urls=docs_urls | ours,
        media=frozenset(library.media) - catalog.refused.keys(),
        refused={**library.refused, **catalog.refused},
        moved=redirects,
        site=config.site_url,
        hidden=hidden,
        reasons=dict.fromkeys(faulty, "has an error, so it is not published")
        | {article.path: explain_hold(article, now) for article in held},
    )
    timelines = build_timelines(edition, config.timeline_count)
    documents = make_documents(articles, edition, links, timelines, config.language, repeat_links=config.repeat_links)
    problems += check_pins(articles, edition, config.related_count, library.name)
    return Plan(config, edition, held, faulty, listings, pages, links, timelines, tuple(documents), tuple(problems))


def _plan_all(
    whole: Edition, docs_urls: set[str], config: SiteConfig, library: Library
) -> tuple[set[str], dict[str, str], list[Problem]]:
    """The URLs, the redirects and the problems of the edition that has every article, public or not."""
    urls = _list_urls(whole, _paginate_all(build_listings(whole), config))
    return urls, *collect_redirects(whole, docs_urls | urls, library.name)


def _paginate_all(listings: Listings, config: SiteConfig) -> tuple[ListingPage, ...]:
    return tuple(page for listing in listings for page in paginate(listing, config.per_page))


def _list_urls(edition: Edition, pages: Iterable[ListingPage]) -> set[str]:
    """The URL of every page of an edition."""
    articles = (article.url for article in edition.articles)
    return {"", *INDEX_URLS.values(), *articles, *(page.url for page in pages)}


def collect_redirects(
    edition: Edition, taken: Collection[str], label: Callable[[str], str]
) -> tuple[dict[str, str], list[Problem]]:
    """The redirects of an edition, from old URLs to new ones, and a problem for each alias that cannot be used.

    Args:
        edition: the public articles.
        taken: the URLs of every page and file of the site.
        label: gives a file's name in problems.

    """
    redirects, problems = _redirect_topics(edition, taken, label)
    files = {alias for article in edition.articles for alias in article.aliases if alias.endswith(".html")}
    folders = {parent for url in taken for parent in _list_parents(url)} if files else set()
    for article in edition.articles:
        for index, alias in enumerate(article.aliases):
            # A server shows the same page for both spellings.
            old = alias.removesuffix("index.html") if f"/{alias}".endswith("/index.html") else alias
            is_free = old not in taken and old not in folders and redirects.get(old, article.url) == article.url
            is_below_page = any(parent in taken or parent in files for parent in _list_parents(old))
            if not is_free or is_below_page or _is_reserved(old):
                problems.append(_refuse_alias(article, index, label))
            else:
                redirects[old] = article.url
    return dict(sorted(redirects.items())), problems


def _is_reserved(url: str) -> bool:
    """Whether a URL belongs to others, or lies in a directory that has the name of a page's file."""
    return url.partition("/")[0] in _RESERVED or "/index.html/" in f"/{url}"


def _redirect_topics(
    edition: Edition, taken: Collection[str], label: Callable[[str], str]
) -> tuple[dict[str, str], list[Problem]]:
    redirects: dict[str, str] = {}
    problems = []
    for topic in edition.topics.values():
        for alias in topic.aliases:
            old = make_listing_url("topics", alias)
            if old not in taken:
                redirects[old] = make_listing_url("topics", topic.id)
            else:
                message = f"the address /{old} is taken: it does not lead to this topic"
                key = f"{topic.id}.aliases"
                problems.append(Problem(label(TOPICS_FILE), 0, 0, key, message, _ALIAS_HINT, "warning"))
    return redirects, problems


def _list_parents(url: str) -> Iterator[str]:
    """The directories that a page or file lies in, without trailing slashes."""
    parts = url.split("/")
    for count in range(1, len(parts)):
        yield "/".join(parts[:count])


def _refuse_alias(article: Article, index: int, label: Callable[[str], str]) -> Problem:
    alias = article.aliases[index]
    end = "the article's own" if alias == article.url else "taken: it does not lead to this article"
    message = f"the address /{alias} is {end}"
    return article.make_problem(label(article.path), f"aliases.{index}", message, _ALIAS_HINT, "warning")
