"""Related lists: they are computed again if and only if something that they depend on changes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import fields, replace
from typing import Any

import pytest
from broadsheet.content.library import Library
from broadsheet.content.site_config import SiteConfig
from broadsheet.core.cache import Cache
from broadsheet.core.processes import make_process_pool
from broadsheet.edition.plan import Plan, plan_edition
from broadsheet.edition.related_lists import compute_related_key, start_related_lists
from broadsheet.edition.render_articles import BuildResources
from broadsheet.related import Document, rank
from content_factory import NOW, make_article, make_library
from hypothesis import given, settings
from hypothesis import strategies as st
from related_documents import documents, make_archive, make_day

TEXTS = ("Ferries wait in the harbour", "The harbour is frozen", "Ferries and pilots", "Parliament and its budget")


def make_plan(library: Library | None = None, count: int = 2) -> Plan:
    articles = [make_article(f"a-{number}", body=f"{text}. " * 3) for number, text in enumerate(TEXTS)]
    return plan_edition(library or make_library(*articles), NOW, SiteConfig(related_count=count), {})


class Counting(Executor):
    """An executor that runs each task at once, and counts them."""

    def __init__(self) -> None:
        self.count = 0
        self._pool = ThreadPoolExecutor(1)

    def submit(self, *work: Any, **named: Any) -> Future[Any]:
        self.count += 1
        return self._pool.submit(*work, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait, cancel_futures=cancel_futures)


@pytest.fixture
def pool() -> Iterator[Counting]:
    pool = Counting()
    yield pool
    pool.shutdown()


# The key.

DOCUMENT = Document(
    "a.md",
    "Headline",
    "Dek",
    "Body",
    make_day(1),
    "a/",
    ("world", "asia"),
    "war",
    "en",
    ("b.md",),
    ("c.md",),
    ("d.md",),
    ("e.md",),
)
CHANGES: dict[str, Any] = {
    "id": "z.md",
    "headline": "Other",
    "dek": "Other",
    "body": "Other",
    "published": make_day(2),
    "url": "z/",
    "topics": ("asia", "world"),
    "story": "peace",
    "language": "fr",
    "links": (),
    "pins": ("c.md", "b.md"),
    "never": (),
    "shown": (),
    "off": True,
}


def test_these_tests_change_everything_of_a_document() -> None:
    assert {field.name for field in fields(Document)} == CHANGES.keys()


@pytest.mark.parametrize("field", CHANGES)
def test_the_key_changes_with_everything_of_a_document(field: str) -> None:
    second = replace(DOCUMENT, id="b.md")
    changed = replace(DOCUMENT, **{field: CHANGES[field]})
    keys = [compute_related_key(archive, 8) for archive in ([DOCUMENT, second], [changed, second], [second, changed])]
    assert len(set(keys)) == 3
    assert compute_related_key([replace(DOCUMENT), replace(second)], 8) == keys[0]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"headline": "ab", "dek": "c"}, {"headline": "a", "dek": "bc"}),
        ({"links": ("x",), "pins": ()}, {"links": (), "pins": ("x",)}),
        ({"pins": ("x", "y")}, {"pins": ("x', 'y",)}),
        ({"story": "x", "language": ""}, {"story": "", "language": "x"}),
        ({"body": "\ud800"}, {"body": "\ud801"}),
    ],
)
def test_the_boundaries_of_texts_count(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert compute_related_key([replace(DOCUMENT, **first)], 8) != compute_related_key([replace(DOCUMENT, **second)], 8)


def test_the_key_changes_with_the_length_of_lists() -> None:
    assert compute_related_key([DOCUMENT], 8) != compute_related_key([DOCUMENT], 9)
    assert compute_related_key([], 8) != compute_related_key([], 9)
    assert compute_related_key([], 8) != compute_related_key([DOCUMENT], 8)


@settings(max_examples=30, deadline=None)
@given(first=documents(4), second=documents(4), count=st.sampled_from([1, 2]))
def test_archives_of_one_key_have_the_same_lists(first: list[Document], second: list[Document], count: int) -> None:
    if compute_related_key(first, count) == compute_related_key(second, count):
        assert rank(first, count) == rank(second, count)
    else:
        assert (first, count) != (second, count)


# When it is done, and where.


def test_the_lists_are_those_of_all_documents(pool: Counting) -> None:
    plan = make_plan()
    right = rank(plan.documents, 2)
    assert right.lists["articles/2026/01/a-0.md"]
    assert start_related_lists(plan, BuildResources())() == right
    assert start_related_lists(plan, BuildResources(executor=pool))() == right


def test_articles_that_were_compared_are_not_compared_again(pool: Counting, tmp_path: Any) -> None:
    plan = make_plan()
    right = rank(plan.documents, 2)
    for expected in (1, 1, 1):
        resources = BuildResources(executor=pool, cache=Cache(tmp_path, ""))
        assert start_related_lists(plan, resources)() == right
        assert pool.count == expected
        resources.cache.save()
        resources.cache.close()
    resources = BuildResources(executor=pool, cache=Cache(tmp_path, ""))
    assert start_related_lists(make_plan(count=1), resources)() == rank(plan.documents, 1)
    assert pool.count == 2
    resources.cache.close()


def test_comparing_goes_on_while_other_work_is_done(pool: Counting) -> None:
    wait = start_related_lists(make_plan(), BuildResources(executor=pool))
    assert pool.count == 1
    assert wait() == rank(make_plan().documents, 2)


def exit_at_once(*_: object) -> None:
    """End the process that calls this."""
    os._exit(9)


def test_a_worker_that_dies_while_it_compares_is_told_and_its_work_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    plan, reports = make_plan(), []
    right = rank(plan.documents, 2)
    pool = make_process_pool(1, "forkserver")
    try:
        resources = BuildResources(executor=pool, warn=reports.append)
        pool.submit(exit_at_once)
        wait = start_related_lists(plan, resources)
        assert wait() == right
        assert reports == ["a worker process has died, of want of memory perhaps: its work is done again here"]
        reports.clear()
        assert start_related_lists(plan, BuildResources(executor=pool, warn=reports.append))() == right
        assert len(reports) == 1
    finally:
        pool.shutdown()


def test_a_large_archive_comes_out_of_a_process_as_it_comes_out_here() -> None:
    archive = make_archive(60)
    pool = make_process_pool(1, "forkserver")
    try:
        assert pool.submit(rank, archive, 4).result() == rank(archive, 4)
    finally:
        pool.shutdown()


def test_what_compares_nothing_imports_nothing_to_compare_with() -> None:
    code = "import sys, broadsheet.hooks; print({'numpy', 'scipy'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
