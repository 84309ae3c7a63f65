"""Parts that many pages share are rendered once, and still fit every page."""

from __future__ import annotations

import pytest
from sites import MakeSite, Site

pytestmark = pytest.mark.site


@pytest.fixture
def paper(make_site: MakeSite) -> Site:
    """Two sections, three articles, pages of three depths."""
    site = make_site()
    site.register("topics", world={"title": "World", "section": True}, trade={"title": "Trade", "section": True})
    site.article("talks")
    site.article("accord")
    site.article("tariffs", topics=["trade"])
    return site


def test_links_of_shared_parts_lead_to_the_same_places_from_every_depth(paper: Site) -> None:
    assert paper.build("--strict").code == 0
    for url in ("", "topics/", "2026/01/talks/", "topics/trade/"):
        tabs = paper.page(url).one("nav", css="md-tabs")
        targets = dict(tabs.links())
        assert set(targets) >= {"World", "Trade", "Topics"}
        assert paper.has(_resolve(url, targets["Trade"])), url
        assert _resolve(url, targets["Trade"]) == "topics/trade/"
        assert _resolve(url, paper.page(url).all("a", css="bs-wordmark")[0]["href"]) == "", url


def test_the_tab_of_an_articles_own_section_is_marked(paper: Site) -> None:
    paper.build()
    for url, section in (("2026/01/talks/", "World"), ("2026/01/tariffs/", "Trade"), ("2026/01/accord/", "World")):
        marked = paper.page(url).all("li", css="md-tabs__item--active")
        assert [item.text for item in marked] == [section]


def test_an_overridden_header_may_show_what_belongs_to_one_page(paper: Site) -> None:
    paper.write("overrides/partials/header.html", "<header>HEADER {{ page.title }}</header>")
    paper.build()
    assert "HEADER Talks<" in paper.html("2026/01/talks/")
    assert "HEADER Accord<" in paper.html("2026/01/accord/")


def test_an_overridden_block_may_show_what_belongs_to_one_page(paper: Site) -> None:
    paper.write(
        "overrides/main.html",
        '{% extends "base.html" %}{% block scripts %}{{ super() }}<!-- SCRIPTS {{ page.title }} -->{% endblock %}',
    )
    paper.build()
    assert "SCRIPTS Talks " in paper.html("2026/01/talks/")
    assert "SCRIPTS Accord " in paper.html("2026/01/accord/")


def test_a_headline_leads_to_its_article_from_lists_of_every_depth(paper: Site) -> None:
    paper.build("--strict")
    for url in ("", "2026/01/talks/", "topics/world/", "archive/2026/", "archive/2026/01/"):
        targets = {_resolve(url, link) for text, link in paper.page(url).links() if text == "Accord"}
        assert targets == {"2026/01/accord/"}, url


def _resolve(url: str, link: str) -> str:
    """The URL that a relative link leads to, relative to the site's root."""
    parts = [segment for segment in url.split("/") if segment]
    for step in link.split("/"):
        if step == "..":
            parts.pop()
        elif step not in ("", "."):
            parts.append(step)
    return "/".join(parts) + ("/" if parts and link.endswith("/") else "")
