"""Newsroom: a site's settings and content, opened for a build or for the command line."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import get_files
from mkdocs.utils import get_build_datetime

from broadsheet.body import BodyRenderer
from broadsheet.comparing import report_copies
from broadsheet.library import Library, build_library
from broadsheet.pages import map_surroundings
from broadsheet.press import Press, set_press
from broadsheet.problems import BroadsheetError, Problem
from broadsheet.settings import Settings, find_content, find_layout, read_settings
from broadsheet.source import read_source

WORTH_A_PROCESS = 400
"""A process of its own takes half a second to start: as long as comparing so many articles."""


@dataclass(frozen=True, slots=True)
class Newsroom:
    """What a command works on."""

    settings: Settings
    root: Path
    """The content directory."""
    label: str
    """Its name in messages."""
    library: Library


def open_newsroom(config: MkDocsConfig) -> Newsroom:
    """Read and check a site's settings and content.

    Raises:
        ConfigurationError: for faults of the settings.
        BroadsheetError: when there is no content directory.

    """
    settings = read_settings(config)
    root, label = find_content(settings, config)
    return Newsroom(settings, root, label, build_library(read_source(root, label), settings.rules))


def read_clock() -> datetime:
    """The instant of this run: the one place that tells the time. SOURCE_DATE_EPOCH sets it, as for MkDocs.

    Raises:
        BroadsheetError: when SOURCE_DATE_EPOCH is no number of seconds, or one beyond the calendar.

    """
    try:
        return get_build_datetime().astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        found = os.environ.get("SOURCE_DATE_EPOCH", "")
        raise BroadsheetError(f"SOURCE_DATE_EPOCH: expected seconds since 1970, found '{found[:40]}'") from None


@contextmanager
def open_workers(articles: int) -> Iterator[Executor | None]:
    """A process beside this one, for what can be done there at the same time; None where it does not pay.

    It is started afresh, not forked: `mkdocs serve` has threads, and a fork would copy their locks.
    """
    if articles < WORTH_A_PROCESS or (os.cpu_count() or 1) < 2:
        yield None
        return
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        yield executor


def find_surroundings(config: MkDocsConfig, root: Path) -> Mapping[str, str]:
    """The site's own pages by their path relative to content/, with their URLs."""
    return map_surroundings(config, get_files(config), root)


def inspect(newsroom: Newsroom, config: MkDocsConfig, now: datetime) -> tuple[Press, list[Problem]]:
    """The edition of an instant, rendered, and every problem of its content."""
    renderer = BodyRenderer(config.markdown_extensions, config.mdx_configs)
    around = find_surroundings(config, newsroom.root)
    with open_workers(len(newsroom.library.articles)) as executor:
        press = set_press(newsroom.library, now, find_layout(newsroom.settings, config), renderer, around, executor)
    copies = report_copies(newsroom.library, press.ranking)
    return press, sorted({*newsroom.library.problems, *press.problems, *copies})
