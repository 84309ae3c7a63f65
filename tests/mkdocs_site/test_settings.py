"""Settings: defaults, and for every fault one line that names the key."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import material
import pytest
import yaml
from broadsheet.content.site_config import SiteConfig
from broadsheet.mkdocs_site.settings import (
    Settings,
    find_content,
    find_locale,
    find_words,
    make_site_config,
    read_settings,
)
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import ConfigurationError
from sites import ROOT

HANDBOOK = (ROOT / "docs" / "handbook" / "settings.md").read_text(encoding="utf-8")


def configure(place: Path, broadsheet: Any = None, **settings: Any) -> MkDocsConfig:
    """A configuration as MkDocs reads it from a file, with the engine's settings where they are given."""
    (place / "docs").mkdir(exist_ok=True)
    extra = {} if broadsheet is None else {"extra": {"broadsheet": broadsheet}}
    file = place / "mkdocs.yml"
    file.write_text(yaml.safe_dump({"site_name": "The Daily Test", **extra, **settings}), encoding="utf-8")
    return load_config(str(file))


def read(place: Path, broadsheet: Any = None, **settings: Any) -> Settings:
    return read_settings(configure(place, broadsheet, **settings))


def fail(place: Path, broadsheet: Any = None, **settings: Any) -> list[str]:
    """The lines of the error."""
    with pytest.raises(ConfigurationError) as caught:
        read(place, broadsheet, **settings)
    return str(caught.value).splitlines()


def plain(settings: Any) -> dict[str, Any]:
    return {key: plain(value) if hasattr(value, "items") else value for key, value in settings.items()}


DEFAULTS = {
    "content": "content",
    "timezone": ZoneInfo("UTC"),
    "locale": None,
    "words": {},
    "topics": "closed",
    "authors": "closed",
    "cache": True,
    "per_page": 20,
    "search": True,
    "related": {"count": 8, "repeat_links": False},
    "latest": {"count": 16},
    "features": {"count": 4},
    "timeline": {"count": 10},
    "rendering": {"seconds": 2},
    "typography": {"quotes": True, "dashes": True, "ellipses": True},
    "slugs": {"transliterate": False},
}


@pytest.mark.parametrize("broadsheet", [None, {}])
def test_every_setting_may_be_left_out(tmp_path: Path, broadsheet: Any) -> None:
    assert plain(read(tmp_path, broadsheet)) == DEFAULTS


def test_what_is_set_is_taken_and_the_rest_stays(tmp_path: Path) -> None:
    entries = {
        "timezone": "Asia/Tokyo",
        "topics": "open",
        "per_page": 1,
        "related": {"count": 0},
        "rendering": {"seconds": 0.5},
    }
    settings = read(tmp_path, entries)
    expected = {"timezone": ZoneInfo("Asia/Tokyo"), "related": {"count": 0, "repeat_links": False}}
    assert plain(settings) == {**DEFAULTS, **entries, **expected}


def test_the_engine_gets_the_settings_without_mkdocs(tmp_path: Path) -> None:
    counts = {"related": {"count": 2, "repeat_links": True}, "latest": {"count": 3}, "features": {"count": 4}}
    names = {"timezone": "Asia/Tokyo", "topics": "open", "locale": "de_AT"}
    config = configure(tmp_path, {"per_page": 1, **counts, "timeline": {"count": 5}, **names})
    assert make_site_config(read_settings(config), config) == SiteConfig(
        ZoneInfo("Asia/Tokyo"),
        open_topics=True,
        open_authors=False,
        per_page=1,
        related_count=2,
        latest_count=3,
        feature_count=4,
        timeline_count=5,
        repeat_links=True,
        language="de",
        slug_language="",
    )


def test_slugs_in_ascii_follow_the_rules_of_the_site_s_language(tmp_path: Path) -> None:
    config = configure(tmp_path, {"slugs": {"transliterate": True}, "locale": "de_AT"})
    assert make_site_config(read_settings(config), config).slug_language == "de"


def test_the_handbook_has_every_setting_with_its_default() -> None:
    assert "## words\n\nKeys and texts, none unless set" in HANDBOOK
    names = {
        f"{key}.{part}" if isinstance(value, dict) else key: value[part] if isinstance(value, dict) else value
        for key, value in DEFAULTS.items()
        for part in (value if isinstance(value, dict) else [key])
    }
    for name, default in names.items():
        section = re.search(rf"^## {re.escape(name)}\n(.*?)(?=^## |\Z)", HANDBOOK, re.MULTILINE | re.DOTALL)
        assert section, f"the handbook has no section about {name}"
        shown = {None: "The theme's `language`", False: "`false`", True: "`true`"}.get(default, f"`{default}`")
        assert f"{shown} unless set" in section[1], name


