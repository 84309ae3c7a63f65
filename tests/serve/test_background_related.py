"""Serving: what a writer sees at once, and what follows a moment later."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
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
from makers import NOW, make_article, make_library
from mkdocs.livereload import LiveReloadServer

# Lists that follow a moment later.


class Waiting(Executor):
    """Does nothing until it is told to."""

    def __init__(self) -> None:
        self.work: list[tuple[Future[Any], Any, tuple[Any, ...]]] = []

    def submit(self, work: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.work.append((future, work, arguments))
        return future

    def run(self) -> None:
        """Do what there is to do."""
        for future, work, arguments in self.work:
            if future.set_running_or_notify_cancel():
                future.set_result(work(*arguments))
        self.work.clear()


@pytest.fixture
def server() -> Iterator[LiveReloadServer]:
    """A server that does not run: it only notes that it is to build again."""
    server = LiveReloadServer(lambda: None, "127.0.0.1", 0, ".")
    yield server
    server.server_close()


def wants(server: LiveReloadServer) -> bool:
    """Whether the server has been asked to build again since the last time."""
    wanted: bool = server._want_rebuild
    server._want_rebuild = False
    return wanted


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


def test_without_a_server_or_workers_lists_are_ready_at_once(server: LiveReloadServer) -> None:
    for executor, attached in ((None, True), (None, False)):
        ranker = BackgroundRelatedLists()
        if attached:
            ranker.attach(server)
        for plan in (ONE, TWO):
            assert build_with(ranker, plan, BuildResources(executor=executor)) == rank(plan.documents, 2)
    assert not wants(server)


def test_the_first_lists_are_waited_for_and_later_ones_follow(server: LiveReloadServer) -> None:
    pool, ranker = Waiting(), BackgroundRelatedLists()
    resources = BuildResources(executor=pool, cache=Cache(None, ""))
    wait = ranker(ONE, resources)
    pool.run()
    first = wait()
    assert first == rank(ONE.documents, 2)
    assert first.lists != rank(TWO.documents, 2).lists
    ranker.attach(server)
    # Saved: at once the last lists.
    assert build_with(ranker, TWO, resources) == first
    assert not wants(server)
    pool.run()
    assert wants(server)
    # Built again: the new ones, and no end of building.
    assert build_with(ranker, TWO, resources) == rank(TWO.documents, 2)
    assert not pool.work
    assert not wants(server)
    # Known by now, both ways.
    for plan in (ONE, TWO, ONE):
        assert build_with(ranker, plan, resources) == rank(plan.documents, 2)
    assert (pool.work, wants(server)) == ([], False)


def test_saving_again_before_they_are_ready_leaves_the_last_lists_and_asks_once(server: LiveReloadServer) -> None:
    pool, ranker = Waiting(), BackgroundRelatedLists()
    resources = BuildResources(executor=pool, cache=Cache(None, ""))
    wait = ranker(ONE, resources)
    pool.run()
    first = wait()
    ranker.attach(server)
    three = make_plan(c="Ferries harbour.", d="Harbour frozen.")
    for plan in (TWO, TWO, three, three):
        assert build_with(ranker, plan, resources) == first
    assert not wants(server)
    live = [future for future, *_ in pool.work if not future.cancelled()]
    assert len(live) == 1, "what was overtaken is not compared any more"
    pool.run()
    assert wants(server)
    assert build_with(ranker, three, resources) == rank(three.documents, 2)
    assert not wants(server)


def test_lists_that_come_out_the_same_need_no_other_build(server: LiveReloadServer) -> None:
    pool, ranker = Waiting(), BackgroundRelatedLists()
    resources = BuildResources(executor=pool, cache=Cache(None, ""))
    wait = ranker(ONE, resources)
    pool.run()
    wait()
    ranker.attach(server)
    same = make_plan(c="Parliament budget passed.")
    build_with(ranker, same, resources)
    pool.run()
    assert not wants(server)
    assert build_with(ranker, same, resources) == rank(same.documents, 2)


def test_what_goes_wrong_while_comparing_leaves_the_last_lists(server: LiveReloadServer) -> None:
    pool, ranker, told = Waiting(), BackgroundRelatedLists(), list[str]()
    resources = BuildResources(executor=pool, cache=Cache(None, ""), warn=told.append)
    wait = ranker(ONE, resources)
    pool.run()
    first = wait()
    ranker.attach(server)
    build_with(ranker, TWO, resources)
    pool.work[0][0].cancel()
    assert build_with(ranker, TWO, resources) == first
    assert not told


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


def test_a_real_worker_has_a_waiting_server_build_again_once(server: LiveReloadServer) -> None:
    ranker, pool, builds = BackgroundRelatedLists(), make_process_pool(1, "forkserver"), list[float]()
    resources = BuildResources(executor=pool, cache=Cache(None, ""))

    def build() -> None:
        """As the server's own loop."""
        with server._rebuild_cond:
            while server._rebuild_cond.wait_for(lambda: server._want_rebuild or server._shutdown, timeout=5):
                if server._shutdown:
                    return
                server._want_rebuild = False
                builds.append(time.monotonic())

    thread = threading.Thread(target=build)
    try:
        build_with(ranker, ONE, resources)
        ranker.attach(server)
        thread.start()
        build_with(ranker, TWO, resources)
        assert wait_until(lambda: builds)
        assert build_with(ranker, TWO, resources) == rank(TWO.documents, 2)
        time.sleep(0.2)
        assert len(builds) == 1
    finally:
        with server._rebuild_cond:
            server._shutdown = True
            server._rebuild_cond.notify_all()
        thread.join(timeout=10)
        server._shutdown = False
        pool.shutdown()


