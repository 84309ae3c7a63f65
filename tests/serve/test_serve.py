"""`mkdocs serve`: a writer's mistakes never end the server nor take a good page away."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

import pytest
from html_tree import parse
from playwright.sync_api import Browser, expect
from sites import PNG, Server, Site

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper of two articles."""
    site = Site(tmp_path_factory.mktemp("served"))
    site.register("topics", world={"title": "World", "section": True}, nato={"title": "NATO"})
    site.article("talks", "2026-01-18", "The first version.")
    site.article("accord", "2026-01-19", "The accord.")
    return site


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    """The newspaper, served."""
    with Server(site, "--livereload") as server:
        yield server


def list_errors(server: Server, url: str) -> list[str]:
    """The errors that the error overlay of a page lists."""
    boxes = parse(server.get(url)[1]).all("section", id="broadsheet-problems")
    return [item.text for box in boxes for item in box.all("li") if item["class"] == "error"]


def test_a_saved_article_is_on_its_page_at_once(site: Site, server: Server) -> None:
    with server.rebuild():
        site.article("talks", "2026-01-18", "The second version.")
    assert "The second version." in server.get("2026/01/talks/")[1]


def test_an_error_leaves_the_last_good_page_and_is_in_the_terminal(site: Site, server: Server) -> None:
    with server.rebuild():
        site.article("talks", "2026-01-18", "The third version.", topics=["natoo"])
    assert "articles/2026/01/talks.md:5:3: topics: unknown topic 'natoo' (did you mean 'nato'?)" in server.log
    assert server.alive
    assert "The second version." in server.get("2026/01/talks/")[1]
    for url in ("topics/world/", ""):
        assert "Talks" in server.get(url)[1].partition("<main")[2], url
    with server.rebuild():
        site.article("talks", "2026-01-18", "The fourth version.", topics=["nato"])
    assert "The fourth version." in server.get("2026/01/talks/")[1]
    assert "Talks" in server.get("topics/nato/")[1]


def test_broken_yaml_is_reported_and_other_pages_stay(site: Site, server: Server) -> None:
    with server.rebuild():
        site.write("content/articles/2026/01/broken.md", "---\ntitle: A: b\n---\n")
    assert "broken.md:2:9: title: a colon followed by a space ends an unquoted text" in server.log
    with server.rebuild():
        (site.root / "content/articles/2026/01/broken.md").unlink()
    assert server.get("2026/01/accord/")[0] == 200


def test_a_broken_register_is_replaced_by_its_last_good_state(site: Site, server: Server) -> None:
    good = (site.root / "content/topics.yml").read_bytes()
    with server.rebuild():
        site.write("content/topics.yml", "world: [\n")
    assert "content/topics.yml:" in server.log
    status, page = server.get("topics/world/")
    assert (status, "Accord" in page) == (200, True)
    assert server.get("2026/01/accord/")[0] == 200
    with server.rebuild():
        site.write("content/topics.yml", good)
    assert server.get("topics/world/")[0] == 200


def test_new_and_deleted_articles_come_and_go(site: Site, server: Server) -> None:
    with server.rebuild():
        site.article("harbour", "2026-01-20", "Ferries are back.")
    assert server.get("2026/01/harbour/")[0] == 200, server.log
    assert "Harbour" in server.get("")[1]
    with server.rebuild():
        (site.root / "content/articles/2026/01/harbour.md").unlink()
    assert server.get("2026/01/harbour/")[0] == 404
    assert "Harbour" not in server.get("")[1]


@pytest.mark.parametrize(
    ("body", "keys"),
    [
        ("Other words.[^1]\n\n[^1]: A note.\n\n## Part\n", {}),
        (
            "[The talks](talks.md), the [rest](#part)\n\n# Part\n\n| a | b |\n|---|---|\n| 1 | 2 |",
            {"summary": "A dek."},
        ),
        ("![Elsewhere](https://other.example/x.png) <b onclick='x'>bold</b>", {"kicker": "Geneva"}),
    ],
)
def test_a_saved_page_is_shown_first_and_the_build_makes_the_same_page(
    site: Site, server: Server, body: str, keys: dict[str, str]
) -> None:
    with server.rebuild():
        since = len(server.log)
        site.article("accord", "2026-01-19", body, **keys)
        server.wait_for("accord.md: its page is shown", since=since)
        shown = server.get("2026/01/accord/")[1]
    assert "Building documentation" not in server.log[since : server.log.index("its page is shown", since)]
    # The related headlines may differ: the build compares them again.
    article, _, beside = server.get("2026/01/accord/")[1].partition("<aside ")
    assert beside
    assert shown.partition("<aside ")[0].rstrip() == article.rstrip()


