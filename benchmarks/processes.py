"""Processes: run a command and measure its seconds and its peak of memory."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SAMPLE_SECONDS = 0.2


def log(text: str) -> None:
    """Print progress to the standard error, so that the standard output has only the results."""
    print(text, file=sys.stderr, flush=True)


def describe_machine() -> str:
    """The number of cores, the system and the Python version."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take before it is stopped."""

    minutes: float = float("inf")
    gigabytes: float = float("inf")


@dataclass(frozen=True, slots=True)
class Run:
    """The measurements of one command."""

    seconds: float
    megabytes: float
    """The peak of the memory of the process with all its children, sampled five times a second.

    Counts memory that processes share once ("Pss" in the kernel's smaps_rollup). A shorter peak of several processes
    may be missed, but the value is never below the resident peak of any one process. Without /proc it is the largest
    resident peak of any one process.
    """
    error: str = ""
    """Why the run has no result: 'over 20 min', 'over 12 GB' or 'failed'; '' for a run that succeeded."""
    processor_seconds: float = 0.0
    """Of the process and the children that it waited for; other programs disturb them less than elapsed seconds."""

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s, {self.megabytes:.0f} MB {self.error}".rstrip()


def run_measured(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    *,
    output: Path | None = None,
    limits: Limits | None = None,
) -> Run:
    """Run a command to its end or to its limits, and print the end of its log when it fails.

    Both streams go to a log in `cwd`; the standard output goes to `output` if given.
    """
    log_file = cwd / "benchmark.log"
    with log_file.open("wb") as errors, (output or log_file).open("ab" if output is None else "wb") as printed:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **env},
            stdout=printed,
            stderr=errors,
            start_new_session=True,  # so that it can be stopped with its children
        )
        sampler = _MemorySampler(process.pid, limits or Limits())
        sampler.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        finally:
            seconds = time.perf_counter() - start
            sampler.done.set()
            sampler.join()
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    process.returncode = os.waitstatus_to_exitcode(status)
    error = sampler.error
    if process.returncode and not error:
        tail = log_file.read_text(encoding="utf-8", errors="replace")[-2000:]
        log(f"{' '.join(command)} ended with {process.returncode}:\n{tail}")
        error = "failed"
    scale = 1024 * 1024 if sys.platform == "darwin" else 1024
    return Run(seconds, sampler.megabytes or usage.ru_maxrss / scale, error, usage.ru_utime + usage.ru_stime)


class _MemorySampler(threading.Thread):
    """Samples the memory of a process and its children, and kills them at their limits."""

    def __init__(self, pid: int, limits: Limits) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.megabytes = 0.0
        self.error = ""
        self._pid = pid
        self._limits = limits

    def run(self) -> None:
        start = time.monotonic()
        while not self.done.wait(_SAMPLE_SECONDS):
            samples = [_read_memory(pid) for pid in _list_descendants(self._pid)]
            self.megabytes = max(self.megabytes, sum(now for now, _ in samples), *(peak for _, peak in samples))
            if self.megabytes > 1024 * self._limits.gigabytes:
                self.error = f"over {self._limits.gigabytes:g} GB"
            elif time.monotonic() - start > 60 * self._limits.minutes:
                self.error = f"over {self._limits.minutes:g} min"
            if self.error:
                with suppress(ProcessLookupError):
                    os.killpg(self._pid, signal.SIGKILL)
                return


def _list_descendants(pid: int) -> Iterator[int]:
    """A process, its children, and theirs."""
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in children.read_text(encoding="ascii").split():
                yield from _list_descendants(int(child))


def _read_memory(pid: int) -> tuple[float, float]:
    """The proportional memory of a process now, and its resident peak so far, in MB."""
    try:
        texts = [
            Path(f"/proc/{pid}/{name}").read_text(encoding="ascii", errors="replace")
            for name in ("smaps_rollup", "status")
        ]
    except OSError:
        return 0.0, 0.0
    values = dict(
        line.split(":", 1) for text in texts for line in text.splitlines() if line.startswith(("Pss:", "VmHWM:"))
    )
    now, peak = (float(values.get(key, "0").split()[0]) / 1024 for key in ("Pss", "VmHWM"))
    return now, peak