def test_a_worker_that_dies_is_told_and_ends_no_build(server: LiveReloadServer) -> None:
    ranker, pool, told = BackgroundRelatedLists(), make_process_pool(1, "forkserver"), list[str]()
    resources = BuildResources(executor=pool, cache=Cache(None, ""), warn=told.append)
    try:
        first = build_with(ranker, ONE, resources)
        ranker.attach(server)
        pool.submit(exit_at_once)
        assert build_with(ranker, TWO, resources) == first
        assert ranker._pending is not None
        assert wait_until(ranker._pending[1].done)
        # The server goes on, and the writer saves once more.
        assert build_with(ranker, TWO, resources).lists.keys() == first.lists.keys()
        assert told
        assert build_with(ranker, make_plan(c="Harbour."), resources).lists.keys() == first.lists.keys()
    finally:
        pool.shutdown()


def test_after_a_worker_has_died_new_lists_come_all_the_same(server: LiveReloadServer) -> None:
    ranker, pool = BackgroundRelatedLists(), make_process_pool(1, "forkserver")
    try:
        resources = BuildResources(executor=pool, cache=Cache(None, ""), warn=lambda _: None)
        build_with(ranker, ONE, resources)
        ranker.attach(server)
        pool.submit(exit_at_once).exception()
        for _ in range(3):
            found = build_with(ranker, TWO, resources)
        assert found == rank(TWO.documents, 2)
    finally:
        pool.shutdown()


def test_the_death_of_a_worker_has_the_comparison_done_again_by_new_ones_beside_the_server(
    server: LiveReloadServer,
) -> None:
    ranker, old, told = BackgroundRelatedLists(), make_process_pool(1, "forkserver"), list[str]()
    cache, new = Cache(None, ""), Waiting()
    try:
        first = build_with(ranker, ONE, BuildResources(executor=old, cache=cache))
        ranker.attach(server)
        old.submit(exit_at_once)
        build_with(ranker, TWO, BuildResources(executor=old, cache=cache))
        # Nobody saves anything: the server builds by itself.
        assert wait_until(lambda: wants(server))
    finally:
        old.shutdown()
    resources = BuildResources(executor=new, cache=cache, warn=told.append)
    assert build_with(ranker, TWO, resources) == first
    assert (len(told), len(new.work)) == (1, 1)
    new.run()
    assert wants(server)
    assert build_with(ranker, TWO, resources) == rank(TWO.documents, 2)
    # And so for the rest of the session.
    assert build_with(ranker, make_plan(c="Harbour."), resources) == rank(TWO.documents, 2)
    assert len(new.work) == 1


def test_a_comparison_that_brings_every_worker_down_ends(server: LiveReloadServer) -> None:
    ranker, cache, told = BackgroundRelatedLists(), Cache(None, ""), list[str]()
    ranker.attach(server)
    build_with(ranker, ONE, BuildResources(cache=cache))
    builds = 0
    while builds < 5:
        builds += 1
        fallen = Waiting()
        resources = BuildResources(executor=fallen, cache=cache, warn=told.append)
        lists = ranker(TWO, resources)
        ranker.follow_up(resources)
        for future, *_ in fallen.work:
            future.set_exception(BrokenExecutor())
        if not wants(server):
            break
    assert builds == 3
    assert lists() == rank(TWO.documents, 2)
    assert len(told) == 3