def test_an_edit_that_is_undone_at_once_leaves_the_old_page(site: Site, server: Server) -> None:
    with server.rebuild():
        site.article("accord", "2026-01-19", "As it was.")
    text = (site.root / "content/articles/2026/01/accord.md").read_bytes()
    with server.rebuild():
        since = len(server.log)
        site.article("accord", "2026-01-19", "For a moment.")
        server.wait_for("accord.md: its page is shown", since=since)
        site.write("content/articles/2026/01/accord.md", text)
    with server.rebuild():
        site.article("talks", "2026-01-18", "Something else.")
    page = server.get("2026/01/accord/")[1]
    assert ("As it was." in page, "For a moment." in page) == (True, False)


def test_a_new_headline_reaches_other_pages_too(site: Site, server: Server) -> None:
    with server.rebuild():
        site.article("accord", "2026-01-19", "The accord.", title="An accord at last")
    assert "An accord at last" in server.get("2026/01/talks/")[1]
    assert "An accord at last" in server.get("topics/world/")[1]
    with server.rebuild():
        site.article("accord", "2026-01-19", "The accord.")


@pytest.mark.browser
def test_an_open_page_goes_and_comes_back_with_its_article(site: Site, server: Server, browser: Browser) -> None:
    path = site.article("ferry", "2026-01-21", "Ferries are back.")
    file = site.root / "content" / path
    with server.rebuild():
        file.touch()
    with contextlib.closing(browser.new_page()) as page:
        page.goto(server.address + "2026/01/ferry/")
        text = file.read_bytes()
        with server.rebuild():
            file.unlink()
        expect(page.locator("body")).not_to_contain_text("Ferries are back.", timeout=30_000)
        with server.rebuild():
            file.write_bytes(text)
        expect(page.locator("body")).to_contain_text("Ferries are back.", timeout=30_000)
    with server.rebuild():
        file.unlink()


@pytest.mark.browser
def test_the_open_page_of_a_renamed_article_leads_to_its_new_address(
    site: Site, server: Server, browser: Browser
) -> None:
    path = site.article("ferry", "2026-01-21", "Ferries are back.")
    file = site.root / "content" / path
    with server.rebuild():
        file.touch()
    with contextlib.closing(browser.new_page()) as page:
        page.goto(server.address + "2026/01/ferry/")
        with server.rebuild():
            file.rename(file.with_name("boat.md"))
        page.wait_for_url("**/2026/01/boat/", timeout=30_000)
        expect(page.locator("body")).to_contain_text("Ferries are back.")
    with server.rebuild():
        file.with_name("boat.md").unlink()
    assert server.get("2026/01/ferry/")[0] == 404


def test_a_faulty_article_keeps_its_pictures_and_its_place_until_its_file_hides_it(site: Site, server: Server) -> None:
    site.write("content/articles/2026/01/hall.png", PNG)
    with server.rebuild():
        site.article("hall", "2026-01-22", "![The hall](hall.png)")
    with server.rebuild():
        site.article("hall", "2026-01-22", "Other words.", topics=["natoo"])
    assert server.get("2026/01/hall/")[0] == 200
    assert urlopen(server.address + "media/2026/01/hall.png", timeout=20).read() == PNG  # noqa: S310 - this machine
    assert "Hall" in server.get("")[1].partition("<main")[2]
    with server.rebuild():
        site.article("hall", "2026-01-22", "Other words.", topics=["natoo"], draft=True)
    assert server.get("2026/01/hall/")[0] == 404
    assert "2026/01/hall" not in server.get("")[1].partition("<main")[2].partition("broadsheet-problems")[0]
    for name in ("hall.md", "hall.png"):
        with server.rebuild():
            (site.root / "content/articles/2026/01" / name).unlink()


