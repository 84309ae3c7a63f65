"""Score: related headlines measured against links that a newsroom's editors made, and the parameters tested.

usage: python -m benchmarks.relevance.score --corpus CONTENT_DIR --links FILE [--name NAME] [--output FILE]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from broadsheet.related import relate

from benchmarks.processes import log
from benchmarks.relevance.formula import Formula
from benchmarks.relevance.linked_archive import LinkedArchive, divide, read_archive
from benchmarks.relevance.metrics import Floats, Measures, Ranks, compare, measure, rank_scores, split_by_time
from benchmarks.relevance.parameters import (
    ABLATIONS,
    ENGINE,
    GRID,
    measure_part,
    measure_setting,
    search_settings,
)
from benchmarks.relevance.report import (
    Change,
    format_changes,
    format_head,
    format_methods,
    format_parts,
    format_search,
    format_settings,
)
from benchmarks.tools import RELATED_COUNT

SEED = 20260118

ENGINE_NAME = "**Broadsheet**, by `relate`"

FOLDS = 10
"""The links of one in ten scored articles are hidden from the engine at a time."""


def rank_by_engine(archive: LinkedArchive) -> Ranks:
    """The engine's lists; -1 after the end of a short list."""
    lists = relate(archive.documents, RELATED_COUNT)
    numbers = {document.id: number for number, document in enumerate(archive.documents)}
    ranked = np.full((len(archive.queries), RELATED_COUNT), -1, dtype=np.int64)
    for row, query in enumerate(archive.queries):
        related = [numbers[one.id] for one in lists[archive.documents[query].id]]
        ranked[row, : len(related)] = related
    return ranked


def rank_with_links(archive: LinkedArchive) -> Ranks:
    """The engine's lists when the engine knows the links, except those from or to a scored article."""
    ranked = np.full((len(archive.queries), RELATED_COUNT), -1, dtype=np.int64)
    for fold in range(FOLDS):
        _log(f"the engine with links, part {fold + 1} of {FOLDS}")
        hidden = set(archive.queries[fold::FOLDS].tolist())
        documents = []
        for number, document in enumerate(archive.documents):
            known = archive.linked[number] - hidden if number not in hidden else ()
            documents.append(replace(document, links=tuple(archive.documents[other].id for other in sorted(known))))
        ranked[fold::FOLDS] = rank_by_engine(replace(archive, documents=tuple(documents)))[fold::FOLDS]
    return ranked


def measure_methods(formula: Formula) -> dict[str, Measures]:
    """The engine, its formula over all pairs, and simpler methods."""
    archive = formula.archive
    days, queries = archive.days, archive.queries
    simpler = {
        "the formula, all pairs compared, near-copies kept": formula.score(ENGINE),
        "plain TF-IDF with bigrams, cosine": formula.compare_plain(),
        "number of shared topics, then newest": formula.count_shared_topics(),
        "rarity of shared topics, times fading": formula.shared_topics
        * formula.weigh_context(replace(ENGINE, topics=0)),
        "nearest in time": 1 / (1 + formula.gaps),
        "newest": np.broadcast_to(1 + days - days.min(), (len(queries), len(days))),
    }
    ranked = {ENGINE_NAME: rank_by_engine(archive)}
    ranked |= {name: rank_scores(scores, queries) for name, scores in simpler.items()}
    return {name: measure(one, archive) for name, one in ranked.items()}


def write_report(archive: LinkedArchive, name: str, *, quick: bool) -> Iterator[str]:
    """The sections of the report; without the parameters when `quick`."""
    formula = Formula(archive)

    def compare_to_engine(change: str, ndcg: Floats) -> Change:
        own = formula.measure_ndcg(ENGINE)
        return Change(change, float(ndcg.mean()), compare(ndcg, own, archive.months, SEED))

    yield format_head(name, archive)
    _log("the engine and simpler methods")
    methods = measure_methods(formula)
    yield format_methods(methods)
    _log("ablations")
    ablations = {change: formula.measure_ndcg(settings) for change, settings in ABLATIONS.items()}
    ablations["candidates in place of all pairs, near-copies once"] = methods[ENGINE_NAME].ndcg
    changes = [compare_to_engine(change, ndcg) for change, ndcg in ablations.items()]
    yield format_changes("One signal off at a time", "The formula without a signal.", changes)
    text = (
        "An archive's own links say what belongs together. Here the engine knows the links of all articles but those "
        "from or to the scored ones, a tenth of which have their turn at a time."
    )
    told = measure(rank_with_links(archive), archive).ndcg
    yield format_changes("The links between other articles", text, [compare_to_engine(ENGINE_NAME, told)])
    if quick:
        return
    sensitivities = []
    for setting in GRID:
        _log(f"values of {setting}")
        sensitivities.append(measure_setting(formula, setting, SEED))
    yield format_settings(sensitivities)
    _log("a search from plain settings, on either half")
    ndcg, older, newer = search_settings(formula, split_by_time(archive))
    yield format_search(compare_to_engine("", ndcg), older, newer)
    parts = []
    for part, restricted in divide(archive, SEED):
        _log(part)
        parts.append(measure_part(part, restricted, SEED))
    yield format_parts(parts)


def _log(text: str) -> None:
    log(f"{time.process_time():4.0f} s  {text} …")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="a content directory without the links")
    parser.add_argument("--links", type=Path, required=True, help="the links, as JSON")
    parser.add_argument("--name", default="the archive", help="what the report calls the archive")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("results.md"))
    parser.add_argument("--quick", action="store_true", help="leave out the tests of the parameters")
    given = parser.parse_args(arguments)
    archive = read_archive(given.corpus, given.links)
    if not len(archive.queries):
        parser.error(f"'{given.links}' links no two articles of '{given.corpus}'")
    text = "\n\n".join(write_report(archive, given.name, quick=given.quick))
    given.output.write_text(f"{text}\n", encoding="utf-8")
    _log("done")


if __name__ == "__main__":
    main()
