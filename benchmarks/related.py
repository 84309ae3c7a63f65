"""Related: Broadsheet's related headlines beside other tools' related content, over the same articles in one run.

Prints a table for each size. Larger sizes than the corpus's are made by `archive`. Times are medians where there
are several rounds; in each the tools take turns. What a tool takes without related content stands beside, so that
the cost of relating alone can be told. Lists are scored against the editors' own links, if there is a file of
those: nDCG@8, as the mean over the corpus's articles that have a link; what was made from them is there to mislead.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import median

from archive import Archive, find_content
from broadsheet import __version__
from contender import COUNT, Broadsheet, Contender
from measure import Limits, Run
from peers import VERSIONS, Hugo, MkDocs, Pelican, install_peers
from piece import read_piece

ROOT = Path(__file__).resolve().parent.parent
LARGE = 5000
"""Above this size there is one round only."""

Lists = Mapping[str, Sequence[str]]


@dataclass
class Result:
    """What was measured of one tool at one size."""

    name: str
    related: list[Run] = field(default_factory=list)
    alone: list[Run] = field(default_factory=list)
    """The same without related content."""
    ndcg: float | None = None

    @property
    def stopped(self) -> str:
        """Why a run was stopped, or ''."""
        return next((run.stopped for run in (*self.alone, *self.related) if run.stopped), "")


def score_lists(gold: Lists, lists: Lists) -> float:
    """nDCG@8, as the mean over the articles with a link."""
    total = 0.0
    for article, wanted in gold.items():
        ranked = [one for one in dict.fromkeys(lists.get(article, ())) if one != article][:COUNT]
        found = sum(1 / math.log2(place + 2) for place, one in enumerate(ranked) if one in wanted)
        total += found / sum(1 / math.log2(place + 2) for place in range(min(len(set(wanted)), COUNT)))
    return total / len(gold)


def restrict(gold: Lists, paths: AbstractSet[str]) -> Lists:
    """The links between some articles."""
    found = {article: [one for one in wanted if one in paths] for article, wanted in gold.items() if article in paths}
    return {article: wanted for article, wanted in found.items() if wanted}


def hand_out(archive: Archive, size: int, contenders: Iterable[Contender]) -> set[str]:
    """Write the articles for each tool; the paths of those that can be read."""
    paths = set()
    for path, text in islice(archive.grow(), size):
        piece = read_piece(path, text)
        if piece is not None:
            paths.add(path)
            for contender in contenders:
                contender.add(piece)
    return paths


def run_all(contenders: Sequence[Contender], gold: Lists, rounds: int, limits: Limits) -> list[Result]:
    """Run every tool with related content and without, in turns."""
    results = [Result(contender.name) for contender in contenders]
    for number in range(rounds):
        for contender, result in zip(contenders, results, strict=True):
            if result.stopped:
                continue
            _say(f"  round {number + 1} of {rounds}: {contender.name}")
            result.alone.append(contender.run(related=False, limits=limits))
            result.related.append(contender.run(related=True, limits=limits))
            if gold and not result.related[-1].stopped:
                result.ndcg = score_lists(gold, contender.read_lists())
            _say(f"    {result.alone[-1]}\n    {result.related[-1]}\n    nDCG {result.ndcg}")
    return results


def write_table(results: Sequence[Result], articles: int, rounds: int) -> str:
    """A Markdown table; the first result is what the others are compared with."""
    own = median(run.seconds for run in results[0].related)
    lines = [
        f"### {articles:,} articles ({rounds} round{'s' * (rounds > 1)})\n",
        f"| | seconds | against ours | without related content | for relating alone | peak MB | nDCG@{COUNT} |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for result in results:
        alone = median(run.seconds for run in result.alone)
        bare = result.alone[-1].stopped or f"{alone:.1f}"
        peak = max(run.megabytes for run in result.related)
        if result.stopped:
            last = result.related[-1]
            cells = [result.stopped, f"over {last.seconds / own:.0f} ×", bare, "–", f"over {peak:,.0f}", "–"]
        else:
            whole = median(run.seconds for run in result.related)
            quality = "–" if result.ndcg is None else f"{result.ndcg:.3f}"
            cells = [f"{whole:.1f}", f"{whole / own:.2f} ×", bare, f"{whole - alone:.1f}", f"{peak:,.0f}", quality]
        lines.append(f"| {' | '.join([result.name, *cells])} |")
    return "\n".join([*lines, ""])


def write_versions() -> str:
    """What was compared, and on what."""
    versions = ", ".join(f"{name} {version}" for name, version in {"Broadsheet": __version__, **VERSIONS}.items())
    return f"{versions}; Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores.\n"


def measure_size(archive: Archive, size: int, gold: Lists, given: argparse.Namespace) -> str:
    """The table of one size."""
    commands = install_peers(ROOT / ".cache" / "peers")
    with tempfile.TemporaryDirectory() as temporary:
        contenders: list[Contender] = [Broadsheet(Path(temporary) / "ours", Path(sys.executable).parent)]
        contenders += [kind(Path(temporary) / kind.name, commands) for kind in (Hugo, Pelican, MkDocs)]
        _say(f"{size:,} articles: writing them for each tool")
        paths = hand_out(archive, size, contenders)
        rounds = given.rounds if len(paths) <= LARGE else 1
        limits = Limits(given.minutes, given.gigabytes)
        return write_table(run_all(contenders, restrict(gold, paths), rounds, limits), len(paths), rounds)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="a content directory, or one that has it inside")
    parser.add_argument("--gold", type=Path, help="the editors' links, as JSON")
    parser.add_argument("--sizes", type=int, nargs="*", help="the corpus's own, 8000 and 32000 unless given")
    parser.add_argument("--rounds", type=int, default=3, help=f"for sizes of {LARGE} at most; larger ones have one")
    parser.add_argument("--minutes", type=float, default=20, help="a run is stopped after so many")
    parser.add_argument("--gigabytes", type=float, default=12, help="a run that takes more memory is stopped")
    parser.add_argument("--output", type=Path, help="a file for the tables as well")
    given = parser.parse_args()
    archive = Archive(find_content(given.corpus))
    gold = json.loads(given.gold.read_text(encoding="utf-8")) if given.gold else {}
    written = ""
    for size in given.sizes or (len(archive.texts), 8000, 32_000):
        table = measure_size(archive, size, gold, given)
        print(table, flush=True)
        written += f"{table}\n"
        if given.output:
            given.output.write_text(written + write_versions(), encoding="utf-8")
    print(write_versions(), end="")


if __name__ == "__main__":
    main()
