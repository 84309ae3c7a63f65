"""In a real browser: what only a browser can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sample_newspapers import write_note
from sites import Server, Site

pytestmark = [pytest.mark.browser, pytest.mark.site]

URLS = ["", "2026/02/talks-end/", "topics/world/", "topics/", "archive/", "archive/2026/01/", "authors/desk/"]
URLS += ["stories/war/", "search/", "404.html"]
"""A page of every kind."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper with two pages of a topic, built for the root of a server."""
    site = Site(tmp_path_factory.mktemp("browsed"), {"site_url": "http://127.0.0.1/", "broadsheet": {"per_page": 20}})
    site.register("topics", world={"title": "World", "section": True})
    site.register("authors", desk={"name": "Desk"})
    site.register("stories", war={"title": "The war"})
    for number in range(25):
        site.article(f"note-{number:02}", f"2026-01-{number + 1:02}", write_note(number), authors=["desk"])
    text = f"{write_note(3)} Envoys meet. " * 10
    site.article("talks-begin", "2026-02-01", f"{text}\n\n## What now\n\nNobody knows.", story="war")
    wide = "| a | b |\n|---|---|\n| " + "verylongword" * 20 + " | x |\n\n`" + "code" * 60 + "`\n\n" + "long" * 80
    site.article("talks-end", "2026-02-02", wide, story="war", title="W" * 60 + " " + "headline " * 20)
    assert site.build("--strict").code == 0
    return site


