"""Imprints: digests that tell whether a page would come out as it did the last time, without printing it."""

from __future__ import annotations

from collections.abc import Iterable

from broadsheet.content import Article
from broadsheet.core import digest, media_url
from broadsheet.edition.build import ArticleView, SiteModel
from broadsheet.edition.listings import Listing, ListingPage
from broadsheet.related import Related


class PageDigests:
    """The imprint of each page of a press: it changes with everything that the page shows, and with nothing else.

    What stands in another article's front matter (its imprint) may be in every list that names it; its body is
    on its own page alone. Registers, settings and templates are part of every page's imprint.
    """

    def __init__(self, model: SiteModel, site_digest: bytes) -> None:
        """Take the model of the pages, and the digest of registers, settings, templates and code."""
        self._model = model
        self._site_digest = site_digest
        self._latest = _list_cards(model.spreads[0].latest if model.spreads else ())
        self._listings: dict[str, bytes] = {}

    def of_article(self, spread: ArticleView, edit_url: str) -> bytes:
        """Of an article's page. Cost: about 30 µs."""
        return self._digest("article", edit_url.encode(), self._digest_spread(spread))

    def of_listing(self, page: ListingPage) -> bytes:
        """Of a page of a list."""
        listing = page.listing
        image = self._model.author_images.get(listing.key, "") if listing.kind == "author" else ""
        place = f"{page.url} {page.number} {page.total} {page.start} {listing.title} {self._list_pictures(image)}"
        cards = _list_cards(page.articles)
        return self._digest("listing", place.encode(), self._digest_listing(listing), cards)

    def of_directory(self, name: str) -> bytes:
        """Of the page that lists the lists of a kind."""
        listings: Iterable[Listing] = self._model.listings.years if name == "archive" else ()
        listings = listings or getattr(self._model.listings, name, ())
        return self._digest("directory", name.encode(), *(self._digest_listing(listing) for listing in listings))

    def of_front(self, day: str) -> bytes:
        """Of the front page of a day."""
        front = self._model.front
        lead = (front.lead,) if front.lead else ()
        sections = [_list_cards(section.articles) for section in front.sections]
        names = " ".join(section.topic.id for section in front.sections)
        lists = (lead, front.features, front.latest, front.following)
        images = self._list_pictures(*self._model.front_images.values())
        shown = (day.encode(), names.encode(), images.encode())
        return self._digest("front", *shown, *map(_list_cards, lists), *sections)

    def of_search(self, *parts: str) -> bytes:
        """Of the page that searches, which shows nothing but these."""
        return self._digest("search", *(part.encode() for part in parts))

    def _digest(self, kind: str, *parts: bytes) -> bytes:
        return digest(kind.encode(), self._site_digest, *parts)

    def _digest_spread(self, spread: ArticleView) -> bytes:
        related = "\n".join(f"{article.imprint} {_tell(found)}" for article, found in spread.related)
        near = [one.imprint if one else "" for one in (spread.newer, spread.older)]
        line = spread.timeline
        story = ""
        if line is not None:
            steps = [one.imprint if one else "" for one in (line.newer, line.older, line.latest)]
            story = f"{line.total} {steps} " + "|".join(" ".join(one.imprint for one in part) for part in line.parts)
        # The article itself takes a place among the latest.
        latest = self._latest if spread.latest == self._model.spreads[0].latest else _list_cards(spread.latest)
        inside = (media_url(path) for path in spread.body.media)
        pictures = self._list_pictures(*(url for url in inside if url in self._model.pictures))
        lead = self._list_pictures(spread.image_url)
        texts = (spread.article.path, spread.article.imprint, related, *near, story, lead, pictures)
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
    return " ".join(article.imprint for article in articles).encode()


def _tell(related: Related) -> str:
    return ";".join(f"{reason.kind}:{reason.names!r}" for reason in related.reasons)
