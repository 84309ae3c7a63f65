"""Compare commits: build the same articles with two checkouts of this repository, in turns, and compare their sites.

Measures the builds of `builds` and the time from saving a file to the new page under `mkdocs serve`, with plain
MkDocs from cold in the same run. Prints the medians and the ratios new / old, also of processor time, which other
programs on the machine disturb less. In the first round the sites are compared byte by byte after every build; both
have the same SOURCE_DATE_EPOCH.

usage: python -m benchmarks.speed.compare_commits OLD NEW CORPUS [--articles 200] [--rounds 3] [--saves 2] …

OLD and NEW are directories of checkouts, each with a virtual environment of its own in .venv: make one with
`git worktree add ../old COMMIT && make -C ../old install`.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from benchmarks.corpus import Corpus
from benchmarks.processes import Limits, Run, describe_machine, log
from benchmarks.speed.builds import MIN_SETTLE_SECONDS, save_repeatedly
from benchmarks.speed.generators import COLD, SERVE, Broadsheet, Generator, PlainMkDocs
from benchmarks.speed.results import Measurement, format_seconds
from benchmarks.tools import OWN_COMMANDS, format_table

MAX_EXAMPLES = 3
"""Of files that differ, for each kind."""


@dataclass
class Comparison:
    """What was measured of the old and the new checkout."""

    old: dict[str, Measurement] = field(default_factory=dict)
    """By build."""
    new: dict[str, Measurement] = field(default_factory=dict)
    plain: Measurement = field(default_factory=Measurement)
    sites: dict[str, list[str]] = field(default_factory=dict)
    """By build, the lines of `describe_differences`."""

    def format(self) -> str:
        """The measurements as a Markdown table, and the differences between the sites."""
        head = ["", "old, s", "new, s", "new / old", "lowest to highest", "processor, new / old"]
        head += ["new / plain MkDocs", "old, MB", "new, MB"]
        rows = [self._format_row(build, self.old[build], self.new[build]) for build in self.old]
        plain = f"{format_seconds(self.plain.seconds)} s" if self.plain.runs else self.plain.error or "not measured"
        lines = [format_table(head, rows), "", f"Plain MkDocs, cold: {plain} (median of {len(self.plain.runs)}).", ""]
        for build, differences in self.sites.items():
            lines += [f"Sites after '{build}': {differences[0]}", *(f"- {line}" for line in differences[1:])]
        return "\n".join(lines) + "\n"

    def _format_row(self, build: str, old: Measurement, new: Measurement) -> list[str]:
        if old.error or new.error or not old.runs or not new.runs:
            return [build, old.error or "–", new.error or "–", *["–"] * 6]
        ratios = [after.seconds / before.seconds for before, after in zip(old.runs, new.runs, strict=False)]
        against = f"{new.seconds / self.plain.seconds:.3f}" if self.plain.seconds else "–"
        memory = [f"{one.megabytes:,.0f}" if one.megabytes else "–" for one in (old, new)]
        seconds = [format_seconds(one.seconds) for one in (old, new)]
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        processor = f"{new.processor_seconds / old.processor_seconds:.3f}" if old.processor_seconds else "–"
        return [build, *seconds, f"{new.seconds / old.seconds:.3f}", spread, processor, against, *memory]


def describe_differences(old: Path, new: Path) -> list[str]:
    """A line that sums up, then a line for each kind of file with differences."""
    files = {
        root: {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()} for root in (old, new)
    }
    both = files[old] & files[new]
    _, differing, unreadable = filecmp.cmpfiles(old, new, sorted(both), shallow=False)
    states = {
        "differ": [*differing, *unreadable],
        "only in old": sorted(files[old] - both),
        "only in new": sorted(files[new] - both),
    }
    count = sum(map(len, states.values()))
    total = len(files[old] | files[new])
    return [
        f"{count:,} of {total:,} files differ" if count else f"all {total:,} files are the same",
        *_list_kinds(states),
    ]


def _list_kinds(states: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for state, paths in states.items():
        for kind, count in sorted(Counter(map(_name_kind, paths)).items()):
            examples = [path for path in paths if _name_kind(path) == kind][:MAX_EXAMPLES]
            more = ", …" if count > len(examples) else ""
            yield f"{kind}, {state}: {count:,} ({', '.join(examples)}{more})"


def _name_kind(path: str) -> str:
    """The search index as a whole, everything else by its suffix."""
    if path.startswith("pagefind/"):
        return "search index"
    return PurePosixPath(path).suffix or "no suffix"


def compare_builds(
    old: Broadsheet, new: Broadsheet, plain: Generator | None, path: str, given: argparse.Namespace
) -> Comparison:
    """Run all builds in turns, and save the article at `path`; each round begins with the other checkout."""
    comparison = Comparison()
    limits = Limits(given.minutes)
    pairs = [(old, comparison.old), (new, comparison.new)]
    for number in range(1, given.rounds + 1):
        for build in given.builds:
            for generator, measurements in pairs if number % 2 else pairs[::-1]:
                measurement = measurements.setdefault(build, Measurement())
                if not measurement.error:
                    measurement.add(run := generator.run(build, number, limits))
                    log(f"round {number} of {given.rounds}: {generator.root}, {build}: {run}")
            if number == 1 and not any(measurements[build].error for _, measurements in pairs):
                comparison.sites[build] = describe_differences(old.site, new.site)
        if plain and not comparison.plain.error:
            comparison.plain.add(run := plain.run(COLD, number, limits))
            log(f"round {number} of {given.rounds}: {plain.name}, {COLD}: {run}")
        for generator, measurements in (pairs if number % 2 else pairs[::-1]) if given.saves else ():
            # So that the background work after one save does not slow down the next.
            settle = max(MIN_SETTLE_SECONDS, *(one.seconds for one in measurements.values()))
            measurement = measurements.setdefault(SERVE, Measurement())
            if not measurement.error and not any(one.error for one in measurements.values()):
                log(f"round {number} of {given.rounds}: {generator.root}, {SERVE}")
                saves = save_repeatedly(generator, path, given.saves, given.minutes, settle)
                measurement.runs += [Run(save.seconds, 0.0) for save in saves]
                measurement.error = "failed" if len(saves) < given.saves else ""
    return comparison


def find_commands(root: Path) -> Path:
    """The directory of commands of a checkout's virtual environment.

    Raises:
        SystemExit: when the checkout or its virtual environment is incomplete.

    """
    commands = root / ".venv" / ("Scripts" if sys.platform == "win32" else "bin")
    for expected in (root / "hooks" / "entry.py", commands):
        if not expected.exists():
            sys.exit(f"'{root}' is no checkout that can build: expected '{expected}' (run 'make install' in it)")
    return commands


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path, help="a checkout of this repository with its .venv")
    parser.add_argument("new", type=Path, help="another one")
    parser.add_argument("corpus", type=Path, help="a content directory, or one that has it inside")
    parser.add_argument("--articles", type=int, help="so many instead of all of the corpus; more are made of it")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--saves", type=int, default=2, help="in each round, under `mkdocs serve`; 0 for none")
    builds = Broadsheet.builds
    parser.add_argument("--builds", nargs="+", default=builds, choices=builds, help="only some kinds of builds")
    parser.add_argument("--minutes", type=float, default=20, help="a run is stopped after so many")
    parser.add_argument("--no-plain", dest="plain", action="store_false", help="leave out plain MkDocs")
    parser.add_argument("--output", type=Path, help="a file for the table as well")
    given = parser.parse_args(arguments)
    corpus = Corpus(given.corpus)
    epoch = os.environ.get("SOURCE_DATE_EPOCH", str(int(time.time())))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        place = Path(temporary)
        old, new = (
            # Directories of one length and one name, so that no path can make a difference.
            Broadsheet(place / name / "site", find_commands(root.absolute()), root.absolute())
            for name, root in (("1", given.old), ("2", given.new))
        )
        plain = PlainMkDocs(place / "plain", OWN_COMMANDS) if given.plain else None
        paths = []
        for article in corpus.read_articles(given.articles or len(corpus.texts)):
            paths.append(article.path)
            for generator in (old, new, plain) if plain else (old, new):
                generator.add(article)
        for checkout in (old, new):
            checkout.env = {**checkout.env, "SOURCE_DATE_EPOCH": epoch}
            corpus.copy_registers(checkout.directory / checkout.articles)
        comparison = compare_builds(old, new, plain, paths[len(paths) // 2], given)
    title = f"{len(paths):,} articles, {given.rounds} round{'s' * (given.rounds > 1)}; {describe_machine()}.\n\n"
    text = title + comparison.format()
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