def test_a_new_article_is_shown_before_the_build(site: Site, server: Server) -> None:
    with server.rebuild():
        since = len(server.log)
        site.article("quay", "2026-01-23", "A quay is built.")
        server.wait_for("quay.md: its page is shown", since=since)
        assert "A quay is built." in server.get("2026/01/quay/")[1]
    assert "Building documentation" not in server.log[since : server.log.index("its page is shown", since)]
    assert "Quay" in server.get("")[1]
    with server.rebuild():
        (site.root / "content/articles/2026/01/quay.md").unlink()


@pytest.mark.browser
@pytest.mark.parametrize("width", [375, 1280])
def test_the_box_of_problems_stays_in_sight_and_folded_until_a_new_one_comes(
    site: Site, server: Server, browser: Browser, width: int
) -> None:
    with server.rebuild():
        site.article("long", "2026-01-24", "\n\n".join(["Many words. " * 30] * 40))
    with server.rebuild():
        site.article("talks", "2026-01-18", "The third version.", topics=["natoo"])
    with contextlib.closing(browser.new_page(viewport={"width": width, "height": 667})) as page:
        page.goto(server.address + "2026/01/long/")
        page.mouse.wheel(0, 1_500)
        page.wait_for_function("scrollY > 1000")
        box, summary, items = (
            page.locator(f"#broadsheet-problems{part}") for part in ("", " summary", " li:not(.warning)")
        )

        def find_place() -> tuple[float, float]:
            rectangle = box.bounding_box()
            assert rectangle is not None
            return rectangle["y"], rectangle["y"] + rectangle["height"]

        top, bottom = find_place()
        assert bottom == 667
        assert top > 667 / 2, "half of the window is left for the article"
        assert "topics: unknown topic 'natoo'" in items.first.inner_text()
        assert items.first.evaluate("item => parseFloat(getComputedStyle(item).fontSize)") >= 16
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        summary.focus()
        page.keyboard.press("Enter")
        expect(items.first).to_be_hidden()
        for body in ("The fourth version.", "The fifth version."):
            with server.rebuild():
                site.article("talks", "2026-01-18", body, topics=["natoo"])
            page.reload()
            expect(summary).to_be_visible()
            expect(items.first).to_be_hidden()
        assert find_place()[0] > 600
        with server.rebuild():
            site.article("accord", "2026-01-19", "The accord.", topics=["wolrd"])
        expect(items).to_have_count(2, timeout=30_000)
        expect(items.first).to_be_visible()
        with server.rebuild():
            site.article("accord", "2026-01-19", "The accord.")
        with server.rebuild():
            site.article("talks", "2026-01-18", "The fourth version.", topics=["nato"])
        expect(items).to_have_count(0, timeout=30_000)
    with server.rebuild():
        (site.root / "content/articles/2026/01/long.md").unlink()


def test_an_image_that_is_saved_beside_an_article_is_on_its_page(site: Site, server: Server) -> None:
    with server.rebuild():
        site.article("accord", "2026-01-19", "![The hall](hall.png)")
    assert "dead link: there is no 'hall.png'" in server.log
    assert 'hall.png"' not in server.get("2026/01/accord/")[1]
    with server.rebuild():
        site.write("content/articles/2026/01/hall.png", PNG)
    assert 'src="../../../media/2026/01/hall.png"' in server.get("2026/01/accord/")[1]
    with server.rebuild():
        site.article("accord", "2026-01-19", "The accord.")


def test_an_article_dated_ahead_waits_for_its_day(site: Site, server: Server) -> None:
    with server.rebuild():
        site.article("tomorrow", "2999-01-01")
    assert server.get("2999/01/tomorrow/")[0] == 404
    assert "Tomorrow" not in server.get("")[1]


def test_an_embargo_ends_without_a_change_of_any_file(site: Site, server: Server) -> None:
    with server.rebuild():
        end = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=7)
        site.article("scoop", "2026-01-20", embargo=end.isoformat())
    since = len(server.log)
    assert server.get("2026/01/scoop/")[0] == 404
    server.wait_for("Reloading browsers", since=since)
    assert server.get("2026/01/scoop/")[0] == 200


