"""Settings: what a newsroom decides under `extra.broadsheet` in mkdocs.yml, checked."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from mkdocs.config import config_options as c
from mkdocs.config.base import BaseConfigOption, Config, ValidationError
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import ConfigurationError

from broadsheet.content import ARTICLES_DIR, SiteConfig
from broadsheet.core import PluralForms, Translations, check_translations, load_translations, suggest
from broadsheet.rendering import MAX_SECONDS

_LEAST_SECONDS = 0.1


class _Count(BaseConfigOption[int]):
    """A whole number of at least `least`."""

    def __init__(self, default: int, least: int = 0) -> None:
        super().__init__()
        self.default = default
        self.least = least

    def run_validation(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < self.least:
            raise ValidationError(f"Expected a whole number of at least {self.least} but received: {value!r}")
        return value


class _Seconds(BaseConfigOption[float]):
    """A number of seconds. The system measures processor time in steps of up to a hundredth."""

    def __init__(self, default: float) -> None:
        super().__init__()
        self.default = default

    def run_validation(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not _LEAST_SECONDS <= value < math.inf:
            raise ValidationError(f"Expected a number of seconds from {_LEAST_SECONDS} but received: {value!r}")
        return value


class _Directory(BaseConfigOption[str]):
    """The name of a directory."""

    def __init__(self, default: str) -> None:
        super().__init__()
        self.default = default

    def run_validation(self, value: object) -> str:
        # An empty name would mean the directory of mkdocs.yml: BROADSHEET_CONTENT set to nothing.
        if not isinstance(value, str) or not value.strip():
            raise ValidationError(f"Expected the name of a directory but received: {value!r}")
        return value


class _Zone(BaseConfigOption[ZoneInfo]):
    """The name of a time zone, such as Europe/Paris."""

    def __init__(self, default: str) -> None:
        super().__init__()
        self.default = ZoneInfo(default)

    def run_validation(self, value: object) -> ZoneInfo:
        try:
            return ZoneInfo(str(value))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValidationError(f"Expected a time zone such as 'Europe/Paris' but received: {value!r}") from None


class _Locale(BaseConfigOption[Locale]):
    """A language and country, such as en_GB."""

    def run_validation(self, value: object) -> Locale:
        try:
            return Locale.parse(str(value).replace("-", "_"))
        except (UnknownLocaleError, ValueError):
            raise ValidationError(f"Expected a locale such as 'en_GB' but received: {value!r}") from None


class _Words(BaseConfigOption[Mapping[str, str | PluralForms]]):
    """Words of the pages by key; `_find_faults` checks them, as there may be several faults in them."""

    def __init__(self) -> None:
        super().__init__()
        self.default = {}


class _RelatedSettings(Config):  # type: ignore[no-untyped-call]
    count = _Count(default=8)
    """How many related headlines stand beside an article; 0 for none."""

    repeat_links = c.Type(bool, default=False)
    """Whether an article that the body links to may be a related headline as well."""


class _LatestSettings(Config):  # type: ignore[no-untyped-call]
    count = _Count(default=16)
    """How many of the latest headlines stand beside an article and on the front page; 0 for none."""


class _FeatureSettings(Config):  # type: ignore[no-untyped-call]
    count = _Count(default=4)
    """How many features stand below the lead of the front page."""


class _TimelineSettings(Config):  # type: ignore[no-untyped-call]
    count = _Count(default=10)
    """How many articles of a running story "In this story" shows; 0 for no such box."""


class _RenderingSettings(Config):  # type: ignore[no-untyped-call]
    seconds = _Seconds(default=MAX_SECONDS)
    """How much processor time the Markdown of one article may take; one that takes more is faulty."""


class Settings(Config):  # type: ignore[no-untyped-call]
    """The keys under `extra.broadsheet`."""

    content = _Directory(default="content")
    """The content directory, relative to mkdocs.yml."""

    timezone = _Zone(default="UTC")
    """The zone of dates that give none, and of the year and month in URLs. UTC unless set."""

    locale = c.Optional(_Locale())
    """How dates are written. The theme's language unless set."""

    words = _Words()
    """Words of the pages that are to be others: a text by key, or texts by category of number. None unless set."""

    topics = c.Choice(("closed", "open"), default="closed")
    """Whether an article may name a topic that topics.yml does not have."""

    authors = c.Choice(("closed", "open"), default="closed")
    """Whether an article may name an author that authors.yml does not have."""

    cache = c.Type(bool, default=True)
    """Whether what was worked out is kept in .cache/ for the next build."""

    per_page = _Count(default=20, least=1)
    """How many articles a page of a list shows."""

    search = c.Type(bool, default=True)
    """Whether there is a search: the box on every page, the page of results and the index."""

    related = c.SubConfig(_RelatedSettings)
    latest = c.SubConfig(_LatestSettings)
    features = c.SubConfig(_FeatureSettings)
    timeline = c.SubConfig(_TimelineSettings)
    rendering = c.SubConfig(_RenderingSettings)


