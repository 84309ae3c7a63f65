"""Newsroom: a site opened for a command, the clock, and the process that compares articles."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from broadsheet.core.problems import BroadsheetError
from broadsheet.mkdocs_site.project import check_project, open_project, read_clock
from broadsheet.mkdocs_site.resources import MIN_ARTICLES_FOR_WORKERS, start_workers
from broadsheet.related import Document, rank
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from sites import NOW, MakeSite, Site


def load(site: Site) -> MkDocsConfig:
    return load_config(str(site.root / "mkdocs.yml"))


def test_a_newsroom_has_what_the_settings_and_the_content_say(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site(broadsheet={"content": "news", "topics": "open", "timezone": "Asia/Tokyo"})
    site.write("news/articles/talks.md", "---\ntitle: Talks\ndate: 2026-01-31T23:30\ntopics: [new]\n---\n\nTalks.\n")
    site.write("news/articles/broken.md", "---\ntitle: Broken\n---\n")
    monkeypatch.chdir(site.root)
    newsroom = open_project(load(site))
    assert (newsroom.root, newsroom.label) == ((site.root / "news").resolve(), "news")
    assert newsroom.config.open_topics
    assert [article.path for article in newsroom.library.articles] == ["articles/talks.md"]
    assert newsroom.library.articles[0].date.at.utcoffset() == timedelta(hours=9)
    assert newsroom.library.faulty == {"articles/broken.md"}
    assert {problem.path for problem in newsroom.library.problems} == {"news/articles/broken.md"}


def test_a_newsroom_without_content_is_refused(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    site = make_site(broadsheet={"content": "nowhere"})
    monkeypatch.chdir(site.root)
    with pytest.raises(BroadsheetError, match="no content directory 'nowhere': create it, or mend 'content'"):
        open_project(load(site))


def test_the_edition_of_an_instant_comes_with_every_problem_in_order(
    make_site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site()
    text = "The ferry Albatros crosses the bay again after repairs of two years, the port authority said on Monday."
    site.article("broken", topics=[])
    site.article("copy", "2026-01-19", text)
    site.article("ferry", body=text)
    site.article("linked", body="See [that](gone.md), [the page](../../../../docs/about.md) or [later](tomorrow.md).")
    site.article("tomorrow", "2026-06-02")
    site.write("content/authors.yml", "desk: {nmae: Desk}\n")
    monkeypatch.chdir(site.root)
    config = load(site)
    model, problems = check_project(open_project(config), config, NOW)
    assert [article.slug for article in model.edition.articles] == ["copy", "ferry", "linked"]
    assert [(problem.path.removeprefix("content/"), problem.severity) for problem in problems] == [
        ("articles/2026/01/broken.md", "error"),
        ("articles/2026/01/copy.md", "note"),
        ("articles/2026/01/linked.md", "warning"),
        ("articles/2026/01/linked.md", "warning"),
        ("authors.yml", "error"),
    ]
    body = next(spread.body.html for spread in model.spreads if spread.article.slug == "linked")
    assert '<a href="../../../about/">the page</a>' in body
    _, later = check_project(open_project(config), config, NOW + timedelta(days=2))
    assert "articles/2026/01/linked.md" in {problem.path.removeprefix("content/") for problem in later}


def test_the_clock_is_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1768728600")
    assert read_clock() == datetime(2026, 1, 18, 9, 30, tzinfo=UTC)
    assert read_clock().tzinfo is UTC


def test_without_that_the_clock_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    before = datetime.now(UTC)
    assert before <= read_clock() <= datetime.now(UTC)


@pytest.mark.parametrize("epoch", ["", "now", "2026-01-18", "1e9", "99999999999999999999", "253402300800"])
def test_a_clock_that_is_set_to_nothing_sensible_is_told(epoch: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    with pytest.raises(BroadsheetError) as caught:
        read_clock()
    assert str(caught.value) == f"SOURCE_DATE_EPOCH: expected seconds since 1970, found '{epoch}'"


def test_a_small_archive_is_compared_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.mkdocs_site.resources.count_cores", lambda: 2)
    assert start_workers(MIN_ARTICLES_FOR_WORKERS - 1) is None


def test_with_one_processor_everything_is_compared_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.mkdocs_site.resources.count_cores", lambda: 1)
    assert start_workers(MIN_ARTICLES_FOR_WORKERS) is None


def test_a_large_archive_is_compared_in_a_process_of_its_own_with_the_same_outcome(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("broadsheet.mkdocs_site.resources.count_cores", lambda: 2)
    documents = [
        Document(f"articles/{name}.md", f"Talks in {name}", body=f"Envoys met in {name} to talk about missiles.")
        for name in ("Geneva", "Vienna", "Paris")
    ]
    executor = start_workers(MIN_ARTICLES_FOR_WORKERS)
    assert executor is not None
    with executor:
        assert executor.submit(os.getpid).result() != os.getpid()
        assert executor.submit(rank, documents, 8).result() == rank(documents, 8)
