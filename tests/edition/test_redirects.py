"""Redirects: old addresses lead on, and never stand where a page or file is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import pytest
from broadsheet.content.article import Article
from broadsheet.content.taxonomies import Topic
from broadsheet.content.yaml_nodes import SourcePosition
from broadsheet.edition.listings import build_listings, paginate
from broadsheet.edition.plan import collect_redirects
from broadsheet.edition.public_articles import Edition
from content_factory import HOLDS, hold, make_article, make_edition, make_registers
from hypothesis import example, given, settings
from hypothesis import strategies as st

GLOBE = make_registers([Topic("world", "World", aliases=("globe", "earth")), Topic("asia", "Asia")])


def find_pages(edition: Edition, others: Collection[str] = ()) -> set[str]:
    """The URLs of everything that a site has at least."""
    pages = {page.url for listing in build_listings(edition) for page in paginate(listing, 1)}
    return {
        "",
        "topics/",
        "authors/",
        "archive/",
        "stories/",
        *pages,
        *(article.url for article in edition.articles),
        *others,
    }


def redirect(edition: Edition, *others: str) -> tuple[dict[str, str], list[str]]:
    redirects, problems = collect_redirects(edition, find_pages(edition, others), "content/{}".format)
    return redirects, [f"{problem} [{problem.severity}]" for problem in problems]


def redirect_aliases(*aliases: str, others: Collection[str] = ()) -> tuple[dict[str, str], list[str]]:
    return redirect(make_edition(make_article("talks", aliases=aliases), registers=GLOBE), *others)


def test_old_addresses_of_articles_and_topics_lead_to_the_new_ones_in_order() -> None:
    redirects, problems = redirect_aliases("2019/old/", "2018/older.html")
    assert list(redirects.items()) == [
        ("2018/older.html", "2026/01/talks/"),
        ("2019/old/", "2026/01/talks/"),
        ("topics/earth/", "topics/world/"),
        ("topics/globe/", "topics/world/"),
    ]
    assert problems == []


@pytest.mark.parametrize("reason", HOLDS)
def test_a_held_article_has_no_redirect_yet(reason: str) -> None:
    article = make_article("talks", aliases=("2019/old/",))
    assert redirect(make_edition(article))[0] == {"2019/old/": "2026/01/talks/"}
    assert redirect(make_edition(hold(article, reason))) == ({}, [])


TAKEN = """
    topics/ topics/world/ archive/2026/ archive/2026/01/ about/ feed.xml.html topics/globe/ index.html index.html/x/
    media/x/ assets/x.html search/ 404.html/ sitemap.xml/ sitemap.xml.gz/x/ about/index.html/x.html
    logo.png/ logo.png/x/ img/logo.png/x.html notes.html
