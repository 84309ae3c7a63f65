"""Report: what `score` measured, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.relevance.formula import Settings
from benchmarks.relevance.linked_archive import LinkedArchive
from benchmarks.relevance.metrics import DRAWS, SPLITS, Difference, Measures
from benchmarks.relevance.parameters import ENGINE, SEARCHED, PartResult, Sensitivity
from benchmarks.tools import RELATED_COUNT, format_table

VERDICTS = {1: "gain", 0: "noise", -1: "loss"}
_NDCG = f"nDCG@{RELATED_COUNT}"


@dataclass(frozen=True)
class Change:
    """A change of the formula, compared with the engine's own."""

    name: str
    ndcg: float
    difference: Difference


def format_head(name: str, archive: LinkedArchive) -> str:
    """The title, the archive, and how to read the tables."""
    links = sum(len(linked) for linked in archive.linked)
    return (
        "# Relevance\n\n"
        "Written by `python -m benchmarks.relevance.score`; change that, not this.\n\n"
        f"Archive: {name}, {len(archive.documents):,} articles. Links in their bodies connect "
        f"{len(archive.queries):,} of them with others: {links:,} links, counted from both ends. The articles that are "
        "read are without those links; the lists are scored by how well they find them again. An article that no "
        "editor linked counts as wrong, however good it is.\n\n"
        f"± is one standard error of the difference, by {DRAWS:,} draws of whole months of articles. "
        "'Gain' and 'loss' are beyond two standard errors, 'noise' is within."
    )


def format_section(title: str, text: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A section with a table."""
    return f"## {title}\n\n{text}\n\n{format_table(head, rows)}"


def format_methods(measured: Mapping[str, Measures]) -> str:
    """The engine and simpler methods."""
    rows = [
        [name, *(f"{values.mean():.3f}" for values in (one.ndcg, one.recall, one.hit, one.mrr))]
        for name, one in measured.items()
    ]
    head = ["", *(f"{measure}@{RELATED_COUNT}" for measure in ("nDCG", "recall", "hit", "MRR"))]
    text = "All later sections compare all pairs, as the second line does, so that only the named change differs."
    return format_section("The engine beside simpler methods", text, head, rows)


def format_changes(title: str, text: str, changes: Sequence[Change]) -> str:
    """Changes beside the engine's formula."""
    rows = [[one.name, f"{one.ndcg:.3f}", str(one.difference), VERDICTS[one.difference.sign]] for one in changes]
    return format_section(title, text, ["", _NDCG, "difference", " "], rows)


def format_settings(measured: Sequence[Sensitivity]) -> str:
    """The grid of every setting."""
    rows = []
    for one in measured:
        own = getattr(ENGINE, one.name)
        values = " · ".join(
            f"**{value:g}**" if value == own else f"{value:g} ({difference.mean:+.3f})"
            for value, difference in zip(one.values, one.differences, strict=True)
        )
        plateau = ", ".join(f"{value:g}" for value in one.plateau)
        best = f"{one.best_on_older:g} / {one.best_on_newer:g}"
        rows.append([one.name, values, plateau, best, str(one.by_time), str(one.at_random)])
    text = (
        "Every parameter over a small grid: the engine's value in bold, for the others the difference in nDCG. Level: "
        "values that are not significantly worse. Then the same choice by cross-validation: the best value on the "
        "older half of the queries is tested on the newer half, and the other way round; likewise on "
        f"{SPLITS} random halves, on average. A gain there would be a reason to change the engine."
    )
    head = ["", " values", " level", " best on older / newer", "halves by time", "random halves"]
    return format_section("Each parameter over a grid", text, head, rows)


def format_search(change: Change, older: Settings, newer: Settings) -> str:
    """The settings found from plain settings."""
    named = {"found on the older half": older, "found on the newer half": newer, "the engine's": ENGINE}
    rows = [[name, *(f"{getattr(one, key):g}" for key in SEARCHED)] for name, one in named.items()]
    text = (
        "A search that does not know the engine's values: from plain TF-IDF with bigrams, it changes one parameter "
        "after another, twice over, by the scores of one half of the queries. Tested on the other half, both "
        f"together score {change.ndcg:.3f}, {change.difference} beside the engine's values. Those were chosen with "
        "the whole archive in sight: for an archive never seen, expect the lower figure."
    )
    return format_section("All parameters by cross-validation", text, ["", *SEARCHED], rows)


def format_parts(parts: Sequence[PartResult]) -> str:
    """The parts of the archive as archives of their own."""
    rows = [
        [
            one.name,
            f"{one.articles:,}",
            f"{one.queries:,}",
            f"{one.ndcg:.3f}",
            one.best,
            str(one.gain),
            str(one.cross_validated),
            VERDICTS[one.cross_validated.sign],
        ]
        for one in parts
    ]
    text = (
        "Other newsrooms have other archives. These parts stand in for them: each is read as if nothing else had ever "
        "been published. The best single change of a part is the best of some fifty, so it is above 0 by chance "
        "alone; the last columns show what such a change gains when it is chosen on one random half and tested on "
        f"the other, on average of {SPLITS}. A gain there would mean that the engine's values do not fit; a loss, "
        "that they do better than what the part itself suggests."
    )
    head = ["", "articles", "scored", _NDCG, " best single change", "its gain", "cross-validated", " "]
    return format_section("Parts of the archive", text, head, rows)
