"""Settings: what a newsroom decides under `extra.broadsheet` in mkdocs.yml, checked."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from mkdocs.config import config_options as c
from mkdocs.config.base import BaseConfigOption, Config, ValidationError
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import ConfigurationError

from broadsheet.library import Rules
from broadsheet.press import Layout


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


class _Zone(BaseConfigOption[ZoneInfo]):
    """The name of a time zone, such as Europe/Paris."""

    default = "UTC"

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


class _RelatedSettings(Config):  # type: ignore[no-untyped-call]
    count = _Count(default=8)
    """How many related headlines stand beside an article; 0 for none."""


class _LatestSettings(Config):  # type: ignore[no-untyped-call]
    count = _Count(default=16)
    """How many of the latest headlines stand beside an article and on the front page; 0 for none."""


class _FeatureSettings(Config):  # type: ignore[no-untyped-call]
    count = _Count(default=4)
    """How many features stand below the lead of the front page."""


class Settings(Config):  # type: ignore[no-untyped-call]
    """The keys under `extra.broadsheet`."""

    content = c.Type(str, default="content")
    """The content directory, relative to mkdocs.yml."""

    timezone = _Zone()
    """The zone of dates that give none, and of the year and month in URLs. UTC unless set."""

    locale = c.Optional(_Locale())
    """How dates are written. The theme's language unless set."""

    topics = c.Choice(("closed", "open"), default="closed")
    """Whether an article may name a topic that topics.yml does not have."""

    authors = c.Choice(("closed", "open"), default="closed")
    """Whether an article may name an author that authors.yml does not have."""

    per_page = _Count(default=20, least=1)
    """How many articles a page of a list shows."""

    related = c.SubConfig(_RelatedSettings)
    latest = c.SubConfig(_LatestSettings)
    features = c.SubConfig(_FeatureSettings)

    @property
    def rules(self) -> Rules:
        """What reading the content depends on."""
        return Rules(self.timezone, self.topics == "open", self.authors == "open")

    @property
    def layout(self) -> Layout:
        """How many of each thing pages show."""
        return Layout(self.per_page, self.related.count, self.latest.count, self.features.count)


def read_settings(config: MkDocsConfig) -> Settings:
    """The checked settings of a site.

    Raises:
        ConfigurationError: that lists every fault of the settings.

    """
    given = config.extra.get("broadsheet") or {}
    if not isinstance(given, dict):
        raise ConfigurationError("mkdocs.yml: extra.broadsheet: expected keys and values")
    settings = Settings(config_file_path=config.config_file_path)
    settings.load_dict(given)
    failed, warnings = settings.validate()
    faults = [f"mkdocs.yml: extra.broadsheet.{key}: {fault}" for key, fault in [*failed, *warnings]]
    if not config.use_directory_urls:
        faults.append("mkdocs.yml: use_directory_urls: Expected true, as articles have addresses like /2026/01/slug/")
    if faults:
        raise ConfigurationError("\n".join(faults))
    return settings


def find_content(settings: Settings, config: MkDocsConfig) -> tuple[Path, str]:
    """The content directory, and its name in messages: as one would type it from the current directory."""
    base = Path(config.config_file_path).parent if config.config_file_path else Path.cwd()
    root = (base / settings.content).resolve()
    return root, Path(os.path.relpath(root)).as_posix()
