"""Page digests: the digest of a page changes with everything that the page shows, and with nothing else.

Registers, settings, templates and code are in the stamp, see test_fingerprint; what an article's front matter has is
in the article's own imprint, which is tested here too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC
from functools import cache
from typing import Any

import pytest
import yaml
from broadsheet.content.article import Article
from broadsheet.content.article_file import parse_article
from broadsheet.content.content_dir import ContentFiles
from broadsheet.content.library import build_library
from broadsheet.content.site_config import SiteConfig
from broadsheet.content.taxonomies import Topic
from broadsheet.edition.build import ArticleView, SiteModel, build_site_model
from broadsheet.edition.front_page import FrontPage, SectionFront
from broadsheet.edition.listings import Listing, ListingPage, Listings, StoryTimeline, paginate
from broadsheet.edition.page_digests import PageDigests
from broadsheet.edition.render_articles import BuildResources, MarkdownConfig
from broadsheet.images import PublishedImage
from broadsheet.related import Reason, Related
from broadsheet.rendering.render import RenderedBody
from content_factory import NOW
from sites import ROOT

TOPICS = b"world: {title: World, section: true}\nasia: {title: Asia, parent: world}\nmoney: {title: Money}\n"
AUTHORS = b"jane: {name: Jane, image: jane.png}\ndesk: {name: The desk}\n"
STORIES = b"war: {title: The war}\n"
HARBOUR = "Ferries wait in the frozen harbour of Oslo for a pilot."
PICTURES = ("jane.png", "articles/2026/01/a.png", "articles/2026/01/b.png")
CONFIG = SiteConfig(per_page=2, related_count=2, latest_count=2, feature_count=1, timeline_count=3)

Papers = dict[str, tuple[dict[str, Any], str]]
"""Articles by slug: front matter and body."""


def make_papers() -> Papers:
    """Seven articles of seven days, two of which are alike, and six of which tell a story."""
    papers: Papers = {}
    for day, slug in enumerate("abcdefg", 10):
        front: dict[str, Any] = {"title": slug * 4, "topics": ["world"], "date": f"2026-01-{day}"}
        papers[slug] = (front, f"{slug * 5} {slug * 6} {slug * 7}.")
    for slug in "abcdef":
        papers[slug][0]["story"] = "war"
    papers["a"][0].update(topics=["asia"], authors=["jane"], image={"src": "a.png", "alt": "A"})
    papers["f"][0].update(topics=["money"])
    papers["g"][0].update(topics=["money"], front="lead")
    papers["b"][0].update(authors=["jane", "desk"], front="feature")
    for slug in "fg":
        papers[slug] = (papers[slug][0], f"{HARBOUR} {slug}.")
    return papers


def set_papers(papers: Papers, media: tuple[str, ...] = PICTURES) -> SiteModel:
    articles = {}
    for slug, (front, body) in papers.items():
        text = yaml.safe_dump(front, sort_keys=False).replace(f"'{front['date']}'", str(front["date"]))
        articles[f"articles/2026/01/{slug}.md"] = f"---\n{text}---\n\n{body}\n".encode()
    registers = {"topics.yml": TOPICS, "authors.yml": AUTHORS, "stories.yml": STORIES}
    source = ContentFiles(ROOT, "content", articles, registers, dict.fromkeys(media, 1))
    library = build_library(source, SiteConfig(UTC))
    assert not [str(problem) for problem in library.problems if problem.severity == "error"]
    return build_site_model(library, NOW, CONFIG, BuildResources(MarkdownConfig(("toc",))), {})


@cache
def make_model() -> SiteModel:
    return set_papers(make_papers())


def take(model: SiteModel, stamp: bytes = b"") -> dict[str, bytes]:
    """The imprints of all pages, by URL."""
    digests = PageDigests(model, stamp)
    page_digests = {view.article.url: digests.of_article(view, "") for view in model.spreads}
    page_digests |= {page.url: digests.of_listing(page) for page in model.listing_pages}
    page_digests |= {f"{name}/": digests.of_directory(name) for name in ("topics", "authors", "stories", "archive")}
    return {**page_digests, "": digests.of_front("2026-06-01")}


def differ(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """The pages that are in both and have another digest."""
    return {url for url in before.keys() & after.keys() if before[url] != after[url]}


def find(model: SiteModel, slug: str) -> ArticleView:
    return next(view for view in model.spreads if view.article.slug == slug)


def test_the_newspaper_of_these_tests_shows_everything() -> None:
    model = make_model()
    assert find(model, "a").image_url
    assert [article.slug for article, _ in find(model, "g").related] == ["f"]
    line = find(model, "b").timeline
    assert line is not None
    assert (line.total, len(line.parts)) == (6, 2)
    assert all((line.newer, line.older, line.latest))
    assert model.author_images
    assert (model.front.lead, model.front.features) == (find(model, "g").article, (find(model, "b").article,))
    assert model.front.sections
    assert len(model.front.latest) == 2


def test_each_page_has_an_imprint_of_its_own_that_is_the_same_every_time() -> None:
    page_digests = take(make_model())
    assert len(set(page_digests.values())) == len(page_digests) > 25
    assert take(set_papers(make_papers())) == page_digests


def test_each_page_changes_with_the_stamp() -> None:
    first_digests, second_digests = take(make_model(), b"one"), take(make_model(), b"other")
    assert differ(first_digests, second_digests) == set(first_digests)


# An article's page: every part of a view.


def swap(article: Article) -> Article:
    """The model with one article replaced."""
    return replace(article, metadata_digest=f"other than {article.metadata_digest}")


def on_line(**changes: Callable[[Any], Any]) -> Callable[[ArticleView], ArticleView]:
    def change(view: ArticleView) -> ArticleView:
        assert view.timeline is not None
        new = {name: make(getattr(view.timeline, name)) for name, make in changes.items()}
        return replace(view, timeline=replace(view.timeline, **new))

    return change


def on_first(make: Callable[[Article, Related], tuple[Article, Related]]) -> Callable[[ArticleView], ArticleView]:
    def change(view: ArticleView) -> ArticleView:
        (article, related), *rest = view.related
        return replace(view, related=(make(article, related), *rest))

    return change


def on_reasons(*reasons: Reason) -> Callable[[ArticleView], ArticleView]:
    return on_first(lambda article, related: (article, replace(related, reasons=reasons)))


def make_spread() -> ArticleView:
    """A view with something in every place."""
    b, g = find(make_model(), "b"), find(make_model(), "g")
    related = tuple(
        (article, replace(entry, reasons=(Reason("text", ("Oslo", "ice")),))) for article, entry in g.related
    )
    more = (find(make_model(), "e").article, Related("e", 0.5, (Reason("story"),)))
    return replace(b, related=(*related, more), newer=g.article, older=b.article, image_url="media/a.png")


SHOWN: dict[str, Callable[[ArticleView], ArticleView]] = {
    "article": lambda view: replace(view, article=swap(view.article)),
    "article's path": lambda view: replace(view, article=replace(view.article, path="x.md")),
    "body": lambda view: replace(view, body=replace(view.body, html="<p>Other words.</p>")),
    "related: none": lambda view: replace(view, related=()),
    "related: one less": lambda view: replace(view, related=view.related[:1]),
    "related: another order": lambda view: replace(view, related=view.related[::-1]),
    "related: another": on_first(lambda article, related: (swap(article), related)),
    "related: another kind of reason": on_reasons(Reason("topics", ("Oslo", "ice"))),
    "related: another name": on_reasons(Reason("text", ("Oslo", "snow"))),
    "related: fewer names": on_reasons(Reason("text", ("Oslo",))),
    "related: names in another order": on_reasons(Reason("text", ("ice", "Oslo"))),
    "related: names joined": on_reasons(Reason("text", ("Oslo,ice",))),
    "related: names split": on_reasons(Reason("text", ("Oslo",)), Reason("text", ("ice",))),
    "related: one more reason": on_reasons(Reason("text", ("Oslo", "ice")), Reason("story")),
    "related: no reason": on_reasons(),
    "latest: none": lambda view: replace(view, latest=()),
    "latest: another": lambda view: replace(view, latest=(swap(view.latest[0]), *view.latest[1:])),
    "latest: another order": lambda view: replace(view, latest=view.latest[::-1]),
    "newer: none": lambda view: replace(view, newer=None),
    "newer: another": lambda view: replace(view, newer=swap(view.newer or view.article)),
    "older: none": lambda view: replace(view, older=None),
    "older: another": lambda view: replace(view, older=swap(view.older or view.article)),
    "newer and older exchanged": lambda view: replace(view, newer=view.older, older=view.newer),
    "older in place of newer": lambda view: replace(view, newer=None, older=view.newer),
    "timeline: none": lambda view: replace(view, timeline=None),
    "timeline: total": on_line(total=lambda total: total + 1),
    "timeline: parts": on_line(parts=lambda parts: (parts[0], tuple(map(swap, parts[1])))),
    "timeline: one part": on_line(parts=lambda parts: (tuple(article for part in parts for article in part),)),
    "timeline: order": on_line(parts=lambda parts: parts[::-1]),
    "timeline: newer": on_line(newer=swap),
    "timeline: no newer": on_line(newer=lambda _: None),
    "timeline: older": on_line(older=swap),
    "timeline: no older": on_line(older=lambda _: None),
    "timeline: latest": on_line(latest=swap),
    "timeline: no latest": on_line(latest=lambda _: None),
    "image": lambda view: replace(view, image_url="media/b.png"),
    "no image": lambda view: replace(view, image_url=""),
}
UNSEEN: dict[str, Callable[[ArticleView], ArticleView]] = {
    "what only links need of a body": lambda view: replace(
        view, body=RenderedBody(view.body.html, (), frozenset({"x"}), ("x.png",), (("x.md", "x", 1),))
    ),
    "how much a related article is alike": on_first(lambda article, related: (article, replace(related, score=0.1))),
    "the body of the latest": lambda view: replace(view, latest=tuple(replace(a, body="x") for a in view.latest)),
    "the body of a related article": on_first(lambda article, related: (replace(article, body="x"), related)),
    "the body of the next": lambda view: replace(view, newer=replace(view.newer or view.article, body="x")),
    "where the body begins": lambda view: replace(view, article=replace(view.article, body_line=99)),
}


def imprint(view: ArticleView, edit_url: str = "") -> bytes:
    return PageDigests(make_model(), b"").of_article(view, edit_url)


@pytest.mark.parametrize("what", SHOWN)
def test_an_article_s_page_changes_with_what_it_shows(what: str) -> None:
    view = make_spread()
    assert imprint(SHOWN[what](view)) != imprint(view)


@pytest.mark.parametrize("what", UNSEEN)
def test_an_article_s_page_does_not_change_with_what_it_does_not_show(what: str) -> None:
    view = make_spread()
    changed = UNSEEN[what](view)
    assert changed != view or changed.article.body_line != view.article.body_line
    assert imprint(changed) == imprint(view)


SHOWN_PICTURE = PublishedImage("media/2026/01/a.png", "articles/2026/01/a.png", 900, 600, ((320, "x-320.webp"),))
OTHER_PICTURES = {
    "width": replace(SHOWN_PICTURE, width=800),
    "height": replace(SHOWN_PICTURE, height=800),
    "renditions": replace(SHOWN_PICTURE, variants=((320, "y-320.webp"),)),
}


@pytest.mark.parametrize("what", OTHER_PICTURES)
def test_pages_change_with_the_pictures_that_they_show_and_others_do_not(what: str) -> None:
    def look(picture: PublishedImage) -> dict[str, bytes]:
        spreads = [
            replace(view, body=replace(view.body, media=(picture.path,))) if view.article.slug == "c" else view
            for view in make_model().spreads
        ]
        images = {"jane": picture.url}
        model = replace(make_model(), spreads=tuple(spreads), author_images=images, pictures={picture.url: picture})
        return take(model)

    first, second = look(SHOWN_PICTURE), look(OTHER_PICTURES[what])
    assert differ(first, second) == {"2026/01/a/", "2026/01/c/", "authors/jane/"}
    assert differ(look(SHOWN_PICTURE), look(replace(SHOWN_PICTURE))) == set()


def test_the_front_page_changes_with_the_pictures_of_its_leads() -> None:
    def look(picture: PublishedImage) -> bytes:
        spreads = [replace(view, image_url=picture.url if view.article.front else "") for view in make_model().spreads]
        model = replace(make_model(), spreads=tuple(spreads), pictures={picture.url: picture})
        return take(model)[""]

    assert {look(picture) == look(SHOWN_PICTURE) for picture in OTHER_PICTURES.values()} == {False}


def test_an_article_s_page_changes_with_the_address_where_it_is_edited() -> None:
    view = make_spread()
    assert imprint(view, "https://example.org/edit/a.md") != imprint(view)


def test_these_tests_change_every_part_of_a_spread() -> None:
    parts = {field.name for field in fields(ArticleView)}
    assert parts == {"article", "body", "related", "latest", "newer", "older", "timeline", "image_url"}
    assert {field.name for field in fields(StoryTimeline)} == {"story", "parts", "total", "newer", "older", "latest"}


# An article's own imprint: its whole front matter, and no word of its body.

FRONT = {
    "title": "Talks",
    "date": "2026-01-18",
    "topics": ["world"],
    "summary": "Dek",
    "authors": ["jane"],
    "kicker": "Kicker",
    "dateline": "Oslo",
    "updated": "2026-01-19",
    "image": {"src": "a.png", "alt": "A", "caption": "B", "credit": "C"},
    "type": "news",
    "story": "war",
    "sources": [{"title": "One", "url": "https://example.org/"}],
    "corrections": [{"date": "2026-01-19", "text": "Mended."}],
    "slug": "talks",
    "language": "en",
    "x-price": 1,
}
OTHER = {
    "title": "Other",
    "date": "2026-01-17",
    "topics": ["asia"],
    "summary": "Other",
    "authors": ["desk"],
    "kicker": "Other",
    "dateline": "Bergen",
    "updated": "2026-01-20",
    "image": {"src": "a.png", "alt": "A", "caption": "B", "credit": "D"},
    "type": "opinion",
    "story": "peace",
    "sources": [{"title": "One", "url": "https://example.com/"}],
    "corrections": [{"date": "2026-01-19", "text": "Mended again."}],
    "slug": "other",
    "language": "fr",
    "x-price": 2,
}


def read(front: dict[str, Any], body: str = "Words.", path: str = "articles/talks.md", zone: Any = UTC) -> Article:
    data = f"---\n{yaml.safe_dump(front, sort_keys=False)}---\n\n{body}\n".replace("'2026", "2026").replace(
        "-18'", "-18"
    )
    article, _ = parse_article(data.encode(), path, path, zone)
    assert article is not None
    return article


@pytest.mark.parametrize("key", FRONT)
def test_an_article_s_own_imprint_changes_with_all_that_stands_in_its_front_matter(key: str) -> None:
    assert FRONT.keys() == OTHER.keys()
    first = read(FRONT)
    assert read({**FRONT, key: OTHER[key]}).metadata_digest != first.metadata_digest
    assert read({name: value for name, value in FRONT.items() if name != key}).metadata_digest != first.metadata_digest


def test_an_article_s_own_imprint_does_not_change_with_its_body() -> None:
    first = read(FRONT)
    assert first.metadata_digest
    assert read(FRONT, "Other words, and more of them.\n\n## And a heading").metadata_digest == first.metadata_digest
    assert read(FRONT, path="articles/other.md").metadata_digest != first.metadata_digest


# Lists.


def on_listing(**changes: Any) -> Callable[[ListingPage], ListingPage]:
    return lambda page: replace(page, listing=replace(page.listing, **changes))


def make_page() -> ListingPage:
    """The second page of a topic that has one above and one below it."""
    listings = {listing.key: listing for listing in make_model().listings.topics}
    below = replace(listings["asia"], parent=None)
    listing = replace(listings["world"], parent=listings["money"], children=(below,))
    return paginate(listing, 2)[1]


X = replace(find(make_model(), "g").article, metadata_digest="x")
LISTED: dict[str, Callable[[ListingPage], ListingPage]] = {
    "kind": on_listing(kind="story"),
    "url": on_listing(url="topics/other/"),
    "title": on_listing(title="Other"),
    "the month before": on_listing(earlier="2025/12"),
    "the month after": on_listing(later="2026/02"),
    "no parent": on_listing(parent=None),
    "another parent": lambda page: replace(
        page, listing=replace(page.listing, parent=Listing("topic", "x", "topics/x/", "X", ()))
    ),
    "no children": on_listing(children=()),
    "another child": lambda page: on_listing(children=(replace(page.listing.children[0], url="topics/x/"),))(page),
    "what a child has": lambda page: on_listing(children=(replace(page.listing.children[0], articles=()),))(page),
    "how many": lambda page: on_listing(articles=(*page.listing.articles, X))(page),
    "number": lambda page: replace(page, number=1),
    "total": lambda page: replace(page, total=page.total + 1),
    "start": lambda page: replace(page, start=99),
    "an article": lambda page: replace(page, articles=(swap(page.articles[0]), *page.articles[1:])),
    "one article less": lambda page: replace(page, articles=page.articles[:1]),
    "order": lambda page: replace(page, articles=page.articles[::-1]),
}


def list_imprint(page: ListingPage, **model: Any) -> bytes:
    return PageDigests(replace(make_model(), **model), b"").of_listing(page)


@pytest.mark.parametrize("what", LISTED)
def test_a_page_of_a_list_changes_with_what_it_shows(what: str) -> None:
    page = make_page()
    assert list_imprint(LISTED[what](page)) != list_imprint(page)


def test_a_page_of_a_list_does_not_change_with_bodies() -> None:
    page = make_page()
    articles = tuple(replace(article, body="Other words.") for article in page.articles)
    assert list_imprint(replace(page, articles=articles)) == list_imprint(page)


def test_the_pages_of_an_author_change_with_the_picture_and_others_do_not() -> None:
    pages = {page.url: page for page in make_model().listing_pages}
    jane, asia = pages["authors/jane/"], pages["topics/asia/"]
    for images in ({}, {"jane": "media/other.png"}):
        assert list_imprint(jane, author_images=images) != list_imprint(jane)
        assert list_imprint(asia, author_images=images) == list_imprint(asia)
    assert list_imprint(pages["authors/desk/"], author_images={}) == list_imprint(pages["authors/desk/"])
    topic = replace(asia, listing=replace(asia.listing, key="jane"))
    assert list_imprint(topic, author_images={}) == list_imprint(topic)


LISTS = {"topics": "topics", "authors": "authors", "stories": "stories", "archive": "years"}


@pytest.mark.parametrize("name", LISTS)
def test_a_directory_changes_with_the_lists_of_its_kind_alone(name: str) -> None:
    model = make_model()

    def look(listings: Listings) -> dict[str, bytes]:
        digests = PageDigests(replace(model, listings=listings), b"")
        return {list_name: digests.of_directory(list_name) for list_name in LISTS}

    first = look(model.listings)
    listing, *rest = getattr(model.listings, LISTS[name])
    changes = [
        (replace(listing, articles=(*listing.articles, X)), *rest),
        (replace(listing, url="other/"), *rest),
        (replace(listing, children=(replace(listing, url="child/"),)), *rest),
        (Listing("topic", "new", "new/", "New", ()), listing, *rest),
        tuple(rest),
    ]
    if rest:
        changes.append((*rest, listing))
    for listings in changes:
        directory_digests = look(replace(model.listings, **{LISTS[name]: listings}))
        assert {list_name for list_name in LISTS if directory_digests[list_name] != first[list_name]} == {name}


def test_the_archive_changes_with_the_articles_of_a_month() -> None:
    model = make_model()
    (year,) = model.listings.years
    (month,) = year.children
    shorter_year = replace(year, children=(replace(month, articles=month.articles[1:]),))
    digests = PageDigests(replace(model, listings=replace(model.listings, years=(shorter_year,))), b"")
    assert digests.of_directory("archive") != take(model)["archive/"]


# The front page.

FRONTED: dict[str, Callable[[FrontPage], FrontPage]] = {
    "no lead": lambda front: replace(front, lead=None),
    "another lead": lambda front: replace(front, lead=X),
    "no features": lambda front: replace(front, features=()),
    "another feature": lambda front: replace(front, features=(X,)),
    "a feature as lead": lambda front: replace(front, lead=front.features[0], features=(front.lead or X,)),
    "a lead among the features": lambda front: replace(front, lead=None, features=(front.lead or X, *front.features)),
    "no sections": lambda front: replace(front, sections=()),
    "an empty section more": lambda front: replace(front, sections=(*front.sections, SectionFront(NEW, ()))),
    "another section": lambda front: replace(front, sections=(SectionFront(NEW, front.sections[0].articles),)),
    "another article in a section": lambda front: replace(
        front, sections=(replace(front.sections[0], articles=(X, *front.sections[0].articles[1:])),)
    ),
    "a section in two": lambda front: replace(
        front,
        sections=(
            replace(front.sections[0], articles=front.sections[0].articles[:1]),
            replace(front.sections[0], articles=front.sections[0].articles[1:]),
        ),
    ),
    "no latest": lambda front: replace(front, latest=()),
    "another latest": lambda front: replace(front, latest=(X, *front.latest[1:])),
    "another order of the latest": lambda front: replace(front, latest=front.latest[::-1]),
}
NEW = Topic("new", "New", section=True)


def front_imprint(front: FrontPage, day: str = "2026-06-01") -> bytes:
    return PageDigests(replace(make_model(), front=front), b"").of_front(day)


@pytest.mark.parametrize("what", FRONTED)
def test_the_front_page_changes_with_what_it_shows(what: str) -> None:
    front = make_model().front
    assert front_imprint(FRONTED[what](front)) != front_imprint(front)


def test_the_front_page_changes_with_the_day_and_not_with_bodies() -> None:
    front = make_model().front
    assert front_imprint(front, "2026-06-02") != front_imprint(front)
    latest = tuple(replace(article, body="Other words.") for article in front.latest)
    assert front_imprint(replace(front, latest=latest)) == front_imprint(front)


def test_the_search_page_changes_with_its_parts_and_their_boundaries() -> None:
    digests = PageDigests(make_model(), b"")
    parts: list[tuple[str, ...]] = [(), ("",), ("ab",), ("a", "b"), ("b", "a")]
    assert len({digests.of_search(*texts) for texts in parts}) == len(parts)
    assert PageDigests(make_model(), b"other").of_search("ab") != digests.of_search("ab")


# From the files on.


def change(slug: str, body: str = "", **front: Any) -> Callable[[Papers], None]:
    def make(papers: Papers) -> None:
        known, words = papers[slug]
        papers[slug] = ({name: value for name, value in {**known, **front}.items() if value}, body or words)

    return make


def urls(*slugs: str) -> set[str]:
    return {f"2026/01/{slug}/" for slug in slugs}


def test_another_body_changes_one_page() -> None:
    papers = make_papers()
    change("c", "Cccc ccccc cccccccc.")(papers)
    assert differ(take(make_model()), take(set_papers(papers))) == urls("c")


def test_a_body_that_makes_articles_alike_changes_the_pages_that_say_so() -> None:
    papers = make_papers()
    change("c", HARBOUR)(papers)
    changed_urls = differ(take(make_model()), take(set_papers(papers)))
    assert urls("c") < changed_urls <= urls("c", "f", "g")


def test_another_headline_changes_the_pages_that_show_it_and_no_others() -> None:
    papers = make_papers()
    change("a", title="Other")(papers)
    changed_urls = differ(take(make_model()), take(set_papers(papers)))
    # The oldest of a story is on its own page, on that of the next, and on those of its lists.
    lists = {"stories/war/", "topics/asia/", "topics/world/page/3/", "authors/jane/", "archive/2026/page/4/"}
    assert changed_urls >= urls("a", "b") | lists
    assert not changed_urls & (urls("c", "d", "e", "f", "g") | {"topics/money/", "authors/desk/"})


def test_a_held_article_changes_nothing() -> None:
    papers = make_papers()
    papers["h"] = ({"title": "Secret", "date": "2027-01-01", "topics": ["world"], "story": "war"}, HARBOUR)
    assert take(set_papers(papers)) == take(make_model())


def test_a_picture_that_is_not_there_changes_the_pages_that_would_show_it() -> None:
    model = make_model()
    assert differ(take(model), take(set_papers(make_papers(), PICTURES[1:]))) == {"authors/jane/"}
    assert differ(take(model), take(set_papers(make_papers(), PICTURES[:1]))) == urls("a")


def test_an_empty_newspaper_has_imprints() -> None:
    page_digests = take(set_papers({}))
    assert page_digests.keys() >= {"", "topics/", "archive/"}
    assert "2026/01/a/" not in page_digests
