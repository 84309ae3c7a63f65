"""What stands beside an article on the site: its story, and related headlines with their reasons."""

from __future__ import annotations

import pytest
from html_tree import Element
from sites import MakeSite, Site

pytestmark = pytest.mark.site

FERRY = "The ferry Albatros crosses the bay again, the port authority of Zandhoven said."
GEAR = ("oars", "sails", "ropes", "masts", "decks", "hulls")
DAYS = range(1, 13)


def beside(page: Element, name: str) -> Element | None:
    """The aside of that name, if the page has one."""
    lists = page.all("aside", data_broadsheet=name)
    assert len(lists) <= 1
    return lists[0] if lists else None


def slug_of(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def headlines(aside: Element | None) -> list[str]:
    """The articles that an aside leads to, by their slugs, in its order."""
    if aside is None:
        return []
    return [slug_of(link["href"]) for item in aside.all("li") for link in item.all("a")]


def write_paper(site: Site) -> Site:
    """A story of twelve parts, articles like it, and editors who chose."""
    site.register("topics", world={"title": "The World"})
    site.register("stories", line_seven={"title": "Line seven & its ferries"})
    for day in DAYS:
        site.article(f"part-{day}", f"2026-01-{day:02}", f"{FERRY} Part {day}.", story="line-seven")
    links = "See [one](other-1.md), [two](/2026/01/other-2/), [part](part-5.md) and [pinned](pinned.md)."
    for number, gear in enumerate(GEAR, start=1):
        text = f"Captain Vinkovic of Zandhoven likes {gear} on {gear}."
        site.article(f"other-{number}", f"2026-01-{number + 20}", text)
    site.article("pinned", "2026-01-20", "Zebras, lions, giraffes.")
    site.article("linker", "2026-01-28", f"{FERRY} {links}", related={"pin": ["pinned"], "never": ["other-3"]})
    site.article("member", "2026-01-13", f"{FERRY} {links}", story="line-seven")
    site.article("silent", "2026-01-27", "Captain Vinkovic of Zandhoven is silent.", related=[])
    site.article("alone", "2026-01-27", "Quiet.", title="Xylophones")
    return site


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The paper as it is built."""
    site = write_paper(Site(tmp_path_factory.mktemp("paper"), {"broadsheet": {"timeline": {"count": 6}}}))
    run = site.build("--strict")
    assert run.code == 0, run.output
    return site


def article(site: Site, slug: str) -> Element:
    return site.page(f"2026/01/{slug}/")


# Related headlines.


def test_every_related_headline_has_its_reasons_behind_one_question(paper: Site) -> None:
    seen = 0
    for url in (f"2026/01/part-{day}/" for day in DAYS):
        aside = beside(paper.page(url), "related")
        assert aside is not None
        assert aside.one("h2").text == "Related headlines"
        details = aside.one("details", css="bs-why")
        assert details.one("summary").text == "Why these?"
        assert "open" not in details.attributes
        assert details.one("p").text
        for item in aside.all("li"):
            assert len(item.all("a")) == len(item.all("time")) == 1
            reason = item.one("p", css="bs-reason")
            assert reason.text
            seen += 1
    assert seen > len(DAYS) * 4


def test_reasons_are_told_in_words_that_readers_understand(paper: Site) -> None:
    slugs = [*(f"part-{day}" for day in DAYS), *(f"other-{number}" for number in range(1, 7))]
    reasons = [reason.text for slug in slugs for reason in article(paper, slug).all("p", css="bs-reason")]
    assert any(reason.startswith("Also about: ") and "Captain Vinkovic" in reason for reason in reasons)
    linker = beside(article(paper, "linker"), "related")
    assert linker is not None
    assert linker.all("p", css="bs-reason")[0].text == "Chosen by the editor"
    assert not any("world" in reason or "_" in reason for reason in reasons)


def test_a_heading_names_each_aside_and_the_question_can_be_reached_by_keyboard(paper: Site) -> None:
    page = article(paper, "part-5")
    for name in ("story", "related", "latest"):
        aside = beside(page, name)
        assert aside is not None
        heading = aside.one("h2")
        assert aside["aria-labelledby"] == heading["id"]
        assert len(page.all(id=heading["id"])) == 1
    assert page.one("aside", data_broadsheet="related").one("details").one("summary").attributes == {}


def test_where_nothing_is_related_or_the_list_is_switched_off_there_is_no_aside(paper: Site) -> None:
    for slug in ("alone", "silent"):
        assert beside(article(paper, slug), "related") is None
        assert "Why these?" not in article(paper, slug).text


def test_pins_come_first_and_what_is_excluded_never_both_ways(paper: Site) -> None:
    assert headlines(beside(article(paper, "linker"), "related"))[0] == "pinned"
    assert "other-3" not in headlines(beside(article(paper, "linker"), "related"))
    assert "linker" not in headlines(beside(article(paper, "other-3"), "related"))
    assert "other-4" in headlines(beside(article(paper, "other-3"), "related"))


def test_what_the_page_shows_already_is_not_repeated(paper: Site) -> None:
    for slug in (*(f"part-{day}" for day in DAYS), "member", "linker"):
        page = article(paper, slug)
        related = headlines(beside(page, "related"))
        story = headlines(beside(page, "story"))
        line = page.all("p", css="bs-latest-of-story")
        latest = [slug_of(link["href"]) for entry in line for link in entry.all("a")]
        assert related
        assert not {*related} & {*story, *latest, slug}
    assert {"other-1", "other-2", "part-5"}.isdisjoint(headlines(beside(article(paper, "linker"), "related")))
    assert {"other-1", "other-2", "pinned"}.isdisjoint(headlines(beside(article(paper, "member"), "related")))


def test_a_newsroom_may_repeat_what_the_body_links_to_but_not_the_timeline(make_site: MakeSite) -> None:
    site = write_paper(make_site(broadsheet={"related": {"repeat_links": True, "count": 20}, "timeline": {"count": 6}}))
    assert site.build().code == 0
    for slug in ("linker", "member"):
        related = headlines(beside(article(site, slug), "related"))
        assert {"other-1", "other-2"} <= {*related}
        assert not {*related} & {*headlines(beside(article(site, slug), "story"))}
    assert "linker" in headlines(beside(article(site, "other-4"), "related"))
    assert "linker" not in headlines(beside(article(site, "other-3"), "related")), "it was excluded"


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_newsroom_says_how_many_there_are(make_site: MakeSite, count: int) -> None:
    site = write_paper(make_site(broadsheet={"related": {"count": count}, "timeline": {"count": 0}}))
    assert site.build().code == 0
    page = article(site, "linker")
    assert len(headlines(beside(page, "related"))) == count
    assert beside(article(site, "part-5"), "story") is None
    assert article(site, "part-5").all("p", css="bs-latest-of-story") == []


# The story.


@pytest.mark.parametrize(
    ("slug", "shown"),
    [
        ("member", ["[member]", "part-12", "part-11", "part-10", "part-9", "part-8", "…"]),
        ("part-6", ["member", "part-12", "…", "part-8", "part-7", "[part-6]", "part-5"]),
        ("part-1", ["member", "part-12", "…", "part-4", "part-3", "part-2", "[part-1]"]),
    ],
)
def test_a_story_stands_beside_its_articles_with_their_own_place_marked(
    paper: Site, slug: str, shown: list[str]
) -> None:
    aside = beside(article(paper, slug), "story")
    assert aside is not None
    items = []
    for item in aside.one("ol", css="bs-timeline").all("li"):
        if item["aria-current"]:
            assert item["aria-current"] == "page"
            assert item.all("a") == []
            items.append(f"[{item.one('span').text.lower().replace(' ', '-')}]")
        elif "bs-gap" in item["class"]:
            assert item.links() == [("… all 13 articles", "../../../stories/line-seven/")]
            items.append("…")
        else:
            assert len(item.all("time")) == 1
            items += [slug_of(item.one("a")["href"])]
    assert items == shown
    assert "reversed" in aside.one("ol").attributes


def test_its_heading_leads_to_the_whole_story(paper: Site) -> None:
    aside = beside(article(paper, "part-6"), "story")
    assert aside is not None
    assert aside.one("h2").text == "In this story: Line seven & its ferries"
    assert aside.one("h2").links() == [("Line seven & its ferries", "../../../stories/line-seven/")]


@pytest.mark.parametrize(
    ("slug", "steps"),
    [
        ("member", [("prev", "part-12", "Earlier in this story: Part 12")]),
        (
            "part-6",
            [("prev", "part-5", "Earlier in this story: Part 5"), ("next", "part-7", "Later in this story: Part 7")],
        ),
        ("part-1", [("next", "part-2", "Later in this story: Part 2")]),
    ],
)
def test_one_can_go_to_the_previous_and_the_next_part(
    paper: Site, slug: str, steps: list[tuple[str, str, str]]
) -> None:
    aside = beside(article(paper, slug), "story")
    assert aside is not None
    links = aside.one("p", css="bs-steps").all("a")
    assert [(link["rel"], slug_of(link["href"]), link.text) for link in links] == steps


def test_older_articles_tell_of_the_latest_on_their_story(paper: Site) -> None:
    for day in DAYS:
        line = article(paper, f"part-{day}").one("p", css="bs-latest-of-story")
        assert line.text.startswith("The latest on this story: Member ")
        assert [href for _, href in line.links()] == ["../../../2026/01/member/"]
        assert len(line.all("time")) == 1
    assert article(paper, "member").all("p", css="bs-latest-of-story") == []
    for slug in ("linker", "alone"):
        assert article(paper, slug).all("p", css="bs-latest-of-story") == []
        assert beside(article(paper, slug), "story") is None


def test_all_links_beside_an_article_lead_to_pages_of_the_site(paper: Site) -> None:
    for slug in ("part-1", "part-6", "member", "linker", "other-4"):
        for link in article(paper, slug).one("div", css="bs-beside").all("a"):
            assert link["href"].startswith("../../../")
            assert paper.has(link["href"].removeprefix("../../../")), link["href"]


def test_languages_of_headlines_are_marked_where_they_stand(make_site: MakeSite) -> None:
    site = make_site(broadsheet={"topics": "open"})
    site.register("stories", line={"title": "Line"})
    site.article("old", "2026-01-01", "Le traversier du port.", language="fr", story="line", related=["pinned"])
    site.article("new", "2026-01-02", "Le traversier du port.", language="fr", story="line")
    site.article("pinned", "2026-01-03", "O navio.", language="pt")
    assert site.build().code == 0
    page = article(site, "old")
    marked = {link["lang"] for link in page.one("div", css="bs-beside").all("a")}
    assert {"fr", "pt"} <= marked
    assert page.one("p", css="bs-latest-of-story").one("a")["lang"] == "fr"
    assert page.one("li", aria_current="page").one("span")["lang"] == "fr"