def read_settings(config: MkDocsConfig) -> Settings:
    """The checked settings of a site.

    Raises:
        ConfigurationError: that lists every fault of the settings.

    """
    name = Path(config.config_file_path or "mkdocs.yml").name
    given = config.extra.get("broadsheet") or {}
    faults = _find_faults("extra.broadsheet", given, Settings)
    settings = Settings(config_file_path=config.config_file_path)
    if not faults:
        settings.load_dict(given)
        settings.validate()
        root, _ = find_content(settings, config)
        faults += [f"extra.broadsheet.content: {fault}" for fault in _check_place(root, config)]
    if not config.use_directory_urls:
        faults.append("use_directory_urls: Expected true, as articles have addresses like /2026/01/slug/")
    if faults:
        raise ConfigurationError("\n".join(f"{name}: {fault}" for fault in faults))
    return settings


def _find_faults(name: str, given: object, kind: type[Config]) -> list[str]:
    """What is wrong with some settings. Each is checked by itself, as MkDocs' `validate` stops at the first fault."""
    if not isinstance(given, dict):
        return [f"{name}: Expected keys and values but received: {given!r}"]
    faults = []
    for key, value in given.items():
        settings = kind()
        if key not in settings:
            hint = suggest(str(key), settings)
            faults.append(f"{name}.{key}: unknown setting ({hint})" if hint else f"{name}.{key}: unknown setting")
        elif isinstance(option := getattr(kind, key), c.SubConfig):
            faults += _find_faults(f"{name}.{key}", value, option.config_class)
        elif isinstance(option, _Words):
            faults += [f"{name}.{key}{fault}" for fault in check_translations(value)]
        else:
            settings.load_dict({key: value})
            failed, warnings = settings.validate()
            faults += [f"{name}.{key}: {fault}" for _, fault in [*failed, *warnings]]
    return faults


def _check_place(root: Path, config: MkDocsConfig) -> list[str]:
    """What is wrong with where the content directory lies."""
    faults = []
    if _overlap(root / ARTICLES_DIR, Path(config.docs_dir)):
        faults.append("it overlaps docs_dir, whose files MkDocs publishes one and all, drafts too")
    if _overlap(root / ARTICLES_DIR, Path(config.site_dir)):
        faults.append("it overlaps site_dir, which every build empties")
    return [f"'{root}' cannot hold the articles: {fault}" for fault in faults]


def _overlap(one: Path, other: Path) -> bool:
    one, other = one.resolve(), other.resolve()
    return one.is_relative_to(other) or other.is_relative_to(one)


def find_content(settings: Settings, config: MkDocsConfig) -> tuple[Path, str]:
    """The content directory, and its name in messages: as one would type it from the current directory."""
    base = Path(config.config_file_path).parent if config.config_file_path else Path.cwd()
    root = (base / settings.content).resolve()
    return root, Path(os.path.relpath(root)).as_posix()


def find_locale(settings: Settings, config: MkDocsConfig) -> Locale:
    """The locale of dates: the one that is set, else that of the theme's language, else English."""
    if settings.locale is not None:
        return settings.locale
    language = find_language(config)
    # Material speaks a few languages that the calendar data lacks.
    for tag in (language, language.partition("-")[0]):
        with suppress(UnknownLocaleError, ValueError):
            return Locale.parse(tag, sep="-")
    return Locale("en")


def find_language(config: MkDocsConfig) -> str:
    """The language that pages say they are in: the theme's."""
    return str(config.theme.get("language") or "en")


def find_words(settings: Settings, config: MkDocsConfig) -> Translations:
    """The words of the pages, in their language."""
    return load_translations(find_language(config), settings.words)


def make_site_config(settings: Settings, config: MkDocsConfig) -> SiteConfig:
    """The configuration that the engine works with, which knows nothing of MkDocs."""
    return SiteConfig(
        settings.timezone,
        open_topics=settings.topics == "open",
        open_authors=settings.authors == "open",
        per_page=settings.per_page,
        related_count=settings.related.count,
        latest_count=settings.latest.count,
        feature_count=settings.features.count,
        timeline_count=settings.timeline.count,
        repeat_links=settings.related.repeat_links,
        language=find_locale(settings, config).language,
        site_url=config.site_url or "",
    )
