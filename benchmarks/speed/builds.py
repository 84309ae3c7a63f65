"""Builds: Broadsheet beside other tools that build a site of the same articles, in turns, in one run.

Prints a table for each size, and which targets Broadsheet meets. A size is a multiple of the corpus. Broadsheet is
measured from cold (neither cache nor site), with nothing changed, after one article's headline and body were changed,
and after a template was overridden; then from saving an article to the page in the browser, under `mkdocs serve`.
Tools that are not installed are skipped.

usage: python -m benchmarks.speed.builds CORPUS [--sizes 1 5 20] [--rounds 3] [--output FILE] …
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from broadsheet import __version__

from benchmarks.corpus import Corpus
from benchmarks.processes import Limits, Run, describe_machine, log
from benchmarks.speed.generators import (
    COLD,
    INSTALLED,
    SERVE,
    Blog,
    Broadsheet,
    Generator,
    Hugo,
    PlainMkDocs,
    Zensical,
    list_versions,
)
from benchmarks.speed.results import Size, judge_targets
from benchmarks.speed.server import Save, Server, ServerError
from benchmarks.tools import OWN_COMMANDS, ROOT, install_tools, skip_missing

LARGE = 20_000
"""Above this number of articles there is one round only."""

MAX_PLAIN_SAVES = 2
MIN_SETTLE_SECONDS = 5.0


def measure_builds(generators: Sequence[Generator], size: Size, limits: Limits) -> None:
    """Run all builds in turns; each round begins with the next generator."""
    for number in range(1, size.rounds + 1):
        first = (number - 1) % len(generators)
        for generator in [*generators[first:], *generators[:first]]:
            for build in generator.builds:
                measurement = size.at((generator.name, build))
                measurement.error = measurement.error or _find_error(generator, size)
                if not measurement.error:
                    log(f"  round {number} of {size.rounds}: {generator.name}, {build}")
                    measurement.add(run := generator.run(build, number, limits))
                    measurement.pages = generator.count_pages()
                    log(f"    {run}, {measurement.pages:,} pages")


def _find_error(generator: Generator, size: Size) -> str:
    """Why a generator is no longer run at this size, or ''."""
    return next(filter(None, (size.at((generator.name, build)).error for build in generator.builds)), "")


def measure_saves(generator: Generator, path: str, size: Size, saves: int, minutes: float) -> None:
    """Serve the site and save one article several times."""
    log(f"  {generator.name}, {SERVE}")
    measurement = size.at((generator.name, SERVE))
    measurement.error = _find_error(generator, size)
    if measurement.error:
        return
    # Broadsheet updates lists in the background after the page; a generator without a cache has nothing left to do.
    cold = size.at((generator.name, COLD)).seconds
    settle = max(MIN_SETTLE_SECONDS, cold) if len(generator.builds) > 1 else 1.0
    measured = save_repeatedly(generator, path, saves, minutes, settle)
    measurement.runs += [Run(save.seconds, 0.0) for save in measured]
    measurement.error = "failed" if len(measured) < saves else ""
    reloads = [save.second_reload for save in measured if save.second_reload is not None]
    if reloads:
        when = f"{median(reloads):.1f} s after saving (median)"
        size.notes.append(f"After {len(reloads)} of {len(measured)} saves, lists followed in a second reload, {when}.")


def save_repeatedly(generator: Generator, path: str, saves: int, minutes: float, settle: float) -> list[Save]:
    """Serve a site and save one article; fewer results than `saves` when the server fails."""
    measured: list[Save] = []
    file, page = generator.directory / generator.articles / path, generator.find_page(path)
    try:
        with Server(generator.command, generator.directory, generator.env, minutes) as server:
            for _ in range(saves):
                measured.append(server.save(file, page, settle))
                log(f"    {measured[-1]}")
    except (ServerError, OSError) as error:
        log(f"    {error}")
    return measured


def measure_size(corpus: Corpus, factor: int, count: int, given: argparse.Namespace) -> Size:
    """All builds at one size."""
    commands = install_tools(given.tools, INSTALLED, install=given.install)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        place = Path(temporary)
        ours, plain = Broadsheet(place / "ours"), PlainMkDocs(place / "plain", OWN_COMMANDS)
        others = [Hugo(place / "hugo", commands), Zensical(place / "zensical", commands)]
        blogs = [Blog(place / "blog", OWN_COMMANDS)] if factor == 1 or given.blog else []
        chosen: list[Generator] = [ours, plain, *others, *blogs]
        generators = skip_missing([one for one in chosen if not given.only or one.name in given.only])
        log(f"{factor} × {count:,} articles: writing them for each tool")
        paths = []
        for article in corpus.read_articles(factor * count):
            paths.append(article.path)
            for generator in generators:
                generator.add(article)
        if ours in generators:
            corpus.copy_registers(ours.directory / ours.articles)
        size = Size(factor, len(paths), given.rounds if len(paths) <= LARGE else 1)
        measure_builds(generators, size, Limits(given.minutes))
        middle = paths[len(paths) // 2]
        if ours in generators:
            measure_saves(ours, middle, size, given.saves, given.minutes)
        if factor == 1 and plain in generators:
            measure_saves(plain, middle, size, min(given.saves, MAX_PLAIN_SAVES), given.minutes)
    return size


def _format_origin(limit: int | None) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in {"Broadsheet": __version__, **list_versions()}.items())
    trial = f" A trial with {limit:,} articles of the corpus." if limit else ""
    return f"Measured on {datetime.now(UTC):%-d %B %Y} on {describe_machine()}: {versions}.{trial}\n"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path, help="a content directory, or one that has it inside")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 5, 20], help="multiples of the corpus")
    parser.add_argument("--rounds", type=int, default=3, help=f"one above {LARGE:,} articles")
    parser.add_argument("--saves", type=int, default=5, help="how often an article is saved while the site is served")
    parser.add_argument("--minutes", type=float, default=20, help="a run is stopped after so many")
    parser.add_argument("--articles", type=int, help="cut the corpus to so many, for a trial")
    parser.add_argument("--blog", action="store_true", help="the blog plugin at every size, not only at 1 ×")
    parser.add_argument("--only", nargs="+", default=[], help="the names of the tools to measure, as in the table")
    parser.add_argument("--output", type=Path, help="a file for the tables as well")
    parser.add_argument("--tools", type=Path, default=ROOT / ".cache" / "benchmarks-speed", help="where tools are")
    parser.add_argument("--no-install", dest="install", action="store_false", help="skip tools that are not there")
    given = parser.parse_args(arguments)
    corpus = Corpus(given.corpus)
    sizes: dict[int, Size] = {}
    for factor in dict.fromkeys(given.sizes):
        sizes[factor] = measure_size(corpus, factor, given.articles or len(corpus.texts), given)
        tables = [size.format() for size in sizes.values()]
        judged = "".join(f"- {line}\n" for line in judge_targets(sizes))
        text = "\n".join([_format_origin(given.articles), *tables, f"### Targets\n\n{judged}"])
        if given.output:
            given.output.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
