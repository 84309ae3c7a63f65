"""Tools: the processes and the cache that a site is made with."""

from __future__ import annotations

import gc
import logging
import os
from concurrent.futures import Executor
from multiprocessing import get_all_start_methods
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig

from broadsheet.core import Cache, FileStore, make_process_pool
from broadsheet.edition import BuildResources
from broadsheet.mkdocs_site.cluster import ClusterExecutor
from broadsheet.mkdocs_site.config import Settings, find_content
from broadsheet.mkdocs_site.progress import Progress
from broadsheet.mkdocs_site.site_digest import digest_environment, list_modules, make_setup
from broadsheet.rendering import Limits

CLUSTER = "BROADSHEET_CLUSTER"
"""The environment variable with the address of a Dask scheduler, on whose workers a build runs."""

WORTH_A_PROCESS = 400
"""A process of its own takes half a second to start: as long as comparing so many articles."""

_LEAST_CORES = 2
_GARBAGE = (50_000, 20, 20)
"""How many objects are made between two looks for garbage, and so on (see Python's `gc.set_threshold`)."""


def count_cores() -> int:
    """How many processes can work at the same time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_workers(articles: int, modules: tuple[str, ...] = ()) -> Executor | None:
    """Processes beside this one, or those of a cluster where `CLUSTER` names one; None where they do not pay.

    They are started afresh, not forked: `mkdocs serve` has threads, and a fork would copy their locks. Those of a
    cluster must have the same `modules` as are here.

    Raises:
        BroadsheetError: when that cluster cannot be used.

    """
    address = os.environ.get(CLUSTER, "")
    if address:
        return ClusterExecutor(address, modules)
    cores = count_cores()
    if articles < WORTH_A_PROCESS or cores < _LEAST_CORES:
        return None
    return make_process_pool(cores, "forkserver" if "forkserver" in get_all_start_methods() else "spawn")


def reduce_garbage_collection() -> None:
    """Have Python look for garbage less often: an archive is hundreds of thousands of objects, and all of them stay."""
    gc.set_threshold(*_GARBAGE)


def open_cache(config: MkDocsConfig, settings: Settings, *, remember: bool = False) -> Cache:
    """A site's cache; in memory alone where the settings say so."""
    folder = find_cache(config) if settings.cache else None
    return Cache(folder, digest_environment(), remember=remember)


def find_cache(config: MkDocsConfig) -> Path:
    """The directory of a site's cache."""
    return Path(config.config_file_path or "mkdocs.yml").resolve().parent / ".cache"


class ResourceManager:
    """What one build works with, and a server from build to build."""

    def __init__(self, log: logging.LoggerAdapter[logging.Logger]) -> None:
        """Take the log for what users should know."""
        self._log = log
        self._cache: Cache | None = None
        self._store: FileStore | None = None
        self._executor: Executor | None = None
        self._hired: Executor | None = None
        """Those of one build of a small newspaper."""
        self.folder: Path | None = None
        """The directory of the cache, where there is to be one."""
        self.resources = BuildResources()

    def open(self, config: MkDocsConfig, settings: Settings, articles: int, *, remember: bool) -> None:
        """Make `resources` ready for a build; what was opened for the last one is used again."""
        if self._cache is None:
            self._cache = open_cache(config, settings, remember=remember)
            self.folder = find_cache(config) if settings.cache else None
            self._store = FileStore(self.folder)
            self._tell()
        if getattr(self._executor, "_broken", False):
            # A pool of which one process has died takes no more work.
            self.end_workers()
        self._executor = self._executor or start_workers(articles, list_modules(config))
        workers = getattr(self._executor, "workers", count_cores())
        report = Progress(self._log).report
        content, _ = find_content(settings, config)
        self.resources = BuildResources(
            make_setup(config, Limits(settings.rendering.seconds)),
            self._executor,
            workers,
            self._cache,
            report,
            self._log.info,
            content,
            self._store or FileStore(None),
            self._hire,
        )

    def save(self) -> None:
        """Keep what was worked out."""
        self.resources.cache.save()
        if self._hired is not None:
            self._hired.shutdown(cancel_futures=True)
            self._hired = None
        self._tell()

    def end_workers(self) -> None:
        """End the processes."""
        for executor in (self._executor, self._hired):
            if executor is not None:
                executor.shutdown(cancel_futures=True)
        self._executor = self._hired = None

    def close(self) -> None:
        """End the processes and close the cache."""
        self.end_workers()
        if self._cache is not None:
            self._cache.close()
            self._cache = None
        if self._store is not None:
            self._store.close()
            self._store = None

    def _hire(self) -> Executor | None:
        """Workers, be the newspaper ever so small."""
        if self._executor is None and self._hired is None:
            self._hired = start_workers(WORTH_A_PROCESS)
        return self._executor or self._hired

    def _tell(self) -> None:
        for told in self._cache.warnings if self._cache else ():
            self._log.info("%s", told)
        if self._cache is not None:
            self._cache.warnings.clear()
        if self._store is not None and self._store.warning:
            self._log.info("%s", self._store.warning)
            self._store.warning = ""
