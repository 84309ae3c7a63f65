"""Workers: processes beside this one, which never outlive it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import Literal


def make_pool(workers: int, method: Literal["fork", "forkserver", "spawn"]) -> ProcessPoolExecutor:
    """So many processes, made in one of Python's ways."""
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        # Its processes have the engine from the beginning.
        context.set_forkserver_preload(["broadsheet.bodies", "broadsheet.rankings"])
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """End when the parent does, however that ends: a worker that waits for work would otherwise wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
