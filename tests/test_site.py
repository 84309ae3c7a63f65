"""Whole sites: small newspapers built as their owners build them, and looked at as their readers do."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from conftest import MakeSite
from markup import Element
from sites import PNG, Site, copy_site, read_tree

pytestmark = pytest.mark.site

ROOT_URL = "https://news.example/paper/"


WORDS = ("harbour", "ferry", "crane", "pilot", "quay", "tide", "cargo", "lock", "tug", "dredger", "customs", "berth")
WORDS += ("buoy", "storm", "anchor", "sailor")


def write_note(number: int) -> str:
    """A text that shares some words with every other one, and is like none."""
    return " ".join(WORDS[(number + 1) * step * step % len(WORDS)] for step in range(1, 9)) + "."


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper with something of everything, built."""
    site = Site(
        tmp_path_factory.mktemp("paper"),
        {"repo_url": "https://github.com/owner/paper", "broadsheet": {"locale": "en_GB", "timezone": "Europe/Paris"}},
    )
    site.register(
        "topics",
        world={"title": "World", "section": True, "summary": "News from abroad."},
        nato={"title": "NATO", "parent": "world"},
        trade={"title": "Trade & tariffs", "section": True},
    )
    site.register(
        "authors",
        jane_doe={"name": "Jane Doe", "role": "Correspondent", "url": "https://example.org/jane", "image": "jane.png"},
        desk={"name": "World desk"},
    )
    site.register("stories", talks={"title": "The Geneva talks", "topics": ["nato"]})
    site.write("content/jane.png", PNG)
    site.write("content/articles/2026/01/hall.png", PNG)
    site.article(
        "talks-end",
        "2026-01-18",
        "The envoys left Geneva. [Earlier](talks-begin.md#day-one), [abroad](/topics/world/).\n\n## What now\n\n"
        "![The hall](hall.png)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        title='Talks "end" <b>without</b> a deal & more',
        summary="Envoys left after eight hours.",
        kicker="Diplomacy",
        dateline="Geneva",
        authors=["jane-doe", "desk"],
        topics=["nato", "world"],
        updated="2026-01-19T10:30",
        story="talks",
        image={"src": "hall.png", "alt": "An empty hall", "caption": "After the talks.", "credit": "Photo: Desk"},
        sources=[{"title": "A source", "url": "https://example.org/source"}],
        corrections=[{"date": "2026-01-20", "text": "The talks took eight hours, not nine."}],
        front="lead",
    )
    site.article("talks-begin", "2026-01-10", "## Day one\n\nEnvoys meet in Geneva.", topics=["nato"], story="talks")
    site.article("chips", "2026-02-02", topics=["trade"], front="feature", type="analysis")
    for number in range(45):
        site.article(f"note-{number:02}", f"2025-{number % 12 + 1:02}-{number % 28 + 1:02}", write_note(number))
    assert site.build("--strict").code == 0
    return site


def headlines(element: Element) -> list[str]:
    return [link.text for heading in element.all("h2") + element.all("h3") for link in heading.all("a")]


def test_the_article_page_has_every_part(paper: Site) -> None:
    page = paper.page("2026/01/talks-end/")
    article = page.one("article", css="bs-article")
    assert article.one("h1").text == 'Talks "end" <b>without</b> a deal & more'
    assert article.one("p", css="bs-kicker").text == "Diplomacy"
    assert article.all("p", css="bs-dek")[0].text == "Envoys left after eight hours."
    assert article.one("p", css="bs-byline").links() == [
        ("Jane Doe", "../../../authors/jane-doe/"),
        ("World desk", "../../../authors/desk/"),
    ]
    assert article.one("span", css="bs-dateline").text == "Geneva"
    times = [(time["datetime"], time.text) for time in article.one("header").all("time")]
    assert times == [("2026-01-18", "18 January 2026"), ("2026-01-19T10:30:00+01:00", "19 January 2026, 10:30 CET")]
    figure = article.one("figure", css="bs-lead-image")
    assert figure.one("img")["alt"] == "An empty hall"
    assert figure.one("figcaption").text == "After the talks. Photo: Desk"
    body = article.one("div", css="bs-body")
    assert ("Earlier", "../talks-begin/#day-one") in body.links()
    assert len(body.all("table")) == 1
    assert article.one("section", css="bs-corrections").text.endswith(
        "20 January 2026: The talks took eight hours, not nine."
    )
    assert article.one("section", css="bs-sources").links() == [("A source", "https://example.org/source")]
    assert article.one("nav", css="bs-topics").links()[:2] == [
        ("NATO", "../../../topics/nato/"),
        ("World", "../../../topics/world/"),
    ]
    assert article.one("p", css="bs-edit").links() == [
        ("Edit this page", "https://github.com/owner/paper/edit/main/content/articles/2026/01/talks-end.md")
    ]


