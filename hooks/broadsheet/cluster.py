"""Cluster: the same work done by the workers of a Dask cluster, on this machine or on others."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any

from broadsheet.fingerprint import stamp_code
from broadsheet.problems import BroadsheetError

_INSTALL = "install it with: pip install 'broadsheet[cluster]'"
_PATIENCE = "10s"


class ClusterExecutor(Executor):
    """Sends work to a cluster. Dask gives the work of a lost worker to another; without any, it is done here."""

    def __init__(self, address: str) -> None:
        """Connect to a scheduler, as at tcp://127.0.0.1:8786.

        Raises:
            BroadsheetError: when there is no scheduler, when it has no workers, or when those have another engine.

        """
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise BroadsheetError(f"a cluster needs Dask, which is not here: {_INSTALL}") from None
        try:
            self._client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise BroadsheetError(f"no cluster at '{address}': {error}") from None
        try:
            stamps: dict[str, str] = self._client.run(stamp_code)
        except Exception as error:
            self._client.close()
            raise BroadsheetError(f"the workers of '{address}' lack the engine: {error}") from None
        others = sorted(worker for worker, stamp in stamps.items() if stamp != stamp_code())
        if others or not stamps:
            self._client.close()
            what = f"{', '.join(others)} has another version of the engine" if others else "it has no workers"
            raise BroadsheetError(f"the cluster at '{address}' cannot be used: {what}")
        self.workers = len(stamps)

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """Have a function called on the cluster; what the cluster cannot do breaks as a dead process does."""
        outer: Future[Any] = Future()
        inner = self._client.submit(work, *arguments, **named, pure=False, retries=2)

        def finish(done: Any) -> None:
            try:
                outer.set_result(done.result())
            except Exception as error:
                outer.set_exception(BrokenExecutor(f"{type(error).__name__}: {error}"))

        inner.add_done_callback(finish)
        return outer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which goes on."""
        self._client.close()
