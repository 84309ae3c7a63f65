"""`mkdocs serve`: a writer's mistakes never end the server nor take a good page away."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
    """The lines of the error overlay of a page."""
    page = parse(server.get(url)[1])
    return [item.text for banner in page.all("div", role="alert") for item in banner.all("li")]


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
    assert "Talks" not in server.get("topics/world/")[1].partition('data-broadsheet="listing"')[2]
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
def test_an_open_page_comes_back_with_its_article(site: Site, server: Server, browser: Browser) -> None:
    path = site.article("ferry", "2026-01-21", "Ferries are back.")
    file = site.root / "content" / path
    with server.rebuild():
        file.touch()
    with contextlib.closing(browser.new_page()) as page:
        page.goto(server.address + "2026/01/ferry/")
        with server.rebuild():
            file.rename(file.with_name("boat.md"))
        expect(page.locator("body")).not_to_contain_text("Ferries are back.", timeout=30_000)
        with server.rebuild():
            file.with_name("boat.md").rename(file)
        expect(page.locator("body")).to_contain_text("Ferries are back.", timeout=30_000)
    with server.rebuild():
        file.unlink()


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
