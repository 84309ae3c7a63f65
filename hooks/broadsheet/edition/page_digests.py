"""Page digests: detect pages whose output is unchanged, without rendering them."""

from __future__ import annotations

from collections.abc import Iterable

from broadsheet.content import Article
from broadsheet.core import digest, media_url
from broadsheet.edition.build import ArticleView, SiteModel
from broadsheet.edition.listings import Listing, ListingPage
from broadsheet.related import Related


class PageDigests:
    """Computes the digest of each page of a site model: it changes with everything that the page shows, only then.

    Every list that has an article may show its front matter, of which `Article.metadata_digest` is a digest; only its
    own page shows its body. Registers, settings and templates are part of the digest of every page.
    """

    def __init__(self, model: SiteModel, site_digest: bytes) -> None:
        """Take the model of the pages, and the digest of registers, settings, templates and code."""
        self._model = model
        self._site_digest = site_digest
        self._latest = _join_digests(model.spreads[0].latest if model.spreads else ())
        self._listings: dict[str, bytes] = {}

    def of_article(self, view: ArticleView, edit_url: str) -> bytes:
        """Return the digest of an article's page. Cost: about 30 µs."""
        return self._digest("article", edit_url.encode(), self._digest_view(view))

    def of_listing(self, page: ListingPage) -> bytes:
        """Return the digest of a page of a listing."""
        listing = page.listing
        image = self._model.author_images.get(listing.key, "") if listing.kind == "author" else ""
        place = f"{page.url} {page.number} {page.total} {page.start} {listing.title} {self._list_pictures(image)}"
        cards = _join_digests(page.articles)
        return self._digest("listing", place.encode(), self._digest_listing(listing), cards)

    def of_directory(self, name: str) -> bytes:
        """Return the digest of the page that lists all topics, authors, stories or months."""
        listings: Iterable[Listing] = self._model.listings.years if name == "archive" else ()
        listings = listings or getattr(self._model.listings, name, ())
        return self._digest("directory", name.encode(), *(self._digest_listing(listing) for listing in listings))

    def of_front(self, day: str) -> bytes:
        """Return the digest of the front page on a day."""
        front = self._model.front
        lead = (front.lead,) if front.lead else ()
        sections = [_join_digests(section.articles) for section in front.sections]
        names = " ".join(section.topic.id for section in front.sections)
        lists = (lead, front.features, front.latest, front.following)
        images = self._list_pictures(*self._model.front_images.values())
        shown = (day.encode(), names.encode(), images.encode())
        return self._digest("front", *shown, *map(_join_digests, lists), *sections)

    def of_search(self, *parts: str) -> bytes:
        """Return the digest of the search page, which shows nothing but these texts."""
        return self._digest("search", *(part.encode() for part in parts))

    def _digest(self, kind: str, *parts: bytes) -> bytes:
        return digest(kind.encode(), self._site_digest, *parts)

    def _digest_view(self, view: ArticleView) -> bytes:
        related = "\n".join(f"{article.metadata_digest} {_describe_reasons(entry)}" for article, entry in view.related)
        neighbours = [article.metadata_digest if article else "" for article in (view.newer, view.older)]
        timeline = view.timeline
        story = ""
        if timeline is not None:
            steps = [step.metadata_digest if step else "" for step in (timeline.newer, timeline.older, timeline.latest)]
            parts = "|".join(" ".join(article.metadata_digest for article in part) for part in timeline.parts)
            story = f"{timeline.total} {steps} {parts}"
        # An article is not in its own list of the latest, so a few lists differ from the common one.
        latest = self._latest if view.latest == self._model.spreads[0].latest else _join_digests(view.latest)
        body_urls = (media_url(path) for path in view.body.media)
        pictures = self._list_pictures(*(url for url in body_urls if url in self._model.pictures))
        lead = self._list_pictures(view.image_url)
        texts = (view.article.path, view.article.metadata_digest, related, *neighbours, story, lead, pictures)
        html = view.body.html.encode(errors="surrogatepass")
        return digest(html, latest, *(text.encode(errors="surrogatepass") for text in texts))

    def _list_pictures(self, *urls: str) -> str:
        """Return the URLs of pictures, with their sizes and variants."""
        return " ".join(f"{url} {self._model.pictures.get(url, '')}" for url in urls)

    def _digest_listing(self, listing: Listing) -> bytes:
        """Return the digest of what pages show of a whole listing: the number and days of its articles. Cached."""
        if listing.url not in self._listings:
            children = [self._digest_listing(child) for child in listing.children]
            neighbours = (listing.parent.url if listing.parent else "", listing.earlier, listing.later)
            about = f"{listing.kind} {listing.url} {neighbours}"
            days = " ".join(article.date.iso[:10] for article in listing.articles)
            self._listings[listing.url] = digest(about.encode(), days.encode(), *children)
        return self._listings[listing.url]


def _join_digests(articles: Iterable[Article]) -> bytes:
    return " ".join(article.metadata_digest for article in articles).encode()


def _describe_reasons(related: Related) -> str:
    return ";".join(f"{reason.kind}:{reason.names!r}" for reason in related.reasons)
