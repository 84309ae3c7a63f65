"""The site model: no part of it comes from a held article, and all of its parts agree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from broadsheet.content.article import Article, Image, Reference, RelatedChoice
from broadsheet.content.library import Library
from broadsheet.content.site_config import SiteConfig
from broadsheet.content.taxonomies import Author, Story, Taxonomies, Topic
from broadsheet.content.yaml_nodes import SourcePosition
from broadsheet.edition import render_articles
from broadsheet.edition.build import ArticleView, SiteModel, build_site_model
from broadsheet.edition.listings import build_listings
from broadsheet.edition.public_articles import publish
from broadsheet.edition.render_articles import BuildResources, MarkdownConfig
from broadsheet.rendering.links import LinkMap
from broadsheet.rendering.render import BodyRenderer, RenderedBody
from content_factory import HOLDS, NOW, hold, make_article, make_library, make_registers
from hypothesis import given, settings
from hypothesis import strategies as st
from library_strategies import articles as any_article
from library_strategies import registers as any_registers

SETUP = MarkdownConfig(("admonition", "attr_list", "toc"))
DOCS_FILES = {"../docs/about.md": "about/", "../docs/logo.png": "logo.png"}


def build_model(library: Library, **settings: Any) -> SiteModel:
    return build_site_model(library, NOW, SiteConfig(**settings), BuildResources(SETUP), DOCS_FILES)


def make_model(
    *articles: Article, registers: Taxonomies | None = None, media: tuple[str, ...] = (), **settings: Any
) -> SiteModel:
    return build_model(make_library(*articles, registers=registers, media=frozenset(media)), **settings)


def find_view(model: SiteModel, slug: str) -> ArticleView:
    return next(view for view in model.spreads if view.article.slug == slug)


def tell(model: SiteModel) -> list[str]:
    """The problems on one line each, without those of near-duplicates."""
    return [f"{problem} [{problem.severity}]" for problem in model.problems]


def related(model: SiteModel, slug: str) -> list[str]:
    return [article.slug for article, _ in find_view(model, slug).related]


# Nothing held is part of it.

# What only the builder sees: what a writer wrote of other articles, and the lists by which links to held ones are told.
UNPRINTED = {
    (Article, "body"),
    (Article, "addresses"),
    (Article, "related"),
    (SiteModel, "problems"),
    (RenderedBody, "lookups"),
    (RenderedBody, "anchors"),
}
FOR_THE_WRITER = {"problems", "held", "_paths", "hidden", "reasons", "held_media"}


def walk(thing: object, seen: set[int] | None = None) -> Iterator[str]:
    """Every text of a model that a page could show."""
    seen = set() if seen is None else seen
    if isinstance(thing, str):
        yield thing
        return
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if is_dataclass(thing):
        for part in fields(thing):
            if (type(thing), part.name) not in UNPRINTED and part.name not in FOR_THE_WRITER:
                yield from walk(getattr(thing, part.name), seen)
    elif isinstance(thing, Mapping):
        # Not as pairs: those are gone at once, and what is seen next may lie where one of them was.
        for key, value in thing.items():
            yield from walk(key, seen)
            yield from walk(value, seen)
    elif isinstance(thing, tuple | list | set | frozenset):
        for part in thing:
            yield from walk(part, seen)


SECRET = make_article(
    "zebra-plan",
    "2026-02-03",
    title="The zebra plan",
    summary="A zebra in the harbour.",
    kicker="Zebras",
    topics=("world", "zebras"),
    authors=("jane", "zebra-desk"),
    story="zebra-affair",
    front="lead",
    body="## Zebra\n\nTalks about ferries in Geneva, and a zebra.\n\n![A zebra](zebra.png)\n",
    image=Image("zebra-lead.png", "Zebra", "Zebra", "Zebra"),
    sources=(Reference("Zebra papers", "https://zebra.example/"),),
    aliases=("zebra/old/",),
    related=RelatedChoice(pin=("talks",)),
)
OTHERS = (
    make_article(
        "talks",
        topics=("world",),
        authors=("jane",),
        body="Talks about ferries in Geneva: [one](../02/zebra-plan.md), [two](/2026/02/zebra-plan/#zebra), "
        "[three](../../../2026/02/zebra-plan/), [four](/zebra/old/) and <q cite='../02/zebra-plan.md'>five</q>.\n\n"
        "<blockquote cite='../02/zebra-plan.md'>six</blockquote>\n",
        related=RelatedChoice(pin=("zebra-plan", "articles/2026/02/zebra-plan.md", "2026/02/zebra-plan", "summit")),
    ),
    make_article("summit", "2026-03-01", topics=("world",), body="Talks about ferries in Geneva.\n"),
)
FILES = ("articles/2026/02/zebra.png", "articles/2026/02/zebra-lead.png")


def make_secret_press(secret: Article) -> SiteModel:
    registers = make_registers([Topic("world", "World", section=True)], [Author("jane", "Jane")])
    model = make_model(secret, *OTHERS, registers=registers, media=FILES)
    # The files of the content directory are known, but only those that a page shows are printed.
    return replace(model, links=replace(model.links, media=()))


@pytest.mark.parametrize("reason", HOLDS)
def test_no_word_of_a_held_article_is_anywhere_in_the_press(reason: str) -> None:
    texts = list(walk(make_secret_press(hold(SECRET, reason))))
    assert "Talks" in texts, "the walk sees what is public"
    assert [text for text in texts if "zebra" in text.lower()] == []


def test_public_it_would_be_all_over_the_press() -> None:
    texts = {text for text in walk(make_secret_press(SECRET)) if "zebra" in text.lower()}
    assert {"zebra-plan", "The zebra plan", "A zebra in the harbour.", "zebras", "Zebra desk", "zebra/old/"} <= texts
    assert {"Zebra affair", "media/2026/02/zebra.png", "media/2026/02/zebra-lead.png", "topics/zebras/"} <= texts
    assert find_view(make_secret_press(SECRET), "talks").body.html.count('="../../02/zebra-plan/') == 5


@pytest.mark.parametrize("reason", HOLDS)
def test_links_and_pins_to_a_held_article_are_noted_for_the_writer(reason: str) -> None:
    model = make_secret_press(hold(SECRET, reason))
    assert find_view(model, "talks").body.html.startswith("<p>Talks about ferries in Geneva: one, two, ")
    links = [problem for problem in model.problems if "the words stay, without a link" in problem.message]
    assert {(problem.severity, problem.path) for problem in links} == {("note", "content/articles/2026/01/talks.md")}
    state = {"draft": "(a draft)", "expired": "was withdrawn on"}.get(reason, "(it waits until 2026-06-01 12:00:01")
    assert all(state in problem.message for problem in links)
    # What is dated ahead has another address than it was linked by.
    assert len(links) == (2 if reason == "future" else 4)
    pins = [problem for problem in model.problems if problem.key == "related.pin"]
    assert len(pins) == 3
    assert sorted(problem.severity for problem in pins) == ["note", "warning", "warning"], "pinned thrice is a mistake"


WORDS = st.sampled_from(["ferry", "harbour", "budget", "missile", "talks", "geneva", "élan", "7"])


@st.composite
def papers(draw: st.DrawFn) -> Library:
    """A newspaper whose articles link to, pin and ban one another, each with a picture of its own."""
    count = draw(st.integers(1, 6))
    numbers = st.integers(0, count)  # One more than there is: some links are dead.
    drawn_articles = []
    for number in range(count):
        article = draw(any_article(f"talks-{number}"))
        words = " ".join(draw(st.lists(WORDS, max_size=12)))
        links = "".join(f" [x](talks-{number}.md#{draw(WORDS)})" for number in draw(st.lists(numbers, max_size=3)))
        pin, never = (
            tuple(f"talks-{number}" for number in draw(st.lists(numbers, max_size=2, unique=True))) for _ in range(2)
        )
        drawn_articles.append(
            replace(
                article,
                body=f"## {draw(WORDS)}\n\n{words}{links}\n\n![x](pic-{number}.png)\n",
                image=draw(st.sampled_from([None, Image(f"lead-{number}.png", "x")])),
                aliases=tuple(f"old/{old_number}/" for old_number in draw(st.sets(st.just(number), max_size=1))),
                related=RelatedChoice(pin, never, off=draw(st.sampled_from([False, False, True]))),
            )
        )
    media = frozenset(f"articles/2026/01/{kind}-{number}.png" for kind in ("pic", "lead") for number in range(count))
    return make_library(*drawn_articles, registers=draw(any_registers()), media=media)


def printed(model: SiteModel) -> SiteModel:
    """The model without what only writers see."""
    spreads = tuple(replace(view, body=replace(view.body, problems=(), anchors=())) for view in model.spreads)
    links = replace(model.links, held={}, hidden={}, reasons={})
    return replace(model, spreads=spreads, links=links, held_media=frozenset(), problems=())


@settings(max_examples=60, deadline=None)
@given(library=papers())
def test_the_model_is_the_same_as_if_held_articles_had_never_been_written(library: Library) -> None:
    public = tuple(article for article in library.articles if article.is_public(NOW))
    assert printed(build_model(library)) == printed(build_model(replace(library, articles=public)))


@settings(max_examples=60, deadline=None)
@given(library=papers(), data=st.data())
def test_the_parts_of_a_press_fit_together_whatever_the_order_of_the_library(
    library: Library, data: st.DataObject
) -> None:
    model = build_model(library, per_page=2, latest_count=3, related_count=2, feature_count=1)
    shuffled = replace(library, articles=tuple(data.draw(st.permutations(library.articles))))
    assert printed(build_model(shuffled, per_page=2, latest_count=3, related_count=2, feature_count=1)) == printed(
        model
    )

    edition = publish(library, NOW)
    public = {article.path for article in edition.articles}
    assert model.edition == edition
    assert model.listings == build_listings(edition)
    assert [view.article for view in model.spreads] == list(edition.articles)
    for listing in model.listings:
        pages = [page for page in model.listing_pages if page.listing.url == listing.url]
        assert tuple(article for page in pages for article in page.articles) == listing.articles
        assert all(len(page.articles) <= 2 for page in pages)
    assert len(model.listing_pages) == len({page.url for page in model.listing_pages})
    shown = {path for view in model.spreads for path in view.body.media}
    numbers = {article.slug.removeprefix("talks-") for article in edition.articles}
    assert {path for path in shown if "pic" in path} == {f"articles/2026/01/pic-{number}.png" for number in numbers}
    leads = {f"articles/2026/01/lead-{article.slug[6:]}.png" for article in edition.articles if article.image}
    assert model.media == {path: path.replace("articles/", "media/") for path in sorted(shown | leads)}
    assert list(model.media) == sorted(model.media)
    assert model.redirects == model.links.moved
    assert model.redirects == {alias: article.url for article in edition.articles for alias in article.aliases}
    assert list(model.problems) == sorted(model.problems)
    for view in model.spreads:
        article = view.article
        assert view.image_url == (f"media/2026/01/lead-{article.slug[6:]}.png" if article.image else "")
        first = edition.by_topic[article.topics[0]]
        place = first.index(article)
        assert view.newer == (first[place - 1] if place else None)
        assert view.older == (first[place + 1] if place + 1 < len(first) else None)
        assert (
            list(view.latest)
            == [latest_article for latest_article in edition.articles if latest_article != article][:3]
        )
        beside = [related_article for related_article, _ in view.related]
        assert [entry.id for _, entry in view.related] == [related_article.path for related_article in beside]
        assert {related_article.path for related_article in beside} <= public - {article.path}
        assert len(beside) <= 2
        pins = [pin for pin in dict.fromkeys(article.related.pin) if pin != article.slug]
        refusing = {source.slug for source in model.edition.articles if article.slug in source.related.never}
        pins = [pin for pin in pins if f"articles/2026/01/{pin}.md" in public and pin not in refusing]
        pins = [pin for pin in pins if pin not in article.related.never]
        assert article.related.off or [related_article.slug for related_article in beside][: len(pins)] == pins[:2]
        assert not (article.related.off and beside)


def test_an_empty_newspaper_can_be_printed() -> None:
    model = make_model()
    assert (model.spreads, model.listing_pages, model.problems) == ((), (), ())
    assert (model.front.lead, dict(model.media), dict(model.redirects)) == (None, {}, {})


# What stands beside an article.


def test_the_next_in_its_first_topic_may_be_of_a_topic_below() -> None:
    registers = make_registers([Topic("world", "World"), Topic("europe", "Europe", parent="world")])
    model = make_model(
        make_article("new", "2026-01-03", topics=("world", "courts")),
        make_article("mid", "2026-01-02", topics=("europe",)),
        make_article("old", "2026-01-01", topics=("world",)),
        make_article("court", "2026-01-02T01:00", topics=("courts", "world")),
        registers=registers,
    )
    neighbours = {view.article.slug: (view.newer, view.older) for view in model.spreads}
    slugs = {
        slug: tuple(neighbour.slug if neighbour else "" for neighbour in pair) for slug, pair in neighbours.items()
    }
    assert slugs == {"new": ("", "court"), "court": ("new", ""), "mid": ("", ""), "old": ("mid", "")}


@pytest.mark.parametrize(("count", "latest"), [(0, []), (1, ["d"]), (2, ["d", "c"]), (9, ["d", "c", "a"])])
def test_the_latest_headlines_leave_out_the_article_itself(count: int, latest: list[str]) -> None:
    model = make_model(
        *(make_article(slug, f"2026-01-0{day}") for day, slug in enumerate("abcd", 1)), latest_count=count
    )
    assert [article.slug for article in find_view(model, "b").latest] == latest
    assert [article.slug for article in find_view(model, "d").latest] == ["c", "b", "a"][:count]


TEXTS = {
    "a": ("Fog keeps ferries in the harbour", "Ferries waited in the harbour until the fog lifted, the pilot said."),
    "b": ("Harbour frozen, ferries wait", "Ice closed the harbour. Ferries and their captains waited for the pilot."),
    "c": ("Storm warning for ferries", "No ferries sail tonight; the harbour pilot expects a storm from the west."),
    "d": ("New pilot for the harbour", "The harbour has a new pilot, who will lead ferries and freighters in."),
    "budget": ("Parliament passes budget", "Deputies passed the budget after ministers gave way on taxes."),
    "court": ("Judges hear appeal", "Lawyers argued for hours whether the governor may be dismissed."),
    "match": ("Rovers win the cup", "Two goals in extra time won Rovers their first cup in decades."),
}


def make_related(**choices: RelatedChoice) -> list[Article]:
    """Articles about a harbour and others; keywords give what an editor says of some."""
    none = RelatedChoice()
    return [
        make_article(
            slug, f"2026-01-0{day}", title=title, body=body, topics=(f"t{day}",), related=choices.get(slug, none)
        )
        for day, (slug, (title, body)) in enumerate(TEXTS.items(), 1)
    ]


def test_related_headlines_are_other_articles_about_the_same() -> None:
    model = make_model(*make_related())
    assert related(model, "a")[0] in {"b", "c", "d"}
    assert related(model, "d")[0] in {"a", "b", "c"}


@pytest.mark.parametrize(
    "pin", ["d", "articles/2026/01/d.md", "2026/01/d.md", "2026/01/d", "/2026/01/d/", "d.md", "./d.md"]
)
def test_a_pin_by_any_name_comes_first(pin: str) -> None:
    assert related(make_model(*make_related(a=RelatedChoice(pin=(pin,)))), "a")[0] == "d"


def test_pins_keep_their_order_and_leave_no_room_where_they_are_enough() -> None:
    model = make_model(*make_related(a=RelatedChoice(pin=("c", "b", "d"))), related_count=2)
    assert related(model, "a") == ["c", "b"]
    assert [entry.score for _, entry in find_view(model, "a").related] == [1.0, 1.0]


def test_what_must_never_stand_beside_an_article_does_not_nor_it_beside_them() -> None:
    model = make_model(*make_related(a=RelatedChoice(never=("b", "articles/2026/01/c.md"))))
    assert {"b", "c"}.isdisjoint(related(model, "a"))
    assert "a" not in related(model, "b") + related(model, "c")


def test_a_list_that_is_switched_off_is_empty() -> None:
    model = make_model(*make_related(a=RelatedChoice(off=True, pin=("b",))))
    assert related(model, "a") == []
    assert "a" in related(model, "b") + related(model, "c") + related(model, "d")


def test_no_related_headlines_where_a_newsroom_wants_none() -> None:
    model = make_model(*make_related(a=RelatedChoice(pin=("b",))), related_count=0)
    assert all(view.related == () for view in model.spreads)


def test_an_article_shows_the_timeline_of_its_story() -> None:
    registers = make_registers(stories=[Story("accord", "The accord")])
    parts = [make_article(slug, f"2026-01-0{day}", story="accord") for day, slug in enumerate("abc", 1)]
    model = make_model(
        *parts, make_article("other"), hold(make_article("d", story="accord"), "draft"), registers=registers
    )
    timeline = find_view(model, "b").timeline
    assert timeline is not None
    assert (timeline.story.title, timeline.total) == ("The accord", 3)
    assert [[article.slug for article in part] for part in timeline.parts] == [["c", "b", "a"]]
    assert find_view(model, "other").timeline is None


# Links, pictures and places.


def test_a_link_may_lead_to_every_page_there_is() -> None:
    lists = ("topics/", "authors/", "archive/", "stories/", "topics/world/page/2/", "archive/2026/01/", "", "logo.png")
    body = " ".join(f"[x](/{url})" for url in lists) + " [x](../../../../docs/about.md) [x](other.md) [x](/old/)"
    model = make_model(make_article(body=body), make_article("other", aliases=("old/",)), per_page=1)
    assert tell(model) == []
    assert find_view(model, "talks").body.html.count('<a href="../') == 11


def test_a_link_to_a_place_that_another_article_does_not_have_is_reported_with_its_line() -> None:
    model = make_model(
        make_article("a", body="[x](b.md#day-1)\n\n[y](b.md#day-3)\n\n[z](/2026/01/b/#nowhere)\n", body_line=9),
        make_article("b", body="## Day 1\n\n<a id='day-2'></a>\n\n[own](#day-1) [gone](#gone)\n"),
    )
    assert tell(model) == [
        "content/articles/2026/01/a.md:11: dead link: content/articles/2026/01/b.md has no place '#day-3' "
        "(did you mean 'day-2'?) [warning]",
        "content/articles/2026/01/a.md:13: dead link: content/articles/2026/01/b.md has no place '#nowhere' [warning]",
        "content/articles/2026/01/b.md:5: dead link: content/articles/2026/01/b.md has no place '#gone' [warning]",
    ]


def test_places_of_the_site_s_own_pages_are_not_looked_for() -> None:
    assert tell(make_model(make_article(body="[x](../../../../docs/about.md#team) [y](/topics/#x)"))) == []


def make_pictured(src: str, **more: Any) -> Article:
    marks = {"image.src": SourcePosition(6, 8)}
    return replace(make_article("talks", image=Image(src, "A ferry")), positions=marks, **more)


@pytest.mark.parametrize("src", ["ferry.png", "./ferry.png", "../../2026/01/ferry.png"])
def test_a_lead_image_is_published(src: str) -> None:
    model = make_model(make_pictured(src), media=("articles/2026/01/ferry.png", "articles/2026/01/unused.png"))
    assert tell(model) == []
    assert find_view(model, "talks").image_url == "media/2026/01/ferry.png"
    assert model.media == {"articles/2026/01/ferry.png": "media/2026/01/ferry.png"}


@pytest.mark.parametrize(
    ("src", "fault"),
    [
        ("gone.png", "dead link: there is no 'gone.png' (the path is relative to the article's file)"),
        (
            "https://a.example/x.png",
            "'https://a.example/x.png' is on another server, which would learn of every reader "
            "(put the file beside the article and link to it there)",
        ),
        ("/logo.png", "'/logo.png' is no file beside the article (the path is relative to the article's file)"),
        (
            "talks.md",
            "'talks.md' is a page, expected a picture or a recording (the path is relative to the article's file)",
        ),
        ("", "an image without an address (write the address between ( and ))"),
    ],
)
def test_a_lead_image_that_cannot_be_shown_is_reported_at_its_place(src: str, fault: str) -> None:
    model = make_model(make_pictured(src))
    assert tell(model) == [f"content/articles/2026/01/talks.md:6:8: image.src: {fault} [warning]"]
    assert find_view(model, "talks").image_url == ""
    assert model.media == {}


def test_authors_have_their_pictures_and_missing_ones_are_reported() -> None:
    authors = [
        Author("jane", "Jane", image="portraits/jane.jpg"),
        Author("joe", "Joe", image="portraits/joe.jpg"),
        Author("jan", "Jan", image="portraits/jane.JPG"),
        Author("zoe", "Zoë", image="portraits/zo\N{LATIN SMALL LETTER E WITH DIAERESIS}.jpg"),
        Author("desk", "Desk"),
    ]
    zoe = "portraits/zoe\N{COMBINING DIAERESIS}.jpg"
    model = make_model(
        make_article(authors=("wire",)), registers=make_registers(authors=authors), media=("portraits/jane.jpg", zoe)
    )
    assert model.author_images == {"jane": "media/portraits/jane.jpg", "zoe": f"media/{zoe}"}
    assert model.media == {"portraits/jane.jpg": "media/portraits/jane.jpg", zoe: f"media/{zoe}"}
    assert tell(model) == [
        "content/authors.yml: jan.image: no picture 'portraits/jane.JPG' in the content directory "
        "(did you mean 'portraits/jane.jpg'?) [warning]",
        "content/authors.yml: joe.image: no picture 'portraits/joe.jpg' in the content directory [warning]",
    ]


def test_files_that_two_articles_show_are_published_once_in_order() -> None:
    model = make_model(
        make_article("a", body="![x](z.png)\n\n[y](b.pdf)"),
        make_article("b", body="![x](z.png)"),
        media=("articles/2026/01/z.png", "articles/2026/01/b.pdf"),
    )
    assert list(model.media) == ["articles/2026/01/b.pdf", "articles/2026/01/z.png"]


def test_a_link_to_a_file_that_is_not_published_or_to_a_faulty_article_is_told() -> None:
    library = make_library(
        make_article(body="[x](logo.svg) [y](broken.md)"),
        refused={"articles/2026/01/logo.svg": "'.svg' files are not published"},
        faulty=frozenset({"articles/2026/01/broken.md"}),
        label="news",
    )
    model = build_model(library)
    where = "news/articles/2026/01/talks.md:1:"
    assert tell(model) == [
        f"{where} 'broken.md' has an error, so it is not published: the words stay, without a link [note]",
        f"{where} 'logo.svg' is not published: '.svg' files are not published [warning]",
    ]


def test_an_alias_that_is_taken_is_reported() -> None:
    model = make_model(make_article(aliases=("about/", "old/")))
    assert model.redirects == {"old/": "2026/01/talks/"}
    assert [problem.key for problem in model.problems] == ["aliases"]


def test_a_body_that_cannot_be_rendered_is_an_error_of_its_article_alone() -> None:
    bottomless = make_article("bad", body="".join("    " * depth + "!!! note\n" for depth in range(400)))
    model = make_model(bottomless, make_article("good"))
    assert [(problem.path, problem.severity) for problem in model.problems if problem.severity == "error"] == [
        ("content/articles/2026/01/bad.md", "error")
    ]
    assert find_view(model, "good").body.html == "<p>Words about good.</p>"
    assert model.faulty == {"articles/2026/01/bad.md"}
    assert [view.article.slug for view in model.spreads] == ["good"]


def test_only_bodies_with_links_to_a_failed_article_are_rendered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []

    class Counting(BodyRenderer):
        def render(self, article: Article, links: LinkMap, label: str) -> RenderedBody:
            rendered.append(article.slug)
            return super().render(article, links, label)

    monkeypatch.setattr(render_articles, "get_renderer", lambda setup: Counting(setup.extensions, setup.configs))
    bad = make_article("bad", body="".join("    " * depth + "!!! note\n" for depth in range(400)))
    linking = make_article("linking", body="See [it](bad.md#place) and [good](good.md).")
    held = make_article("held", body="[it](bad.md)", draft=True)
    model = make_model(bad, linking, held, make_article("good", body="[on](linking.md)"))
    assert sorted(rendered) == ["bad", "good", "held", "held", "linking", "linking"]
    assert "<p>See it and <a href=" in find_view(model, "linking").body.html
    assert [(problem.path, problem.severity) for problem in model.problems] == [
        ("content/articles/2026/01/bad.md", "error")
    ]


def test_leaving_out_a_failed_article_gives_the_model_of_a_library_without_it() -> None:
    bad = make_article("bad", body="".join("    " * depth + "!!! note\n" for depth in range(400)), aliases=("b/",))
    others = (make_article("a", body="[b](bad.md) [c](/b/)"), make_article("c", topics=("nato",)))
    model = make_model(bad, *others)
    without = build_model(make_library(*others, faulty=frozenset({bad.path})))
    known = ("edition", "listings", "front", "media", "redirects", "ranking", "faulty")
    assert [getattr(model, name) for name in known] == [getattr(without, name) for name in known]
    assert [view.body.html for view in model.spreads] == [view.body.html for view in without.spreads]


# Where articles are compared.


class BrokenPool(Executor):
    """A pool whose process has been killed, as it is when memory runs out."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("a process died"))
        return future


def test_the_model_is_the_same_wherever_articles_are_compared() -> None:
    library = make_library(*make_related(a=RelatedChoice(pin=("d",))))
    here = build_site_model(library, NOW, SiteConfig(), BuildResources(SETUP), {})
    warnings: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        assert build_site_model(library, NOW, SiteConfig(), BuildResources(SETUP, pool, 2), {}) == here
    resources = BuildResources(SETUP, BrokenPool(), 2, warn=warnings.append)
    assert build_site_model(library, NOW, SiteConfig(), resources, {}) == here
    assert warnings == ["a worker process has died, of want of memory perhaps: its work is done again here"]
    assert any(view.related for view in here.spreads)


def test_the_model_knows_no_time_but_the_one_it_is_given() -> None:
    library = make_library(make_article("a", "2030-01-01"), make_article("b", "2031-01-01"))
    for year, slugs in ((2029, []), (2030, ["a"]), (2031, ["b", "a"])):
        instant = datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=1)
        model = build_site_model(library, instant, SiteConfig(), BuildResources(SETUP), {})
        assert [view.article.slug for view in model.spreads] == slugs
        assert model.edition.at == instant