FAULTS: list[tuple[Any, str]] = [
    ({"content": "docs"}, ".content: '{place}/docs' cannot hold the articles: it overlaps docs_dir, whose files"),
    ({"content": "docs/paper"}, ".content: '{place}/docs/paper' cannot hold the articles: it overlaps docs_dir"),
    ({"content": "site"}, ".content: '{place}/site' cannot hold the articles: it overlaps site_dir, which every build"),
    ({"content": ""}, ".content: Expected the name of a directory but received: ''"),
    ({"content": ["content"]}, ".content: Expected the name of a directory but received: ['content']"),
    ({"timezone": "Paris"}, ".timezone: Expected a time zone such as 'Europe/Paris' but received: 'Paris'"),
    ({"timezone": "Europe"}, ".timezone: Expected a time zone such as 'Europe/Paris' but received: 'Europe'"),
    ({"timezone": "../zone"}, ".timezone: Expected a time zone such as 'Europe/Paris' but received: '../zone'"),
    ({"timezone": 2}, ".timezone: Expected a time zone such as 'Europe/Paris' but received: 2"),
    ({"locale": "xx_YY"}, ".locale: Expected a locale such as 'en_GB' but received: 'xx_YY'"),
    ({"locale": "English!"}, ".locale: Expected a locale such as 'en_GB' but received: 'English!'"),
    ({"topics": "closd"}, ".topics: Expected one of: ('closed', 'open') but received: 'closd'"),
    ({"authors": True}, ".authors: Expected one of: ('closed', 'open') but received: True"),
    ({"per_page": 0}, ".per_page: Expected a whole number of at least 1 but received: 0"),
    ({"per_page": "20"}, ".per_page: Expected a whole number of at least 1 but received: '20'"),
    ({"per_page": True}, ".per_page: Expected a whole number of at least 1 but received: True"),
    ({"per_page": 2.5}, ".per_page: Expected a whole number of at least 1 but received: 2.5"),
    ({"search": "no"}, ".search: Expected type: <class 'bool'> but received: <class"),
    ({"related": {"count": -1}}, ".related.count: Expected a whole number of at least 0 but received: -1"),
    ({"related": {"repeat_links": "no"}}, ".related.repeat_links: Expected type: <class 'bool'> but received: <class"),
    ({"latest": {"cuont": 3}}, ".latest.cuont: unknown setting (did you mean 'count'?)"),
    ({"features": 4}, ".features: Expected keys and values but received: 4"),
    ({"timeline": None}, ".timeline: Expected keys and values but received: None"),
    ({"rendering": {"seconds": 0}}, ".rendering.seconds: Expected a number of seconds from 0.1 but received: 0"),
    ({"rendering": {"seconds": "2"}}, ".rendering.seconds: Expected a number of seconds from 0.1 but received: '2'"),
    ({"rendering": {"seconds": True}}, ".rendering.seconds: Expected a number of seconds from 0.1 but received: True"),
    (
        {"rendering": {"seconds": float("inf")}},
        ".rendering.seconds: Expected a number of seconds from 0.1 but received: inf",
    ),
    ({"slugs": {"transliterate": "de"}}, ".slugs.transliterate: Expected type: <class 'bool'> but received: <class"),
    ({"words": {"serch": "Suche"}}, ".words.serch: unknown word (did you mean 'search'?)"),
    ({"words": {"byline": "Von"}}, ".words.byline: Expected '{names}' in it but received: 'Von'"),
    ({"words": None}, ".words: Expected keys and texts but received: None"),
    ({"perpage": 20}, ".perpage: unknown setting (did you mean 'per_page'?)"),
    ({"zzz": 1}, ".zzz: unknown setting"),
    ({7: 1}, ".7: unknown setting"),
    (["per_page"], ": Expected keys and values but received: ['per_page']"),
    ("closed", ": Expected keys and values but received: 'closed'"),
]