"""


@pytest.mark.parametrize("alias", TAKEN.split())
def test_an_alias_never_takes_the_place_of_a_page_or_file_or_of_its_directory(alias: str) -> None:
    others = ("about/", "feed.xml.html", "logo.png", "img/logo.png", "notes.html/draft/", "notes.html/x.pdf")
    redirects, problems = redirect_aliases(alias, others=others)
    assert redirects == {"topics/earth/": "topics/world/", "topics/globe/": "topics/world/"}
    assert problems == [
        f"content/articles/2026/01/talks.md:1:1: aliases: the address /{alias} is taken: it does not lead to this "
        "article (take the alias out or give another) [warning]"
    ]


@pytest.mark.parametrize(
    "alias", ["about/team/", "topics/peace/", "media.html", "2026/", "archive/1999/", "logo.png.html"]
)
def test_an_alias_may_stand_below_and_beside_pages(alias: str) -> None:
    redirects, problems = redirect_aliases(alias, others=("about/", "logo.png"))
    assert redirects[alias] == "2026/01/talks/"
    assert problems == []


def test_both_spellings_of_an_index_are_one_address() -> None:
    assert redirect_aliases("a/index.html", "a/", "b/index.html") == (
        {**redirect_aliases()[0], "a/": "2026/01/talks/", "b/": "2026/01/talks/"},
        [],
    )
    redirects, problems = redirect_aliases("topics/world/index.html", "about/index.html", others=("about/",))
    assert redirects == redirect_aliases()[0]
    assert len(problems) == 2
    assert redirect_aliases("xindex.html")[0]["xindex.html"] == "2026/01/talks/"


def test_of_two_articles_that_want_one_address_the_newer_gets_it() -> None:
    edition = make_edition(
        make_article("old", "2026-01-01", aliases=("a/",)), make_article("new", "2026-01-02", aliases=("a/index.html",))
    )
    redirects, problems = redirect(edition)
    assert redirects == {"a/": "2026/01/new/"}
    assert [problem.partition(":")[0] for problem in problems] == ["content/articles/2026/01/old.md"]


def test_an_alias_that_is_a_file_is_no_directory_for_another() -> None:
    edition = make_edition(
        make_article("new", "2026-01-02", aliases=("a.html/b/", "a.html/c.html")),
        make_article("old", "2026-01-01", aliases=("a.html",)),
    )
    redirects, problems = redirect(edition)
    assert redirects == {"a.html": "2026/01/old/"}
    assert len(problems) == 2


def test_a_problem_is_told_at_the_place_of_the_alias() -> None:
    marks = {"aliases.0": SourcePosition(7, 5), "aliases.1": SourcePosition(8, 5)}
    article = replace(make_article("talks", aliases=("fine/", "topics/")), positions=marks)
    redirects, problems = redirect(make_edition(article))
    assert redirects == {"fine/": "2026/01/talks/"}
    assert problems[0].startswith("content/articles/2026/01/talks.md:8:5: aliases: the address /topics/ is taken")


def test_an_article_s_own_address_is_no_alias() -> None:
    redirects, problems = redirect_aliases("2026/01/talks/")
    assert redirects == redirect_aliases()[0]
    assert problems == [
        "content/articles/2026/01/talks.md:1:1: aliases: the address /2026/01/talks/ is the article's own "
        "(take the alias out or give another) [warning]"
    ]


def test_a_topic_s_alias_gives_way_to_a_page_of_the_site_s_own() -> None:
    redirects, problems = redirect(make_edition(registers=GLOBE), "topics/globe/")
    assert redirects == {"topics/earth/": "topics/world/"}
    assert problems == [
        "content/topics.yml: world.aliases: the address /topics/globe/ is taken: it does not lead to this topic "
        "(take the alias out or give another) [warning]"
    ]


# Whatever the aliases and the site's own pages are.

PARTS = st.sampled_from(
    ["a", "b", "c.html", "index.html", "topics", "world", "globe", "2026", "01", "talks-0", "assets", "page"]
)
ADDRESSES = st.lists(PARTS, min_size=1, max_size=3).map("/".join).filter(lambda url: url != "index.html")
ALIASES = ADDRESSES.map(lambda url: url if url.endswith(".html") else f"{url}/")
# No site has a directory named index.html.
OTHERS = st.builds(str.__add__, ADDRESSES, st.sampled_from(["/", "/", ".png"])).filter(
    lambda url: "index.html/" not in url
)


def to_file(url: str) -> str:
    return f"{url}index.html" if url == "" or url.endswith("/") else url


def is_buildable(urls: Collection[str]) -> bool:
    """Whether no file stands where another file has its directory."""
    files = {to_file(url) for url in urls}
    return not any(file.startswith(f"{directory}/") for file in files for directory in files)


@settings(max_examples=300, deadline=None)
@given(
    aliases=st.lists(st.lists(ALIASES, max_size=3, unique=True).map(tuple), max_size=4),
    others=st.sets(OTHERS, max_size=4).filter(is_buildable),
    topics=st.lists(st.sampled_from(["globe", "a", "b", "page"]), unique=True, max_size=3).map(tuple),
)
@example(aliases=[("c.html",)], others={"c.html/"}, topics=())
@example(aliases=[("a/c.html",), ("a/c.html/b/",)], others=set(), topics=("a",))
@example(aliases=[("topics/globe/",)], others={"topics/globe/"}, topics=("globe",))
def test_redirects_never_shadow_a_page_never_loop_and_none_is_lost_without_a_word(
    aliases: list[tuple[str, ...]], others: set[str], topics: tuple[str, ...]
) -> None:
    articles: list[Article] = [
        make_article(f"talks-{number}", aliases=old_urls) for number, old_urls in enumerate(aliases)
    ]
    edition = make_edition(*articles, registers=make_registers([Topic("world", "World", aliases=topics)]))
    pages = find_pages(edition, others)
    redirects, problems = collect_redirects(edition, pages, str)

    assert set(redirects.values()) <= pages
    assert not set(redirects) & pages
    assert not {to_file(old) for old in redirects} & {to_file(url) for url in pages}
    assert is_buildable({*redirects, *pages}) or not is_buildable(pages)
    assert len({to_file(old) for old in redirects}) == len(redirects)
    assert list(redirects) == sorted(redirects)

    lost = [
        (article.path, f"/{alias}")
        for article in articles
        for alias in article.aliases
        if article.url not in {redirects.get(alias), redirects.get(alias.removesuffix("index.html"))}
    ]
    lost += [("topics.yml", f"/topics/{name}/") for name in topics if f"topics/{name}/" not in redirects]
    assert sorted((problem.path, problem.message.split()[2]) for problem in problems) == sorted(lost)
