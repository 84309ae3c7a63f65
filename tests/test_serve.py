"""`mkdocs serve`: a writer's mistakes never end the server nor take a good page away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
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


def test_a_saved_article_is_on_its_page_at_once(site: Site, server: Server) -> None:
    with server.rebuild():
        site.article("talks", "2026-01-18", "The second version.")
    assert "The second version." in server.get("2026/01/talks/")[1]


def test_a_fault_leaves_the_last_good_page_and_is_told_in_the_terminal(site: Site, server: Server) -> None:
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


def test_broken_yaml_is_told_and_the_rest_lives_on(site: Site, server: Server) -> None:
    with server.rebuild():
        site.write("content/articles/2026/01/broken.md", "---\ntitle: A: b\n---\n")
    assert "broken.md:2:9: title: a colon followed by a space ends an unquoted text" in server.log
    with server.rebuild():
        (site.root / "content/articles/2026/01/broken.md").unlink()
    assert server.get("2026/01/accord/")[0] == 200


def test_a_broken_register_gives_way_to_its_last_good_state(site: Site, server: Server) -> None:
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
    assert server.get("2026/01/harbour/")[0] == 200
    assert "Harbour" in server.get("")[1]
    with server.rebuild():
        (site.root / "content/articles/2026/01/harbour.md").unlink()
    assert server.get("2026/01/harbour/")[0] == 404
    assert "Harbour" not in server.get("")[1]


def test_a_picture_that_is_saved_beside_an_article_is_on_its_page(site: Site, server: Server) -> None:
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


def test_faulty_settings_are_told_without_a_traceback_and_mended_ones_picked_up(site: Site, server: Server) -> None:
    with server.rebuild("Expected a whole number of at least 1 but received: 0"):
        site.configure(broadsheet={"per_page": 0})
    assert server.alive
    with server.rebuild():
        site.configure(broadsheet={"per_page": 1})
    assert server.get("topics/world/page/1/")[0] == 404
    assert "Traceback" not in server.log


def test_a_server_starts_with_a_fault_too(tmp_path: Path) -> None:
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
