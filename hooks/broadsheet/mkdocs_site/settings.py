"""Settings: what a newsroom decides under `extra.broadsheet` in mkdocs.yml, checked."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from mkdocs.config import config_options as c
from mkdocs.config.base import BaseConfigOption, Config, ValidationError
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import ConfigurationError

from broadsheet.content import ARTICLES_DIR, SiteConfig
from broadsheet.core import PluralForms, Translations, check_translations, explain_unknown, load_translations
from broadsheet.rendering import MAX_SECONDS, add_commonmark

_LEAST_SECONDS = 0.1
T = TypeVar("T")


class _Value(BaseConfigOption[T]):
    """A value that a function returns for the value in the file; for a wrong one it raises an error."""

    def __init__(self, expected: str, convert: Callable[[Any], T], default: T | None = None) -> None:
        super().__init__()
        self.default = default
        self._expected = expected
        self._convert = convert

    def run_validation(self, value: object) -> T:
        try:
            return self._convert(value)
        except (ValueError, LookupError, OSError, UnknownLocaleError):
            raise ValidationError(f"Expected {self._expected} but received: {value!r}") from None


def _accept(expected: str, is_valid: Callable[[Any], bool], default: T) -> _Value[T]:
    """Return a setting that must pass a check."""

    def check(value: T) -> T:
        if not is_valid(value):
            raise ValueError
        return value

    return _Value(expected, check, default)


def _count(default: int, least: int = 0) -> _Value[int]:
    expected = f"a whole number of at least {least}"
    return _accept(expected, lambda value: type(value) is int and value >= least, default)


def _is_filled_text(value: object) -> bool:
    # An empty name would mean the directory of mkdocs.yml: BROADSHEET_CONTENT set to nothing.
    return isinstance(value, str) and bool(value.strip())


def _is_time_limit(value: Any) -> bool:
    """Whether a value is a time limit: the system measures processor time in steps of up to a hundredth of a second."""
    return type(value) in {int, float} and _LEAST_SECONDS <= value < math.inf


class _Words(BaseConfigOption[Mapping[str, str | PluralForms]]):
    """Words of the pages by key; `_find_faults` checks them, as there may be several faults in them."""

    def __init__(self) -> None:
        super().__init__()
        self.default = {}


class _RelatedSettings(Config):  # type: ignore[no-untyped-call]
    count = _count(8)
    """How many related headlines stand beside an article; 0 for none."""

    repeat_links = c.Type(bool, default=False)
    """Whether an article that the body links to may be a related headline as well."""


class _LatestSettings(Config):  # type: ignore[no-untyped-call]
    count = _count(16)
    """How many of the latest headlines stand beside an article and on the front page; 0 for none."""


class _FeatureSettings(Config):  # type: ignore[no-untyped-call]
    count = _count(4)
    """How many features stand below the lead of the front page."""


class _TimelineSettings(Config):  # type: ignore[no-untyped-call]
    count = _count(10)
    """How many articles of a running story "In this story" shows; 0 for no such box."""


class _RenderingSettings(Config):  # type: ignore[no-untyped-call]
    seconds = _accept(f"a number of seconds from {_LEAST_SECONDS}", _is_time_limit, MAX_SECONDS)
    """How much processor time the Markdown of one article may take; one that takes more is faulty."""


class _SlugSettings(Config):  # type: ignore[no-untyped-call]
    transliterate = c.Type(bool, default=False)
    """Whether slugs made of titles and file names are in ASCII."""


class _TypographySettings(Config):  # type: ignore[no-untyped-call]
    quotes = c.Type(bool, default=True)
    """Whether "straight" quotation marks become those of the language."""

    dashes = c.Type(bool, default=True)
    """Whether -- becomes an en dash and --- an em dash."""

    ellipses = c.Type(bool, default=True)
    """Whether ... becomes an ellipsis."""


class Settings(Config):  # type: ignore[no-untyped-call]
    """The keys under `extra.broadsheet`."""

    content = _accept(
        "the name of a directory", lambda value: isinstance(value, str) and bool(value.strip()), "content"
    )
    """The content directory, relative to mkdocs.yml."""

    timezone = _Value("a time zone such as 'Europe/Paris'", lambda name: ZoneInfo(str(name)), ZoneInfo("UTC"))
    """The zone of dates that give none, and of the year and month in URLs. UTC unless set."""

    locale = c.Optional(_Value("a locale such as 'en_GB'", lambda tag: Locale.parse(str(tag).replace("-", "_"))))
    """How dates are written. The theme's language unless set."""

    words = _Words()
    """Words of the pages that are to be others: a text by key, or texts by category of number. None unless set."""

    topics = c.Choice(("closed", "open"), default="closed")
    """Whether an article may name a topic that topics.yml does not have."""

    authors = c.Choice(("closed", "open"), default="closed")
    """Whether an article may name an author that authors.yml does not have."""

    cache = c.Type(bool, default=True)
    """Whether what was worked out is kept in .cache/ for the next build."""

    per_page = _count(20, least=1)
    """How many articles a page of a list shows."""

    search = c.Type(bool, default=True)
    """Whether there is a search: the box on every page, the page of results and the index."""

    related = c.SubConfig(_RelatedSettings)
    latest = c.SubConfig(_LatestSettings)
    features = c.SubConfig(_FeatureSettings)
    timeline = c.SubConfig(_TimelineSettings)
    rendering = c.SubConfig(_RenderingSettings)
    typography = c.SubConfig(_TypographySettings)
    slugs = c.SubConfig(_SlugSettings)


