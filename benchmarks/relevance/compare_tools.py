"""Compare tools: Broadsheet's related headlines beside other tools' related content, in turns, in one run.

Prints a table for each size; above the size of the corpus, altered copies are added, which are there to mislead.
Each tool is also run without related content, so that the cost of relating alone is known. The lists are scored
against the editors' links, if given: nDCG, as the mean over the corpus's articles with a link. Tools that are not
installed are skipped.

usage: python -m benchmarks.relevance.compare_tools --corpus DIR [--gold FILE] [--sizes 2077 8000] …
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from broadsheet import __version__

from benchmarks.corpus import Corpus
from benchmarks.processes import Limits, Run, describe_machine, log
from benchmarks.relevance.other_tools import VERSIONS, Broadsheet, Hugo, MkDocs, Pelican, RelatedTool
from benchmarks.tools import OWN_COMMANDS, RELATED_COUNT, ROOT, format_table, install_tools, skip_missing

LARGE = 5000
"""Above this number of articles there is one round only."""

Lists = Mapping[str, Sequence[str]]


@dataclass
class Result:
    """The measurements of one tool at one size."""

    name: str
    related: list[Run] = field(default_factory=list)
    alone: list[Run] = field(default_factory=list)
    """The runs without related content."""
    ndcg: float | None = None

    @property
    def error(self) -> str:
        """Why a run has no result, or ''."""
        return next((run.error for run in (*self.alone, *self.related) if run.error), "")

    def format_row(self, own: float) -> list[str]:
        """The cells of a table; `own` is Broadsheet's time, 0 if unknown."""
        peak = max(run.megabytes for run in self.related)
        if self.error:
            return [self.name, self.error, "–", "–", "–", f"over {peak:,.0f}", "–"]
        seconds, alone = (median(run.seconds for run in runs) for runs in (self.related, self.alone))
        ndcg = "–" if self.ndcg is None else f"{self.ndcg:.3f}"
        against = f"{seconds / own:.2f} ×" if own else "–"
        return [self.name, f"{seconds:.1f}", against, f"{alone:.1f}", f"{seconds - alone:.1f}", f"{peak:,.0f}", ndcg]


def score_lists(gold: Lists, lists: Lists) -> float:
    """The nDCG, as the mean over the articles with a link."""
    total = 0.0
    for article, linked in gold.items():
        ranked = [one for one in dict.fromkeys(lists.get(article, ())) if one != article][:RELATED_COUNT]
        gain = sum(1 / math.log2(place + 2) for place, one in enumerate(ranked) if one in linked)
        total += gain / sum(1 / math.log2(place + 2) for place in range(min(len(set(linked)), RELATED_COUNT)))
    return total / len(gold)


def restrict_links(gold: Lists, paths: AbstractSet[str]) -> Lists:
    """The links between some articles."""
    kept = {article: [one for one in linked if one in paths] for article, linked in gold.items() if article in paths}
    return {article: linked for article, linked in kept.items() if linked}


def run_tools(tools: Sequence[RelatedTool], gold: Lists, rounds: int, limits: Limits) -> list[Result]:
    """Run every tool with related content and without, in turns."""
    results = [Result(tool.name) for tool in tools]
    for number in range(rounds):
        for tool, result in zip(tools, results, strict=True):
            if result.error:
                continue
            log(f"  round {number + 1} of {rounds}: {tool.name}")
            result.alone.append(tool.run(related=False, limits=limits))
            result.related.append(tool.run(related=True, limits=limits))
            if gold and not result.related[-1].error:
                result.ndcg = score_lists(gold, tool.read_lists())
            log(f"    {result.alone[-1]}\n    {result.related[-1]}\n    nDCG {result.ndcg}")
    return results


def format_results(results: Sequence[Result], articles: int, rounds: int) -> str:
    """A Markdown table; the first result is Broadsheet's."""
    own = 0.0 if results[0].error else median(run.seconds for run in results[0].related)
    columns = ["seconds", "against ours", "without related content", "for relating alone", "peak MB"]
    table = format_table(["", *columns, f"nDCG@{RELATED_COUNT}"], [result.format_row(own) for result in results])
    return f"### {articles:,} articles ({rounds} round{'s' * (rounds > 1)})\n\n{table}\n"


def measure_size(corpus: Corpus, size: int, gold: Lists, given: argparse.Namespace) -> str:
    """The table of one size."""
    commands = install_tools(given.tools, VERSIONS, install=given.install)
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        kinds: list[type[RelatedTool]] = [Hugo, Pelican, MkDocs]
        others = [kind(place / kind.name, commands) for kind in kinds]
        tools = [Broadsheet(place / "ours", OWN_COMMANDS), *skip_missing(others)]
        log(f"{size:,} articles: writing them for each tool")
        paths = set()
        for article in corpus.read_articles(size):
            paths.add(article.path)
            for tool in tools:
                tool.add(article)
        rounds = given.rounds if len(paths) <= LARGE else 1
        results = run_tools(tools, restrict_links(gold, paths), rounds, Limits(given.minutes, given.gigabytes))
    return format_results(results, len(paths), rounds)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="a content directory, or one that has it inside")
    parser.add_argument("--gold", type=Path, help="the editors' links, as JSON")
    parser.add_argument("--sizes", type=int, nargs="*", help="the corpus's own, 8000 and 32000 unless given")
    parser.add_argument("--rounds", type=int, default=3, help=f"one above {LARGE} articles")
    parser.add_argument("--minutes", type=float, default=20, help="a run is stopped after so many")
    parser.add_argument("--gigabytes", type=float, default=12, help="a run that takes more memory is stopped")
    parser.add_argument("--output", type=Path, help="a file for the tables as well")
    parser.add_argument("--tools", type=Path, default=ROOT / ".cache" / "benchmarks-related", help="where tools are")
    parser.add_argument("--no-install", dest="install", action="store_false", help="skip tools that are not there")
    given = parser.parse_args(arguments)
    corpus = Corpus(given.corpus)
    gold = json.loads(given.gold.read_text(encoding="utf-8")) if given.gold else {}
    versions = ", ".join(f"{name} {version}" for name, version in {"Broadsheet": __version__, **VERSIONS}.items())
    origin = f"{versions}; {describe_machine()}.\n"
    written = ""
    for size in given.sizes or (len(corpus.texts), 8000, 32_000):
        table = measure_size(corpus, size, gold, given)
        print(table, flush=True)
        written += f"{table}\n"
        if given.output:
            given.output.write_text(written + origin, encoding="utf-8")
    print(origin, end="")


if __name__ == "__main__":
    main()
