"""The resources of a build: worker processes, the cache, and the report of progress."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
from concurrent.futures import Executor
from multiprocessing import get_all_start_methods
from pathlib import Path
from typing import Any, TextIO

import click
from mkdocs.config.defaults import MkDocsConfig

from broadsheet.core import Cache, FileStore, count_cores, make_process_pool
from broadsheet.edition import BuildResources
from broadsheet.mkdocs_site.cluster import ClusterExecutor
from broadsheet.mkdocs_site.settings import Settings, find_content
from broadsheet.mkdocs_site.site_digest import digest_environment, list_modules, make_markdown_config

CLUSTER = "BROADSHEET_CLUSTER"
"""The environment variable with the address of a Dask scheduler, on whose workers a build runs."""
KEEP_GOING = "BROADSHEET_KEEP_GOING"
"""The environment variable with which a build leaves out articles that have an error, instead of stopping."""

MIN_ARTICLES_FOR_WORKERS = 400
"""A process takes half a second to start: as long as comparing 400 articles."""

_MIN_CORES = 2
_GC_THRESHOLDS = (50_000, 20, 20)
_MIN_STEPS = 200
"""Progress of work with fewer steps is not reported: it is done before anyone asks."""
_LOG_LINES = 4


def start_workers(articles: int, modules: tuple[str, ...] = ()) -> Executor | None:
    """Return a process pool, or the workers of the cluster that `CLUSTER` names; None where work is faster here.

    Processes are started afresh, not forked: `mkdocs serve` has threads, and a fork would copy their locks. The
    workers of a cluster must have the same `modules` as this process.

    Raises:
        BroadsheetError: when the cluster cannot be used.

    """
    address = os.environ.get(CLUSTER, "")
    if address:
        return ClusterExecutor(address, modules)
    cores = count_cores()
    if articles < MIN_ARTICLES_FOR_WORKERS or cores < _MIN_CORES:
        return None
    return make_process_pool(cores, "forkserver" if "forkserver" in get_all_start_methods() else "spawn")


def reduce_garbage_collection() -> None:
    """Have Python collect garbage less often: the hundreds of thousands of objects of an archive all stay."""
    gc.set_threshold(*_GC_THRESHOLDS)


def find_cache(config: MkDocsConfig) -> Path:
    """Return the directory of a site's cache."""
    return Path(config.config_file_path or "mkdocs.yml").resolve().parent / ".cache"


class Progress:
    """Reports how much of a piece of work is done: as a bar on a terminal, as log lines elsewhere.

    With `mkdocs build --quiet`, where only warnings are logged, it reports nothing.
    """

    def __init__(self, log: logging.LoggerAdapter[logging.Logger], stream: TextIO = sys.stderr) -> None:
        """Take the log for lines, and the stream for a bar, which may be a terminal."""
        self._log = log
        self._stream = stream
        self._bar: Any = None
        self._label = ""
        self._logged_quarter = 0

    def report(self, what: str, done: int, total: int, long: int = _MIN_STEPS) -> None:
        """Report that `done` of `total` steps are done, where there are at least `long` of them."""
        if total < long or not self._log.isEnabledFor(logging.INFO):
            return
        if self._stream.isatty():
            self._draw(what, done, total)
        else:
            self._write_line(what, done, total)
        if done >= total:
            self._label, self._bar = "", None

    def _draw(self, label: str, done: int, total: int) -> None:
        if self._bar is None or label != self._label:
            self._end_bar()
            self._label = label
            self._bar = click.progressbar(length=total, label=label, show_pos=True, file=self._stream)
            # Control-C ends the process without an event, and the bar has hidden the cursor.
            atexit.register(self._end_bar)
            self._bar.render_progress()
        self._bar.update(done - self._bar.pos)
        if done >= total:
            self._end_bar()

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.render_finish()
            self._bar = None
            atexit.unregister(self._end_bar)

    def _write_line(self, label: str, done: int, total: int) -> None:
        if label != self._label:
            self._label, self._logged_quarter = label, -1
        quarter = done * _LOG_LINES // total
        if quarter > self._logged_quarter:
            self._logged_quarter = quarter
            self._log.info("%s: %s of %s", label, f"{done:,}", f"{total:,}")


class ResourceManager:
    """Opens and closes the resources of a build; `mkdocs serve` keeps them from build to build."""

    def __init__(self, log: logging.LoggerAdapter[logging.Logger]) -> None:
        """Take the log for messages to users."""
        self._log = log
        self._cache: Cache | None = None
        self._store: FileStore | None = None
        self._executor: Executor | None = None
        self._extra_executor: Executor | None = None
        """The workers of one build of a newspaper that is too small for workers of its own."""
        self.folder: Path | None = None
        """The directory of the cache; None where the settings switch it off."""
        self.resources = BuildResources()

    def open(self, config: MkDocsConfig, settings: Settings, articles: int, *, remember: bool) -> None:
        """Make `resources` ready for a build of this number of articles; reuse what the last build opened."""
        if self._cache is None:
            self.folder = find_cache(config) if settings.cache else None
            self._cache = Cache(self.folder, digest_environment(), remember=remember)
            self._store = FileStore(self.folder)
            self._log_warnings()
        if getattr(self._executor, "_broken", False):
            # A pool in which a process has died takes no more work. The public way to learn it is to submit a task, but
            # that starts all processes: https://docs.python.org/3/library/concurrent.futures.html#processpoolexecutor
            self.end_workers()
        self._executor = self._executor or start_workers(articles, list_modules(config))
        workers = getattr(self._executor, "workers", count_cores())
        report = Progress(self._log).report
        content, _ = find_content(settings, config)
        self.resources = BuildResources(
            make_markdown_config(config, settings),
            self._executor,
            workers,
            self._cache,
            report,
            self._log.info,
            content,
            self._store or FileStore(None),
            self._start_extra_workers,
        )

    def save(self) -> None:
        """Write the cache, and end the extra workers."""
        self.resources.cache.save()
        if self._extra_executor is not None:
            self._extra_executor.shutdown(cancel_futures=True)
            self._extra_executor = None
        self._log_warnings()

    def end_workers(self) -> None:
        """End the worker processes."""
        for executor in (self._executor, self._extra_executor):
            if executor is not None:
                executor.shutdown(cancel_futures=True)
        self._executor = self._extra_executor = None

    def close(self) -> None:
        """End the worker processes, and close the cache."""
        self.end_workers()
        if self._cache is not None:
            self._cache.close()
            self._cache = None
        if self._store is not None:
            self._store.close()
            self._store = None

    def _start_extra_workers(self) -> Executor | None:
        """Return workers however small the newspaper is."""
        if self._executor is None and self._extra_executor is None:
            self._extra_executor = start_workers(MIN_ARTICLES_FOR_WORKERS)
        return self._executor or self._extra_executor

    def _log_warnings(self) -> None:
        for warning in self._cache.warnings if self._cache else ():
            self._log.info("%s", warning)
        if self._cache is not None:
            self._cache.warnings.clear()
        if self._store is not None and self._store.warning:
            self._log.info("%s", self._store.warning)
            self._store.warning = ""