def test_previous_and_next_are_those_of_the_first_topic(paper: Site) -> None:
    links = paper.page("2026/01/talks-end/").one("nav", css="bs-neighbours").all("a")
    assert [(link["rel"], link["href"]) for link in links] == [("prev", "../../../2026/01/talks-begin/")]


def test_related_and_latest_headlines_stand_beside_the_article_with_their_dates(paper: Site) -> None:
    page = paper.page("2025/03/note-02/")
    related, latest = (page.one("aside", data_broadsheet=name) for name in ("related", "latest"))
    assert (related.one("h2").text, latest.one("h2").text) == ("Related headlines", "Latest headlines")
    assert (len(related.all("li")), len(latest.all("li"))) == (8, 16)
    for item in related.all("li") + latest.all("li"):
        assert item.one("time")["datetime"]
        assert "note-02" not in item.one("a")["href"]
    newest = paper.page("2026/02/chips/").one("aside", data_broadsheet="latest")
    assert "Chips" not in [link.text for link in newest.all("a")]
    assert len(newest.all("li")) == 16


def test_a_topic_page_lists_the_newest_first_twenty_a_page(paper: Site) -> None:
    page = paper.page("topics/world/")
    assert page.one("h1").text == "World"
    assert "News from abroad." in page.text
    listed = page.one("ol", data_broadsheet="listing")
    assert len(listed.all("article")) == 20
    first = listed.all("article")[0]
    assert headlines(first) == ['Talks "end" <b>without</b> a deal & more']
    assert first.one("time")["datetime"] == "2026-01-18"
    assert "By Jane Doe and World desk" in first.text
    dates = [article.all("time")[0]["datetime"] for article in listed.all("article")]
    assert dates == sorted(dates, reverse=True)


def test_pages_of_a_list_lead_to_one_another_and_have_each_article_once(paper: Site) -> None:
    urls = ["topics/world/", "topics/world/page/2/", "topics/world/page/3/"]
    assert not paper.has("topics/world/page/1/")
    assert not paper.has("topics/world/page/4/")
    steps = [
        [(link["rel"], urljoin(ROOT_URL + url, link["href"]).removeprefix(ROOT_URL)) for link in links]
        for url in urls
        for links in [paper.page(url).one("nav", css="bs-pages").all("a")]
    ]
    assert steps == [[("next", urls[1])], [("prev", urls[0]), ("next", urls[2])], [("prev", urls[1])]]
    found = [headline for url in urls for headline in headlines(paper.page(url).one("ol", data_broadsheet="listing"))]
    assert len(found) == len(set(found)) == 47


def test_all_topics_are_listed_with_their_counts(paper: Site) -> None:
    entries = [item.text for item in paper.page("topics/").one("ul", css="bs-entries").all("li")]
    assert [" ".join(entry.split()[:3]) for entry in entries] == [
        "NATO 2 articles",
        "Trade & tariffs",
        "World 47 articles",
    ]
    assert paper.page("topics/nato/").all("p", css="bs-kicker")[0].links() == [("World", "../../topics/world/")]


def test_authors_have_pages(paper: Site) -> None:
    page = paper.page("authors/jane-doe/")
    assert page.one("h1").text == "Jane Doe"
    assert page.one("p", css="bs-role").text == "Correspondent"
    assert ("https://example.org/jane", "https://example.org/jane") in page.links()
    assert paper.has(urljoin("authors/jane-doe/", page.one("img", css="bs-portrait")["src"]).removeprefix("../"))
    assert [text for text, _ in paper.page("authors/").one("ul", css="bs-entries").links()] == [
        "Jane Doe",
        "World desk",
    ]


def test_a_story_is_told_from_its_beginning(paper: Site) -> None:
    listed = paper.page("stories/talks/").one("ol", data_broadsheet="listing")
    assert headlines(listed) == ["Talks begin", 'Talks "end" <b>without</b> a deal & more']


def test_the_archive_goes_by_year_and_month(paper: Site) -> None:
    archive = paper.page("archive/")
    assert [heading.one("a").text for heading in archive.all("h2") if heading.all("a")] == ["2026", "2025"]
    assert paper.page("archive/2026/01/").one("h1").text == "January 2026"
    assert len(paper.page("archive/2026/").one("ol", data_broadsheet="listing").all("article")) == 3
    assert paper.has("archive/2025/page/3/")


