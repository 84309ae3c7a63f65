"""Previews: which saved articles are rendered before the build, and which are left to the build."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from broadsheet.serve.preview import MAX_NEW_PAGES, ArticlePreview
from broadsheet.serve.session import BuildSuperseded, ServeSession
from mkdocs.commands.build import build
from mkdocs.config import load_config
from sample_photos import PLACE, draw, encode, make_exif
from sites import MakeSite, Site

NOW = datetime(2026, 1, 20, tzinfo=UTC)


class Served:
    """A newspaper that was built as a server builds it, with the preview of its last build."""

    def __init__(self, site: Site, preview: ArticlePreview) -> None:
        self.site = site
        self.preview = preview
        self.file = site.root / "content" / "articles/2026/01/talks.md"
        self.page = preview.site_dir / "2026/01/talks/index.html"

    def build(self) -> None:
        """Build again, as the server does."""
        config = load_config("mkdocs.yml", site_dir=str(self.preview.site_dir), dev_addr="127.0.0.1:0")
        build(config)

    def render(self, now: datetime = NOW) -> list[str]:
        """Render the page of the article; return the paths of pages that have changed."""
        return sorted(self.preview.render_changed({self.file.resolve().parent / self.file.name}, now).files)


@pytest.fixture
def served(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A newspaper of two articles, whose template divides by a key of the site's own."""
    site = make_site(theme={"name": "material", "font": False, "custom_dir": "overrides"})
    site.register("topics", world={"title": "World"})
    site.article("talks", "2026-01-18", "The first version.", expires="2026-01-21T00:00")
    site.article("accord", "2026-01-19", "The accord.")
    site.write(
        "overrides/main.html",
        '{% extends "material/main.html" %}{% block announce %}'
        "{% set spread = page and page.spread %}"
        "{% if spread and spread.article.extra %}{{ 6 // (spread.article.extra.number | int) }}{% endif %}"
        "{% endblock %}",
    )
    kept: list[ArticlePreview] = []
    follow_up: Callable[..., None] = ServeSession.follow_up

    def keep(self: ServeSession, *arguments: Any, **named: Any) -> None:
        kept.append(arguments[3])
        follow_up(self, *arguments, **named)

    monkeypatch.setattr(ServeSession, "follow_up", keep)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
    monkeypatch.chdir(site.root)
    config = load_config("mkdocs.yml", site_dir=str(site.root / "served"), dev_addr="127.0.0.1:0")
    config.plugins.on_startup(command="serve", dirty=False)
    build(config)
    yield Served(site, kept[-1])
    config.plugins.on_shutdown()


def test_a_saved_body_is_on_its_page_and_no_other_page_is_touched(served: Served) -> None:
    times = {path: path.stat().st_mtime_ns for path in served.preview.site_dir.rglob("*.html") if path != served.page}
    served.site.article("talks", "2026-01-18", "The second version.", expires="2026-01-21T00:00")
    assert served.render() == ["2026/01/talks/index.html"]
    assert "The second version." in served.page.read_text()
    assert {path: path.stat().st_mtime_ns for path in times} == times
    assert not list(served.page.parent.glob(".*"))
    assert served.render() == [], "nothing has changed since"


def test_a_template_that_fails_leaves_the_article_to_the_build(served: Served) -> None:
    before = served.page.read_bytes()
    served.site.article("talks", "2026-01-18", "Words.", expires="2026-01-21T00:00", **{"x-number": 2})
    assert served.render() == ["2026/01/talks/index.html"]
    after = served.page.read_bytes()
    assert after != before
    served.site.article("talks", "2026-01-18", "Words.", expires="2026-01-21T00:00", **{"x-number": 0})
    assert served.render() == []
    assert served.page.read_bytes() == after


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes among its files, and seldom links")
@pytest.mark.parametrize("kind", ["link", "pipe", "directory", "gone", "below a link"])
def test_what_a_build_refuses_is_not_read(served: Served, kind: str, tmp_path: Path) -> None:
    before = served.page.read_bytes()
    secret = tmp_path / "outside" / "talks.md"
    secret.parent.mkdir()
    secret.write_bytes(served.file.read_bytes().replace(b"first version", b"secret"))
    served.file.unlink()
    if kind == "link":
        served.file.symlink_to(secret)
    elif kind == "pipe":
        os.mkfifo(served.file)
    elif kind == "directory":
        served.file.mkdir()
    elif kind == "below a link":
        for path in served.file.parent.iterdir():
            path.unlink()
        served.file.parent.rmdir()
        served.file.parent.symlink_to(secret.parent)
    assert (
        served.preview.render_changed({served.preview.content_dir.resolve() / "articles/2026/01/talks.md"}, NOW).files
        == {}
    )
    assert served.page.read_bytes() == before


def test_an_expired_article_is_not_rendered(served: Served) -> None:
    before = served.page.read_bytes()
    served.site.article("talks", "2026-01-18", "The second version.", expires="2026-01-21T00:00")
    assert served.render(datetime(2026, 1, 22, tzinfo=UTC)) == []
    assert served.page.read_bytes() == before
    assert served.render() == ["2026/01/talks/index.html"]


def test_other_files_and_faulty_articles_render_nothing(served: Served, tmp_path: Path) -> None:
    root = served.preview.content_dir.resolve()
    assert not served.preview.render_changed(
        {tmp_path / "x.md", root / "topics.yml", root / "articles/2026/01/new.md"}, NOW
    ).files
    served.file.write_text("---\ntitle: A: b\n---\n", encoding="utf-8")
    assert served.render() == []


