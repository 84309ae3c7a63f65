"""Translations: the words of the pages in the newspaper's language, from a catalogue and from its settings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import yaml
from babel import Locale, UnknownLocaleError
from babel.lists import format_list

from broadsheet.core.problems import explain_unknown, suggest

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

CATALOGUES = Path(__file__).parents[1] / "words"
"""The directory of catalogues: one file for each language, named by its tag, as `de.yml` or `pt-BR.yml`."""
CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""The plural categories of Unicode's CLDR."""

_FALLBACK = "en"
_SINGLE_NUMBER = frozenset({"zero", "one", "two"})
"""The categories of one number each: their text may leave out `{count}`, as in `two: مقالان`."""
PLACEHOLDER = re.compile(r"\{(\w+)\}")
"""A placeholder in a text: `{name}`."""

PluralForms = Mapping[str, str]
"""The texts of a word by plural category. A word that has no plural has `other` only."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or sentence that pages show."""

    forms: PluralForms
    language: str
    """The tag of its language."""

    def choose(self, count: int | None = None) -> str:
        """The text for a number."""
        if count is None or len(self.forms) == 1:
            return self.forms["other"]
        return self.forms.get(find_category(self.language, count), self.forms["other"])


@dataclass(frozen=True, slots=True)
class Translations:
    """The words of one language, with the English ones for those that it lacks."""

    language: str
    """The tag of the language of the pages."""
    own: Mapping[str, Word]
    """The words of that language, by key."""
    english: Mapping[str, Word]

    def find(self, key: str) -> Word:
        """A word by its key.

        Raises:
            LookupError: when no catalogue has the key: a template of the site misspells it.

        """
        word = self.own.get(key) or self.english.get(key)
        if word is None:
            hint = suggest(key, self.english)
            raise LookupError(f"no word '{key}' ({hint})" if hint else f"no word '{key}'")
        return word

    def write(self, key: str, count: int | None = None, /, **values: object) -> str:
        """A word as plain text. Cost: about 2 µs.

        >>> write_words = load_translations("de").write
        >>> write_words("articles", 1), write_words("byline", names="Jane Roe")
        ('1 Artikel', 'Von Jane Roe')

        Args:
            key: the word.
            count: the number that selects the plural form; also the value of `{count}`.
            values: the value of each placeholder `{name}`.

        """
        return fill_placeholders(self.find(key).choose(count), {"count": count, **values})

    @property
    def list_locale(self) -> str:
        """The tag of the locale whose rules join names to a list."""
        locale = _find_locale(self.language)
        # No newspaper's style has the American comma before "and" (AP, The Guardian); English of the world has none.
        return "en-001" if locale is None or locale.language == _FALLBACK else str(locale).replace("_", "-")

    def join(self, names: Iterable[str]) -> str:
        """Names as a list, by the rules of the language.

        >>> load_translations("en").join("ABC"), load_translations("es").join(["Ana", "Inés"])
        ('A, B and C', 'Ana y Inés')
        """
        return str(format_list(list(names), locale=Locale.parse(self.list_locale, sep="-")))


def fill_placeholders(text: str, values: Mapping[str, object]) -> str:
    """A text whose placeholders are replaced by values."""
    return PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)


@cache
def find_category(language: str, count: int) -> str:
    """The plural category of a number in a language; by English rules where Babel does not know the language."""
    return str((_find_locale(language) or Locale(_FALLBACK)).plural_form(count))


def load_translations(
    language: str = _FALLBACK, changes: Mapping[str, str | PluralForms] | None = None
) -> Translations:
    """The words of a language: from its catalogue, or that of the language without the country, else English.

    Args:
        language: a tag, such as `pt-BR`.
        changes: the site's own words by key, in that language, already checked by `check_translations`.

    Cost: 2 ms to read a catalogue, once in a process; then 0.1 ms.

    """
    tag = language.replace("_", "-")
    catalogue = read_catalogue(tag) or read_catalogue(tag.partition("-")[0])
    changed = {key: _read_forms(value) for key, value in (changes or {}).items()}
    own = {key: Word(forms, language) for key, forms in {**catalogue, **changed}.items()}
    english = {key: Word(forms, _FALLBACK) for key, forms in read_catalogue(_FALLBACK).items()}
    return Translations(language, MappingProxyType(own), MappingProxyType(english))