def test_the_front_page_has_lead_features_sections_and_the_latest(paper: Site) -> None:
    page = paper.page("")
    assert headlines(page.one("div", data_broadsheet="lead")) == ['Talks "end" <b>without</b> a deal & more']
    assert headlines(page.one("div", data_broadsheet="features")) == ["Chips"]
    sections = page.all("section", data_broadsheet="section")
    assert [section.one("h2").text for section in sections] == ["World"]
    assert headlines(sections[0])[1:2] == ["Talks begin"]
    assert page.one("aside", data_broadsheet="latest")
    tabs = [text for text, _ in page.one("nav", css="md-tabs").links()]
    assert tabs == ["Front page", "World", "Trade & tariffs", "Topics", "Archive", "About"]


def test_a_headline_is_text_wherever_it_stands(paper: Site) -> None:
    for path, data in paper.files().items():
        if path.endswith((".html", ".json", ".xml")):
            assert b"<b>without" not in data, path
    title = paper.page("2026/01/talks-end/").one("title").text
    assert title == 'Talks "end" <b>without</b> a deal & more - The Daily Test'


def resolve(page: str, link: str) -> str:
    """Where a link leads, as a path of the built site."""
    target = urlsplit(urljoin(ROOT_URL + page, link))
    path = unquote(target.path).removeprefix("/paper/")
    return f"{path}index.html" if path.endswith("/") or not path else path


@pytest.mark.parametrize("which", ["paper", "shipped"])
def test_every_link_and_file_of_every_page_is_there(which: str, request: pytest.FixtureRequest) -> None:
    site = request.getfixturevalue(which)
    if which == "shipped":
        assert site.build("--strict", SITE_URL=ROOT_URL).code == 0
    files = site.files()
    ids = {path: {element["id"] for element in page if element["id"]} for path, page in site.pages().items()}
    for path, page in site.pages().items():
        for element in page:
            for name in ("href", "src"):
                link = element[name]
                if not link or link.startswith(("https://", "http://", "mailto:", "data:")):
                    assert not link.startswith("data:")
                    assert name == "href" or not link.startswith("http"), f"{path}: loads {link}"
                    continue
                target = resolve(path, link)
                assert target in files, f"{path}: {link}"
                fragment = urlsplit(link).fragment
                if fragment and not fragment.startswith("__"):
                    assert unquote(fragment) in ids[target], f"{path}: {link}"


def test_no_page_loads_anything_from_elsewhere(paper: Site) -> None:
    for path, page in paper.pages().items():
        for element in page:
            loaded = [element["src"], element["srcset"], element["data"], element["poster"]]
            if element.tag == "link" and element["rel"] not in {"canonical", "prev", "next"}:
                loaded.append(element["href"])
            assert not [one for one in loaded if re.match(r"(https?:)?//", one)], path


HELD = {
    "draft": {"draft": True},
    "future": {"date": "2026-06-01T12:00:01Z"},
    "embargoed": {"embargo": "2026-06-01T12:00:01Z"},
    "expired": {"expires": "2026-06-01T12:00Z"},
}


@pytest.mark.parametrize("reason", HELD)
def test_nothing_of_an_article_that_is_not_public_is_in_any_file(make_site: MakeSite, reason: str) -> None:
    site = make_site()
    site.register("topics", world={"title": "World", "section": True}, quux={"title": "Open topic"})
    front = {"summary": "Zanzibar dek", "topics": ["world"], "authors": ["zanzibarist"], "story": "zanzibar-story"}
    front |= {"title": "Zanzibar headline", "image": {"src": "zanzibar.png", "alt": "Zanzibar"}, **HELD[reason]}
    date = str(front.pop("date", "2026-05-30"))
    site.article("zanzibar", date, "Zanzibar body. ![Zanzibar](zanzibar.png)", **front)
    site.write("content/articles/2026/05/zanzibar.png", PNG)
    site.write("content/articles/2026/06/zanzibar.png", PNG)
    site.article(
        "open", "2026-05-01", "See [it](../05/zanzibar.md) or [that](../06/zanzibar.md).", related=["zanzibar"]
    )
    assert site.build().code == 0
    assert site.has("2026/05/open/")
    for path, data in site.files().items():
        assert "zanzibar" not in path.lower()
        assert b"zanzibar" not in data.lower(), path


