"""Design: what a reader sees of each kind of page, whatever stands on it, in a real browser."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sample_newspapers import HARD
from sites import ROOT, Site

pytestmark = [pytest.mark.browser, pytest.mark.site]

STYLES = ROOT / "hooks" / "broadsheet" / "templates" / "assets" / "stylesheets" / "broadsheet.css"


@pytest.fixture(scope="module")
def address(hard: Site, serve: Callable[[Path], str]) -> str:
    """Where the newspaper is served."""
    return serve(hard.output)


def box(page: Page, selector: str) -> dict[str, float]:
    area = page.locator(selector).first.bounding_box()
    assert area is not None, selector
    return {**area, "right": area["x"] + area["width"], "bottom": area["y"] + area["height"]}


@pytest.mark.parametrize(
    ("which", "width"),
    [*(("hard", width) for width in (320, 375, 768, 1280, 1920)), ("mirrored", 320), ("mirrored", 1280)],
)
def test_no_page_scrolls_sideways_whatever_stands_on_it(
    which: str,
    width: int,
    sized: Callable[[int], Page],
    serve: Callable[[Path], str],
    request: pytest.FixtureRequest,
) -> None:
    site: Site = request.getfixturevalue(which)
    served = serve(site.output)
    page = sized(width)
    for name, url in HARD.items():
        page.goto(f"{served}{url}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        # Nothing is cut off at the other side either, where no bar would show it.
        outside = page.evaluate(
            """() => [...document.querySelectorAll("h1, h2, h3, p, li, table, img, figure")].filter(one => {
                const box = one.getBoundingClientRect();
                if (!one.checkVisibility() || box.width <= 1) return false;
                if (one.closest(".md-sidebar, .bs-table, .bs-panorama, .md-tabs")) return false;
                return box.left < -1 || box.right > innerWidth + 1 }).map(one => one.outerHTML.slice(0, 120))"""
        )
        assert outside == [], name


def test_a_wide_table_and_wide_code_scroll_in_boxes_of_their_own(sized: Callable[[int], Page], address: str) -> None:
    page = sized(375)
    for name, selector in (("wide table", ".bs-table"), ("code", "pre code")):
        page.goto(f"{address}{HARD[name]}")
        scrolled = page.locator(selector).evaluate("one => one.scrollWidth - one.clientWidth")
        assert scrolled > 300, name


def scroll_through(page: Page) -> None:
    """Go down a page as a reader does, so that all pictures come, and wait for them."""
    for place in range(0, page.evaluate("document.body.scrollHeight"), 600):
        page.evaluate(f"scrollTo(0, {place})")
        page.wait_for_timeout(50)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(200)


LINES = """() => { const lines = []; let top = null;
for (const paragraph of document.querySelectorAll(".bs-body > p")) {
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT); let count = 0; top = null;
    while (walker.nextNode()) for (let place = 0; place < walker.currentNode.length; place++) {
        const range = document.createRange(); range.setStart(walker.currentNode, place);
        range.setEnd(walker.currentNode, place + 1); const box = range.getBoundingClientRect();
        if (!box.height) continue;
        if (top !== null && box.top > top + 8) { lines.push(count); count = 0 }
        top = box.top; count++ } }