@cache
def read_catalogue(tag: str) -> Mapping[str, PluralForms]:
    """The words of a language's catalogue by key; empty where there is no catalogue."""
    path = next((path for path in CATALOGUES.glob("*.yml") if path.stem.lower() == tag.lower()), None)
    if path is None:
        return MappingProxyType({})
    catalogue = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    return MappingProxyType({key: _read_forms(value) for key, value in catalogue.items()})


def _read_forms(value: str | PluralForms) -> PluralForms:
    return MappingProxyType({"other": value} if isinstance(value, str) else dict(value))


def check_translations(words: object) -> list[str]:
    """The faults of a site's own words: one line each, which begins with the key."""
    if not isinstance(words, Mapping):
        return [f": Expected keys and texts but received: {words!r}"]
    english = read_catalogue(_FALLBACK)
    faults = []
    for key, value in words.items():
        if key not in english:
            faults.append(f".{key}: {explain_unknown('word', key, english)}")
        else:
            faults += [f".{key}{fault}" for fault in _check_word(value, english[key])]
    return faults


def _check_word(value: object, english: PluralForms) -> list[str]:
    """The faults of one word, compared with the English one."""
    wanted = PLACEHOLDER.findall(english["other"])
    if not isinstance(value, Mapping) or len(english) == 1:
        return [f": {fault}" for fault in _check_text(value, wanted)]
    faults = []
    for category, text in value.items():
        if category not in CATEGORIES:
            faults.append(f".{category}: {explain_unknown('form', category, CATEGORIES)}")
        else:
            free = {"count"} if category in _SINGLE_NUMBER else set[str]()
            faults += [f".{category}: {fault}" for fault in _check_text(text, wanted, free)]
    return faults if "other" in value else [*faults, ": Expected a form 'other', for all other numbers"]


def _check_text(text: object, wanted: Iterable[str], free: Iterable[str] = ()) -> list[str]:
    """The faults of a text, which may leave out the placeholders that are `free`."""
    if not isinstance(text, str) or not text.strip():
        return [f"Expected a text but received: {text!r}"]
    names = PLACEHOLDER.findall(text)
    faults = []
    for name in sorted(set(names) - set(wanted)):
        known = ", ".join(f"{{{name}}}" for name in wanted)
        hint = suggest(name, wanted).replace("'", "") or (f"there are {known}" if known else "there are none here")
        faults.append(f"unknown placeholder '{{{name}}}' ({hint})")
    doubled = sorted({name for name in names if names.count(name) > 1})
    faults += [f"Expected '{{{name}}}' in it once but received: {text!r}" for name in doubled]
    missing = sorted(set(wanted) - set(names) - set(free))
    return faults + [f"Expected '{{{name}}}' in it but received: {text!r}" for name in missing]


_RTL_SCRIPTS = frozenset({"adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"})


def text_direction(tag: str) -> str:
    """'rtl' or 'ltr' for a language tag. A script in the tag decides, else Babel's data for the language.

    >>> [text_direction(tag) for tag in ("ar", "pt-BR", "ku-Arab", "ks-Deva", "he-IL")]
    ['rtl', 'ltr', 'rtl', 'ltr', 'rtl']
    """
    scripts = [subtag for subtag in re.split("[-_]", tag.lower())[1:] if len(subtag) == 4 and subtag.isalpha()]
    if scripts:
        return "rtl" if scripts[0] in _RTL_SCRIPTS else "ltr"
    locale = _find_locale(tag)
    return locale.text_direction if locale else "ltr"


@cache
def _find_locale(language: str) -> Locale | None:
    """The locale of a tag, or of its language alone; None where Babel knows neither."""
    for tag in (language.replace("_", "-"), re.split("[-_]", language)[0]):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None
