"""Navigation: the newspaper's parts before the site's own pages, each of them once."""

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from broadsheet.core.translations import load_translations
from broadsheet.mkdocs_site.navigation import build_navigation
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from sites import MakeSite, Site

pytestmark = pytest.mark.site


def build(site: Site) -> Site:
    site.register(
        "topics",
        world={"title": "World", "section": True},
        nato={"title": "NATO", "parent": "world"},
        trade={"title": "Trade", "section": True},
    )
    site.article("talks")
    run = site.build("--strict")
    assert run.code == 0, run.output
    return site


def tabs(site: Site, url: str = "") -> list[tuple[str, str]]:
    """The words of each tab, and the address from the site's root that it leads to."""
    root = "https://news.example/"
    links = site.page(url).one("nav", css="md-tabs").links()
    return [(text, urljoin(root + url, link).removeprefix(root)) for text, link in links]


OURS = [("Front page", ""), ("World", "topics/world/"), ("Trade", "topics/trade/")]
OURS += [("Topics", "topics/"), ("Archive", "archive/")]


def test_the_front_page_and_the_sections_stand_before_the_sites_own_pages(make_site: MakeSite) -> None:
    site = build(make_site())
    for url in ("", "2026/01/talks/", "topics/trade/", "about/"):
        assert tabs(site, url) == [*OURS, ("About", "about/")]
    drawer = site.page("").one("nav", css="md-nav--primary")
    assert [text for text, _ in drawer.links() if text in {"World", "Trade", "Topics", "Archive", "About"}] == [
        text for text, _ in tabs(site)[1:]
    ]


def test_the_page_that_is_shown_is_marked(make_site: MakeSite) -> None:
    site = build(make_site())
    for url, name in (("", "Front page"), ("topics/trade/", "Trade"), ("archive/", "Archive"), ("about/", "About")):
        navigation = site.page(url).one("nav", css="md-tabs")
        assert [item.text for item in navigation.all("li", css="md-tabs__item--active")] == [name], url
        assert [link.text for link in navigation.all("a", aria_current="page")] == [name], url


def test_a_navigation_that_names_the_newspapers_pages_shows_them_once(make_site: MakeSite) -> None:
    nav = [
        {"Home": "index.md"},
        {"About": "about.md"},
        {"Lists": "topics/index.md"},
        {"World": "topics/world/index.md"},
    ]
    site = build(make_site(nav=nav))
    assert tabs(site) == [*OURS, ("About", "about/")]


def test_without_a_navigation_every_page_of_the_site_has_its_place_behind(make_site: MakeSite) -> None:
    site = make_site(nav=None)
    site.write("docs/contact.md", "# Contact\n")
    assert tabs(build(site)) == [*OURS, ("About this paper", "about/"), ("Contact", "contact/")]


def test_links_and_groups_of_the_site_stay(make_site: MakeSite) -> None:
    nav = [{"House": [{"About": "about.md"}]}, {"Elsewhere": "https://example.org/"}]
    site = build(make_site(nav=nav))
    assert tabs(site)[len(OURS) :] == [("House", "about/"), ("Elsewhere", "https://example.org/")]


def test_without_sections_there_are_none(make_site: MakeSite) -> None:
    site = make_site()
    site.article("talks")
    assert site.build("--strict").code == 0
    assert [text for text, _ in tabs(site)] == ["Front page", "Topics", "Archive", "About"]


def test_nothing_is_added_that_is_not_there() -> None:
    nav = build_navigation(Navigation([], []), Files([]), (), load_translations())
    assert (nav.items, nav.pages) == ([], [])
