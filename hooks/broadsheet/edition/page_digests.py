"""Imprints: digests that tell whether a page would come out as it did the last time, without printing it."""

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
"""Of the newspaper's own pages, each with the template that begins it."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a site's own templates may show, beyond what the imprints of pages tell of."""

    whole: frozenset[str] = frozenset()
    """The kinds of page that may show anything of the edition, and of the site's own pages."""
    moments: frozenset[tuple[str, str]] = frozenset()
    """Kinds of page, and a form of `strftime` in which they show the moment of the build; '' stands for all of it."""


class PageDigests:
    """The imprint of each page of a press: it changes with everything that the page shows, and with nothing else.

    What stands in another article's front matter (its imprint) may be in every list that names it; its body is
    on its own page alone. Registers, settings and templates are part of every page's imprint.
    """

    def __init__(self, model: SiteModel, stamp: bytes, exposure: Exposure = Exposure()) -> None:
        """Take a press.

        Args:
            model: what is to be printed.
            stamp: a digest of registers, settings, templates and code.
            exposure: what pages may show beyond that, in a site's own templates.

        """
        self._model = model
        self._latest = _list_cards(model.spreads[0].latest if model.spreads else ())
        self._listings: dict[str, bytes] = {}
        everything = digest(*(self._digest_spread(spread) for spread in model.spreads)) if exposure.whole else b""
        zones = (UTC, model.edition.articles[0].date.at.tzinfo if model.edition.articles else UTC)
        here = [model.edition.at.astimezone(zone) for zone in zones]
        self._stamps = {}
        for kind in KINDS:
            forms = sorted(form for shown, form in exposure.moments if shown == kind)
            told = " ".join(at.strftime(form or "%c %f") for form in forms for at in here)
            whole = everything if kind in exposure.whole else b""
            self._stamps[kind] = digest(kind.encode(), stamp, whole, told.encode())

    def of_article(self, spread: ArticleView, edit_url: str) -> bytes:
        """Of an article's page. Cost: about 30 µs."""
        return digest(self._stamps["article"], edit_url.encode(), self._digest_spread(spread))

    def of_listing(self, page: ListingPage) -> bytes:
        """Of a page of a list."""
        listing = page.listing
        image = self._model.author_images.get(listing.key, "") if listing.kind == "author" else ""
        place = f"{page.url} {page.number} {page.total} {page.start} {listing.title} {self._list_pictures(image)}"
        cards = _list_cards(page.articles)
        return digest(self._stamps["listing"], place.encode(), self._digest_listing(listing), cards)

    def of_directory(self, name: str) -> bytes:
        """Of the page that lists the lists of a kind."""
        listings: Iterable[Listing] = self._model.listings.years if name == "archive" else ()
        listings = listings or getattr(self._model.listings, name, ())
        return digest(
            self._stamps["directory"], name.encode(), *(self._digest_listing(listing) for listing in listings)
        )

    def of_front(self, day: str) -> bytes:
        """Of the front page of a day."""
        front = self._model.front
        lead = (front.lead,) if front.lead else ()
        sections = [_list_cards(section.articles) for section in front.sections]
        names = " ".join(section.topic.id for section in front.sections)
        lists = (lead, front.features, front.latest, front.following)
        images = self._list_pictures(*self._model.front_images.values())
        shown = (day.encode(), names.encode(), images.encode())
        return digest(self._stamps["front"], *shown, *map(_list_cards, lists), *sections)

    def of_search(self, *parts: str) -> bytes:
        """Of the page that searches, which shows nothing but these."""
        return digest(self._stamps["search"], *(part.encode() for part in parts))

    def _digest_spread(self, spread: ArticleView) -> bytes:
        related = "\n".join(f"{article.metadata_digest} {_tell(found)}" for article, found in spread.related)
        near = [one.metadata_digest if one else "" for one in (spread.newer, spread.older)]
        line = spread.timeline
        story = ""
        if line is not None:
            steps = [one.metadata_digest if one else "" for one in (line.newer, line.older, line.latest)]
            story = f"{line.total} {steps} " + "|".join(
                " ".join(one.metadata_digest for one in part) for part in line.parts
            )
        # The article itself takes a place among the latest.
        latest = self._latest if spread.latest == self._model.spreads[0].latest else _list_cards(spread.latest)
        inside = (media_url(path) for path in spread.body.media)
        pictures = self._list_pictures(*(url for url in inside if url in self._model.pictures))
        lead = self._list_pictures(spread.image_url)
        texts = (spread.article.path, spread.article.metadata_digest, related, *near, story, lead, pictures)
        html = spread.body.html.encode(errors="surrogatepass")
        return digest(html, latest, *(text.encode(errors="surrogatepass") for text in texts))

    def _list_pictures(self, *urls: str) -> str:
        """Pictures by URL, with their size and that of all renditions."""
        return " ".join(f"{url} {self._model.pictures.get(url, '')}" for url in urls)

    def _digest_listing(self, listing: Listing) -> bytes:
        """Of what pages show of a whole list: how many articles it has, and when they were. Once for all its pages."""
        if listing.url not in self._listings:
            children = [self._digest_listing(child) for child in listing.children]
            around = (listing.parent.url if listing.parent else "", listing.earlier, listing.later)
            about = f"{listing.kind} {listing.url} {around}"
            days = " ".join(article.date.iso[:10] for article in listing.articles)
            self._listings[listing.url] = digest(about.encode(), days.encode(), *children)
        return self._listings[listing.url]


def _list_cards(articles: Iterable[Article]) -> bytes:
    return " ".join(article.metadata_digest for article in articles).encode()


def _tell(related: Related) -> str:
    return ";".join(f"{reason.kind}:{reason.names!r}" for reason in related.reasons)