return lines }"""


def test_a_line_of_an_article_has_60_to_75_characters(sized: Callable[[int], Page], address: str) -> None:
    for width in (1280, 1920):
        page = sized(width)
        page.goto(f"{address}{HARD['ten thousand words']}")
        page.evaluate("document.querySelectorAll('.bs-body > p').forEach((one, place) => place > 5 && one.remove())")
        # Without the last lines of paragraphs, which are as short as they are.
        lines = page.evaluate(LINES)
        assert len(lines) > 20
        assert 60 <= sum(lines) / len(lines) <= 75


def test_the_front_page_has_a_masthead_with_the_date_and_the_sections_below_it(page: Page, address: str) -> None:
    page.goto(address)
    title, date = box(page, ".bs-masthead h1"), box(page, ".bs-masthead time")
    tabs, lead = box(page, ".md-tabs"), box(page, ".bs-front__lead")
    assert page.locator(".bs-masthead time").text_content() == "Monday, 1 June 2026"
    assert title["height"] > 60
    assert title["bottom"] <= date["y"]
    assert date["bottom"] <= tabs["y"]
    assert tabs["bottom"] <= lead["y"]


def test_on_a_desk_features_stand_in_columns_and_on_a_phone_below_one_another(
    sized: Callable[[int], Page], address: str
) -> None:
    tops = []
    for width in (1280, 375):
        page = sized(width)
        page.goto(address)
        tops.append(
            {round(feature.bounding_box()["y"]) for feature in page.locator(".bs-front__features > article").all()}
        )
    assert (len(tops[0]), len(tops[1])) == (1, 4)


def test_the_parts_of_an_article_follow_one_another_and_the_headline_is_largest(page: Page, address: str) -> None:
    page.goto(f"{address}{HARD['full']}")
    parts = [
        ".bs-kicker",
        "h1",
        ".bs-dek",
        ".bs-lead-image",
        ".bs-body",
        ".bs-corrections",
        ".bs-sources",
        ".bs-topics",
    ]
    places = [box(page, f".bs-article {selector}")["y"] for selector in parts]
    assert places == sorted(places)
    size = "one => parseFloat(getComputedStyle(one).fontSize)"
    sizes = [
        page.locator(f".bs-article {selector}").first.evaluate(size)
        for selector in ("h1", ".bs-dek", ".bs-body", ".bs-meta")
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 2 * sizes[2]
    # On a desk byline and dates stand beside the text.
    assert box(page, ".bs-credits")["right"] < box(page, ".bs-body")["x"]


def test_pull_quotes_key_facts_and_quotations_can_be_told_apart(page: Page, address: str) -> None:
    page.goto(f"{address}{HARD['full']}")
    style = """one => { const style = getComputedStyle(one);
        return [style.borderTopWidth, style.borderLeftWidth, style.backgroundColor].join() }"""
    pulled, quoted = page.locator(".bs-body blockquote").all()
    looks = [page.locator(".facts").evaluate(style), pulled.evaluate(style), quoted.evaluate(style)]
    assert len(set(looks)) == 3
    expect(pulled.locator(".pull")).to_have_css("font-style", "italic")


def test_a_right_to_left_newspaper_is_mirrored(mirrored: Site, page: Page, serve: Callable[[Path], str]) -> None:
    page.goto(f"{serve(mirrored.output)}{HARD['full']}")
    assert box(page, ".bs-beside")["right"] < box(page, ".bs-body")["x"]
    assert box(page, ".bs-body")["right"] < box(page, ".bs-credits")["x"]
    assert box(page, ".bs-wordmark")["x"] > box(page, ".bs-searchbox")["right"]


def test_coverage_over_time_is_a_picture_and_a_table(hard: Site) -> None:
    topic = hard.page(HARD["topic"])
    picture = topic.one("section", css="bs-coverage").one("svg")
    assert (picture["role"], picture.one("path")["d"].count("M")) == ("img", 3)
    assert picture["aria-label"].startswith(
        "Articles a month, from January 2026 to March 2026. Most in January 2026: 25."
    )
    rows = [[cell.text for cell in row.all("th") + row.all("td")] for row in topic.one("table").all("tr")]
    assert rows == [["Month", "Articles"], ["January 2026", "25"], ["February 2026", "2"], ["March 2026", "5"]]
    assert hard.page(HARD["story"]).all("svg", role="img")
    # One picture for a list, not one for each of its pages; none where one bar would be all.
    assert not hard.page(HARD["second page"]).all("section", css="bs-coverage")
    assert not hard.page("topics/topic-1/").all("section", css="bs-coverage")


def test_the_days_of_a_month_lead_to_their_articles(hard: Site, page: Page, address: str) -> None:
    calendar = hard.page(HARD["month"]).one("table", css="bs-calendar")
    assert [cell["abbr"] for cell in calendar.all("th")][:2] == ["Monday", "Tuesday"]
    assert len(calendar.all("a")) == 25
    page.goto(f"{address}{HARD['month']}")
    page.locator(".bs-calendar a[href$='#day-3']").click()
    expect(page).to_have_url(f"{address}archive/2026/01/page/2/#day-3")
    expect(page.locator("#day-3")).to_contain_text("3 January 2026")
    expect(page.locator("#day-3")).to_be_in_viewport()


def test_the_page_for_what_is_not_there_searches(page: Page, address: str) -> None:
    page.goto(f"{address}404.html")
    page.get_by_label("Search the paper").fill("albatros")
    page.get_by_label("Search the paper").press("Enter")
    page.wait_for_url("**/search/?q=albatros")
    expect(page.locator(".bs-search__results li").first).to_contain_text("Ferry line 7")


def test_documentation_has_left_no_furniture(hard: Site) -> None:
    for path, page in hard.pages().items():
        assert not page.all(css="md-source"), path
        assert not page.all(data_md_component="toc"), path
        assert "Made with" not in page.text, path
        assert "Home" not in [text for text, _ in page.links()], path


def test_an_article_on_paper_is_the_text_with_its_address_and_those_of_its_links(page: Page, address: str) -> None:
    page.emulate_media(media="print")
    page.goto(f"{address}{HARD['full']}")
    for gone in (".md-header", ".md-tabs", ".bs-beside", ".bs-footer", ".bs-edit", ".bs-topics"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator(".bs-address")).to_have_text("http://127.0.0.1/2026/03/full/")
    after = "one => getComputedStyle(one, '::after').content"
    assert "https://example.org/" in page.locator(".bs-body > p a").first.evaluate(after)
    assert "https://example.org/timetable" in page.locator(".bs-sources a").evaluate(after)
    # One within the newspaper is written from where it stands, which is of no use on paper.
    page.evaluate("""document.querySelector(".bs-body > p").insertAdjacentHTML(
        "beforeend", "<a id=within href=../../01/note-00/>note</a><a id=below href='#below'>below</a>")""")
    page.pdf()
    assert f"{address}2026/01/note-00/" in page.locator("#within").evaluate(after)
    assert page.locator("#below").evaluate(after) == "none"


MOVED = """window.moved = []; new PerformanceObserver(list => { for (const one of list.getEntries())
    window.moved.push([one.value, scrollY, ...one.sources.map(source => source.node?.className ?? "")])
}).observe({type: "layout-shift", buffered: true})"""


def test_nothing_moves_while_a_page_loads(sized: Callable[[int], Page], address: str) -> None:
    for width in (375, 1280):
        page = sized(width)
        page.add_init_script(MOVED)
        for name in ("bare", "wide table", "code", "front page", "topic", "month", "panorama", "damaged pictures"):
            # What the page is to blame for moves each time; a browser that had to wait for the processor, once.
            loads = [list_moves(page, f"{address}{HARD[name]}")]
            while sum(move[0] for move in loads[-1]) >= 0.01 and len(loads) < 3:
                loads.append(list_moves(page, f"{address}{HARD[name]}"))
            assert sum(move[0] for move in loads[-1]) < 0.01, (name, width, loads)


def list_moves(page: Page, url: str) -> list[list[Any]]:
    """What moves on a page while it loads and a reader goes down: how much, where the reader is, and of what class."""
    page.goto(url, wait_until="networkidle")
    scroll_through(page)
    moved: list[list[Any]] = page.evaluate("window.moved")
    return moved


@pytest.mark.parametrize(("width", "pixels", "chosen"), [(320, 2, 800), (375, 2, 800), (375, 3, 1200), (1280, 1, 800)])
def test_a_picture_comes_in_the_width_that_fits_the_screen(
    width: int, pixels: int, chosen: int, sized: Callable[..., Page], address: str
) -> None:
    page = sized(width, device_scale_factor=pixels)
    sent: dict[str, int] = {}
    page.on("response", lambda response: sent.update({response.url: int(response.headers.get("content-length", 0))}))
    page.goto(f"{address}{HARD['panorama']}", wait_until="networkidle")
    scroll_through(page)
    pictures = page.locator(".bs-article img")
    sources = [picture.evaluate("one => one.currentSrc") for picture in pictures.all()]
    assert len(sources) == 3
    # The panorama is wider than the screen, and scrolls.
    assert [int(source.rpartition("-")[2].removesuffix(".webp")) for source in sources] == [1800, 1800, chosen]
    assert not [url for url in sent if url.endswith(".jpg")], "the original is loaded as well"
    assert sum(size for url, size in sent.items() if url.endswith(".webp")) < 400_000
    # Nothing is out of shape: the photograph was taken upright.
    for picture, ratio in zip(pictures.all(), (6000 / 800, 6000 / 800, 3024 / 4032), strict=True):
        shown = picture.bounding_box()
        assert shown is not None
        assert shown["width"] / shown["height"] == pytest.approx(ratio, rel=0.02)
        assert picture.evaluate("one => one.naturalWidth / one.naturalHeight") == pytest.approx(ratio, rel=0.02)


def test_only_the_lead_image_does_not_wait(sized: Callable[[int], Page], address: str) -> None:
    page = sized(375)
    page.goto(f"{address}{HARD['panorama']}")
    script = "one => [one.loading, one.fetchPriority, one.decoding]"
    loadings = [picture.evaluate(script) for picture in page.locator(".bs-article img").all()]
    assert loadings == [["eager", "high", "auto"], ["lazy", "auto", "async"], ["lazy", "auto", "async"]]


def test_a_page_with_damaged_pictures_stands(hard: Site, sized: Callable[[int], Page], address: str) -> None:
    for width in (320, 375, 1280):
        page = sized(width)
        page.goto(f"{address}{HARD['damaged pictures']}", wait_until="networkidle")
        scroll_through(page)
        expect(page.locator(".bs-body > p").last).to_be_visible()
        # The one that is cut off shows as far as it goes, in its place; of those that are none the words are left.
        shown = page.locator(".bs-body img").all()
        assert [picture.get_attribute("alt") for picture in shown] == ["cut.jpg", "chart.jpg"]
        assert [picture.evaluate("one => one.naturalWidth > 0") for picture in shown] == [True, True]
        assert page.locator(".bs-body .bs-remote").all_text_contents() == ["text.jpg", "bomb.png"]
        assert page.locator(".bs-lead-image").count() == 0
    assert not [path for path in hard.files() if path.endswith(("text.jpg", "bomb.png"))]


def test_without_scripts_pages_show_all_and_the_search_leads_to_the_lists(
    sized: Callable[..., Page], address: str
) -> None:
    page = sized(375, java_script_enabled=False)
    page.goto(address)
    expect(page.locator(".bs-front__lead h2")).to_be_visible()
    page.locator(".md-header label[for=__drawer]").click()
    expect(page.locator(".bs-nav").get_by_role("link", name="Archive")).to_be_visible()
    page.goto(f"{address}search/")
    expect(page.locator(".bs-search").get_by_role("link", name="Topics")).to_be_visible()


def test_any_accent_can_be_read(browser: Browser, address: str) -> None:
    ratio = """one => { const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
        const read = color => { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map(value => value / 255)
                .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4) };
        const light = ([r, g, b]) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
        const [x, y] = [getComputedStyle(one).color, getComputedStyle(document.body).backgroundColor]
            .map(color => light(read(color))).sort((p, q) => q - p);
        return (x + 0.05) / (y + 0.05) }"""
    accents = "red pink purple deep-purple indigo blue light-blue cyan teal green light-green lime yellow amber orange"
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(f"{address}{HARD['full']}")
        for accent in accents.split():
            page.evaluate(f"document.body.setAttribute('data-md-color-accent', '{accent}')")
            page.wait_for_timeout(30)
            assert page.locator(".bs-article .bs-kicker").evaluate(ratio) >= 4.5, (scheme, accent)
        context.close()


def test_the_newspapers_own_styles_stay_small() -> None:
    assert len(gzip.compress(STYLES.read_bytes())) <= 8_000