def read_tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in list_files(root)}


def render_paths(served: Served, *paths: str, now: datetime = NOW) -> dict[str, tuple[int, int]]:
    """Render the pages of changed files; return the files of the site that have changed."""
    root = served.preview.content_dir.resolve()
    return dict(served.preview.render_changed({root / path for path in paths}, now).files)


def test_a_new_article_has_its_page_at_the_address_of_the_build(served: Served) -> None:
    before = read_tree(served.preview.site_dir)
    path = served.site.article("harbour", "2026-01-19", "Ferries are back. [Talks](talks.md)", slug="ferries")
    assert list(render_paths(served, path)) == ["2026/01/ferries/index.html"]
    shown = read_tree(served.preview.site_dir)
    page = shown.pop("2026/01/ferries/index.html").decode()
    assert shown == before
    assert '<a href="../talks/">' in page
    served.build()
    built = (served.preview.site_dir / "2026/01/ferries/index.html").read_text()
    # The related headlines come with the build.
    assert page.partition("<aside ")[0].rstrip() == built.partition("<aside ")[0].rstrip()


def test_a_new_article_is_shown_with_pictures_saved_together_with_it(served: Served) -> None:
    picture = encode(draw(64, 48), exif=make_exif())
    served.site.write("content/articles/2026/01/hall.jpg", picture)
    path = served.site.article("hall", "2026-01-19", "![The hall](hall.jpg)", image={"src": "hall.jpg", "alt": "It"})
    shown = render_paths(served, path)
    assert sorted(shown) == ["2026/01/hall/index.html", "media/2026/01/hall.jpg"]
    for name, state in shown.items():
        status = (served.preview.site_dir / name).stat()
        assert state == (status.st_size, status.st_mtime_ns)
    assert "hall.jpg" in (served.preview.site_dir / "2026/01/hall/index.html").read_text()
    assert PLACE not in (served.preview.site_dir / "media/2026/01/hall.jpg").read_bytes()


@pytest.mark.parametrize(
    "keys",
    [
        {"draft": True},
        {"embargo": "2026-02-01"},
        {"expires": "2026-01-19T00:00"},
        {"topics": ["wrold"]},
        {"tilte": "x"},
        {"slug": "talks"},
        {"aliases": ["/2026/01/talks/"]},
    ],
    ids=lambda keys: next(iter(keys)),
)
def test_a_new_article_that_the_build_will_not_publish_is_not_shown(served: Served, keys: dict[str, object]) -> None:
    before = read_tree(served.preview.site_dir)
    path = served.site.article("harbour", "2026-01-18", "Ferries are back.", **keys)
    assert render_paths(served, path) == {}
    assert read_tree(served.preview.site_dir) == before


def test_a_file_that_moved_to_another_directory_keeps_its_address(served: Served) -> None:
    target = served.file.parent.parent / "talks.md"
    served.file.rename(target)
    target.write_text(target.read_text().replace("first version", "second version"))
    assert list(render_paths(served, "articles/2026/01/talks.md", "articles/2026/talks.md")) == [
        "2026/01/talks/index.html"
    ]
    assert "The second version." in served.page.read_text()


def test_a_draft_that_is_published_is_on_its_page_at_once(served: Served) -> None:
    path = served.site.article("harbour", "2026-01-19", "Ferries are back.", draft=True)
    served.build()
    served.site.article("harbour", "2026-01-19", "Ferries are back.")
    assert list(render_paths(served, path)) == ["2026/01/harbour/index.html"]


def test_pages_of_many_new_articles_wait_for_the_build(served: Served) -> None:
    paths = [served.site.article(f"story-{number}", "2026-01-19") for number in range(MAX_NEW_PAGES + 1)]
    assert render_paths(served, *paths) == {}
    assert len(render_paths(served, *paths[1:])) == MAX_NEW_PAGES


@pytest.mark.parametrize("place", [1, 2, 3])
def test_a_superseded_build_takes_no_good_page_away(
    served: Served, place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = count(1)

    def stop_if_superseded(self: ServeSession) -> None:
        if next(calls) == place:
            raise BuildSuperseded

    # The article moves to another address, but that build is superseded by one in which it is faulty.
    served.site.article("talks", "2026-01-18", "The second version.", slug="negotiations")
    with monkeypatch.context() as patch, pytest.raises(BuildSuperseded):
        patch.setattr(ServeSession, "stop_if_superseded", stop_if_superseded)
        served.build()
    served.site.article("talks", "2026-01-18", "The third version.", topics=["wrold"])
    served.build()
    assert "The first version." in served.page.read_text()
    # When the article is mended, the site is the same as one built from scratch.
    served.site.article("talks", "2026-01-18", "The third version.", slug="negotiations")
    served.build()
    assert not served.page.exists()
    site_dir = served.preview.site_dir
    assert "The third version." in (site_dir / "2026/01/negotiations/index.html").read_text()
    files = {path.relative_to(site_dir): path.read_bytes() for path in list_files(site_dir)}
    fresh = served.site.root / "fresh"
    build(load_config("mkdocs.yml", site_dir=str(fresh), dev_addr="127.0.0.1:0"))
    assert files == {path.relative_to(fresh): path.read_bytes() for path in list_files(fresh)}


def list_files(site: Path) -> list[Path]:
    """The files of a site; its search index is made in its own time."""
    return [path for path in sorted(site.rglob("*")) if path.is_file() and "pagefind" not in path.parts]
