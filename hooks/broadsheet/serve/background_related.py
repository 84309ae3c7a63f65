"""Serving: what a writer sees at once after saving, and what follows a moment later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import replace
from pathlib import Path

from mkdocs.livereload import LiveReloadServer

from broadsheet.content import ContentFiles, Library, SiteConfig, build_library
from broadsheet.core import Cache
from broadsheet.edition import (
    BuildResources,
    Plan,
    SiteModel,
    compute_related_key,
    compute_related_lists,
    start_related_lists,
    submit_task,
)
from broadsheet.related import Ranking


class BackgroundRelatedLists:
    """Compares articles beside the server: until it is done, pages show the related headlines of a moment ago.

    Comparing all articles of an archive anew takes seconds, and most edits change few lists. When it is done, the
    site is built once more, and comes out as a build from scratch would.
    """

    def __init__(self) -> None:
        self._last: Ranking | None = None
        self._new: dict[bytes, Ranking] = {}
        """What was compared, and is not in the cache yet."""
        self._wanted: tuple[bytes, Plan] | None = None
        """What is to be compared when the page is out."""
        self._pending: tuple[bytes, Future[Ranking], Executor] | None = None
        self._server: LiveReloadServer | None = None
        self._dead: Executor | None = None
        """Workers that have died."""
        self._deaths: Counter[bytes] = Counter()
        """How many workers each comparison has brought down."""

    def attach(self, server: LiveReloadServer) -> None:
        """Take the server that is to build again when a comparison is done."""
        self._server = server

    def __call__(self, plan: Plan, resources: BuildResources) -> Callable[[], Ranking]:
        """As `rankings.start_ranking`."""
        key = compute_related_key(plan.documents, plan.config.related_count)
        self._collect(resources)
        self._wanted = None
        found = self._new.get(key) or resources.cache.get("ranking", [key]).get(key)
        known = found if isinstance(found, Ranking) else None
        hopeless = resources.executor is self._dead or self._deaths[key] > 1
        here = resources.executor is None or hopeless or self._server is None
        if known is not None or self._last is None or here:
            wait = start_related_lists(plan, resources) if known is None else lambda: known

            def keep() -> Ranking:
                self._last = wait()
                return self._last

            return keep
        if self._pending is None or self._pending[0] != key:
            self._wanted = (key, plan)
        last = self._last
        return lambda: last

    def follow_up(self, resources: BuildResources) -> None:
        """Compare what the build that is done had no time for, and keep what was compared before it."""
        if self._wanted is not None and resources.executor is not None:
            self._submit(*self._wanted, resources)
        resources.cache.put("ranking", self._new)
        self._wanted, self._new = None, {}

    def _submit(self, key: bytes, plan: Plan, resources: BuildResources) -> None:
        if self._pending is not None:
            self._pending[1].cancel()
        assert resources.executor is not None
        future = submit_task(resources.executor, compute_related_lists, plan.documents, plan.config.related_count)
        self._pending = (key, future, resources.executor)
        future.add_done_callback(self._wake)

    def _collect(self, resources: BuildResources) -> None:
        """Keep what was compared in the meantime."""
        if self._pending is None or not self._pending[1].done():
            return
        key, future, executor = self._pending
        self._pending = None
        try:
            self._last = self._new[key] = future.result()
        except CancelledError:
            pass
        except BrokenExecutor:
            # The workshop may have other workers by now.
            self._dead = executor
            self._deaths[key] += 1
            resources.warn("a worker process has died, of want of memory perhaps: the articles are compared again")

    def _wake(self, future: Future[Ranking]) -> None:
        """Have the site built again, if any list is another now, or if the comparison came to nothing."""
        if self._server is None or future.cancelled():
            return
        done = future.exception() is None
        if done and self._last is not None and future.result().lists == self._last.lists:
            return
        ask_for_build(self._server)


def ask_for_build(server: LiveReloadServer) -> None:
    """Have a server build the site again. MkDocs 1.6.1 has no public way to ask for that."""
    with server._rebuild_cond:
        server._want_rebuild = True
        server._rebuild_cond.notify_all()


class LastGood:
    """What stays up while a writer has something to mend: the registers, and the pages of faulty articles."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        """The last good pages of the articles that are faulty now, by URL."""
        self._faults: dict[str, tuple[str, ...]] = {}
        """What is to be mended in each of them."""
        self._registers: dict[str, bytes] = {}
        self._urls: dict[str, str] = {}

    def read(self, source: ContentFiles, config: SiteConfig, cache: Cache | None) -> Library:
        """The library of a source, in which a broken register gives way to its last good state."""
        library = build_library(source, config, cache)
        broken = {
            name
            for name in source.registers
            if any(one.path == source.name(name) and one.severity == "error" for one in library.problems)
        }
        old = {name: self._registers[name] for name in broken if name in self._registers}
        self._registers |= {name: data for name, data in source.registers.items() if name not in broken}
        if not old:
            return library
        rebuilt = build_library(replace(source, registers={**source.registers, **old}), config, cache)
        told = [one for one in library.problems if one.path in {source.name(name) for name in broken}]
        return replace(rebuilt, problems=tuple(sorted({*rebuilt.problems, *told})))

    def keep_pages(self, library: Library, model: SiteModel, site: Path) -> None:
        """Take the pages of faulty articles, before the site is built without those."""
        known = {article.path: article.url for article in library.articles if article.path not in model.faulty}
        taken = set(known.values())
        pages, faults = dict[str, bytes](), dict[str, tuple[str, ...]]()
        for path in model.faulty:
            url = self._urls.get(path, "")
            target = site / url / "index.html"
            if url and url not in taken and target.is_file():
                pages[url] = target.read_bytes()
                told = (one for one in model.problems if one.path == library.name(path) and one.severity == "error")
                faults[url] = tuple(map(str, told))
        self.pages, self._faults = pages, faults
        self._urls |= known

    def find_faults(self, url: str) -> tuple[str, ...]:
        """What is wrong with the article of which a URL shows the last good page."""
        return self._faults.get(url, ())