def read_settings(config: MkDocsConfig) -> Settings:
    """The checked settings of a site.

    Raises:
        ConfigurationError: that lists every fault of the settings.

    """
    name = Path(config.config_file_path or "mkdocs.yml").name
    entries = config.extra.get("broadsheet") or {}
    faults = _find_faults("extra.broadsheet", entries, Settings)
    settings = Settings(config_file_path=config.config_file_path)
    if not faults:
        settings.load_dict(entries)
        settings.validate()
        root, _ = find_content(settings, config)
        faults += [f"extra.broadsheet.content: {fault}" for fault in _check_place(root, config)]
    if not config.use_directory_urls:
        faults.append("use_directory_urls: Expected true, as articles have addresses like /2026/01/slug/")
    if faults:
        raise ConfigurationError("\n".join(f"{name}: {fault}" for fault in faults))
    return settings


def _find_faults(name: str, entries: object, kind: type[Config]) -> list[str]:
    """What is wrong with some settings. Each is checked by itself, as MkDocs' `validate` stops at the first fault."""
    if not isinstance(entries, dict):
        return [f"{name}: Expected keys and values but received: {entries!r}"]
    faults = []
    for key, value in entries.items():
        settings = kind()
        if key not in settings:
            faults.append(f"{name}.{key}: {explain_unknown('setting', key, settings)}")
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


def _overlap(first: Path, second: Path) -> bool:
    first, second = first.resolve(), second.resolve()
    return first.is_relative_to(second) or second.is_relative_to(first)


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


def find_markdown_extensions(settings: Settings, config: MkDocsConfig) -> tuple[list[str], dict[str, dict[str, Any]]]:
    """Return the Markdown extensions of a site and their options, with the one that reads Markdown as GitHub does."""
    options = {**settings.typography, "language": find_language(config)}
    return add_commonmark(config.markdown_extensions, config.mdx_configs, **options)


def make_site_config(settings: Settings, config: MkDocsConfig) -> SiteConfig:
    """The configuration that the engine works with, which knows nothing of MkDocs."""
    language = find_locale(settings, config).language
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
        language=language,
        slug_language=language if settings.slugs.transliterate else "",
        site_url=config.site_url or "",
    )
