"""Tables: what was measured, as Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evidence import Evidence
from scoring import DEPTH, DRAWS, SPLITS, Difference, Measures
from sensitivity import CLIMBED, Part, Sensitivity
from variants import Settings

VERDICTS = {1: "gain", 0: "noise", -1: "loss"}


@dataclass(frozen=True)
class Row:
    """A change beside the engine's formula."""

    name: str
    detail: str
    score: float
    whole: Difference
    older: Difference
    """On the older half of the queries."""
    newer: Difference


class Report:
    """The text, section by section."""

    def __init__(self, name: str, evidence: Evidence) -> None:
        links = sum(len(tied) for tied in evidence.wanted)
        self._lines = [
            "# Relevance",
            "",
            "Written by `benchmarks/relevance.py`; change that, not this.",
            "",
            f"Archive: {name}, {len(evidence.documents):,} articles. Its editors tied {len(evidence.queries):,} of "
            f"them to others by links in the body, {links:,} ties seen from either end. The archive that is read is "
            "without those links; the lists are scored by how well they find them again. A tie that no editor made "
            "counts as wrong, however good it is.",
            "",
            f"± is one standard error of the difference, by {DRAWS:,} draws of whole months of articles. "
            "'Gain' and 'loss' are beyond two of them, 'noise' is within.",
        ]

    def write(self) -> str:
        """The whole of it."""
        return "\n".join(self._lines) + "\n"

    def _add(self, title: str, text: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        marks = ["---" if place == 0 or column.startswith(" ") else "---:" for place, column in enumerate(head)]
        table = [f"| {' | '.join(column.strip() for column in line)} |" for line in (head, *rows)]
        table.insert(1, f"|{'|'.join(marks)}|")
        self._lines += ["", f"## {title}", "", text, "", *table]

    def add_engines(self, measured: Mapping[str, Measures]) -> None:
        """The engine and simpler ways."""
        rows = [
            [name, *(f"{part.mean():.3f}" for part in (one.ndcg, one.recall, one.hit, one.mrr))]
            for name, one in measured.items()
        ]
        head = ["", *(f"{measure}@{DEPTH}" for measure in ("nDCG", "recall", "hit", "MRR"))]
        text = "All that follows compares all pairs, as the second line does, so that only what is changed differs."
        self._add("The engine beside simpler ways", text, head, rows)

    def add_ablations(self, rows: Sequence[Row]) -> None:
        """One signal off at a time."""
        lines = [[row.name, f"{row.score:.3f}", str(row.whole), f" {VERDICTS[row.whole.sign]}"] for row in rows]
        text = "What each signal is worth: the formula without it."
        self._add("One signal off at a time", text, ["", f"nDCG@{DEPTH}", "difference", " "], lines)

    def add_settings(self, found: Sequence[Sensitivity]) -> None:
        """The grid of every setting."""
        rows = []
        for one in found:
            own = getattr(Settings(), one.name)
            values = (
                f"**{value:g}**" if value == own else f"{value:g} ({difference.mean:+.3f})"
                for value, difference in zip(one.values, one.scores, strict=True)
            )
            older, newer, blind = one.by_time
            plateau = ", ".join(f"{value:g}" for value in one.plateau)
            chosen = f" {older:g} / {newer:g}"
            rows.append([one.name, f" {' · '.join(values)}", f" {plateau}", chosen, str(blind), str(one.at_random)])
        text = (
            "Every number of the engine over a small grid, its own value in bold, with the difference that another "
            "makes. Level: what noise does not tell from the engine's value, or what is better. Then the same choice "
            "made blind: the best value on the older half of the queries is tested on the newer half, and the other "
            "way round; "
            f"likewise on {SPLITS} random halves, on average. A gain there would be one to take."
        )
        head = ["", " values", " level", " best on older / newer", "halves by time", "random halves"]
        self._add("Each number over a grid", text, head, rows)

    def add_search(self, row: Row, older: Settings, newer: Settings) -> None:
        """The settings found from plain ones on."""
        rows = [
            [f"found on the {half} half", *(f"{getattr(settings, name):g}" for name in CLIMBED)]
            for half, settings in (("older", older), ("newer", newer))
        ]
        rows.append(["the engine's", *(f"{getattr(Settings(), name):g}" for name in CLIMBED)])
        text = (
            "What a search finds that knows nothing of the engine's values: from plain TF-IDF with bigrams on, it "
            "changes one number after another, twice over, by one half of the queries alone. Tested on the other "
            f"half, both together score {row.score:.3f}, {row.whole} beside the engine's values. Those were chosen "
            "with all of the archive in sight: of an archive never seen, the lower figure is the one to expect."
        )
        self._add("All numbers chosen blind", text, ["", *CLIMBED], rows)

    def add_parts(self, parts: Sequence[Part]) -> None:
        """The parts of the archive as archives of their own."""
        rows = [
            [
                one.name,
                f"{one.articles:,}",
                f"{one.queries:,}",
                f"{one.score:.3f}",
                f" {one.best}",
                str(one.gain),
                str(one.blind),
                f" {VERDICTS[one.blind.sign]}",
            ]
            for one in parts
        ]
        text = (
            "Other newsrooms have other archives. These parts stand in for them: each is read as if nothing else had "
            "ever been published. The best single change of a part is the best of some fifty, so it is above 0 by "
            "chance alone; the last columns tell what such a change gains when it is chosen on one random half and "
            f"tested on the other, on average of {SPLITS}. Where that is a gain, the engine's values would not fit; a "
            "loss says that they do better than what the part itself suggests."
        )
        head = ["", "articles", "scored", f"nDCG@{DEPTH}", " best single change", "its gain", "chosen blind", " "]
        self._add("Parts of the archive", text, head, rows)

    def add_trials(self, rows: Sequence[Row]) -> None:
        """What was tried and not kept."""
        text = "A change would be kept that gains on both halves, by generic reasons and at near-linear cost."
        self._add("Tried and not kept", text, *_list_halves(rows))

    def add_links(self, rows: Sequence[Row]) -> None:
        """The links between other articles."""
        text = (
            "An archive's own links say what belongs together. Here every link of the scored article itself is left "
            "out, and only links between others count: c rises beside q when articles like q are linked with c. The "
            "archive that is read has no links left, so that this adds nothing to the engine's figure above. The "
            "first line is the engine itself, told all links but those that touch the part of the scored articles "
            "whose turn it is; the others are the formula over all pairs."
        )
        self._add("The links between other articles", text, *_list_halves(rows))


def _list_halves(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    lines = []
    for row in rows:
        signs = {part.sign for part in (row.older, row.newer)}
        verdict = VERDICTS[signs.pop()] if len(signs) == 1 else "unclear"
        halves = [str(part) for part in (row.whole, row.older, row.newer)]
        lines.append([row.name, f" {row.detail}", f"{row.score:.3f}", *halves, f" {verdict}"])
    return ["", " how", f"nDCG@{DEPTH}", "difference", "older half", "newer half", " both halves"], lines
