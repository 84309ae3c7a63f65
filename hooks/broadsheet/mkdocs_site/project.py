"""A project: the settings and content of a site, opened for a build or for the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import get_files
from mkdocs.utils import get_build_datetime

from broadsheet.content import Library, SiteConfig, build_library, read_content_dir
from broadsheet.core import BroadsheetError, Problem
from broadsheet.edition import SiteModel, build_site_model, report_near_duplicates
from broadsheet.mkdocs_site.files import is_published, make_url
from broadsheet.mkdocs_site.resources import ResourceManager
from broadsheet.mkdocs_site.settings import Settings, find_content, make_site_config, read_settings


@dataclass(frozen=True, slots=True)
class Project:
    """The settings and content of a site."""

    settings: Settings
    config: SiteConfig
    root: Path
    """The content directory."""
    label: str
    """The name of the content directory in messages."""
    library: Library


def open_project(config: MkDocsConfig) -> Project:
    """Read and check a site's settings and content.

    Raises:
        ConfigurationError: for faults of the settings.
        BroadsheetError: when there is no content directory.

    """
    settings = read_settings(config)
    root, label = find_content(settings, config)
    site_config = make_site_config(settings, config)
    return Project(settings, site_config, root, label, build_library(read_content_dir(root, label), site_config))


def read_clock() -> datetime:
    """Return the current time; SOURCE_DATE_EPOCH sets it, as for MkDocs. Nothing else in the engine reads a clock.

    Raises:
        BroadsheetError: when SOURCE_DATE_EPOCH is no number of seconds, or one beyond the calendar.

    """
    try:
        return get_build_datetime().astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        value = os.environ.get("SOURCE_DATE_EPOCH", "")
        raise BroadsheetError(f"SOURCE_DATE_EPOCH: expected seconds since 1970, found '{value[:40]}'") from None


def find_docs_files(config: MkDocsConfig, root: Path) -> Mapping[str, str]:
    """Return the URLs of the files of docs_dir, by their path relative to content/."""
    prefix = Path(os.path.relpath(Path(config.docs_dir).resolve(), root))
    files = get_files(config)
    return {(prefix / file.src_uri).as_posix(): make_url(file) for file in files if is_published(file)}


def check_project(project: Project, config: MkDocsConfig, now: datetime) -> tuple[SiteModel, list[Problem]]:
    """Return the model of the site at a point in time, and all problems of its content."""
    docs_urls = find_docs_files(config, project.root)
    manager = ResourceManager(get_plugin_logger("broadsheet"))
    try:
        manager.open(config, project.settings, len(project.library.articles), remember=False)
        model = build_site_model(project.library, now, project.config, manager.resources, docs_urls)
        manager.save()
    finally:
        manager.close()
    near_duplicates = report_near_duplicates(project.library, model.ranking)
    return model, sorted({*model.problems, *near_duplicates})
