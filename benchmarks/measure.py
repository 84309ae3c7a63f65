"""Measure: run commands and tell their seconds and their peak of memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_INTERVAL = 0.2
_TOLD = ("smaps_rollup", "status")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take before it is stopped."""

    minutes: float = float("inf")
    gigabytes: float = float("inf")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command."""

    seconds: float
    megabytes: float
    """Peak of memory of the process with all its children: the sum over those that lived at one time.

    Memory that processes share, as copies of one do, counts once: to each its part ("Pss" of the kernel's
    smaps_rollup). The sum is taken five times a second, so that a shorter peak of several processes may be missed; it
    is never less than the resident peak of any one of them. Where there is no /proc, it is the largest peak of any one
    process.
    """
    stopped: str = ""
    """Why it was stopped, as 'over 20 min'; '' for a run that came to its end."""


def run_measured(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str] | None = None,
    *,
    output: Path | None = None,
    limits: Limits | None = None,
) -> Run:
    """Run a command to its end, or to its limits; what it prints goes to a log, or its standard output to a file.

    Raises:
        SystemExit: with the end of its output when it fails.

    """
    log = cwd / "benchmark.log"
    with log.open("wb") as errors, (output or log).open("ab" if output is None else "wb") as printed:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdout=printed,
            stderr=errors,
            start_new_session=True,  # so that it can be stopped with its children
        )
        watch = _Watch(process.pid, limits or Limits())
        watch.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            seconds = time.perf_counter() - start
            watch.done.set()
            watch.join()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode and not watch.stopped:
        tail = log.read_text(encoding="utf-8", errors="replace")[-2000:]
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{tail}")
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Run(seconds, watch.megabytes or usage.ru_maxrss / scale, watch.stopped)


class _Watch(threading.Thread):
    """Looks at a process and its children every now and then, and stops them at their limits."""

    def __init__(self, pid: int, limits: Limits) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.megabytes = 0.0
        self.stopped = ""
        self._pid = pid
        self._limits = limits

    def run(self) -> None:
        start = time.monotonic()
        while not self.done.wait(_INTERVAL):
            held = [_read_memory(pid) for pid in _list_tree(self._pid)]
            self.megabytes = max(self.megabytes, sum(now for now, _ in held), *(highest for _, highest in held))
            if self.megabytes > 1024 * self._limits.gigabytes:
                self.stopped = f"over {self._limits.gigabytes:g} GB"
            elif time.monotonic() - start > 60 * self._limits.minutes:
                self.stopped = f"over {self._limits.minutes:g} min"
            if self.stopped:
                with suppress(ProcessLookupError):
                    os.killpg(self._pid, signal.SIGKILL)
                return


def _list_tree(pid: int) -> Iterator[int]:
    """A process and its children, and theirs."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                yield from _list_tree(int(child))


def _read_memory(pid: int) -> tuple[float, float]:
    """The memory of a process now, its part of what is shared, and its resident memory at the highest so far."""
    try:
        told = [Path(f"/proc/{pid}/{name}").read_text(encoding="ascii", errors="replace") for name in _TOLD]
    except OSError:
        return 0.0, 0.0
    found = dict(
        line.split(":", 1) for text in told for line in text.splitlines() if line.startswith(("Pss:", "VmHWM:"))
    )
    now, highest = (float(found.get(key, "0").split()[0]) / 1024 for key in ("Pss", "VmHWM"))
    return now, highest
