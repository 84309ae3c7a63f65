"""Oddities: what is rare on a page stands as well as what is common, and its owner's wishes hold, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from handbook_examples import read_example
from playwright.sync_api import Page, Route, expect
from sample_newspapers import ARABIC, LONG_HEADLINE, write_note
from sample_photos import draw, encode, make_photo
from sites import MakeSite, Site

pytestmark = [pytest.mark.browser, pytest.mark.site]

NAME = "The Harbour Town Evening Courier & Weekly Advertiser of the Upper Bay"
THEME = {"name": "material", "features": ["navigation.tabs.sticky"], "font": False}
SETTINGS = {"site_name": NAME, "site_url": "http://127.0.0.1/", "theme": THEME}
PHONE, DESK = 375, 1280


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper with a long name, many sections, and pictures of every shape."""
    site = Site(tmp_path_factory.mktemp("odd"), SETTINGS)
    sections = {f"part_{number}": {"title": f"Section {number}", "section": True} for number in range(12)}
    site.register("topics", **sections, world={"title": "World", "section": True})
    site.register("authors", jane_doe={"name": "Jane Doe", "image": "jane.jpg"})
    site.write("content/jane.jpg", make_photo(600, 900))
    for name, data in (
        ("upright.jpg", make_photo(900, 1350)),
        ("small.png", encode(draw(300, 200), "PNG")),
        ("panorama.jpg", make_photo(6000, 900)),
    ):
        site.write(f"content/articles/2026/03/{name}", data)
    front = {"authors": ["jane-doe"], "front": "feature", "kicker": "On the water"}
    pictures = "![A harbour](panorama.jpg)\n/// caption\nThe harbour.\n///\n\n![A tug](small.png)"
    for number, name in enumerate(("upright.jpg", "small.png", "panorama.jpg"), 1):
        image = {"src": name, "alt": "A harbour", "credit": "Photo: Jane Doe"}
        body = f"{write_note(number)}\n\n{pictures}\n\n[Elsewhere](upright.md). [Far away](https://example.org/)."
        slug = name.partition(".")[0]
        site.article(slug, f"2026-03-0{number}", body, image=image, **front)
    site.article(
        "long", "2026-03-05", title=LONG_HEADLINE, image={"src": "upright.jpg", "alt": "A harbour"}, front="lead"
    )
    site.article(
        "arabic",
        "2026-03-06",
        ARABIC * 5,
        title=ARABIC.strip(),
        summary=ARABIC.strip(),
        language="ar",
        corrections=[{"date": "2026-03-07", "text": ARABIC.strip()}],
    )
    rows = ["| " + " | ".join(f"column {number}" for number in range(30)) + " |", "|" + "---|" * 30]
    rows += ["| " + " | ".join(str(number * 1000) for number in range(30)) + " |"] * 3
    site.article("table", "2026-01-07", "\n".join(rows), topics=["part-10"])
    assert site.build("--strict").code == 0
    return site


@pytest.fixture(scope="module")
def address(odd: Site, serve: Callable[[Path], str]) -> str:
    """Where it is served."""
    return serve(odd.output)


# By keyboard.

FOCUSED = """() => { const one = document.activeElement, box = one.getBoundingClientRect();
    return {what: one.outerHTML.slice(0, 120), left: box.left, right: box.right, id: one.id,
        inside: document.querySelector(".bs-nav").contains(one),
        seen: one.matches("body") || one.checkVisibility({visibilityProperty: true}) } }"""


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_on_a_phone_the_focus_never_leaves_the_screen(direction: str, sized: Callable[..., Page], address: str) -> None:
    page = sized(PHONE)
    page.goto(f"{address}2026/03/upright/")
    page.evaluate(f"document.body.dir = '{direction}'")
    page.wait_for_timeout(400)
    gone = []
    for _ in range(40):
        page.keyboard.press("Tab")
        page.wait_for_timeout(20)
        focused = page.evaluate(FOCUSED)
        if focused["right"] < 1 or focused["left"] > PHONE - 1 or not focused["seen"]:
            gone.append(focused)
    assert gone == []


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(sized: Callable[..., Page], address: str) -> None:
    for key in ("Space", "Enter"):
        page = sized(PHONE)
        page.goto(f"{address}2026/03/upright/")
        page.get_by_role("button", name="Navigation").focus()
        page.keyboard.press(key)
        expect(page.locator(".bs-nav a").first).to_be_focused()
        expect(page.locator(".bs-nav a").first).to_be_in_viewport()
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED)["inside"]
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Navigation")).to_be_focused()
        expect(page.locator(".bs-nav a").first).to_be_hidden()


# Pictures of every shape.

MOVED = """window.moved = 0; new PerformanceObserver(list => { for (const one of list.getEntries())
    window.moved += one.value }).observe({type: "layout-shift", buffered: true})"""