def test_a_fault_stops_the_build_and_the_old_site_stays(make_site: MakeSite) -> None:
    site = make_site()
    site.register("topics", nato={}, world={})
    site.article("sound")
    assert site.build().code == 0
    before = site.files()
    site.article("x", topics=["natoo"], authors=[1, 2])
    site.write("content/articles/2026/01/y.md", "no front matter")
    site.write("content/authors.yml", "me: {nmae: Me}\n")
    run = site.build()
    assert run.code == 1
    assert "content/articles/2026/01/x.md:5:3: topics: unknown topic 'natoo' (did you mean 'nato'?)" in run.output
    assert "content/articles/2026/01/y.md:1:1: no front matter" in run.output
    assert "content/authors.yml:1:6: me.nmae: unknown key (did you mean 'name'?)" in run.output
    assert "Traceback" not in run.output
    assert site.files() == before


def test_a_warning_stops_a_strict_build_only(make_site: MakeSite) -> None:
    site = make_site()
    site.article("talks", body="[gone](gone.md)\n\n![](map.png)")
    loose, strict = site.build(), site.build("--strict")
    assert (loose.code, strict.code) == (0, 1)
    for run in (loose, strict):
        assert "content/articles/2026/01/talks.md:8: dead link" in run.output


def test_every_register_may_be_missing(make_site: MakeSite) -> None:
    site = make_site()
    site.article("talks", authors=["someone"], story="some-story", topics=["anything"])
    assert site.build("--strict").code == 0
    for url in ("topics/anything/", "authors/someone/", "stories/some-story/"):
        assert site.has(url)


def test_a_newspaper_of_no_articles_is_built_too(make_site: MakeSite) -> None:
    site = make_site()
    assert site.build("--strict").code == 0
    assert "Nothing has been published yet." in site.page("").text


def test_the_same_sources_at_the_same_instant_give_the_same_bytes(paper: Site, tmp_path: Path) -> None:
    twin = copy_site(paper, tmp_path / "twin")
    assert twin.build("--strict").code == 0
    ours, theirs = paper.files(), read_tree(twin.output)
    assert set(ours) == set(theirs)
    assert [path for path in ours if ours[path] != theirs[path] and not path.endswith(".gz")] == []


def test_slugs_of_other_scripts_have_pages_that_links_reach(make_site: MakeSite) -> None:
    site = make_site()
    site.article("会谈", body="[b](переговоры.md)", topics=["世界"])
    site.article("переговоры", topics=["世界"])
    assert site.build("--strict").code == 0
    assert site.has("2026/01/会谈/")
    assert site.has("topics/世界/")
    for path, page in site.pages().items():
        for text, link in page.links():
            if not link.startswith("http"):
                assert resolve(path, link) in site.files(), (path, text, link)


def test_an_alias_leads_on_to_where_the_article_is_now(make_site: MakeSite) -> None:
    site = make_site()
    site.article("talks", aliases=["/old/page/"])
    assert site.build("--strict").code == 0
    page = site.page("old/page/")
    assert page.one("link", rel="canonical")["href"] == f"{ROOT_URL}2026/01/talks/"
    assert "url=../../2026/01/talks/" in site.html("old/page/")


def test_the_page_for_what_is_not_there_leads_back(paper: Site) -> None:
    page = next(page for path, page in paper.pages().items() if path == "404.html")
    links = [link for _, link in page.links()]
    assert "/paper/topics/world/" in links or f"{ROOT_URL}topics/world/" in links


def test_settings_decide_how_much_pages_show(make_site: MakeSite) -> None:
    site = make_site(
        broadsheet={"related": {"count": 2}, "latest": {"count": 3}, "per_page": 4, "features": {"count": 1}}
    )
    for number in range(9):
        site.article(f"note-{number}", f"2026-01-{number + 1:02}", write_note(number), front="feature")
    assert site.build("--strict").code == 0
    page = site.page("2026/01/note-3/")
    assert [len(page.one("aside", data_broadsheet=name).all("li")) for name in ("related", "latest")] == [2, 3]
    assert len(site.page("topics/world/").one("ol", data_broadsheet="listing").all("article")) == 4
    assert len(site.page("").one("div", data_broadsheet="features").all("article")) == 1


def test_a_site_of_its_own_pages_and_overrides_stays_its_own(make_site: MakeSite) -> None:
    site = make_site()
    site.article("talks")
    site.write("docs/index.md", "# Not used\n")
    site.write(
        "overrides/broadsheet/article.html", '{% extends "broadsheet/page.html" %}{% block sheet %}OURS{% endblock %}'
    )
    run = site.build()
    assert run.code == 0
    assert "docs/index.md is not used: the newspaper has a page of its own in its place" in run.output
    assert "OURS" in site.page("2026/01/talks/").text
    assert site.page("about/").one("h1").text == "About this paper"
    assert site.build("--strict").code == 1
