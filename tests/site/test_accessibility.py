"""Accessibility: axe-core finds nothing on any kind of page, and what it cannot see holds too."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sample_newspapers import HARD
from sites import Site

pytestmark = [pytest.mark.browser, pytest.mark.site]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
SHIPPED = ["", "2026/01/trump-greenland-push-davos/", "2022/01/us-russia-geneva-talks/", "topics/europe/", "topics/"]
SHIPPED += ["authors/world-desk/", "stories/greenland/", "archive/", "archive/2026/", "archive/2026/01/", "about/"]
SHIPPED += ["corrections/", "handbook/commands/"]


def find_faults(page: Page) -> list[str]:
    """What axe-core finds wrong with a page."""
    page.evaluate(AXE)
    # Of a long text the beginning is enough: it goes on in the same way.
    page.evaluate("[...document.querySelectorAll('.bs-body > *')].slice(60).forEach(one => one.remove())")
    violations = page.evaluate("axe.run().then(found => found.violations)")
    return [f"{fault['id']}: {node['html'][:200]}" for fault in violations for node in fault["nodes"]]


@pytest.mark.parametrize("width", [375, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["shipped", "hard"])
def test_axe_finds_nothing_on_any_kind_of_page(
    which: str,
    scheme: str,
    width: int,
    browser: Browser,
    serve: Callable[[Path], str],
    request: pytest.FixtureRequest,
) -> None:
    site: Site = request.getfixturevalue(which)
    address = serve(site.output)
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    faults = {}
    for url in SHIPPED if which == "shipped" else HARD.values():
        response = page.goto(f"{address}{url}")
        assert response is not None
        assert response.ok, url
        faults[url] = find_faults(page)
        assert (
            page.locator("body").get_attribute("data-md-color-scheme") == {"light": "default", "dark": "slate"}[scheme]
        )
    context.close()
    assert {url: violations for url, violations in faults.items() if violations} == {}


def test_every_page_has_a_way_past_its_head_and_a_place_where_that_leads(hard: Site, shipped: Site) -> None:
    for site in (hard, shipped):
        for path, page in site.pages().items():
            if page.all("meta", http_equiv="refresh"):
                continue
            assert [link["href"] for link in page.all("a", css="bs-skip")] == ["#bs-text"], path
            assert len(page.all(id="bs-text")) == 1, path
            assert len(page.all("main")) == 1, path


def test_no_heading_skips_a_level_on_a_page_of_the_newspaper(hard: Site) -> None:
    for url in set(HARD.values()) - {"404.html"}:
        levels = [int(element.tag[1]) for element in hard.page(url) if element.tag in {"h1", "h2", "h3", "h4"}]
        assert levels[0] == 1, url
        assert [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1] == [], url


def test_focus_is_never_hidden_under_the_bar_that_stays(hard: Site, page: Page, serve: Callable[[Path], str]) -> None:
    page.goto(f"{serve(hard.output)}{HARD['topic']}")
    page.keyboard.press("End")
    page.wait_for_timeout(300)
    hidden = []
    for _ in range(60):
        page.keyboard.press("Shift+Tab")
        hidden += page.evaluate(
            """() => { const one = document.activeElement, box = one.getBoundingClientRect();
            const bar = document.querySelector(".md-header");
            return bar.contains(one) || one.matches("body, .bs-skip") || box.bottom > bar.getBoundingClientRect().bottom
                ? [] : [one.outerHTML] }"""
        )
    assert hidden == []


TARGETS = """() => [...document.querySelectorAll("a[href], button, summary, label[for]")].filter(one => {
    const box = one.getBoundingClientRect();
    // Links within lines of text are excepted, and what is not shown is no target.
    return box.width > 1 && box.height > 1 && getComputedStyle(one).display !== "inline" &&
        one.checkVisibility({opacityProperty: true, visibilityProperty: true}) && Math.min(box.width, box.height) < 23.5
}).map(one => one.outerHTML.slice(0, 160))"""


@pytest.mark.parametrize("width", [375, 1280])
def test_what_is_pressed_is_at_least_24_pixels_large(
    hard: Site, browser: Browser, serve: Callable[[Path], str], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    address = serve(hard.output)
    for name in ("full", "front page", "topic", "month", "archive", "missing"):
        page.goto(f"{address}{HARD[name]}")
        assert page.evaluate(TARGETS) == [], name
    context.close()


SPACED = "* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; line-height: 1.5 !important }"


@pytest.mark.parametrize("width", [320, 1280])
def test_wider_spacing_of_the_text_loses_nothing(
    hard: Site, browser: Browser, serve: Callable[[Path], str], width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    address = serve(hard.output)
    for name in ("full", "front page", "topic", "month"):
        page.goto(f"{address}{HARD[name]}")
        page.add_style_tag(content=f"{SPACED} p {{ margin-bottom: 2em !important }}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        cut = page.evaluate(
            """() => [...document.querySelectorAll("h1, h2, h3, p, li > a, td")].filter(one =>
                getComputedStyle(one).overflow !== "visible" && one.scrollHeight > one.clientHeight + 1 &&
                one.clientHeight > 1).map(one => one.outerHTML.slice(0, 160))"""
        )
        assert cut == [], name
    context.close()


def test_nothing_moves_for_those_who_asked_for_that(hard: Site, browser: Browser, serve: Callable[[Path], str]) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(serve(hard.output))
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(one => { const style = getComputedStyle(one);
            return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0 }).length"""
    )
    assert moving == 0
    context.close()


def test_text_in_another_language_says_so_and_the_papers_own_words_do_not(hard: Site) -> None:
    page = hard.page(HARD["right to left"])
    article = page.one("article", css="bs-article")
    assert (article["lang"], article.one("h1")["lang"], article.one("h1")["dir"]) == ("", "ar", "rtl")
    assert article.one("div", css="bs-body")["lang"] == "ar"
    assert not article.one("div", css="bs-credits")["lang"]
    line = next(link for link in hard.page("2026/02/bare/").all("a") if link["href"].endswith("arabic/"))
    assert (line["lang"], line["dir"]) == ("ar", "rtl")