def test_the_portrait_of_an_author_is_round_whatever_its_shape(sized: Callable[..., Page], address: str) -> None:
    for width in (PHONE, DESK):
        page = sized(width)
        page.goto(f"{address}authors/jane-doe/")
        shown = page.locator(".bs-portrait").bounding_box()
        assert shown is not None
        assert shown["width"] == shown["height"] == 96
        head = page.locator(".bs-head").bounding_box()
        assert head is not None
        assert shown["y"] + shown["height"] <= head["y"] + head["height"]


@pytest.mark.parametrize(("slug", "width", "height"), [("upright", 900, 1350), ("small", 300, 200)])
def test_a_lead_picture_keeps_its_shape_and_is_never_blown_up(
    slug: str, width: int, height: int, sized: Callable[..., Page], address: str
) -> None:
    for window in (PHONE, DESK):
        page = sized(window)
        page.add_init_script(MOVED)
        page.goto(f"{address}2026/03/{slug}/", wait_until="networkidle")
        assert page.evaluate("window.moved") < 0.01
        shown = page.locator(".bs-lead-image img").bounding_box()
        assert shown is not None
        assert shown["width"] / shown["height"] == pytest.approx(width / height, rel=0.01)
        assert shown["width"] <= width
        assert shown["width"] == pytest.approx(min(width, window - 32), rel=0.01) or round(shown["height"]) == 680


def test_a_long_headline_beside_the_picture_of_the_front_page_is_set_smaller(
    sized: Callable[..., Page], address: str
) -> None:
    page = sized(DESK)
    page.goto(address)
    headline = page.locator(".bs-front__lead .bs-teaser__image ~ .bs-long")
    assert headline.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") <= 28


def test_a_panorama_scrolls_in_a_box_at_a_height_that_shows_something(sized: Callable[..., Page], address: str) -> None:
    for width in (PHONE, DESK):
        page = sized(width)
        page.goto(f"{address}2026/03/panorama/", wait_until="networkidle")
        boxes = page.get_by_role("region", name="Panorama").all()
        assert [box.get_attribute("aria-label") for box in boxes] == ["Panorama", "Panorama 1"]
        for box in boxes:
            shown = box.locator("img").bounding_box()
            assert shown is not None
            assert shown["height"] >= 180
            assert shown["width"] / shown["height"] == pytest.approx(6000 / 900, rel=0.01)
            box.focus()
            page.keyboard.press("ArrowRight")
            page.wait_for_function("document.activeElement.scrollLeft > 0")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_bars_of_coverage_run_as_the_page_does(sized: Callable[..., Page], address: str) -> None:
    page = sized(DESK)
    page.goto(f"{address}authors/jane-doe/")
    picture = page.locator(".bs-coverage svg")
    expect(picture).to_have_css("transform", "none")
    page.evaluate("document.body.dir = 'rtl'")
    expect(picture).to_have_css("transform", "matrix(-1, 0, 0, 1, 0, 0)")


# What the owner of a newspaper wishes.


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_variables_of_a_sites_own_styles_win_in_every_palette(
    scheme: str, sized: Callable[..., Page], address: str
) -> None:
    page = sized(DESK, color_scheme=scheme)
    page.goto(f"{address}2026/03/upright/")
    example = read_example("write `docs/stylesheets/site.css`")
    for where in ("body", ":root"):
        page.add_style_tag(content=example.replace("body", where).replace("Charter", f"Charter{len(where)}"))
        expect(page.locator(".bs-article h1")).to_have_css("font-family", f"Charter{len(where)}, Georgia, serif")
        page.evaluate("document.head.lastElementChild.remove()")
    page.add_style_tag(content="body { --bs-accent: rgb(1, 2, 3); --bs-quiet: rgb(4, 5, 6) }")
    expect(page.locator(".bs-article .bs-kicker").first).to_have_css("color", "rgb(1, 2, 3)")
    expect(page.locator(".bs-article .bs-meta").first).to_have_css("color", "rgb(4, 5, 6)")


def test_the_colours_that_nobody_changes_follow_the_palette(sized: Callable[..., Page], address: str) -> None:
    colours = []
    for scheme in ("light", "dark"):
        page = sized(DESK, color_scheme=scheme)
        page.goto(f"{address}2026/03/upright/")
        style = "one => { const style = getComputedStyle(one); return [style.color, style.borderTopColor].join() }"
        colours += [
            page.locator(f".bs-article {selector}").first.evaluate(style) for selector in (".bs-kicker", ".bs-credits")
        ]
        page.evaluate("document.body.setAttribute('data-md-color-accent', 'teal')")
        page.wait_for_timeout(50)
        colours.append(page.locator(".bs-article .bs-kicker").first.evaluate(style))
    assert len(set(colours)) == 6


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_the_accent_is_black_whatever_the_palette(
    scheme: str, sized: Callable[..., Page], address: str
) -> None:
    page = sized(DESK, color_scheme=scheme)
    page.emulate_media(media="print")
    page.goto(f"{address}2026/03/upright/")
    expect(page.locator(".bs-article .bs-kicker").first).to_have_css("color", "rgb(0, 0, 0)")