@pytest.mark.parametrize(("broadsheet", "message"), FAULTS, ids=[str(entries) for entries, _ in FAULTS])
def test_a_fault_is_one_line_that_names_the_key(tmp_path: Path, broadsheet: Any, message: str) -> None:
    (line,) = fail(tmp_path, broadsheet)
    assert line.startswith(f"mkdocs.yml: extra.broadsheet{message.replace('{place}', str(tmp_path))}")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    broken = {"per_page": 0, "related": {"cuont": 1, "count": -1}, "timezone": "Mars", "latest": {"count": 2}}
    assert fail(tmp_path, broken, use_directory_urls=False) == [
        "mkdocs.yml: extra.broadsheet.per_page: Expected a whole number of at least 1 but received: 0",
        "mkdocs.yml: extra.broadsheet.related.count: Expected a whole number of at least 0 but received: -1",
        "mkdocs.yml: extra.broadsheet.related.cuont: unknown setting (did you mean 'count'?)",
        "mkdocs.yml: extra.broadsheet.timezone: Expected a time zone such as 'Europe/Paris' but received: 'Mars'",
        "mkdocs.yml: use_directory_urls: Expected true, as articles have addresses like /2026/01/slug/",
    ]


def test_a_fault_that_was_mended_is_forgotten(tmp_path: Path) -> None:
    fail(tmp_path, {"related": {"cuont": 1, "count": -1}})
    assert plain(read(tmp_path, {"related": {"count": 1}}))["related"] == {"count": 1, "repeat_links": False}


def test_the_handbook_shows_faults_as_they_are_told(tmp_path: Path) -> None:
    shown = re.findall(r"^(mkdocs\.yml: (?:extra|use_dir).*)$", HANDBOOK, re.MULTILINE)
    messages = set(fail(tmp_path, use_directory_urls=False))
    for broadsheet, _ in FAULTS:
        messages |= set(fail(tmp_path, broadsheet))
    assert len(shown) >= 8
    assert set(shown) - messages == set()


def test_the_content_may_lie_beside_or_around_the_sites_own_pages(tmp_path: Path) -> None:
    for content in (".", "..", "docs-of-the-paper", "/somewhere/else"):
        assert read(tmp_path, {"content": content}).content == content


def test_a_link_does_not_hide_that_the_content_lies_in_docs(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "content").symlink_to("docs", target_is_directory=True)
    assert "it overlaps docs_dir" in fail(tmp_path, {})[0]


def test_the_content_is_found_from_the_configuration_and_named_from_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configure(tmp_path, {"content": "news/content"})
    monkeypatch.chdir(tmp_path)
    root = (tmp_path / "news" / "content").resolve()
    assert find_content(read_settings(config), config) == (root, "news/content")
    monkeypatch.chdir(tmp_path / "docs")
    assert find_content(read_settings(config), config) == (root, "../news/content")


def test_without_a_configuration_file_the_content_lies_in_the_current_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    config = MkDocsConfig()
    config.load_dict({"site_name": "The Daily Test"})
    assert config.validate() == ([], [])
    assert find_content(read_settings(config), config) == (tmp_path.resolve() / "content", "content")


@pytest.mark.parametrize(
    ("locale", "language", "expected"),
    [
        ("en_GB", "de", "en_GB"),
        ("de-AT", "en", "de_AT"),
        ("zh-Hant-TW", "en", "zh_Hant_TW"),
        (None, "de", "de"),
        (None, "pt-BR", "pt_BR"),
        (None, "zh-Hant", "zh_Hant"),
        (None, "en-xx", "en"),
        (None, "xx-YY", "en"),
        (None, "", "en"),
    ],
)
def test_dates_are_written_in_the_locale_else_in_the_themes_language(
    tmp_path: Path, locale: str | None, language: str, expected: str
) -> None:
    config = configure(tmp_path, {"locale": locale}, theme={"name": "mkdocs"})
    # Themes check the languages that they speak themselves; Material's are many.
    config.theme["language"] = language
    assert str(find_locale(read_settings(config), config)) == expected


def test_words_are_in_the_themes_language_whatever_the_locale_and_a_newsroom_changes_them(tmp_path: Path) -> None:
    config = configure(tmp_path, {"locale": "fr", "words": {"topics": "Rubriken"}}, theme={"name": "mkdocs"})
    config.theme["language"] = "de"
    words = find_words(read_settings(config), config)
    assert [words.write(key) for key in ("search", "topics")] == ["Suche", "Rubriken"]


def test_every_language_of_material_has_dates(tmp_path: Path) -> None:
    languages = Path(str(material.__file__)).parent / "templates" / "partials" / "languages"
    names = {path.stem for path in languages.glob("*.html")}
    assert {"en", "de", "zh-Hant"} < names
    config = configure(tmp_path, theme={"name": "mkdocs"})
    settings = read_settings(config)
    english = set()
    for name in names:
        config.theme["language"] = name
        if find_locale(settings, config).language == "en":
            english.add(name)
    # The calendar data no longer has Serbo-Croatian.
    assert "en" in english <= {"en", "sh"}
