"""The command line: `broadsheet new` and `check`, and what the other parts of it add."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click

from broadsheet import __version__
from broadsheet.cli.build import build, cache
from broadsheet.cli.related import explain, load_site, related
from broadsheet.content import (
    ARTICLE_TYPES,
    TAXONOMY_FILES,
    ContentFiles,
    NewArticle,
    build_library,
    format_new_article,
)
from broadsheet.core import (
    BroadsheetError,
    Moment,
    format_github,
    format_json,
    format_text,
    has_errors,
    parse_moment,
    slugify,
)
from broadsheet.mkdocs_site import Project, check_project, open_project, read_clock

_FORMATS = {"text": format_text, "github": format_github, "json": format_json}


class _Command(click.Group):
    """A group whose commands end with one sentence, not a traceback, when the user has to mend something."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except BroadsheetError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="broadsheet")
@click.option(
    "-f",
    "--config-file",
    type=click.Path(exists=True, dir_okay=False),
    default=None,
    help="The site's mkdocs.yml. The one in the current directory unless given.",
)
@click.pass_context
def main(context: click.Context, config_file: str | None) -> None:
    """Work on a newspaper: start an article, check all of them, see what is related to what.

    Run it in the directory that has mkdocs.yml. To see the newspaper use `mkdocs serve`, to build it
    `mkdocs build`, or `broadsheet build` on a cluster.
    """
    context.obj = config_file


@main.command()
@click.argument("headline")
@click.option("-t", "--topic", "topics", multiple=True, required=True, metavar="ID", help="A topic; repeat for more.")
@click.option("-a", "--author", "authors", multiple=True, metavar="ID", help="An author; repeat for more.")
@click.option("-s", "--summary", default="", help="The dek: one or two sentences for lists and search engines.")
@click.option("--type", "kind", type=click.Choice(ARTICLE_TYPES), default=ARTICLE_TYPES[0], show_default=True)
@click.option("--story", default="", metavar="ID", help="The running story that it belongs to.")
@click.option("--date", default="", metavar="DATE", help="2026-01-18 or 2026-01-18T09:30. Now unless given.")
@click.option("--draft", is_flag=True, help="Never public until the line 'draft: true' is taken out.")
@click.pass_obj
def new(config_file: str | None, /, headline: str, topics: tuple[str, ...], date: str, **given: Any) -> None:
    r"""Start an article: write its file with valid front matter, and print the file's name.

    An existing file is never overwritten.

    \b
    Example:
      broadsheet new "Ministers meet in Geneva" --topic nato --topic security
    """
    newsroom = open_project(load_site(config_file))
    moment = _read_date(date, newsroom.settings.timezone)
    headline = " ".join(headline.split())
    if not slugify(headline):
        raise BroadsheetError(f"the headline '{headline[:60]}' gives no file name: it needs a letter or a digit")
    article = NewArticle(headline, moment, topics, type=given.pop("kind"), **given)
    shown = f"{newsroom.label}/{article.path}"
    text = format_new_article(article)
    _refuse_faults(newsroom, article.path, text)
    _write_new(newsroom.root / article.path, shown, text)
    click.echo(shown)


def _read_date(text: str, zone: tzinfo) -> Moment:
    """The date that a writer gave, or this minute."""
    if not text:
        return Moment(read_clock().astimezone(zone).replace(second=0, microsecond=0))
    try:
        return parse_moment(text, zone)
    except ValueError as error:
        raise BroadsheetError(f"--date: {error}") from None


def _refuse_faults(newsroom: Project, path: str, text: str) -> None:
    """Stop before a file is written that `check` would complain of."""
    registers = {
        name: (newsroom.root / name).read_bytes() for name in TAXONOMY_FILES if (newsroom.root / name).is_file()
    }
    source = ContentFiles(newsroom.root, newsroom.label, {path: text.encode(errors="surrogatepass")}, registers)
    library = build_library(source, newsroom.config)
    problems = [one for one in library.problems if one.path == source.name(path)]
    if has_errors(problems):
        faults = [replace(one, path="nothing was written", line=0, column=0) for one in problems]
        raise BroadsheetError(format_text(faults))
    urls = {url: one.path for one in newsroom.library.articles for url in (one.url, *one.aliases)}
    twin = next((urls[one.url] for one in library.articles if one.url in urls), path)
    if twin != path:
        raise BroadsheetError(f"{source.name(twin)} has the same address: choose another headline, or edit that file")


def _write_new(target: Path, shown: str, text: str) -> None:
    """Write a file that is not there yet, its directories too."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        if isinstance(error, FileExistsError) and os.path.lexists(target):
            raise BroadsheetError(f"{shown} exists already: choose another headline, or edit that file") from None
        raise BroadsheetError(f"{shown} cannot be written: {error.strerror}") from None


@main.command()
@click.option("--format", "shape", type=click.Choice(tuple(_FORMATS)), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Fail on warnings too, as `mkdocs build --strict` does.")
@click.pass_obj
def check(config_file: str | None, shape: str, strict: bool) -> None:
    """Report every problem of the content, with file, line and how to mend it.

    Exit status 0 when a build would go through, 1 when it would not. Formats: `text` for people, `github`
    for annotations of a pull request, `json` for programs (path, line, column, key, message, hint, severity).
    """
    config = load_site(config_file)
    newsroom = open_project(config)
    model, problems = check_project(newsroom, config, read_clock())
    if problems or shape == "json":
        click.echo(_FORMATS[shape](problems))
    counts = Counter(problem.severity for problem in problems)
    total = len(newsroom.library.articles) + len(newsroom.library.faulty)
    click.echo(
        f"{total} articles, {len(model.edition.articles)} public: "
        f"{counts['error']} errors, {counts['warning']} warnings, {counts['note']} notes",
        err=True,
    )
    if counts["error"] or (strict and counts["warning"]):
        raise SystemExit(1)


main.add_command(build)
main.add_command(cache)
main.add_command(related)
main.add_command(explain)
