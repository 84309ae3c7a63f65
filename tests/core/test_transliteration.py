"""Transliteration: slugs in ASCII, by the rules of a language."""

from __future__ import annotations

import pytest
from broadsheet.core.urls import is_slug, slugify, transliterate
from hypothesis import example, given
from hypothesis import strategies as st

LANGUAGES = st.sampled_from(["en", "de", "da", "uk", "pt-BR", "zz"])


@pytest.mark.parametrize(
    ("text", "language", "slug"),
    [
        ("Brücken für Köln: große Pläne", "de", "bruecken-fuer-koeln-grosse-plaene"),
        ("Brücken für Köln", "de-AT", "bruecken-fuer-koeln"),
        ("Fler bönder i Ånge och Öland", "sv", "fler-bonder-i-ange-och-oland"),
        ("Færre får i Århus og på Ærø", "da", "faerre-faar-i-aarhus-og-paa-aeroe"),
        ("Øst for Ås", "nb", "oest-for-aas"),
        ("Zażółć gęślą jaźń: Łódź", "pl", "zazolc-gesla-jazn-lodz"),
        ("İstanbul’da ışık", "tr", "istanbulda-isik"),
        ("L’été à l’œuvre", "fr", "lete-a-loeuvre"),
        ("Москва: новые льготы, объекты", "ru", "moskva-novye-lgoty-obekty"),
        ("Гроші для Києва", "uk", "hroshi-dlya-kyieva"),
        ("Площад България", "bg", "ploshtad-balgariya"),
        ("Η Ελλάδα", "el", "i-ellada"),
        ("हिन्दी", "hi", "hindi"),
        ("日内瓦会谈", "zh", "rineiwahuitan"),
        ("½ tonne of CO₂, 5 €", "en", "1-2-tonne-of-co2-5"),
        ("Straße ẞ", "de", "strasse-ss"),
        ("🚢 – “Ferry”", "en", "ferry"),
        # Some programs write é as two characters.
        ("E\u0301te\u0301", "fr", "ete"),
    ],
)
def test_a_slug_is_written_in_ascii_by_the_rules_of_its_language(text: str, language: str, slug: str) -> None:
    assert slugify(text, language) == slug


def test_without_a_language_letters_stay() -> None:
    assert slugify("Brücken für Łódź") == "brücken-für-łódź"


@given(st.text(max_size=300), LANGUAGES)
@example("ab" * 59 + "ß", "de")
def test_any_text_gives_a_slug_in_ascii_that_gives_itself(text: str, language: str) -> None:
    slug = slugify(text, language)
    assert slug.isascii()
    assert slug == "" or is_slug(slug)
    assert slugify(slug, language) == slug


@given(st.text(st.characters(codec="ascii"), max_size=300), LANGUAGES)
def test_a_text_in_ascii_stays(text: str, language: str) -> None:
    assert transliterate(text, language) == text.lower()
