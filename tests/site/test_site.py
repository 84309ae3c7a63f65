"""Whole sites: small newspapers built as their owners build them, and looked at as their readers do."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from html_tree import Element
from sample_newspapers import write_note
from sites import NOW, PNG, MakeSite, Site, read_tree

pytestmark = pytest.mark.site

ROOT_URL = "https://news.example/paper/"


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
    assert figure.one("figcaption").text == "After the talks. · Photo: Desk"
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
    listed_headlines = [
        headline for url in urls for headline in headlines(paper.page(url).one("ol", data_broadsheet="listing"))
    ]
    assert len(listed_headlines) == len(set(listed_headlines)) == 47


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


def test_a_newspaper_without_sections_shows_the_next_articles_in_their_place(make_site: MakeSite) -> None:
    site = make_site()
    for number in range(4):
        site.article(f"note-{number}", f"2026-01-0{number + 1}", front="feature" if number == 2 else None)
    assert site.build("--strict").code == 0
    page = site.page("")
    assert headlines(page.one("div", data_broadsheet="lead")) == ["Note 3"]
    assert headlines(page.one("div", data_broadsheet="features")) == ["Note 2"]
    assert headlines(page.one("div", css="bs-front__sections")) == ["Note 1", "Note 0"]


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
    site: Site = request.getfixturevalue(which)
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


@pytest.mark.parametrize("which", ["paper", "shipped"])
def test_no_page_loads_anything_from_elsewhere(which: str, request: pytest.FixtureRequest) -> None:
    site: Site = request.getfixturevalue(which)
    for path, page in site.pages().items():
        for element in page:
            loaded = [element["src"], element["srcset"], element["data"], element["poster"], element["action"]]
            if element.tag == "link" and element["rel"] not in {"canonical", "prev", "next"}:
                loaded.append(element["href"])
            assert not [address for address in loaded if re.match(r"(https?:)?//", address)], path
    for path, data in site.files().items():
        if path.endswith(".css"):
            assert not re.search(rb"(url\(|@import)[\s\"']*(https?:)?//", data), path


@pytest.mark.parametrize("which", ["paper", "shipped"])
def test_every_page_is_sound(which: str, request: pytest.FixtureRequest) -> None:
    site: Site = request.getfixturevalue(which)
    redirects = {path for path, page in site.pages().items() if page.all("meta", http_equiv="refresh")}
    for path, page in site.pages().items():
        if path in redirects:
            continue
        assert page.one("html")["lang"] == "en", path
        assert len(page.all("h1")) == 1, path
        assert len(page.all("title")) == 1, path
        ids = [element["id"] for element in page if element["id"]]
        assert sorted(ids) == sorted(set(ids)), path
        assert [image for image in page.all("img") if "alt" not in image.attributes] == [], path
        named = {element["aria-labelledby"] for element in page if element["aria-labelledby"]}
        assert named <= set(ids), path
        for time in page.all("time"):
            assert re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d[+-]\d\d:\d\d)?", time["datetime"]), path
        if path not in {"404.html", "search/index.html"}:
            url = f"{ROOT_URL}{path.removesuffix('index.html')}"
            assert unquote(page.one("link", rel="canonical")["href"]) == url


HELD = {
    "draft": {"draft": True},
    "future": {"date": "2026-06-01T12:00:01Z"},
    "embargoed": {"embargo": "2026-06-01T12:00:01Z"},
    "expired": {"expires": "2026-06-01T12:00Z"},
}


@pytest.mark.parametrize("reason", HELD)
def test_nothing_of_an_article_that_is_not_public_is_in_any_file(make_site: MakeSite, reason: str) -> None:
    site = make_site()
    front: dict[str, Any] = {key: f"zanzibar {key}" for key in ("title", "summary", "kicker", "dateline", "x-own")}
    front |= {"topics": ["world", "zanzibar-topic"], "authors": ["zanzibarist"], "story": "zanzibar-story"}
    front |= {"image": {"src": "zanzibar.png", "alt": "zanzibar alt", "caption": "zanzibar", "credit": "zanzibar"}}
    front |= {"sources": [{"title": "zanzibar", "url": "https://example.org/zanzibar"}], "aliases": ["/old/zanzibar/"]}
    front |= {"corrections": [{"date": "2026-05-31", "text": "zanzibar"}], "front": "lead", "related": ["open"]}
    front |= HELD[reason]
    date = str(front.pop("date", "2026-05-30"))
    month = date[5:7]
    site.article("zanzibar", date, "Zanzibar body. ![Zanzibar](zanzibar.png) [Open](../05/open.md)", **front)
    site.write(f"content/articles/2026/{month}/zanzibar.png", PNG)
    links = f"See [it](../{month}/zanzibar.md), [that](/2026/{month}/zanzibar/#day) or [this](../../../old/zanzibar/)."
    site.article("open", "2026-05-01", links, related=["zanzibar"])
    site.article("other", "2026-05-02", topics=["world"])
    assert site.build().code == 0
    assert site.has("2026/05/open/")
    assert "See it, that or this." in site.page("2026/05/open/").text
    assert site.page("topics/").one("ul", css="bs-entries").text == "World 2 articles"
    assert not site.has("archive/2026/06/")
    for path, data in site.plain_files().items():
        assert "zanzibar" not in path.lower()
        assert b"zanzibar" not in data.lower(), path
    assert "2026/05/open/" in site.found()


def test_what_was_held_comes_out_when_its_time_has_come(make_site: MakeSite) -> None:
    site = make_site()
    site.article("talks", "2026-06-01T12:00:01Z")
    site.article("accord", "2026-05-01", embargo="2026-06-01T12:00:02Z", expires="2026-06-01T12:00:03Z")
    seen = []
    for second in range(4):
        assert site.build("--strict", SOURCE_DATE_EPOCH=str(int(NOW.timestamp()) + second)).code == 0
        seen.append((site.has("2026/06/talks/"), site.has("2026/05/accord/")))
    assert seen == [(False, False), (True, False), (True, True), (True, False)]


def test_a_fault_stops_the_build_and_the_old_site_stays(make_site: MakeSite) -> None:
    site = make_site()
    site.register("topics", nato={}, world={})
    site.article("sound")
    assert site.build().code == 0
    before = site.files()
    site.article("x", topics=["natoo"], date_line="Geneva")
    site.write("content/articles/2026/01/y.md", "no front matter")
    site.write("content/authors.yml", "me: {nmae: Me}\n")
    for run in (site.build(), site.run("mkdocs", "build"), site.run("mkdocs", "build", "--strict")):
        assert run.code == 1
        errors = {line.removeprefix("ERROR   -  ") for line in run.output.splitlines() if line.startswith("ERROR")}
        assert errors == {
            "broadsheet: content/articles/2026/01/x.md:5:3: topics: unknown topic 'natoo' (did you mean 'nato'?)",
            "broadsheet: content/articles/2026/01/x.md:6:1: date_line: unknown key (did you mean 'dateline'?)",
            "broadsheet: content/articles/2026/01/y.md:1:1: no front matter: the first line is not '---' "
            "(put title, date and topics between two lines of ---, the first of which is the file's first line)",
            "broadsheet: content/authors.yml:1:6: me.nmae: unknown key (did you mean 'name'?)",
            "4 errors in the content, see above: nothing was built",
        }
        assert "Traceback" not in run.output
        assert site.files() == before


def test_a_warning_stops_a_strict_build_only(make_site: MakeSite) -> None:
    site = make_site()
    site.article("talks", body="[gone](gone.md)\n\n![](map.png)")
    loose, strict = site.build(), site.build("--strict")
    assert (loose.code, strict.code) == (0, 1)
    for run in (loose, strict):
        assert "content/articles/2026/01/talks.md:8: dead link" in run.output


@pytest.mark.parametrize("missing", [("topics",), ("authors",), ("stories",), ("topics", "authors", "stories")])
def test_a_register_may_be_missing(make_site: MakeSite, missing: tuple[str, ...]) -> None:
    site = make_site()
    registers = {
        "topics": {"news": {"title": "T"}},
        "authors": {"jo": {"name": "A"}},
        "stories": {"war": {"title": "S"}},
    }
    for name, entries in registers.items():
        if name not in missing:
            site.register(name, **entries)
    site.article("talks", authors=["jo"], story="war", topics=["news"])
    assert site.build("--strict").code == 0
    for url, title, name in (("topics/news/", "T", "News"), ("authors/jo/", "A", "Jo"), ("stories/war/", "S", "War")):
        assert site.page(url).one("h1").text == (name if url.partition("/")[0] in missing else title)


def test_a_newspaper_of_no_articles_is_built_too(make_site: MakeSite) -> None:
    site = make_site()
    assert site.build("--strict").code == 0
    assert "Nothing has been published yet." in site.page("").text


def test_the_same_sources_at_the_same_instant_give_the_same_bytes(paper: Site, tmp_path: Path) -> None:
    """In a process with other hashes, and with files that came into being in another order."""
    twin = Site(tmp_path / "twin", paper.settings)
    shutil.rmtree(twin.root / "content")
    sources = read_tree(paper.root / "content")
    for path in reversed(sources):
        twin.write(f"content/{path}", sources[path])
    run = twin.run("mkdocs", "build", "--strict", PYTHONHASHSEED="7")
    assert run.code == 0, run.output
    ours, theirs = paper.files(), read_tree(twin.output)
    assert set(ours) == set(theirs)
    assert [path for path in ours if ours[path] != theirs[path]] == []


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
    """From any address, so with links that begin at the root of the host."""
    page = paper.pages()["404.html"]
    assert page.one("h1").text == "This page is not in the paper"
    latest = page.one("aside", data_broadsheet="latest")
    assert ("Chips", "/paper/2026/02/chips/") in latest.links()
    assert ("By date", "/paper/archive/") in page.links()
    assert page.one("form", css="bs-find")["action"] == "/paper/search/"
    tabs = page.one("nav", css="md-tabs").links()
    assert {text: urljoin("/", link) for text, link in tabs} == {
        "Front page": "/paper/",
        "World": "/paper/topics/world/",
        "Trade & tariffs": "/paper/topics/trade/",
        "Topics": "/paper/topics/",
        "Archive": "/paper/archive/",
        "About": "/paper/about/",
    }
    for element in page:
        for link in (element["href"], element["src"]):
            assert not link or link.startswith(("/paper/", "https://", "#")), link


@pytest.mark.parametrize("site_url", ["", "https://news.example/"])
def test_a_site_may_have_no_address_or_a_host_of_its_own(make_site: MakeSite, site_url: str) -> None:
    site = make_site(site_url=site_url)
    site.article("talks", aliases=["/old/"])
    assert site.build("--strict").code == 0
    for path, page in site.pages().items():
        for _, link in page.links():
            if not link.startswith("https://github.com"):
                target = unquote(urlsplit(urljoin(f"https://news.example/{path}", link)).path).lstrip("/")
                assert site.has(target), (path, link)


def test_a_running_story_is_told_beside_each_of_its_articles(make_site: MakeSite) -> None:
    site = make_site(broadsheet={"timeline": {"count": 3}})
    site.register("stories", war={"title": "The war"})
    for number in range(1, 7):
        site.article(f"day-{number}", f"2026-01-0{number}", story="war")
    site.article("elsewhere")
    assert site.build("--strict").code == 0
    page = site.page("2026/01/day-2/")
    aside = page.one("aside", data_broadsheet="story")
    assert aside.one("h2").links() == [("The war", "../../../stories/war/")]
    assert [item.text for item in aside.all("li", aria_current="page")] == ["Day 2 2 January 2026"]
    headlines = [text for text, _ in aside.one("ol").links()]
    assert headlines[0] == "Day 6"
    assert "… all 6 articles" in headlines
    steps = {link["rel"]: link["href"] for link in aside.all("a") if link["rel"]}
    assert steps == {"prev": "../../../2026/01/day-1/", "next": "../../../2026/01/day-3/"}
    assert "The latest on this story: Day 6" in page.one("header", css="bs-article__header").text
    assert "The latest on this story" not in site.page("2026/01/day-6/").text
    assert not site.page("2026/01/elsewhere/").all("aside", data_broadsheet="story")
    # What the timeline shows is not repeated among the related headlines.
    for listing_page in (page, site.page("2026/01/day-6/")):
        shown = {link["href"] for link in listing_page.one("aside", data_broadsheet="story").all("a")}
        for related in listing_page.all("aside", data_broadsheet="related"):
            assert not shown & {link["href"] for link in related.all("a")}


def test_related_headlines_say_why(paper: Site) -> None:
    related = paper.page("2025/03/note-02/").one("aside", data_broadsheet="related")
    assert related.one("summary").text == "Why these?"
    reasons = [reason.text for reason in related.all("p", css="bs-reason")]
    assert len(reasons) == 8
    assert all(reasons)


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
