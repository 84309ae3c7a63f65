"""Related scale: what relating costs, and what it misses, from an archive's own size to 100,000 documents.

`broadsheet.related.rank` alone, over documents that `archive` makes in memory, each size in a process of its own.
What it misses: the summed scores of the best eight for each document, as a share of those of the best eight when
the document is compared with every other. There is no more than that to a list but near-copies and pins.

Seconds are the processor's, which other programs disturb less than the clock's. "Before" is what the documents
themselves take; the peak includes it.

usage: python benchmarks/related_scale.py CORPUS [SIZE …]
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC
from itertools import islice
from pathlib import Path

import numpy as np
from archive import Archive, find_content
from broadsheet.related import Document, rank
from broadsheet.related.lexicon import Lexicon
from broadsheet.related.scores import Scores
from broadsheet.related.shelf import fill_shelf
from broadsheet.related.words import strip_markdown
from piece import Piece, read_piece

COUNT = 8
SIZES = (2077, 10_000, 32_000, 100_000)
SAMPLES = {2077: 2077, 10_000: 1000, 32_000: 300}
"""How many documents are compared with every other, at most, up to a size; none in larger archives."""

MOST_GROWTH = 12
"""From 10,000 to 100,000 documents, in time."""
MOST_MEGABYTES = 4096
LEAST_SHARE = 0.99
DECIMALS = 6
"""As scores are rounded."""

Measured = Mapping[str, float]


def make_documents(corpus: Path, size: int) -> list[Document]:
    """The first so many articles of an archive as the engine takes them."""
    archive = Archive(find_content(corpus))
    pieces = (read_piece(path, text) for path, text in islice(archive.grow(), size))
    return [_describe(piece) for piece in pieces if piece is not None]


def _describe(piece: Piece) -> Document:
    published = piece.date.astimezone(UTC)
    return Document(
        piece.path, piece.title, piece.summary, piece.body, published=published, url=piece.path, topics=piece.topics
    )


def measure_rank(documents: Sequence[Document]) -> Measured:
    """What one ranking takes, and reading words alone."""
    before = _read_memory("VmRSS")
    start, start_clock = time.process_time(), time.perf_counter()
    rank(documents, COUNT)
    total, clock, peak = time.process_time() - start, time.perf_counter() - start_clock, _read_memory("VmHWM")
    start = time.process_time()
    Lexicon().read([(one.headline, one.dek, strip_markdown(one.body)) for one in documents])
    reading = time.process_time() - start
    costs = {"reading": reading, "total": total, "clock": clock, "before": before, "peak": peak}
    return {"documents": len(documents), **costs}


def measure_loss(documents: Sequence[Document], sample: int) -> Measured:
    """What lists keep of the exact score: of all that were looked at together, and the worst of them."""
    scorer = fill_shelf(documents).scorer
    rows = sorted(random.Random(sample).sample(range(len(documents)), min(sample, len(documents))))  # noqa: S311
    found = np.array([_sum_best(next(scorer.score(row, row + 1))) for row in rows])
    exact = np.array([_sum_best(scorer.score_all(row)) for row in rows])
    shares = found / np.where(exact > 0, exact, 1)
    return {
        "rows": len(rows),
        "share": float(found.sum() / exact.sum()),
        "worst": float(shares[exact > 0].min()),
        "whole": float((found >= exact - COUNT * 10.0**-DECIMALS).mean()),
    }


def _sum_best(scores: Scores) -> float:
    return float(np.sort(scores.total)[-COUNT:].sum())


def _read_memory(key: str) -> float:
    """Of this process, in MB: unlike the system's own count for a child, without what its parent had."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    return next(float(line.split()[1]) for line in status.splitlines() if line.startswith(f"{key}:")) / 1024


def run_child(corpus: str, size: int) -> dict[str, float]:
    """Measure one size in a process of its own."""
    print(f"{size:,} documents …", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, corpus, str(size), "--child"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    print(f"  {done.stdout.strip()}", file=sys.stderr, flush=True)
    return dict(json.loads(done.stdout))


def measure_size(corpus: str, size: int) -> dict[str, float]:
    """All measures of one size, in this process."""
    documents = make_documents(Path(corpus), size)
    measured = dict(measure_rank(documents))
    sample = next((sample for most, sample in SAMPLES.items() if size <= most), 0)
    return measured | measure_loss(documents, sample) if sample else measured


def print_tables(measured: Sequence[Measured]) -> None:
    """The costs, the losses, and whether the targets are met."""
    print("| documents | words, s | all, s | by the clock, s | ms a document | peak MB | before, MB | KB a document |")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|")
    for one in measured:
        count, total = one["documents"], one["total"]
        cells = [
            f"{count:,.0f}",
            f"{one['reading']:.1f}",
            f"{total:.1f}",
            f"{one['clock']:.1f}",
            f"{1000 * total / count:.2f}",
        ]
        cells += [f"{one['peak']:,.0f}", f"{one['before']:,.0f}", f"{1024 * one['peak'] / count:.0f}"]
        print(f"| {' | '.join(cells)} |")
    print("\n| documents | of them compared with all | share of the exact score | worst list | lists without loss |")
    print("|---:|---:|---:|---:|---:|")
    for one in measured:
        if "rows" in one:
            shares = " | ".join(f"{one[key]:.3%}" for key in ("share", "worst", "whole"))
            print(f"| {one['documents']:,.0f} | {one['rows']:,.0f} | {shares} |")
    print()
    by_size = {round(one["documents"], -3): one for one in measured}
    if {10_000, 100_000} <= by_size.keys():
        growth = by_size[100_000]["total"] / by_size[10_000]["total"]
        _judge("growth in time from 10,000 to 100,000 documents", growth, growth <= MOST_GROWTH, f"≤ {MOST_GROWTH}")
    peak = max(one["peak"] for one in measured)
    _judge("highest peak of memory, MB", peak, peak < MOST_MEGABYTES, f"< {MOST_MEGABYTES}")
    share = min((one["share"] for one in measured if "share" in one), default=1.0)
    _judge("least share of the exact score", share, share >= LEAST_SHARE, f"≥ {LEAST_SHARE}")


def _judge(what: str, value: float, met: bool, target: str) -> None:
    print(f"{what}: {value:,.4g} (target {target}: {'met' if met else 'missed'})")


def main() -> None:
    """Measure every size and print the tables."""
    corpus, *sizes = sys.argv[1:]
    if sizes and sizes[-1] == "--child":
        print(json.dumps(measure_size(corpus, int(sizes[0]))))
        return
    print_tables([run_child(corpus, int(size)) for size in sizes or SIZES])


if __name__ == "__main__":
    main()
