"""Relevance: the related headlines scored against links that a newsroom's own editors made, and what was tried.

usage: python benchmarks/relevance.py --corpus CONTENT_DIR --links FILE [--name NAME] [--output FILE]

The archive must be without those links. FILE has {"articles/…md": ["articles/…md", …], …}: for an article, those
that are tied to it by a link in the body of either. Writes relevance.md beside this script.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from broadsheet.related import relate
from evidence import Evidence, divide, read_evidence
from rewording import score_plain, score_topics
from scoring import DEPTH, Floats, Measures, Ranks, compare, measure, rank, split_by_time
from sensitivity import GRID, climb_across, test_part, test_setting
from tables import Report, Row
from trials import ABLATIONS, Tried, list_link_trials, list_rerankings, list_rewordings
from variants import Settings, Variants

SEED = 20260118

ENGINE = "**Broadsheet**, by `relate`"

FOLDS = 10
"""The articles whose links are hidden from the engine by turns: so many parts."""


def rank_by_engine(evidence: Evidence) -> Ranks:
    """The lists of the engine itself."""
    lists = relate(evidence.documents, DEPTH)
    numbers = {document.id: number for number, document in enumerate(evidence.documents)}
    ranked = np.full((len(evidence.queries), DEPTH), -1, dtype=np.int64)
    for row, query in enumerate(evidence.queries):
        found = [numbers[one.id] for one in lists[evidence.documents[query].id]]
        ranked[row, : len(found)] = found
    return ranked


def rank_with_links(evidence: Evidence) -> Ranks:
    """The lists of the engine when it is told the links, but none that begins or ends at a scored article."""
    ranked = np.full((len(evidence.queries), DEPTH), -1, dtype=np.int64)
    for fold in range(FOLDS):
        _say(f"the engine with links, part {fold + 1} of {FOLDS}")
        hidden = set(evidence.queries[fold::FOLDS].tolist())
        ids = [document.id for document in evidence.documents]
        kept = (tied - hidden if number not in hidden else () for number, tied in enumerate(evidence.wanted))
        told = evidence.change(links=[tuple(ids[one] for one in sorted(tied)) for tied in kept])
        ranked[fold::FOLDS] = rank_by_engine(told)[fold::FOLDS]
    return ranked


def compare_engines(variants: Variants) -> dict[str, Measures]:
    """The engine, its formula over all pairs, and simpler ways."""
    evidence = variants.evidence
    days, queries = evidence.days, evidence.queries
    simpler = {
        "the formula, all pairs compared, near-copies kept": variants.score(Settings()),
        "plain TF-IDF with bigrams, cosine": score_plain(variants),
        "number of shared topics, then newest": score_topics(variants),
        "rarity of shared topics, times fading": variants.shared * variants.close(replace(Settings(), topics=0)),
        "nearest in time": 1 / (1 + variants.gaps),
        "newest": np.broadcast_to(1 + days - days.min(), (len(queries), len(days))),
    }
    ranked = {ENGINE: rank_by_engine(evidence)}
    ranked |= {name: rank(scores, queries) for name, scores in simpler.items()}
    return {name: measure(one, evidence) for name, one in ranked.items()}


def compare_scores(variants: Variants, name: str, detail: str, scores: Floats) -> Row:
    """A row on the nDCG of each query, beside the engine's formula."""
    own, months, half = variants.test(Settings()), variants.evidence.months, split_by_time(variants.evidence)
    parts = (compare(scores, own, months, SEED, chosen) for chosen in (None, half, ~half))
    return Row(name, detail, float(scores.mean()), *parts)


def compare_trial(variants: Variants, trial: Tried) -> Row:
    """A row on something tried."""
    name, detail, score = trial
    _say(f"{name} {detail}")
    return compare_scores(variants, name, detail, variants.judge(score()))


def run(evidence: Evidence, name: str) -> str:
    """Measure everything; progress goes to the standard error."""
    variants = Variants(evidence)
    report = Report(name, evidence)
    _say("the engine and simpler ways")
    engines = compare_engines(variants)
    report.add_engines(engines)
    _say("ablations")
    ablations = {what: variants.test(settings) for what, settings in ABLATIONS.items()}
    ablations["candidates in place of all pairs, near-copies once"] = engines[ENGINE].ndcg
    report.add_ablations([compare_scores(variants, what, "", ndcg) for what, ndcg in ablations.items()])
    settings = []
    for setting in GRID:
        _say(f"values of {setting}")
        settings.append(test_setting(variants, setting, SEED))
    report.add_settings(settings)
    _say("a search from plain settings on, on either half")
    scores, older, newer = climb_across(variants, split_by_time(evidence))
    report.add_search(compare_scores(variants, "", "", scores), older, newer)
    parts = []
    for part, restricted in divide(evidence, SEED):
        _say(part)
        parts.append(test_part(part, restricted, SEED))
    report.add_parts(parts)
    tried = list_rewordings(variants, SEED) + list_rerankings(variants, SEED)
    report.add_trials([compare_trial(variants, trial) for trial in tried])
    told = measure(rank_with_links(evidence), evidence).ndcg
    rows = [compare_scores(variants, ENGINE, f"a {FOLDS}th hidden at a time", told)]
    report.add_links(rows + [compare_trial(variants, trial) for trial in list_link_trials(variants, SEED)])
    return report.write()


def _say(text: str) -> None:
    print(f"{time.process_time():4.0f} s  {text} …", file=sys.stderr, flush=True)


def main() -> None:
    """Read the arguments, measure, write."""
    parser = argparse.ArgumentParser(description="Score related headlines against editors' own links.")
    parser.add_argument("--corpus", type=Path, required=True, help="a content directory without the links")
    parser.add_argument("--links", type=Path, required=True, help="the links, as JSON")
    parser.add_argument("--name", default="the archive", help="what the table calls the archive")
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".md"))
    given = parser.parse_args()
    text = run(read_evidence(given.corpus, given.links), given.name)
    given.output.write_text(text, encoding="utf-8")
    _say("done")


if __name__ == "__main__":
    main()
