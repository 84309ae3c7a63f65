"""Page digests: detect pages whose output is unchanged, without rendering them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from broadsheet.content import Article
from broadsheet.core import digest, media_url
from broadsheet.edition.build import ArticleView, SiteModel
from broadsheet.edition.listings import Listing, ListingPage
from broadsheet.related import Related

KINDS = frozenset({"article", "directory", "front", "listing", "search"})
"""The kinds of the newspaper's own pages; each kind has its template."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the site's own templates may show that page digests do not cover."""

    whole: frozenset[str] = frozenset()
    """The kinds of page that may show anything of the edition and of the site's own pages."""
    moments: frozenset[tuple[str, str]] = frozenset()
    """Kinds of page that show the time of the build, each with the `strftime` format; '' stands for the exact time."""


class PageDigests:
    """Computes a digest for each page of a model that changes if and only if what the page shows changes.

    A list that names an article may show all of its front matter (`article.metadata_digest`), but never its body.
    Registers, settings and templates are part of every digest.
    """

    def __init__(self, model: SiteModel, site_digest: bytes, exposure: Exposure = Exposure()) -> None:
        """Prepare the digests of a model.

        Args:
            model: the pages.
            site_digest: a digest of registers, settings, templates and code.
            exposure: what the site's own templates may show beyond that.

        """
        self._model = model
        self._latest = _list_cards(model.spreads[0].latest if model.spreads else ())
        self._listings: dict[str, bytes] = {}
        everything = digest(*(self._digest_view(view) for view in model.spreads)) if exposure.whole else b""
        zones = (UTC, model.edition.articles[0].date.at.tzinfo if model.edition.articles else UTC)
        local_times = [model.edition.at.astimezone(zone) for zone in zones]
        self._kind_digests = {}
        for kind in KINDS:
            formats = sorted(text for shown, text in exposure.moments if shown == kind)
            times = " ".join(at.strftime(text or "%c %f") for text in formats for at in local_times)
            whole = everything if kind in exposure.whole else b""
            self._kind_digests[kind] = digest(kind.encode(), site_digest, whole, times.encode())

    def of_article(self, view: ArticleView, edit_url: str) -> bytes:
        """The digest of an article's page. Cost: about 30 µs."""
        return digest(self._kind_digests["article"], edit_url.encode(), self._digest_view(view))

    def of_listing(self, page: ListingPage) -> bytes:
        """The digest of one page of a listing."""
        listing = page.listing
        image = self._model.author_images.get(listing.key, "") if listing.kind == "author" else ""
        place = f"{page.url} {page.number} {page.total} {page.start} {listing.title} {self._list_pictures(image)}"
        cards = _list_cards(page.articles)
        return digest(self._kind_digests["listing"], place.encode(), self._digest_listing(listing), cards)

    def of_directory(self, name: str) -> bytes:
        """The digest of the page that lists all topics, authors, years or stories."""
        listings: Iterable[Listing] = self._model.listings.years if name == "archive" else ()
        listings = listings or getattr(self._model.listings, name, ())
        return digest(
            self._kind_digests["directory"], name.encode(), *(self._digest_listing(listing) for listing in listings)
        )

    def of_front(self, day: str) -> bytes:
        """The digest of the front page of a day."""
        front = self._model.front
        lead = (front.lead,) if front.lead else ()
        sections = [_list_cards(section.articles) for section in front.sections]
        names = " ".join(section.topic.id for section in front.sections)
        lists = (lead, front.features, front.latest, front.following)
        images = self._list_pictures(*self._model.front_images.values())
        shown = (day.encode(), names.encode(), images.encode())
        return digest(self._kind_digests["front"], *shown, *map(_list_cards, lists), *sections)

    def of_search(self, *parts: str) -> bytes:
        """The digest of the search page, which shows only `parts`."""
        return digest(self._kind_digests["search"], *(part.encode() for part in parts))

    def _digest_view(self, view: ArticleView) -> bytes:
        related = "\n".join(f"{article.metadata_digest} {_write_reasons(entry)}" for article, entry in view.related)
        neighbours = [article.metadata_digest if article else "" for article in (view.newer, view.older)]
        timeline = view.timeline
        story = ""
        if timeline is not None:
            linked = (timeline.newer, timeline.older, timeline.latest)
            steps = [article.metadata_digest if article else "" for article in linked]
            parts = (" ".join(article.metadata_digest for article in part) for part in timeline.parts)
            story = f"{timeline.total} {steps} " + "|".join(parts)
        # A page leaves its own article out of the latest, so that the list is another on some pages.
        latest = self._latest if view.latest == self._model.spreads[0].latest else _list_cards(view.latest)
        body_images = (media_url(path) for path in view.body.media)
        pictures = self._list_pictures(*(url for url in body_images if url in self._model.pictures))
        lead = self._list_pictures(view.image_url)
        texts = (view.article.path, view.article.metadata_digest, related, *neighbours, story, lead, pictures)
        html = view.body.html.encode(errors="surrogatepass")
        return digest(html, latest, *(text.encode(errors="surrogatepass") for text in texts))

    def _list_pictures(self, *urls: str) -> str:
        """Images by URL, with their sizes and those of all variants."""
        return " ".join(f"{url} {self._model.pictures.get(url, '')}" for url in urls)

    def _digest_listing(self, listing: Listing) -> bytes:
        """The digest of what pages show of a whole listing: its articles' number and days. Computed once a listing."""
        if listing.url not in self._listings:
            children = [self._digest_listing(child) for child in listing.children]
            around = (listing.parent.url if listing.parent else "", listing.earlier, listing.later)
            about = f"{listing.kind} {listing.url} {around}"
            days = " ".join(article.date.iso[:10] for article in listing.articles)
            self._listings[listing.url] = digest(about.encode(), days.encode(), *children)
        return self._listings[listing.url]


def _list_cards(articles: Iterable[Article]) -> bytes:
    return " ".join(article.metadata_digest for article in articles).encode()


def _write_reasons(related: Related) -> str:
    return ";".join(f"{reason.kind}:{reason.names!r}" for reason in related.reasons)