def test_the_bar_of_sections_is_there_whatever_features_are_chosen(odd: Site, make_site: MakeSite) -> None:
    plain = make_site(theme={"name": "material", "features": [], "font": False})
    assert plain.build().code == 0
    for site in (odd, plain):
        assert {len(page.all("nav", css="md-tabs")) for page in site.pages().values()} == {1}


def test_a_long_name_does_not_make_the_bar_that_stays_higher(sized: Callable[..., Page], address: str) -> None:
    for width in (320, PHONE, DESK):
        page = sized(width)
        page.goto(f"{address}2026/03/upright/")
        bar = page.locator(".md-header").bounding_box()
        assert bar is not None
        assert bar["height"] <= 50
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        buttons = [button.bounding_box() for button in page.locator(".md-header__button:visible").all()]
        assert all(button and button["width"] >= 24 for button in buttons)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_on_a_phone_the_bar_of_sections_shows_the_one_that_is_marked(
    direction: str, sized: Callable[..., Page], address: str
) -> None:
    page = sized(PHONE)
    # Before the bar is read, as on a page that was built so. Of all that is asked for the page alone: what else is on
    # its way when the test ends could no longer be answered.
    page.route("**/topics/part-10/", lambda route: turn(route, direction))
    page.goto(f"{address}topics/part-10/")
    marked = page.locator(".md-tabs__item--active")
    expect(marked).to_contain_text("Section 10")
    expect(marked).to_be_in_viewport(ratio=1)
    assert page.evaluate("[document.documentElement.scrollWidth, scrollY]") == [PHONE, 0]


def turn(route: Route, direction: str) -> None:
    """Answer with a page written in a direction."""
    response = route.fetch()
    route.fulfill(response=response, body=response.text().replace('<body dir="ltr"', f'<body dir="{direction}"'))


def test_a_dek_of_the_other_direction_is_flush_with_its_headline(sized: Callable[..., Page], address: str) -> None:
    page = sized(DESK)
    page.goto(f"{address}2026/03/arabic/")
    right = "one => one.getBoundingClientRect().right"
    assert page.locator(".bs-article h1").evaluate(right) == page.locator(".bs-article .bs-dek").evaluate(right)


def test_a_correction_is_in_the_language_of_its_article(odd: Site) -> None:
    line = odd.page("2026/03/arabic/").one("section", css="bs-corrections").one("p")
    assert line.text == f"7 March 2026: {ARABIC.strip()}"
    assert (line.one("span")["lang"], line.one("span")["dir"], line["lang"]) == ("ar", "rtl", "")


def test_between_caption_and_credit_is_a_dot_and_before_a_credit_alone_none(odd: Site, hard: Site) -> None:
    assert odd.page("2026/03/small/").all("figcaption")[0].text == "Photo: Jane Doe"
    assert hard.page("2026/03/full/").all("figcaption")[0].text == "On her last test run. · Photo: Jane Doe"


def test_a_caption_stands_close_to_its_picture(sized: Callable[..., Page], address: str) -> None:
    page = sized(PHONE)
    page.goto(f"{address}2026/03/small/")
    for figure in page.locator("figure").all():
        picture, words = figure.locator("img").bounding_box(), figure.locator("figcaption").bounding_box()
        assert picture is not None
        assert words is not None
        assert 0 <= words["y"] - picture["y"] - picture["height"] <= 20


def test_a_wide_table_fits_on_paper(sized: Callable[..., Page], address: str) -> None:
    page = sized(720)
    page.emulate_media(media="print")
    page.goto(f"{address}2026/01/table/")
    outside = page.locator(".bs-table td").evaluate_all(
        """cells => cells.filter(one => one.getBoundingClientRect().right > innerWidth ||
            one.scrollWidth > one.clientWidth).length"""
    )
    assert outside == 0


# Of the shipped newspaper, whose texts are those of people.

LINES = """paragraphs => paragraphs.flatMap(one => {
    const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), range = document.createRange(), lines = []
    let top = null
    while (walker.nextNode()) for (let place = 0; place < walker.currentNode.length; place++) {
        range.setStart(walker.currentNode, place); range.setEnd(walker.currentNode, place + 1)
        const box = range.getClientRects()[0]
        if (!box || !box.width) continue
        if (top === null || box.top > top + 12) lines.push(0)
        top = box.top
        lines[lines.length - 1]++
    }
    return lines.slice(0, -1) })"""


@pytest.mark.parametrize("width", [1280, 1920])
@pytest.mark.parametrize("url", ["2026/01/trump-greenland-push-davos/", "handbook/writing/", "about/"])
def test_a_line_of_real_text_has_60_to_75_characters(
    url: str, width: int, sized: Callable[..., Page], shipped: Site, serve: Callable[[Path], str]
) -> None:
    page = sized(width)
    page.goto(f"{serve(shipped.output)}{url}")
    lines = page.locator(":is(.bs-body, .bs-page) > p").evaluate_all(LINES)
    assert 60 <= sum(lines) / len(lines) <= 75
    assert sum(60 <= line <= 75 for line in lines) >= 0.8 * len(lines)
    assert max(lines) <= 80
