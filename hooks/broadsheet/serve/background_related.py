"""Related lists compared in the background, while the server shows the lists of the last comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future

from broadsheet.edition import (
    BuildResources,
    Plan,
    compute_related_key,
    compute_related_lists,
    start_related_lists,
    submit_task,
)
from broadsheet.related import Ranking

_MAX_WORKER_DEATHS = 1
"""After more deaths than this over one comparison, the build makes this comparison itself."""


class BackgroundRelatedLists:
    """Compares articles in a worker process; until the result is there, pages show the last related lists.

    Comparing all articles of a large archive takes seconds, and most edits change few lists. When the comparison is
    done and any list has changed, the site is built once more, and is then the same as one built from scratch.
    """

    def __init__(self) -> None:
        self._last: Ranking | None = None
        self._uncached: dict[bytes, Ranking] = {}
        """By key: results that are not in the cache yet."""
        self._next: tuple[bytes, Plan] | None = None
        """The comparison to start when the site has been shown."""
        self._running: tuple[bytes, Future[Ranking], Executor] | None = None
        self._request_build: Callable[[], None] | None = None
        self._broken_executor: Executor | None = None
        self._worker_deaths: Counter[bytes] = Counter()
        """How many workers have died over each comparison."""

    def attach(self, request_build: Callable[[], None]) -> None:
        """Compare in the background from now on, and call a function when the site should be built again."""
        self._request_build = request_build

    def __call__(self, plan: Plan, resources: BuildResources) -> Callable[[], Ranking]:
        """Do what `start_related_lists` does, but return the last lists where the new ones would take long."""
        key = compute_related_key(plan.documents, plan.config.related_count)
        self._collect_result(resources)
        self._next = None
        cached = self._uncached.get(key) or resources.cache.get("ranking", [key]).get(key)
        known = cached if isinstance(cached, Ranking) else None
        workers_fail = resources.executor is self._broken_executor or self._worker_deaths[key] > _MAX_WORKER_DEATHS
        in_build = resources.executor is None or workers_fail or self._request_build is None
        if known is not None or self._last is None or in_build:
            wait = start_related_lists(plan, resources) if known is None else lambda: known

            def wait_and_keep() -> Ranking:
                self._last = wait()
                return self._last

            return wait_and_keep
        if self._running is None or self._running[0] != key:
            self._next = (key, plan)
        last = self._last
        return lambda: last

    def follow_up(self, resources: BuildResources) -> None:
        """Start the comparison that the build has put off, and write new results to the cache."""
        if self._next is not None and resources.executor is not None:
            self._submit(*self._next, resources.executor)
        resources.cache.put("ranking", self._uncached)
        self._next, self._uncached = None, {}

    def _submit(self, key: bytes, plan: Plan, executor: Executor) -> None:
        if self._running is not None:
            self._running[1].cancel()
        future = submit_task(executor, compute_related_lists, plan.documents, plan.config.related_count)
        self._running = (key, future, executor)
        future.add_done_callback(self._request_build_if_changed)

    def _collect_result(self, resources: BuildResources) -> None:
        """Take the result of the running comparison, if it is done."""
        if self._running is None or not self._running[1].done():
            return
        key, future, executor = self._running
        self._running = None
        try:
            self._last = self._uncached[key] = future.result()
        except CancelledError:
            pass
        except BrokenExecutor:
            # `resources` may have a new executor by now, so remember which one is broken.
            self._broken_executor = executor
            self._worker_deaths[key] += 1
            resources.warn("a worker process has died, of want of memory perhaps: the articles are compared again")

    def _request_build_if_changed(self, future: Future[Ranking]) -> None:
        """Request a build if any list has changed, or if the comparison has failed."""
        if self._request_build is None or future.cancelled():
            return
        done = future.exception() is None
        if done and self._last is not None and future.result().lists == self._last.lists:
            return
        self._request_build()