def test_faulty_settings_give_no_traceback_and_mended_ones_are_used(site: Site, server: Server) -> None:
    with server.rebuild("Expected a whole number of at least 1 but received: 0"):
        site.configure(broadsheet={"per_page": 0})
    assert server.alive
    with server.rebuild():
        site.configure(broadsheet={"per_page": 1})
    assert server.get("topics/world/page/1/")[0] == 404
    assert "Traceback" not in server.log


@pytest.mark.parametrize(
    ("path", "text", "fault"),
    [
        ("content/topics.yml", "world: [\n", "content/topics.yml:"),
        ("content/articles/2026/01/broken.md", "---\ntitle: A: b\n---\n", "content/articles/2026/01/broken.md:2:9: "),
        ("mkdocs.yml", "site_name: A: b\n", "mkdocs.yml:1:13: "),
        ("mkdocs.yml", "nonsense: [1\n", "mkdocs.yml:"),
        ("overrides/broadsheet/article.html", "<p>\n{% blok %}\n", "overrides/broadsheet/article.html:2: "),
        ("overrides/main.html", "<p>\n\n{{ pgae.title }}\n", "overrides/main.html:3: 'pgae' is undefined"),
    ],
)
def test_any_error_is_on_every_page_until_it_is_mended(
    site: Site, server: Server, path: str, text: str, fault: str
) -> None:
    file, since = site.root / path, len(server.log)
    good = file.read_bytes() if file.exists() else None
    with server.rebuild():
        site.write(path, text)
    pages = ("", "about/", "2026/01/accord/", "2026/01/broken/")
    for url in pages:
        assert list_errors(server, url)[0].startswith(fault), url
    assert "The accord." in server.get("2026/01/accord/")[1]
    assert fault in server.log[since:]
    with server.rebuild():
        file.unlink() if good is None else file.write_bytes(good)
    assert [list_errors(server, url) for url in pages] == [[], [], [], []]
    assert "Traceback" not in server.log


def test_an_error_of_an_article_is_first_on_its_own_page(site: Site, server: Server) -> None:
    with server.rebuild():
        site.write("content/articles/2026/01/a-broken.md", "---\ntitle: A: b\n---\n")
    with server.rebuild():
        site.article("talks", "2026-01-18", "The third version.", topics=["natoo"])
    assert [line.partition(".md:")[0].rpartition("/")[2] for line in list_errors(server, "2026/01/talks/")] == [
        "talks",
        "a-broken",
    ]
    (site.root / "content/articles/2026/01/a-broken.md").unlink()
    with server.rebuild():
        site.article("talks", "2026-01-18", "The fourth version.", topics=["nato"])
    assert list_errors(server, "2026/01/talks/") == []


def test_a_faulty_setting_is_one_line_on_pages_and_in_the_terminal(site: Site, server: Server) -> None:
    since = len(server.log)
    with server.rebuild():
        site.configure(broadsheet={"per_page": "x"})
    fault = "mkdocs.yml: extra.broadsheet.per_page: Expected a whole number of at least 1 but received: 'x'"
    assert list_errors(server, "2026/01/accord/") == [fault]
    # The terminal breaks long lines.
    assert re.sub(r"\s+", " ", server.log[since:]).count(fault) == 1
    with server.rebuild():
        site.configure()
    assert list_errors(server, "2026/01/accord/") == []


def test_a_server_starts_in_spite_of_errors(tmp_path: Path) -> None:
    site = Site(tmp_path / "paper")
    site.write("content/articles/broken.md", "---\ntitle: A: b\n---\n")
    site.write("content/topics.yml", "world: [\n")
    site.article("talks")
    with Server(site, "--livereload") as server:
        assert "content/articles/broken.md:2:9: title: a colon followed by a space" in server.log
        assert "content/topics.yml:" in server.log
        assert server.get("about/")[0] == 200
        with server.rebuild():
            site.register("topics", world={"title": "World"})
        assert server.get("2026/01/talks/")[0] == 200
    assert "Traceback" not in server.log
