"""Build: Broadsheet beside other tools that build a site of the same articles, in one run, interleaved.

Prints a table for each size, and which of its targets Broadsheet has met. A size is so many times the corpus, grown
by `archive`. Of Broadsheet are measured: a build with neither cache nor site (cold), with nothing changed (warm),
after one article's headline and body were changed, and after a template was overridden; then the time from saving an
article to the page in the browser, under `mkdocs serve`. What keeps nothing between builds has cold builds only.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from shutil import copy
from statistics import median

from archive import Archive, find_content
from broadsheet import __version__
from builder import Builder
from measure import Limits, Run
from newspaper import Newspaper
from outcome import Outcome, Size, write_table
from peers import install_peers
from piece import read_piece
from rivals import Blog, Hugo, PlainMkDocs, Zensical, list_versions
from served import Save, Served, ServedError
from site_settings import ROOT
from targets import SERVE, judge

LARGE = 20_000
"""Above this size there is one round only."""

_PLAIN_SAVES = 2
_SETTLE = 5.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured."""

    rounds: int
    saves: int
    minutes: float
    blog: bool
    """The blog plugin at every size, not only at that of the corpus."""
    only: tuple[str, ...] = ()
    """The names of the tools that are measured; all of them where there are none."""


def hand_out(archive: Archive, size: int, builders: Iterable[Builder]) -> list[str]:
    """Write the articles for each tool; the paths of those that can be read."""
    paths = []
    for path, text in islice(archive.grow(), size):
        piece = read_piece(path, text)
        if piece is not None:
            paths.append(path)
            for builder in builders:
                builder.add(piece)
    return paths


def measure_builds(builders: Sequence[Builder], size: Size, limits: Limits) -> None:
    """Let the tools take turns, the first of a round being the last of the next."""
    for number in range(1, size.rounds + 1):
        first = (number - 1) % len(builders)
        for builder in [*builders[first:], *builders[:first]]:
            for what in builder.builds:
                outcome = size.at((builder.name, what))
                outcome.note = outcome.note or _find_note(builder, size)
                if not outcome.note:
                    _say(f"  round {number} of {size.rounds}: {builder.name}, {what}")
                    _measure(builder, what, number, limits, outcome)


def _find_note(builder: Builder, size: Size) -> str:
    """Why a tool is not run any more at this size, or ''."""
    notes = (size.at((builder.name, what)).note for what in builder.builds)
    return next(filter(None, notes), "")


def _measure(builder: Builder, what: str, number: int, limits: Limits, outcome: Outcome) -> None:
    try:
        run = builder.run(what, number, limits)
    except SystemExit as error:
        _say(f"    {error}")
        outcome.note = "failed"
        return
    outcome.runs.append(run)
    outcome.note = run.stopped
    outcome.pages = builder.count_pages()
    _say(f"    {run.seconds:.2f} s, {run.megabytes:.0f} MB, {outcome.pages:,} pages {run.stopped}")


def measure_saves(builder: Builder, path: str, size: Size, saves: int, minutes: float) -> list[Save]:
    """Serve the site and save one article again and again; what a browser saw of it."""
    _say(f"  {builder.name}, {SERVE}")
    outcome = size.at((builder.name, SERVE))
    if _find_note(builder, size):
        outcome.note = _find_note(builder, size)
        return []
    found: list[Save] = []
    cold = size.at((builder.name, "cold")).seconds
    # Long enough for what follows a save in the background; what keeps nothing has nothing that follows.
    settle = max(_SETTLE, cold) if len(builder.builds) > 1 else 1.0
    file, page = builder.place / builder.articles / path, builder.find_page(path)
    try:
        with Served(builder.commands / "mkdocs", builder.place, builder.env, minutes) as served:
            for _ in range(saves):
                found.append(served.save(file, page, settle))
                _say(f"    {found[-1]}")
    except (ServedError, OSError) as error:
        _say(f"    {error}")
        outcome.note = "failed"
    outcome.runs += [Run(save.seconds, 0.0) for save in found]
    return found


def _describe(saves: Sequence[Save]) -> list[str]:
    """What followed the saves, in a sentence."""
    later = [save.settled for save in saves if save.settled is not None]
    if not later:
        return []
    when = f"{median(later):.1f} s after saving (median)"
    return [f"After {len(later)} of {len(saves)} saves, lists followed in a second reload, {when}."]


def measure_size(archive: Archive, factor: int, count: int, plan: Plan) -> Size:
    """All builds at one size."""
    versions = list_versions()
    commands = install_peers(ROOT / ".cache" / "peers-build", versions)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        place = Path(temporary)
        ours = Newspaper(place / "ours", Path(sys.executable).parent)
        plain = PlainMkDocs(place / "plain", commands)
        builders: list[Builder] = [ours, plain, Hugo(place / "hugo", commands), Zensical(place / "zensical", commands)]
        if factor == 1 or plan.blog:
            builders.append(Blog(place / "blog", commands))
        builders = [one for one in builders if not plan.only or one.name in plan.only]
        _say(f"{factor} × {count:,} articles: writing them for each tool")
        paths = hand_out(archive, factor * count, builders)
        for register in archive.content.glob("*.yml") if ours in builders else ():
            copy(register, ours.place / ours.articles / register.name)
        size = Size(factor, len(paths), plan.rounds if len(paths) <= LARGE else 1)
        measure_builds(builders, size, Limits(plan.minutes))
        middle = paths[len(paths) // 2]
        if ours in builders:
            size.notes += _describe(measure_saves(ours, middle, size, plan.saves, plan.minutes))
        if factor == 1 and plain in builders:
            measure_saves(plain, middle, size, min(plan.saves, _PLAIN_SAVES), plan.minutes)
    return size


def write_origin(cut: int | None) -> str:
    """When it was measured, on what, and what was compared."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(
        f"{name} {version}" for name, version in {"Broadsheet": __version__, **list_versions()}.items()
    )
    machine = f"{cores} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    trial = f" A trial with {cut:,} articles of the corpus." if cut else ""
    return f"Measured on {datetime.now(UTC):%-d %B %Y} on {machine}: {versions}.{trial}\n"


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a content directory, or one that has it inside")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 5, 20], help="how many times the corpus")
    parser.add_argument("--rounds", type=int, default=3, help=f"for at most {LARGE:,} articles; more have one")
    parser.add_argument("--saves", type=int, default=5, help="how often an article is saved while the site is served")
    parser.add_argument("--minutes", type=float, default=20, help="a run is stopped after so many")
    parser.add_argument("--articles", type=int, help="cut the corpus to so many, for a trial")
    parser.add_argument("--blog", action="store_true", help="the blog plugin at every size, not only at 1 ×")
    parser.add_argument("--only", nargs="+", default=[], help="the names of the tools to measure, as in the table")
    parser.add_argument("--output", type=Path, help="a file for the tables as well")
    given = parser.parse_args()
    archive = Archive(find_content(given.corpus))
    plan = Plan(given.rounds, given.saves, given.minutes, given.blog, tuple(given.only))
    sizes: dict[int, Size] = {}
    for factor in dict.fromkeys(given.sizes):
        sizes[factor] = measure_size(archive, factor, given.articles or len(archive.texts), plan)
        tables = [write_table(size, (PlainMkDocs.name, "cold")) for size in sizes.values()]
        found = "".join(f"- {line}\n" for line in judge(sizes))
        written = "\n".join([write_origin(given.articles), *tables, f"### Targets\n\n{found}"])
        if given.output:
            given.output.write_text(written, encoding="utf-8")
    print(written, end="")


if __name__ == "__main__":
    main()
