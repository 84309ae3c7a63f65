"""The `broadsheet` command, with its subcommands `new`, `check`, `build` and `cache`."""

from __future__ import annotations

import logging
import os
from collections import Counter
from dataclasses import replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

import click
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from broadsheet import __version__
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
    CACHE_FILE,
    IMAGE_DIR,
    BroadsheetError,
    Moment,
    describe_cache,
    format_github,
    format_json,
    format_text,
    has_errors,
    measure_store,
    parse_moment,
    remove_cache,
    remove_store,
    slugify,
)
from broadsheet.mkdocs_site import (
    CLUSTER,
    KEEP_GOING,
    Project,
    check_project,
    find_cache,
    open_project,
    read_clock,
    read_settings,
)
from broadsheet.search import FOLDER, measure_bundles, remove_bundles

_MEGABYTE = 1_000_000
_FORMATS = {"text": format_text, "github": format_github, "json": format_json}


class _CommandGroup(click.Group):
    """A group of commands that end with one sentence, not a traceback, when the user has to mend something."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except BroadsheetError as error:
            raise click.ClickException(str(error)) from None


@click.group(cls=_CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
def new(config_file: str | None, /, headline: str, topics: tuple[str, ...], date: str, **options: Any) -> None:
    r"""Start an article: write its file with valid front matter, and print the file's name.

    An existing file is never overwritten.

    \b
    Example:
      broadsheet new "Ministers meet in Geneva" --topic nato --topic security
    """
    project = open_project(load_site(config_file))
    moment = _parse_date(date, project.settings.timezone)
    headline = " ".join(headline.split())
    if not slugify(headline, project.config.slug_language):
        raise BroadsheetError(f"the headline '{headline[:60]}' gives no file name: it needs a letter or a digit")
    options |= {"type": options.pop("kind"), "slug_language": project.config.slug_language}
    article = NewArticle(headline, moment, topics, **options)
    name = f"{project.label}/{article.path}"
    text = format_new_article(article)
    _check_new_article(project, article.path, text)
    _write_new_file(project.root / article.path, name, text)
    click.echo(name)


def _parse_date(text: str, zone: tzinfo) -> Moment:
    """Return the date of the option `--date`, or this minute without one."""
    if not text:
        return Moment(read_clock().astimezone(zone).replace(second=0, microsecond=0))
    try:
        return parse_moment(text, zone)
    except ValueError as error:
        raise BroadsheetError(f"--date: {error}") from None


def _check_new_article(project: Project, path: str, text: str) -> None:
    """Raise an error, before the file is written, for a new article that `check` would report."""
    registers = {name: (project.root / name).read_bytes() for name in TAXONOMY_FILES if (project.root / name).is_file()}
    source = ContentFiles(project.root, project.label, {path: text.encode(errors="surrogatepass")}, registers)
    library = build_library(source, project.config)
    problems = [problem for problem in library.problems if problem.path == source.name(path)]
    if has_errors(problems):
        faults = [replace(problem, path="nothing was written", line=0, column=0) for problem in problems]
        raise BroadsheetError(format_text(faults))
    paths = {url: other.path for other in project.library.articles for url in (other.url, *other.aliases)}
    twin = next((paths[article.url] for article in library.articles if article.url in paths), path)
    if twin != path:
        raise BroadsheetError(f"{source.name(twin)} has the same address: choose another headline, or edit that file")


def _write_new_file(target: Path, name: str, text: str) -> None:
    """Write a file and its directories; never over an existing file."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        if isinstance(error, FileExistsError) and os.path.lexists(target):
            raise BroadsheetError(f"{name} exists already: choose another headline, or edit that file") from None
        raise BroadsheetError(f"{name} cannot be written: {error.strerror}") from None