@pytest.fixture(scope="module")
def address(site: Site, serve: Callable[[Path], str]) -> str:
    """Where it is served."""
    return serve(site.output)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A page of 375 by 800 pixels."""
    context = browser.new_context(viewport={"width": 375, "height": 800})
    yield context.new_page()
    context.close()


def top(page: Page, selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["y"]


def test_on_a_phone_the_sidebar_comes_after_the_text(phone: Page, address: str) -> None:
    phone.goto(f"{address}2026/02/talks-begin/")
    article = phone.locator("article.bs-article").bounding_box()
    assert article is not None
    places = [top(phone, f"aside[data-broadsheet={name}]") for name in ("story", "related", "latest")]
    assert article["y"] + article["height"] <= places[0]
    assert places == sorted(places)
    phone.goto(address)
    sections = phone.locator(".bs-front").bounding_box()
    assert sections is not None
    assert sections["y"] + sections["height"] <= top(phone, "aside[data-broadsheet=latest]")


def test_on_a_desk_the_sidebar_stands_beside_the_text(page: Page, address: str) -> None:
    page.goto(f"{address}2026/02/talks-begin/")
    article = page.locator("article.bs-article").bounding_box()
    related = page.locator("aside[data-broadsheet=related]").bounding_box()
    assert article is not None
    assert related is not None
    assert article["x"] + article["width"] <= related["x"]
    assert related["y"] < article["y"] + article["height"] + 400
    assert top(page, "aside[data-broadsheet=story]") < article["y"] + article["height"]
    page.goto(address)
    front = page.locator(".bs-front").bounding_box()
    latest = page.locator("aside[data-broadsheet=latest]").bounding_box()
    assert front is not None
    assert latest is not None
    assert front["x"] + front["width"] <= latest["x"]
    assert latest["y"] < front["y"] + 100


def test_pages_of_a_list_are_turned_by_clicking(page: Page, address: str) -> None:
    page.goto(f"{address}topics/world/")
    page.get_by_role("link", name="Next page").click()
    expect(page).to_have_url(f"{address}topics/world/page/2/")
    expect(page.locator("ol[data-broadsheet=listing] article")).to_have_count(7)
    page.get_by_role("link", name="Previous page").click()
    expect(page).to_have_url(f"{address}topics/world/")


FOCUS = """() => {
    const style = getComputedStyle(document.activeElement);
    const box = document.activeElement.getBoundingClientRect();
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
        && box.width > 0 && box.bottom > 0 && box.top < innerHeight }"""


def test_the_keyboard_skips_to_the_text(page: Page, address: str) -> None:
    page.goto(f"{address}2026/02/talks-begin/")
    page.keyboard.press("Tab")
    link = page.locator("a:focus")
    expect(link).to_have_text("Skip to content")
    expect(link).to_have_css("opacity", "1")
    assert page.evaluate(FOCUS)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{address}2026/02/talks-begin/#bs-text")
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('article, .bs-beside')")


def test_the_keyboard_reaches_the_headlines_and_shows_where_it_is(page: Page, address: str) -> None:
    page.goto(f"{address}2026/02/talks-begin/")
    passed = []
    for _ in range(80):
        page.keyboard.press("Tab")
        places = "header.md-header, .md-tabs, article, aside[data-broadsheet]"
        place = page.evaluate(
            f"(one => one && (one.dataset.broadsheet || one.tagName))(document.activeElement.closest('{places}'))"
        )
        if place and place not in passed[-1:]:
            passed.append(place)
        if place == "related" and page.evaluate("!!document.activeElement.closest('li')"):
            break
    # As the page is read: from its head over the text to what stands beside it.
    assert passed == ["HEADER", "NAV", "ARTICLE", "story", "related"]
    assert page.evaluate(FOCUS)
    page.keyboard.press("Enter")
    page.wait_for_url("**/2026/01/**")


def test_the_search_finds_an_article_by_its_words(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("header input[name=q]").fill("envoys")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=envoys")
    result = page.locator("[data-broadsheet=search] li h2 a").first
    expect(result).to_have_text("Talks begin")
    result.click()
    page.wait_for_url("**/2026/02/talks-begin/**")


def test_reasons_open_by_keyboard_and_stand_below_their_headlines(page: Page, address: str) -> None:
    page.goto(f"{address}2026/02/talks-begin/")
    reason = page.locator("aside[data-broadsheet=related] .bs-reason").first
    expect(reason).to_be_hidden()
    page.locator(".bs-why summary").focus()
    page.keyboard.press("Enter")
    expect(reason).to_be_visible()
    page.keyboard.press("Enter")
    expect(reason).to_be_hidden()


def test_pages_work_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}2026/02/talks-begin/")
    expect(page.locator("article.bs-article h1")).to_be_visible()
    expect(page.locator("aside[data-broadsheet=related] li").first).to_be_visible()
    page.locator(".bs-why summary").click()
    expect(page.locator(".bs-reason").first).to_be_visible()
    page.locator("aside[data-broadsheet=related] li a").first.click()
    expect(page.locator("article.bs-article h1")).to_be_visible()
    context.close()


def test_no_page_asks_another_server_for_anything(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for url in URLS:
        page.goto(f"{address}{url}", wait_until="networkidle")
    page.goto(f"{address}search/?q=envoys", wait_until="networkidle")
    # One of them is the index of the search.
    assert any(url.endswith(".pf_index") for url in asked)
    assert [url for url in asked if not url.startswith((address, "data:", f"blob:{address}"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 1280, 1920])
def test_no_page_scrolls_sideways(browser: Browser, address: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    for url in URLS:
        page.goto(f"{address}{url}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, url
    context.close()


def test_no_article_of_the_shipped_newspaper_scrolls_sideways_on_a_small_phone(
    browser: Browser, shipped: Site, serve: Callable[[Path], str]
) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    address = serve(shipped.output)
    paths = [path for path in shipped.pages() if path.startswith("20")]
    assert len(paths) >= 17
    for path in ["index.html", *paths]:
        page.goto(f"{address}{path}", wait_until="domcontentloaded")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_quiet_text_can_be_read_on_its_ground(browser: Browser, address: str, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}2026/02/talks-begin/")
    ratio = page.evaluate(
        """() => {
        const light = color => { const [r, g, b] = color.map(value => {
            const one = value / 255; return one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4 });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b };
        const parse = text => text.match(/[\\d.]+/g).map(Number);
        const ground = parse(getComputedStyle(document.body).backgroundColor);
        return Math.min(...[...document.querySelectorAll('.bs-meta, .bs-headlines time, .bs-dek')].map(element => {
            const [r, g, b, a = 1] = parse(getComputedStyle(element).color);
            const seen = [r, g, b].map((value, place) => value * a + ground[place] * (1 - a));
            const [x, y] = [light(seen), light(ground)].sort((p, q) => q - p);
            return (x + 0.05) / (y + 0.05) })) }"""
    )
    assert ratio >= 4.5
    context.close()


def test_saving_an_article_reloads_the_open_page(page: Page, tmp_path: Path) -> None:
    site = Site(tmp_path / "paper")
    site.article("talks", body="The first version.")
    with Server(site, "--livereload") as server:
        page.goto(f"{server.address}2026/01/talks/")
        expect(page.locator(".bs-body")).to_have_text("The first version.")
        # The page asks for news once it has settled.
        page.wait_for_timeout(1000)
        site.article("talks", body="The second version.")
        expect(page.locator(".bs-body")).to_have_text("The second version.", timeout=20_000)
        site.article("talks", body="Lost", topics=[])
        server.wait_for("topics: missing or empty")
        expect(page.locator(".bs-body")).to_have_text("The second version.")
        site.article("talks", body="The third version.")
        expect(page.locator(".bs-body")).to_have_text("The third version.", timeout=20_000)
