"""An executor that sends work to the workers of a Dask cluster, on this machine or on others."""

from __future__ import annotations

import asyncio
import importlib
import re
import socket
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, InvalidStateError
from contextlib import suppress
from typing import Any

from broadsheet.core import BroadsheetError
from broadsheet.mkdocs_site.site_digest import describe_engine

_INSTALL = "install it with: pip install 'broadsheet[cluster]'"
_CONNECT_SECONDS = 10.0
_CLIENT_TIMEOUT = "10s"
_CHECK_INTERVAL = 2.0
"""Seconds between two checks whether any worker is left."""
_ADDRESS = re.compile(r"(?:tcp|tls)://([^/\s]+):(\d{1,5})")
_NO_WORKERS = "no worker is left"
_CODE_DIFFERENCES = {
    "engine": "another version of the engine",
    "extension": "another version of the site's own extensions of Markdown, or lacks them",
}


describe_local_engine = describe_engine
"""Describes the engine of this process, which the workers must have as well."""


class ClusterExecutor(Executor):
    """Sends work to a cluster. Dask gives the work of a lost worker to another one."""

    def __init__(self, address: str, modules: tuple[str, ...] = ()) -> None:
        """Connect to a scheduler, as tcp://127.0.0.1:8786, whose workers must have the same `modules` as this process.

        Raises:
            BroadsheetError: when there is no scheduler, when it has no workers, or when their code differs.

        """
        place = _ADDRESS.fullmatch(address)
        if place is None:
            raise BroadsheetError(f"no cluster at '{address}': expected an address such as tcp://192.0.2.7:8786")
        try:
            self._distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise BroadsheetError(f"a cluster needs Dask, which is not here: {_INSTALL}") from None
        try:
            # Dask's client waits long for a connection, and logs errors of its own without one.
            socket.create_connection((place[1].strip("[]"), int(place[2])), _CONNECT_SECONDS).close()
            self._client = self._distributed.Client(address, timeout=_CLIENT_TIMEOUT, set_as_default=False)
        except (OSError, ValueError, OverflowError) as error:
            raise BroadsheetError(f"no cluster at '{address}': {error}") from None
        self.workers = 0
        try:
            self.workers = self._count_workers(address, modules)
        finally:
            if not self.workers:
                self._client.close()
        self._pending: set[Future[Any]] = set()
        self._closed = threading.Event()
        threading.Thread(target=self._watch, name="cluster", daemon=True).start()

    def _count_workers(self, address: str, modules: tuple[str, ...]) -> int:
        try:
            engines: dict[str, dict[str, str]] = self._client.run(describe_engine, modules)
        except Exception as error:
            raise BroadsheetError(f"the workers of '{address}' lack the engine: {error}") from None
        if not engines:
            raise BroadsheetError(f"the cluster at '{address}' cannot be used: it has no workers")
        for worker, engine in sorted(engines.items()):
            if difference := _find_difference(engine, describe_local_engine(modules)):
                raise BroadsheetError(f"the cluster at '{address}' cannot be used: {worker} has {difference}")
        return len(engines)

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Call a function on the cluster.

        When its workers are lost, the future fails with BrokenExecutor, as that of a dead process does.
        """
        future: Future[Any] = Future()
        self._pending.add(future)
        dask_future = self._client.submit(work, *arguments, **named, pure=False, retries=2)

        def finish(done: Any) -> None:
            self._pending.discard(future)
            try:
                self._settle(future, result=done.result())
            except BaseException as error:  # asyncio's CancelledError is no Exception
                self._settle(future, error=self._translate(error))

        dask_future.add_done_callback(finish)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Disconnect from the cluster, which goes on running."""
        self._closed.set()
        self._client.close()

    def _watch(self) -> None:
        """Fail all pending futures when no worker is left: Dask itself would wait for a new one."""
        while not self._closed.wait(_CHECK_INTERVAL):
            try:
                worker_count = len(self._client.scheduler_info(n_workers=-1)["workers"])
            except Exception:  # the scheduler is gone, or its answer is none
                worker_count = 0
            if not worker_count:
                for future in list(self._pending):
                    self._settle(future, error=BrokenExecutor(_NO_WORKERS))

    def _settle(self, future: Future[Any], result: Any = None, error: BaseException | None = None) -> None:
        self._pending.discard(future)
        # The worker and `_watch` may both settle a future: the first counts.
        with suppress(InvalidStateError):
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

    def _translate(self, error: BaseException) -> BaseException:
        """Return BrokenExecutor for errors of lost workers, and the errors of the work itself as they are."""
        lost_worker_errors = (
            CancelledError,
            asyncio.CancelledError,
            self._distributed.KilledWorker,
            self._distributed.comm.CommClosedError,
        )
        return BrokenExecutor(f"{type(error).__name__}: {error}") if isinstance(error, lost_worker_errors) else error


def _find_difference(worker: dict[str, str], local: dict[str, str]) -> str:
    """Return the first difference between the engine of a worker and the local one, in words; '' if there is none."""
    for name, version in local.items():
        worker_version = worker.get(name, "")
        if worker_version != version:
            if name in _CODE_DIFFERENCES:
                return _CODE_DIFFERENCES[name]
            return f"{name} {worker_version}, not {version}" if worker_version else f"no {name}, here it is {version}"
    return ""
