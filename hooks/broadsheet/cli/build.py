"""The command line's part about building: `broadsheet build` and `broadsheet cache`."""

from __future__ import annotations

import logging
import os

import click
from mkdocs.commands.build import build as build_site
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from broadsheet.cli.related import load_site
from broadsheet.core import (
    CACHE_FILE,
    IMAGE_STORE,
    BroadsheetError,
    describe_cache,
    measure_store,
    remove_cache,
    remove_store,
)
from broadsheet.mkdocs_site import CLUSTER, find_cache, read_settings
from broadsheet.search import FOLDER, measure_bundles, remove_bundles

_UNITS = 1_000_000


@click.command()
@click.option("--cluster", default="", metavar="ADDRESS", help="A Dask scheduler, as tcp://127.0.0.1:8786.")
@click.option("-d", "--site-dir", type=click.Path(), default=None, help="Where the site goes. site/ unless set.")
@click.option("-s", "--strict", is_flag=True, help="Fail on warnings.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing but what is wrong.")
@click.pass_obj
def build(config_file: str | None, cluster: str, site_dir: str | None, strict: bool, quiet: bool) -> None:
    """Build the site as `mkdocs build` does, on the workers of a cluster if there is one.

    The workers need Broadsheet in the same version and with the extra `broadsheet[cluster]`. A worker that is
    lost costs time; the site comes out the same.
    """
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    if cluster:
        os.environ[CLUSTER] = cluster
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
        os.environ.pop(CLUSTER, None) if cluster else None


@click.command()
@click.option("--clear", is_flag=True, help="Remove it; the next build makes everything anew.")
@click.pass_obj
def cache(config_file: str | None, clear: bool) -> None:
    """Show what builds have kept in .cache/ for the next one, or remove it."""
    config = load_site(config_file)
    folder = find_cache(config)
    if clear:
        found = [remove_cache(folder), remove_store(folder, IMAGE_STORE), remove_bundles(folder)]
        click.echo("the cache is removed" if any(found) else "there is no cache")
        return
    report = describe_cache(folder)
    if report is None:
        more = "" if read_settings(config).cache else ": it is switched off in the settings"
        click.echo(f"there is no cache{more}")
        return
    name = os.path.relpath(report.path)
    click.echo(f"{name}: {report.size / _UNITS:.1f} MB")
    for kind, (count, size) in report.entries.items():
        click.echo(f"  {kind:10}  {count:>7,}  {size / _UNITS:>7.1f} MB")
    stores = (
        (IMAGE_STORE.folder, "files", measure_store(folder, IMAGE_STORE)),
        (FOLDER, "bundles", measure_bundles(folder)),
    )
    for place, noun, (count, size) in stores:
        if count:
            click.echo(f"{name.replace(CACHE_FILE, place)}/: {count:,} {noun}, {size / _UNITS:.1f} MB")
