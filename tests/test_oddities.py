"""Oddities: what is rare on a page stands as well as what is common, and its owner's wishes hold, in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from papers import ARABIC, LONG_HEADLINE, write_note
from photos import draw, encode, make_photo
from playwright.sync_api import Browser, Page, expect
from sites import Site

pytestmark = [pytest.mark.browser, pytest.mark.site]

NAME = "The Harbour Town Evening Courier & Weekly Advertiser of the Upper Bay"
PHONE, DESK = 375, 1280


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper with a long name, many sections, and pictures of every shape."""
    site = Site(tmp_path_factory.mktemp("odd"), {"site_name": NAME, "site_url": "http://127.0.0.1/"})
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
    pictures = "![A harbour](panorama.jpg)\n/// caption\nThe harbour.\n///\n\n![A tug](small.png)"
    for number, name in enumerate(("upright.jpg", "small.png", "panorama.jpg"), 1):
        image = {"src": name, "alt": "A harbour", "credit": "Photo: Jane Doe"}
        body = f"{write_note(number)}\n\n{pictures}\n\n[Elsewhere](upright.md). [Far away](https://example.org/)."
        slug = name.partition(".")[0]
        site.article(slug, f"2026-03-0{number}", body, image=image, authors=["jane-doe"], front="feature")
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


@pytest.fixture
def sized(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a window of some width."""
    contexts = []

    def open_page(width: int, **options: object) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()


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
        found = page.evaluate(FOCUSED)
        if found["right"] < 1 or found["left"] > PHONE - 1 or not found["seen"]:
            gone.append(found)
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
