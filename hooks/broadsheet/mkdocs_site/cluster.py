"""Cluster: the same work done by the workers of a Dask cluster, on this machine or on others."""

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
_SECONDS = 10.0
_PATIENCE = "10s"
_LOOK = 2.0
"""So often, in seconds, it is looked whether any worker is left."""
_ADDRESS = re.compile(r"(?:tcp|tls)://([^/\s]+):(\d{1,5})")
_NOTHING = "no worker is left"
_CODE = {
    "engine": "another version of the engine",
    "extension": "another version of the site's own extensions of Markdown, or lacks them",
}


read_here = describe_engine
"""What is here, which the workers must have as well."""


class ClusterExecutor(Executor):
    """Sends work to a cluster. Dask gives the work of a lost worker to another; without any, it is done here."""

    def __init__(self, address: str, modules: tuple[str, ...] = ()) -> None:
        """Connect to a scheduler, as at tcp://127.0.0.1:8786, whose workers have the same `modules` as are here.

        Raises:
            BroadsheetError: when there is no scheduler, when it has no workers, or when those are made of other code.

        """
        place = _ADDRESS.fullmatch(address)
        if place is None:
            raise BroadsheetError(f"no cluster at '{address}': expected an address such as tcp://192.0.2.7:8786")
        try:
            self._distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise BroadsheetError(f"a cluster needs Dask, which is not here: {_INSTALL}") from None
        try:
            # Dask's client tries for long, and complains of itself when it was never connected.
            socket.create_connection((place[1].strip("[]"), int(place[2])), _SECONDS).close()
            self._client = self._distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, OverflowError) as error:
            raise BroadsheetError(f"no cluster at '{address}': {error}") from None
        self.workers = 0
        try:
            self.workers = self._count_fit(address, modules)
        finally:
            if not self.workers:
                self._client.close()
        self._open: set[Future[Any]] = set()
        self._ended = threading.Event()
        threading.Thread(target=self._watch, name="cluster", daemon=True).start()

    def _count_fit(self, address: str, modules: tuple[str, ...]) -> int:
        try:
            found: dict[str, dict[str, str]] = self._client.run(describe_engine, modules)
        except Exception as error:
            raise BroadsheetError(f"the workers of '{address}' lack the engine: {error}") from None
        if not found:
            raise BroadsheetError(f"the cluster at '{address}' cannot be used: it has no workers")
        for worker, there in sorted(found.items()):
            if other := _compare(there, read_here(modules)):
                raise BroadsheetError(f"the cluster at '{address}' cannot be used: {worker} has {other}")
        return len(found)

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Have a function called on the cluster.

        When its workers are lost, the future breaks as one of a dead process does; what the work raises, it raises.
        """
        outer: Future[Any] = Future()
        self._open.add(outer)
        inner = self._client.submit(work, *arguments, **named, pure=False, retries=2)

        def finish(done: Any) -> None:
            self._open.discard(outer)
            try:
                self._settle(outer, result=done.result())
            except BaseException as error:  # asyncio's CancelledError is no Exception
                self._settle(outer, error=self._name(error))

        inner.add_done_callback(finish)
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which goes on."""
        self._ended.set()
        self._client.close()

    def _watch(self) -> None:
        """Break what is under way when no worker is left to do it: Dask itself would wait for a new one."""
        while not self._ended.wait(_LOOK):
            try:
                left = len(self._client.scheduler_info(n_workers=-1)["workers"])
            except Exception:  # the scheduler is gone, or its answer is none
                left = 0
            if not left:
                for future in list(self._open):
                    self._settle(future, error=BrokenExecutor(_NOTHING))

    def _settle(self, future: Future[Any], result: Any = None, error: BaseException | None = None) -> None:
        self._open.discard(future)
        # Whoever comes second, the worker or the watch, comes too late.
        with suppress(InvalidStateError):
            if error is not None:
                future.set_exception(error)
            else:
                future.set_result(result)

    def _name(self, error: BaseException) -> BaseException:
        """An error as it is to be told: whether the workers were lost or the work itself has failed."""
        lost = (
            CancelledError,
            asyncio.CancelledError,
            self._distributed.KilledWorker,
            self._distributed.comm.CommClosedError,
        )
        return BrokenExecutor(f"{type(error).__name__}: {error}") if isinstance(error, lost) else error


def _compare(there: dict[str, str], here: dict[str, str]) -> str:
    """What a worker has that is not as here, in words; '' where all is alike."""
    for name, version in here.items():
        found = there.get(name, "")
        if found != version:
            if name in _CODE:
                return _CODE[name]
            return f"{name} {found}, not {version}" if found else f"no {name}, here it is {version}"
    return ""