@main.command()
@click.option("--format", "output_format", type=click.Choice(tuple(_FORMATS)), default="text", show_default=True)
@click.option("--strict", is_flag=True, help="Fail on warnings too, as `mkdocs build --strict` does.")
@click.pass_obj
def check(config_file: str | None, output_format: str, strict: bool) -> None:
    """Report every problem of the content, with file, line and how to mend it.

    Exit status 0 when a build would go through, 1 when it would not. Formats: `text` for people, `github`
    for annotations of a pull request, `json` for programs (path, line, column, key, message, hint, severity).
    """
    config = load_site(config_file)
    project = open_project(config)
    model, problems = check_project(project, config, read_clock())
    if problems or output_format == "json":
        click.echo(_FORMATS[output_format](problems))
    counts = Counter(problem.severity for problem in problems)
    total = len(project.library.articles) + len(project.library.faulty)
    click.echo(
        f"{total} articles, {len(model.edition.articles)} public: "
        f"{counts['error']} errors, {counts['warning']} warnings, {counts['note']} notes",
        err=True,
    )
    if counts["error"] or (strict and counts["warning"]):
        raise SystemExit(1)


@main.command()
@click.option("--cluster", default="", metavar="ADDRESS", help="A Dask scheduler, as tcp://127.0.0.1:8786.")
@click.option("-d", "--site-dir", type=click.Path(), default=None, help="Where the site goes. site/ unless set.")
@click.option("-s", "--strict", is_flag=True, help="Fail on warnings.")
@click.option("-k", "--keep-going", is_flag=True, help="Leave out articles that have an error, and build the rest.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what is wrong.")
@click.pass_obj
def build(
    config_file: str | None, cluster: str, site_dir: str | None, strict: bool, keep_going: bool, quiet: bool
) -> None:
    """Build the site as `mkdocs build` does, on the workers of a cluster if there is one.

    The workers need Broadsheet in the same version and with the extra `broadsheet[cluster]`. A worker that is
    lost costs time; the site comes out the same.
    """
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    if strict and keep_going:
        raise click.UsageError("--strict stops at what is wrong, --keep-going does not: give one of them")
    variables = ({CLUSTER: cluster} if cluster else {}) | ({KEEP_GOING: "1"} if keep_going else {})
    os.environ.update(variables)
    log = logging.getLogger("mkdocs")
    log.setLevel(logging.ERROR if quiet else logging.INFO)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)-7s -  %(message)s"))
    log.addHandler(handler)
    try:
        config = load_config(config_file, site_dir=site_dir, strict=strict or None)
        config.plugins.on_startup(command="build", dirty=False)
        build_site(config)
    except Abort as error:
        raise BroadsheetError(str(error)) from None
    finally:
        log.removeHandler(handler)
        for name in variables:
            os.environ.pop(name, None)


@main.command()
@click.option("--clear", is_flag=True, help="Remove it; the next build makes everything anew.")
@click.pass_obj
def cache(config_file: str | None, clear: bool) -> None:
    """Show what builds have kept in .cache/ for the next one, or remove it."""
    config = load_site(config_file)
    folder = find_cache(config)
    if clear:
        removed = [remove_cache(folder), remove_store(folder), remove_bundles(folder)]
        click.echo("the cache is removed" if any(removed) else "there is no cache")
        return
    report = describe_cache(folder)
    if report is None:
        more = "" if read_settings(config).cache else ": it is switched off in the settings"
        click.echo(f"there is no cache{more}")
        return
    name = os.path.relpath(report.path)
    click.echo(f"{name}: {report.size / _MEGABYTE:.1f} MB")
    for kind, (count, size) in report.entries.items():
        click.echo(f"  {kind:10}  {count:>7,}  {size / _MEGABYTE:>7.1f} MB")
    stores = (
        (IMAGE_DIR, "files", measure_store(folder)),
        (FOLDER, "bundles", measure_bundles(folder)),
    )
    for place, noun, (count, size) in stores:
        if count:
            click.echo(f"{name.replace(CACHE_FILE, place)}/: {count:,} {noun}, {size / _MEGABYTE:.1f} MB")


main.add_command(related)
main.add_command(explain)
