"""Expiry and other changes of the clock: they stop no build, and cause no problem that was not reported before."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from broadsheet.content.article import Image, RelatedChoice
from broadsheet.content.library import Library
from broadsheet.content.site_config import SiteConfig
from broadsheet.content.taxonomies import Topic
from broadsheet.core.problems import Problem
from broadsheet.edition.build import SiteModel, build_site_model
from broadsheet.edition.public_articles import explain_hold, find_next_change
from broadsheet.edition.render_articles import BuildResources, MarkdownConfig
from content_factory import HOLDS, NOW, hold, make_article, make_library, make_registers
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_photos import make_photo
from sites import PNG, MakeSite, Site

HOME = "https://news.example/paper/"
HOUR = timedelta(hours=1)
SETUP = MarkdownConfig(("admonition", "attr_list", "toc"))
DOCS_FILES = {"../docs/about.md": "about/", "../docs/topics/t-1.md": "topics/t-1/"}


def build_model(library: Library, now: datetime = NOW) -> SiteModel:
    config = SiteConfig(per_page=2, related_count=2, site_url=HOME)
    return build_site_model(library, now, config, BuildResources(SETUP), DOCS_FILES)


def find_instants(library: Library) -> Iterator[datetime]:
    """One instant of every edition that a library ever has."""
    now: datetime | None = datetime(2000, 1, 1, tzinfo=UTC)
    while now is not None:
        yield now
        now = find_next_change(library, now)


def find_faults(problems: Collection[Problem]) -> list[Problem]:
    """The problems that stop a strict build, without hints, which may name what is public."""
    return sorted(replace(problem, hint="") for problem in problems if problem.severity != "note")


# Whatever refers to whatever, and whenever it is public.


def list_references(number: int) -> list[str]:
    """Every way to refer to an article, or to a page that exists only with it; some links lead to missing anchors."""
    links = [f"a-{number}.md", f"a-{number}.md#here", f"a-{number}.md#nowhere", f"/2026/01/a-{number}/#here"]
    links += [f"../a-{number}/", f"/old/{number}/", f"/old/{number}/#nowhere", f"{HOME}old/{number}/#nowhere"]
    links += [
        f"{HOME}2026/01/a-{number}/",
        f"{HOME}topics/t-{number}/",
        f"/topics/t-{number}/",
        f"/authors/w-{number}/",
    ]
    links += [
        f"/stories/s-{number}/",
        "/topics/t-0/page/2/",
        "/archive/2026/01/",
        "/archive/2026/",
        f"pic-{number}.png",
    ]
    return [*links, "/archive/2027/", "gone.md", "/topics/gone/", "../../../../docs/topics/t-1.md"]


@st.composite
def papers(draw: st.DrawFn) -> Library:
    """Articles that refer to each other in every way; each is public for another time, or never."""
    count = draw(st.integers(2, 4))
    numbers = st.integers(0, count - 1)
    references = numbers.map(list_references).flatmap(st.sampled_from)
    hours = st.integers(1, 6).map(lambda hour: NOW + hour * HOUR)
    articles = []
    for number in range(count):
        start, embargo = draw(st.integers(0, 3)), draw(st.none() | hours)
        ends = [(embargo or NOW) + more * HOUR for more in (1, 2, 3)]
        names = draw(st.lists(numbers, max_size=4))
        links = "".join(f"[x]({draw(references)}) " for _ in range(draw(st.integers(0, 4))))
        pictures = "".join(f"![x]({draw(references)}) " for _ in range(draw(st.integers(0, 1))))
        articles.append(
            make_article(
                f"a-{number}",
                f"2026-01-18T0{start}:00",
                body=f"## Here\n\n{links}{pictures}\n",
                topics=(f"t-{draw(numbers)}",),
                authors=tuple(f"w-{number}" for number in draw(st.sets(numbers, max_size=1))),
                story=draw(st.sampled_from(["", f"s-{number}"])),
                image=draw(st.none() | st.builds(Image, references, st.just("x"))),
                related=RelatedChoice(
                    tuple(f"a-{number}" for number in names),
                    tuple(f"a-{number}" for number in draw(st.sets(numbers, max_size=1))),
                ),
                aliases=tuple(
                    draw(st.sets(st.sampled_from([f"old/{number}/", f"topics/t-{number}/", "a.html", "a.html/b/"])))
                ),
                draft=draw(st.integers(0, 4)) == 0,
                embargo=embargo,
                expires=draw(st.sampled_from([None, *ends])),
            )
        )
    media = frozenset(f"articles/2026/01/pic-{number}.png" for number in range(count))
    return make_library(*articles, registers=make_registers([Topic("t-0", "T", aliases=("old",))]), media=media)


@settings(max_examples=40, deadline=None)
@given(library=papers())
def test_the_clock_changes_notes_and_no_other_problem(library: Library) -> None:
    everything = replace(
        library,
        articles=tuple(replace(article, draft=False, embargo=None, expires=None) for article in library.articles),
    )
    faults = find_faults(build_model(everything).problems)
    for now in find_instants(library):
        assert find_faults(build_model(library, now).problems) == faults, now


# What is wrong with an article is told while it is held.

FAULTS = {
    "dead link": {"body": "[x](gone.md)"},
    "dead address": {"body": "[x](/topics/gone/)"},
    "no such place": {"body": "[x](sound.md#gone)"},
    "no such place of its own": {"body": "[x](#gone)"},
    "script": {"body": "<script>x</script>"},
    "no lead image": {"image": Image("gone.png", "x")},
    "pins itself": {"related": RelatedChoice(pin=("talks",))},
    "pins twice": {"related": RelatedChoice(pin=("sound", "sound"))},
    "alias": {"aliases": ("about/",)},
}


@pytest.mark.parametrize("reason", HOLDS)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_held_article_is_told_as_if_it_were_public(fault: str, reason: str) -> None:
    article, sound = make_article("talks", **FAULTS[fault]), make_article("sound")
    messages = [str(problem) for problem in find_faults(build_model(make_library(article, sound)).problems)]
    assert len(messages) == 1
    held = build_model(make_library(hold(article, reason), sound))
    assert [str(problem) for problem in find_faults(held.problems)] == messages
    assert [view.article.slug for view in held.spreads] == ["sound"]


@pytest.mark.parametrize("reason", HOLDS)
def test_a_place_in_a_held_article_is_looked_for(reason: str) -> None:
    def follow(fragment: str) -> list[Problem]:
        held = hold(make_article("held", body="## Here\n\nWords.", aliases=("old/",)), reason)
        body = f"[x](held.md#{fragment}) [y](/old/#{fragment})"
        return find_faults(build_model(make_library(make_article(body=body), held)).problems)

    assert follow("here") == []
    assert {problem.message for problem in follow("gone")} == {
        "dead link: content/articles/2026/01/held.md has no place '#gone'"
    }


def test_a_held_article_may_lead_to_what_comes_out_with_it() -> None:
    links = "[me](#here) [page](talks.md#here) [topic](/topics/rare/) [month](/archive/2027/01/) [twin](twin.md#here)"
    held, twin = (
        make_article(
            slug, "2027-01-02", body=f"## Here\n\n{links}", topics=("rare",), related=RelatedChoice(pin=(twin,))
        )
        for slug, twin in (("talks", "twin"), ("twin", "talks"))
    )
    model = build_model(make_library(held, twin))
    assert find_faults(model.problems) == []
    assert {problem.severity for problem in model.problems} == {"note"}


def test_a_body_that_cannot_be_rendered_is_told_before_its_day() -> None:
    bottomless = make_article("bad", body="".join("    " * depth + "!!! note\n" for depth in range(400)))
    faults = find_faults(build_model(make_library(hold(bottomless, "embargoed"))).problems)
    assert [fault.severity for fault in faults] == ["error"]


def test_the_words_of_a_note_are_those_of_the_article_s_state() -> None:
    article = make_article(embargo=NOW + HOUR, expires=NOW + 2 * HOUR)
    waits = "is not public yet (it waits until 2026-06-01 13:00+00:00)"
    gone = "was withdrawn on 2026-06-01 14:00+00:00"
    assert [explain_hold(article, NOW + hours * HOUR) for hours in (0, 2, 3)] == [waits, gone, gone]
    assert explain_hold(replace(article, draft=True), NOW + 3 * HOUR) == "is not public yet (a draft)"
    later = make_article(date="2026-07-01", embargo=NOW + HOUR)
    assert explain_hold(later, NOW) == "is not public yet (it waits until 2026-07-01 00:00+00:00)"


def test_an_alias_that_takes_the_place_of_a_page_at_some_time_is_a_warning_at_all_times() -> None:
    rare = make_article("rare", topics=("rare",), expires=NOW)
    talks = make_article("talks", aliases=("topics/rare/",))
    for now in (NOW - HOUR, NOW, NOW + HOUR):
        assert [problem.key for problem in find_faults(build_model(make_library(rare, talks), now).problems)] == [
            "aliases"
        ]


# A whole site at every instant.


def write_restless_paper(site: Site) -> None:
    """A newspaper whose articles refer in every way to articles that are public only for some time."""
    site.register("topics", world={"section": True}, news={})
    for slug, date, other_slug, never, front in (
        ("base", "2026-01-02", "gone", "coming", {}),
        ("gone", "2026-01-05", "coming", "sketch", {"expires": "2026-01-20T00:00", "front": "lead"}),
        ("coming", "2026-01-06", "sketch", "ahead", {"embargo": "2026-01-10T06:00", "expires": "2026-01-25T00:00"}),
        ("sketch", "2026-01-07", "ahead", "base", {"draft": True}),
        ("ahead", "2026-02-08", "base", "gone", {"front": "lead", "expires": "2026-02-10T00:00"}),
    ):
        there = {"gone": "../01/gone.md", "coming": "../01/coming.md", "sketch": "../01/sketch.md"}.get(
            other_slug, "../02/ahead.md" if other_slug == "ahead" else "../01/base.md"
        )
        month = "02" if other_slug == "ahead" else "01"
        targets = [
            there,
            f"{there}#here",
            f"/2026/{month}/{other_slug}/",
            f"/old/{other_slug}/#here",
            f"/old/{other_slug}.html",
        ]
        targets += [
            f"{HOME}2026/{month}/{other_slug}/#here",
            f"{HOME}old/{other_slug}/",
            f"/topics/{other_slug}-topic/",
            "/topics/bee/",
        ]
        targets += [
            f"{HOME}topics/{other_slug}-topic/",
            f"/authors/{other_slug}-writer/",
            f"/stories/{other_slug}-story/",
        ]
        targets += [f"/archive/2026/{month}/", "/archive/2026/", "/topics/news/page/2/", "/archive/2026/01/page/2/"]
        links = " ".join(f"[{number}]({target})" for number, target in enumerate(targets))
        site.article(
            slug,
            date,
            f"## Here\n\n{links}\n\n![A map]({slug}.png)\n",
            topics=["news", f"{slug}-topic"],
            authors=[f"{slug}-writer"],
            story=f"{slug}-story",
            image={"src": f"lead-{slug}.png", "alt": "Lead"},
            related={"pin": [other_slug], "never": [never]},
            aliases=[f"/old/{slug}/", f"/old/{slug}.html"],
            **front,
        )
        for name in (slug, f"lead-{slug}"):
            site.write(f"content/articles/{date[:4]}/{date[5:7]}/{name}.png", PNG)
    files = ["articles/2026/01/gone.md", "articles/2026/02/ahead.md#here", "articles/2026/01/sketch.md"]
    files += ["topics/gone-topic/index.md", "archive/2026/02/index.md", "old/coming/index.html", "old/gone.html"]
    links = " ".join(f"[{number}]({file})" for number, file in enumerate(files))
    site.write("docs/about.md", f"# About\n\n{links} ![Map](articles/2026/01/gone.png)\n")
    site.configure(
        broadsheet={"search": False, "topics": "open", "authors": "open", "per_page": 2},
        nav=[
            {"About": "about.md"},
            {
                "Best": [
                    {"Gone": "articles/2026/01/gone.md"},
                    "articles/2026/02/ahead.md",
                    {"Rare": "topics/gone-topic/index.md"},
                ]
            },
            "articles/2026/01/sketch.md",
        ],
    )


# Before and at every change: nothing public, base, gone, coming, gone expires, coming expires, ahead, ahead expires.
DAYS = (
    "2026-01-01T23:59:59 2026-01-02T00:00 2026-01-05T00:00 2026-01-10T05:59:59 2026-01-10T06:00 2026-01-19T23:59:59 "
    "2026-01-20T00:00 2026-01-25T00:00 2026-02-08T00:00 2026-02-10T00:00"
)


@pytest.mark.site
def test_a_strict_build_goes_through_at_every_instant(make_site: MakeSite) -> None:
    site = make_site()
    write_restless_paper(site)
    # `bee` is a topic that its alias names.
    site.register("topics", world={"section": True}, news={}, honey={"aliases": ["bee"]})
    shown = []
    for day in DAYS.split():
        epoch = str(int(datetime.fromisoformat(f"{day}+00:00").timestamp()))
        run = site.build("--strict", SOURCE_DATE_EPOCH=epoch)
        assert run.code == 0, (day, run.output)
        assert "WARNING" not in run.output, (day, run.output)
        slugs = [slug for slug in ("base", "gone", "coming", "sketch") if site.has(f"2026/01/{slug}/")]
        shown.append((*slugs, *(["ahead"] if site.has("2026/02/ahead/") else [])))
        for slug in {"gone", "coming", "sketch", "ahead"} - set(shown[-1]):
            for path, data in site.plain_files().items():
                assert f"{slug}/" not in path, (day, path)
                assert f"{slug}.png" not in path, (day, path)
                assert f'{slug}/"'.encode() not in data, (day, slug, path)
        about = site.page("about/")
        targets = [link.partition("#")[0] for _, link in about.links()]
        assert ("../2026/01/gone/" in targets) == ("gone" in shown[-1])
        assert about.text.count("Map") == 1 or "gone" in shown[-1]
    base, gone, coming, ahead = ("base",), ("base", "gone"), ("base", "gone", "coming"), ("base", "ahead")
    assert shown == [(), base, gone, gone, coming, coming, ("base", "coming"), base, ahead, base]


@pytest.mark.site
def test_held_articles_change_no_byte_of_the_site(make_site: MakeSite) -> None:
    """Nor their images, although variants of these are made, nor the pages that exist only with them."""
    site = make_site(broadsheet={"topics": "open", "authors": "open"})
    site.article("base", body="[x](base.md)", related=["base-two"])
    site.article("base-two", "2026-01-19")
    site.register("topics", world={"section": True})
    assert site.build("--strict").code == 0
    before = site.plain_files()
    states = {"a": {"draft": True}, "b": {"embargo": "2026-07-01"}, "c": {"expires": "2026-05-01"}, "d": {}}
    held = []
    for slug, state in states.items():
        body = f"Zanzibar [x](#here).\n\n## Here\n\n![Zanzibar](zanzibar-{slug}.jpg)"
        front = {"topics": ["zanzibar"], "authors": ["zanzibarist"], "aliases": [f"/zanzibar/{slug}/"], **state}
        image = {"src": f"zanzibar-{slug}.jpg", "alt": "x"}
        date = "2026-01-20" if state else "2026-07-20"
        held.append(site.article(f"zanzibar-{slug}", date, body, image=image, front="lead", related=["base"], **front))
        site.write(f"content/{Path(held[-1]).parent}/zanzibar-{slug}.jpg", make_photo(900, 600))
    run = site.build("--strict")
    assert run.code == 0, run.output
    assert site.plain_files() == before
    assert site.build("--strict").code == 0, "as it is when their bodies are known already"
    assert site.plain_files() == before


@pytest.mark.site
@pytest.mark.parametrize("state", [{"draft": True}, {"embargo": "2026-07-01"}, {"expires": "2026-05-01"}])
def test_a_scheduled_fault_fails_the_check_of_its_pull_request(make_site: MakeSite, state: dict[str, object]) -> None:
    site = make_site(broadsheet={"search": False})
    site.article("talks")
    site.article("held", body="[x](gone.md)", **state)
    assert site.build().code == 0
    assert site.build("--strict").code == 1
    run = site.run("broadsheet", "check", "--strict")
    assert run.code == 1
    assert "dead link: there is no 'gone.md' [warning]" in run.output
    assert "2 articles, 1 public: 0 errors, 1 warnings, 0 notes" in run.output


@pytest.mark.site
def test_a_wrongly_named_picture_of_a_held_article_is_told(make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False})
    site.article("held", body="![x](map.png)", draft=True)
    site.write("content/articles/2026/01/map.png", make_photo(60, 40))
    run = site.build("--strict")
    assert run.code == 1
    assert "content/articles/2026/01/map.png: its name promises PNG, but it is JPEG" in run.output


@pytest.mark.site
def test_a_page_of_the_site_s_own_that_gives_way_later_is_told_at_once(make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False, "topics": "open"})
    site.write("docs/topics/rare.md", "# Rare\n")
    site.article("talks", embargo="2026-07-01", topics=["rare"])
    for epoch, message in (("1780000000", "is used only until"), ("1790000000", "is not used: the newspaper")):
        run = site.build("--strict", SOURCE_DATE_EPOCH=epoch)
        assert run.code == 1
        assert f"docs/topics/rare.md {message}" in run.output


@pytest.mark.site
@pytest.mark.parametrize("setting", ["relative_to_docs", "info"])
def test_a_path_from_the_root_is_what_mkdocs_takes_it_for(make_site: MakeSite, setting: str) -> None:
    validation = {kind: {"absolute_links": setting} for kind in ("links", "nav")}
    site = make_site(broadsheet={"search": False}, validation=validation, nav=["about.md", "/articles/2026/01/held.md"])
    site.article("held", draft=True)
    site.write("docs/about.md", "# About\n\n[x](/articles/2026/01/held.md)\n")
    run = site.build("--strict")
    assert run.code == 0, run.output
    assert ("articles/2026/01/held.md" in site.html("about/")) == (setting == "info")


@pytest.mark.site
def test_what_never_comes_is_still_a_warning_in_pages_and_navigation(make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False}, nav=[{"About": "about.md"}, {"No": "articles/2026/01/no.md"}])
    site.article("held", draft=True)
    site.write("docs/about.md", "# About\n\n[x](articles/2026/01/held.md) [y](articles/2026/01/no.md)\n")
    run = site.build("--strict")
    assert run.code == 1
    warnings = [line for line in run.output.splitlines() if "WARNING" in line]
    assert len(warnings) == 2
    assert all("articles/2026/01/no.md" in line for line in warnings)
    message = "docs/about.md: 'articles/2026/01/held.md' is not public yet (a draft): the words stay, without a link"
    assert message in run.output
