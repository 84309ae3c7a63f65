"""Related lists that are compared in the background while the site is served."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any

import pytest
from broadsheet.content.library import Library
from broadsheet.content.site_config import SiteConfig
from broadsheet.core.cache import Cache
from broadsheet.core.processes import make_process_pool
from broadsheet.edition.plan import Plan, plan_edition
from broadsheet.edition.render_articles import BuildResources
from broadsheet.related import Ranking, rank
from broadsheet.serve.background_related import BackgroundRelatedLists
from content_factory import NOW, make_article, make_library

# Comparisons that a test runs when it wants to.


class DeferredExecutor(Executor):
    """Runs submitted work when `run` is called."""

    def __init__(self) -> None:
        self.work: list[tuple[Future[Any], Any, tuple[Any, ...]]] = []

    def submit(self, work: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.work.append((future, work, arguments))
        return future

    def run(self) -> None:
        """Run the submitted work."""
        for future, work, arguments in self.work:
            if future.set_running_or_notify_cancel():
                future.set_result(work(*arguments))
        self.work.clear()


class BuildRequests:
    """Counts the builds that are requested."""

    def __init__(self) -> None:
        self.count = 0
        self.requested = threading.Event()

    def __call__(self) -> None:
        self.count += 1
        self.requested.set()

    def take(self) -> bool:
        """Whether a build has been requested since the last call."""
        requested = self.requested.is_set()
        self.requested.clear()
        return requested


@pytest.fixture
def requests() -> BuildRequests:
    """The builds that are requested."""
    return BuildRequests()


def make_plan(**bodies: str) -> Plan:
    texts = {"a": "Ferries harbour frozen.", "b": "Ferries harbour frozen.", "c": "Parliament budget.", **bodies}
    articles = [make_article(slug, title=slug * 3, body=f"{text} " * 3) for slug, text in texts.items()]
    library: Library = make_library(*articles)
    return plan_edition(library, NOW, SiteConfig(related_count=2), {})


def build_with(ranker: BackgroundRelatedLists, plan: Plan, resources: BuildResources) -> Ranking:
    """The lists that a build shows; what it has left for later is begun."""
    lists = ranker(plan, resources)()
    ranker.follow_up(resources)
    return lists


ONE, TWO = make_plan(), make_plan(c="Ferries harbour frozen.")


def test_without_a_server_or_workers_the_build_waits_for_new_lists(requests: BuildRequests) -> None:
    for executor, attached in ((None, True), (None, False)):
        ranker = BackgroundRelatedLists()
        if attached:
            ranker.attach(requests)
        for plan in (ONE, TWO):
            assert build_with(ranker, plan, BuildResources(executor=executor)) == rank(plan.documents, 2)
    assert not requests.take()


def test_the_first_build_waits_for_its_lists_and_later_ones_follow(requests: BuildRequests) -> None:
    pool, ranker = DeferredExecutor(), BackgroundRelatedLists()
    resources = BuildResources(executor=pool, cache=Cache(None, ""))
    wait = ranker(ONE, resources)
    pool.run()
    first = wait()
    assert first == rank(ONE.documents, 2)
    assert first.lists != rank(TWO.documents, 2).lists
    ranker.attach(requests)
    # Saved: at once the last lists.
    assert build_with(ranker, TWO, resources) == first
    assert not requests.take()
    pool.run()
    assert requests.take()
    # Built again: the new ones, and no end of building.
    assert build_with(ranker, TWO, resources) == rank(TWO.documents, 2)
    assert not pool.work
    assert not requests.take()
    # Known by now, both ways.
    for plan in (ONE, TWO, ONE):
        assert build_with(ranker, plan, resources) == rank(plan.documents, 2)
    assert (pool.work, requests.take()) == ([], False)


def test_saving_again_keeps_the_last_lists_and_requests_one_build(requests: BuildRequests) -> None:
    pool, ranker = DeferredExecutor(), BackgroundRelatedLists()
    resources = BuildResources(executor=pool, cache=Cache(None, ""))
    wait = ranker(ONE, resources)
    pool.run()
    first = wait()
    ranker.attach(requests)
    three = make_plan(c="Ferries harbour.", d="Harbour frozen.")
    for plan in (TWO, TWO, three, three):
        assert build_with(ranker, plan, resources) == first
    assert not requests.take()
    live = [future for future, *_ in pool.work if not future.cancelled()]
    assert len(live) == 1, "a comparison that is out of date is cancelled"
    pool.run()
    assert requests.take()
    assert build_with(ranker, three, resources) == rank(three.documents, 2)
    assert not requests.take()


def test_unchanged_lists_request_no_build(requests: BuildRequests) -> None:
    pool, ranker = DeferredExecutor(), BackgroundRelatedLists()
    resources = BuildResources(executor=pool, cache=Cache(None, ""))
    wait = ranker(ONE, resources)
    pool.run()
    wait()
    ranker.attach(requests)
    same = make_plan(c="Parliament budget passed.")
    build_with(ranker, same, resources)
    pool.run()
    assert not requests.take()
    assert build_with(ranker, same, resources) == rank(same.documents, 2)


def test_a_cancelled_comparison_leaves_the_last_lists(requests: BuildRequests) -> None:
    pool, ranker, warnings = DeferredExecutor(), BackgroundRelatedLists(), list[str]()
    resources = BuildResources(executor=pool, cache=Cache(None, ""), warn=warnings.append)
    wait = ranker(ONE, resources)
    pool.run()
    first = wait()
    ranker.attach(requests)
    build_with(ranker, TWO, resources)
    pool.work[0][0].cancel()
    assert build_with(ranker, TWO, resources) == first
    assert not warnings


# With real processes.


def exit_at_once(*_: object) -> None:
    """End the process that calls this."""
    os._exit(9)


def wait_until(check: Any, seconds: float = 20) -> bool:
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_a_real_worker_requests_one_build_when_it_is_done(requests: BuildRequests) -> None:
    ranker, pool = BackgroundRelatedLists(), make_process_pool(1, "forkserver")
    resources = BuildResources(executor=pool, cache=Cache(None, ""))
    try:
        build_with(ranker, ONE, resources)
        ranker.attach(requests)
        build_with(ranker, TWO, resources)
        assert requests.requested.wait(20)
        assert build_with(ranker, TWO, resources) == rank(TWO.documents, 2)
    finally:
        pool.shutdown()
    assert requests.count == 1


def test_the_death_of_a_worker_is_reported_and_stops_no_build(requests: BuildRequests) -> None:
    ranker, pool, warnings = BackgroundRelatedLists(), make_process_pool(1, "forkserver"), list[str]()
    resources = BuildResources(executor=pool, cache=Cache(None, ""), warn=warnings.append)
    try:
        first = build_with(ranker, ONE, resources)
        ranker.attach(requests)
        pool.submit(exit_at_once)
        assert build_with(ranker, TWO, resources) == first
        assert ranker._running is not None
        assert wait_until(ranker._running[1].done)
        # The server goes on, and the writer saves once more.
        assert build_with(ranker, TWO, resources).lists.keys() == first.lists.keys()
        assert warnings
        assert build_with(ranker, make_plan(c="Harbour."), resources).lists.keys() == first.lists.keys()
    finally:
        pool.shutdown()


def test_new_lists_come_after_the_death_of_a_worker(requests: BuildRequests) -> None:
    ranker, pool = BackgroundRelatedLists(), make_process_pool(1, "forkserver")
    try:
        resources = BuildResources(executor=pool, cache=Cache(None, ""), warn=lambda _: None)
        build_with(ranker, ONE, resources)
        ranker.attach(requests)
        pool.submit(exit_at_once).exception()
        for _ in range(3):
            lists = build_with(ranker, TWO, resources)
        assert lists == rank(TWO.documents, 2)
    finally:
        pool.shutdown()


def test_a_comparison_whose_worker_died_is_repeated_by_new_workers(
    requests: BuildRequests,
) -> None:
    ranker, old, warnings = BackgroundRelatedLists(), make_process_pool(1, "forkserver"), list[str]()
    cache, new = Cache(None, ""), DeferredExecutor()
    try:
        first = build_with(ranker, ONE, BuildResources(executor=old, cache=cache))
        ranker.attach(requests)
        old.submit(exit_at_once)
        build_with(ranker, TWO, BuildResources(executor=old, cache=cache))
        # Nobody saves anything: the server builds by itself.
        assert wait_until(requests.take)
    finally:
        old.shutdown()
    resources = BuildResources(executor=new, cache=cache, warn=warnings.append)
    assert build_with(ranker, TWO, resources) == first
    assert (len(warnings), len(new.work)) == (1, 1)
    new.run()
    assert requests.take()
    assert build_with(ranker, TWO, resources) == rank(TWO.documents, 2)
    # And so for the rest of the session.
    assert build_with(ranker, make_plan(c="Harbour."), resources) == rank(TWO.documents, 2)
    assert len(new.work) == 1


def test_a_comparison_that_ends_every_worker_is_given_up(requests: BuildRequests) -> None:
    ranker, cache, warnings = BackgroundRelatedLists(), Cache(None, ""), list[str]()
    ranker.attach(requests)
    build_with(ranker, ONE, BuildResources(cache=cache))
    builds = 0
    while builds < 5:
        builds += 1
        broken = DeferredExecutor()
        resources = BuildResources(executor=broken, cache=cache, warn=warnings.append)
        lists = ranker(TWO, resources)
        ranker.follow_up(resources)
        for future, *_ in broken.work:
            future.set_exception(BrokenExecutor())
        if not requests.take():
            break
    assert builds == 3
    assert lists() == rank(TWO.documents, 2)
    assert len(warnings) == 3
