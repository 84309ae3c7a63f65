"""Related scale: what ranking costs, and what it misses, from the size of a corpus to 100,000 articles.

Runs `broadsheet.related.rank` alone, over articles made in memory, each size in a process of its own. What it misses:
the summed scores of the best eight of each article, as a share of the sum when the article is compared with every
other article. Seconds are processor time, which other programs disturb less than elapsed time. "Before" is the memory
of the articles themselves; the peak includes it.

usage: python -m benchmarks.speed.related_scale CORPUS [SIZE …]
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from broadsheet.related import Document, rank
from broadsheet.related.corpus import build_corpus

from benchmarks.corpus import Corpus
from benchmarks.processes import log
from benchmarks.tools import RELATED_COUNT, ROOT, format_table

SIZES = (2077, 10_000, 32_000, 100_000)
SAMPLES = {2077: 2077, 10_000: 1000, 32_000: 300}
"""How many articles are compared with every other, at most, up to a size; none of larger corpora."""

MAX_GROWTH = 12
"""Of the time, from 10,000 to 100,000 articles."""
MAX_MEGABYTES = 4096
MIN_SHARE = 0.99

Measured = Mapping[str, float]


def measure_rank(documents: Sequence[Document]) -> dict[str, float]:
    """What one ranking costs."""
    before = _read_memory("VmRSS")
    start, clock = time.process_time(), time.perf_counter()
    rank(documents, RELATED_COUNT)
    costs = {"total": time.process_time() - start, "clock": time.perf_counter() - clock}
    return {"documents": len(documents), **costs, "before": before, "peak": _read_memory("VmHWM")}


def measure_loss(documents: Sequence[Document], sample: int) -> dict[str, float]:
    """The share of the exact scores that the lists have: of all sampled articles together, and of the worst."""
    scorer = build_corpus(documents).scorer
    rows = random.Random(sample).sample(range(len(documents)), min(sample, len(documents)))  # noqa: S311
    kept = np.array([_sum_best(next(scorer.score(row, row + 1)).total) for row in rows])
    exact = np.array([_sum_best(scorer.score_all(row).total) for row in rows])
    shares = kept[exact > 0] / exact[exact > 0]
    # Scores are rounded to six decimals.
    complete = float((kept >= exact - RELATED_COUNT * 1e-6).mean())
    share = float(kept.sum() / exact.sum()) if exact.any() else 1.0
    return {"rows": len(rows), "share": share, "worst": float(shares.min(initial=1.0)), "complete": complete}


def _sum_best(scores: npt.NDArray[np.float64]) -> float:
    return float(np.sort(scores)[-RELATED_COUNT:].sum())


def _read_memory(key: str) -> float:
    """A memory value of this process, in MB; 0 without /proc."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii", errors="replace").splitlines() if status.is_file() else []
    return next((float(line.split()[1]) for line in lines if line.startswith(f"{key}:")), 0.0) / 1024


def measure_size(corpus: Path, size: int) -> dict[str, float]:
    """All measurements of one size, in this process."""
    documents = [article.to_document() for article in Corpus(corpus).read_articles(size)]
    sample = next((sample for most, sample in SAMPLES.items() if size <= most), 0)
    return measure_rank(documents) | (measure_loss(documents, sample) if sample else {})


def _run_child(corpus: str, size: int) -> dict[str, Any]:
    """Measure one size in a process of its own."""
    log(f"{size:,} articles …")
    command = [sys.executable, "-m", __spec__.name, corpus, str(size), "--child"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    log(f"  {done.stdout.strip()}")
    return dict(json.loads(done.stdout))


def format_tables(measured: Sequence[Measured]) -> str:
    """The costs, what is missed, and whether the targets are met."""
    head = ["articles", "processor, s", "elapsed, s", "ms an article", "peak MB", "before, MB", "KB an article"]
    costs = [
        [
            f"{one['documents']:,.0f}",
            f"{one['total']:.1f}",
            f"{one['clock']:.1f}",
            f"{1000 * one['total'] / one['documents']:.2f}",
            *(f"{one[key]:,.0f}" for key in ("peak", "before")),
            f"{1024 * one['peak'] / one['documents']:.0f}",
        ]
        for one in measured
    ]
    losses = [
        [
            f"{one['documents']:,.0f}",
            f"{one['rows']:,.0f}",
            *(f"{one[key]:.3%}" for key in ("share", "worst", "complete")),
        ]
        for one in measured
        if "rows" in one
    ]
    loss_head = ["articles", "of them compared with all", "share of the exact score", "worst list", "complete lists"]
    return "\n\n".join([format_table(head, costs), format_table(loss_head, losses), "\n".join(_judge(measured))])


def _judge(measured: Sequence[Measured]) -> Iterable[str]:
    by_size = {round(one["documents"], -3): one for one in measured}
    if {10_000, 100_000} <= by_size.keys():
        growth = by_size[100_000]["total"] / by_size[10_000]["total"]
        verdict = _verdict(growth <= MAX_GROWTH)
        yield f"growth in time from 10,000 to 100,000: {growth:.3g} (at most {MAX_GROWTH}): {verdict}"
    peak = max(one["peak"] for one in measured)
    yield f"highest peak of memory, MB: {peak:,.0f} (under {MAX_MEGABYTES}): {_verdict(peak < MAX_MEGABYTES)}"
    share = min((one["share"] for one in measured if "share" in one), default=1.0)
    yield f"least share of the exact score: {share:.4f} (at least {MIN_SHARE}): {_verdict(share >= MIN_SHARE)}"


def _verdict(met: bool) -> str:
    return "met" if met else "missed"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every size and print the tables."""
    corpus, *sizes = sys.argv[1:] if arguments is None else arguments
    if sizes and sizes[-1] == "--child":
        print(json.dumps(measure_size(Path(corpus), int(sizes[0]))))
        return
    print(format_tables([_run_child(str(Path(corpus).resolve()), int(size)) for size in sizes or SIZES]))


if __name__ == "__main__":
    main()
