"""Wording: sound catalogues, the words of a language, and what is wrong with a newsroom's own."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from babel import Locale
from broadsheet.content.article import ARTICLE_TYPES
from broadsheet.core.translations import (
    CATALOGUES,
    check_translations,
    load_translations,
    read_catalogue,
    text_direction,
)
from broadsheet.related.model import ReasonKind

TAGS = sorted(path.stem for path in CATALOGUES.iterdir())
ENGLISH = read_catalogue("en")
PLACES = {key: set(re.findall(r"\{(.*?)\}", forms["other"])) for key, forms in ENGLISH.items()}


# Catalogues.


def test_these_languages_have_a_catalogue() -> None:
    assert {"ar", "de", "en", "es", "fr", "nl"} <= set(TAGS)


@pytest.mark.parametrize("tag", TAGS)
def test_a_catalogue_has_every_word_in_the_order_of_the_english_one(tag: str) -> None:
    assert list(read_catalogue(tag)) == list(ENGLISH)


@pytest.mark.parametrize("tag", TAGS)
def test_a_catalogue_would_pass_as_a_newsroom_s_own_words(tag: str) -> None:
    words = {key: dict(forms) if len(forms) > 1 else forms["other"] for key, forms in read_catalogue(tag).items()}
    assert check_translations(words) == []


@pytest.mark.parametrize("tag", TAGS)
def test_a_catalogue_has_the_forms_that_its_language_tells_apart(tag: str) -> None:
    forms = {*Locale.parse(tag, sep="-").plural_form.tags, "other"}
    for key, texts in read_catalogue(tag).items():
        assert set(texts) == (forms if len(ENGLISH[key]) > 1 else {"other"}), key


@pytest.mark.parametrize("tag", TAGS)
def test_a_catalogue_has_no_stray_spaces_or_braces(tag: str) -> None:
    for key, texts in read_catalogue(tag).items():
        for text in texts.values():
            assert text == text.strip() or key == "comma", key
            assert not re.search(r"[{}]", re.sub(r"\{\w+\}", "", text)), key
            assert "\n" not in text, key


@pytest.mark.parametrize("tag", [tag for tag in TAGS if tag != "en"])
def test_a_catalogue_is_translated(tag: str) -> None:
    # "Sources" is the same in French, "Panorama" in many languages.
    same = [key for key, forms in read_catalogue(tag).items() if forms == ENGLISH[key]]
    assert len(same) < 15, same


def test_every_kind_of_reason_has_its_words() -> None:
    reasons = {key: PLACES[key] for key in ENGLISH if key.startswith("reason_")}
    named = {"text", "topics"}
    assert reasons == {f"reason_{kind}": {"names"} if kind in named else set() for kind in get_args(ReasonKind)}


def test_every_type_of_article_but_the_plain_ones_has_a_word() -> None:
    assert {f"type_{kind}" for kind in ARTICLE_TYPES} - ENGLISH.keys() == {"type_news", "type_brief"}


# Languages.


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Related headlines"),
        ("de", "Mehr zum Thema"),
        ("de-AT", "Mehr zum Thema"),
        ("de_AT", "Mehr zum Thema"),
        ("DE", "Mehr zum Thema"),
        ("is", "Related headlines"),
        ("sh", "Related headlines"),
        ("../en", "Related headlines"),
    ],
)
def test_words_are_those_of_the_language_else_english(language: str, text: str) -> None:
    assert load_translations(language).write("related_headlines") == text


@pytest.mark.parametrize(
    ("language", "count", "text"),
    [
        ("en", 1, "1 article"),
        ("en", 0, "0 articles"),
        ("fr", 0, "0 article"),
        ("fr", 2, "2 articles"),
        ("ar", 2, "مقالان"),
        ("ar", 5, "5 مقالات"),
        ("ar", 11, "11 مقالًا"),
        ("ar", 100, "100 مقال"),
        # French says 0 as 1, but these words are English.
        ("ln", 0, "0 articles"),
    ],
)
def test_a_number_decides_on_the_form(language: str, count: int, text: str) -> None:
    assert load_translations(language).write("articles", count) == text


def test_a_newsroom_changes_a_word_in_its_language() -> None:
    wording = load_translations(
        "is", {"search": "Leita", "articles": {"one": "{count} grein", "other": "{count} greinar"}}
    )
    assert (wording.write("search"), wording.find("search").language) == ("Leita", "is")
    assert [wording.write("articles", count) for count in (1, 2, 21)] == ["1 grein", "2 greinar", "21 grein"]
    assert wording.find("topics").language == "en"


def test_one_text_may_stand_for_every_number() -> None:
    assert load_translations("ar", {"articles": "({count})"}).write("articles", 2) == "(2)"


def test_a_value_is_no_pattern() -> None:
    assert load_translations().write("byline", names="{names} {x}") == "By {names} {x}"


def test_a_key_may_be_the_name_of_a_value() -> None:
    assert load_translations().write("search_key", key="/") == "The key / leads to the search box, from every page"


def test_an_unknown_word_is_told_with_the_nearest() -> None:
    with pytest.raises(LookupError, match=r"no word 'serch' \(did you mean 'search'\?\)"):
        load_translations().find("serch")
    with pytest.raises(LookupError, match=r"no word 'zzz'$"):
        load_translations().find("zzz")


@pytest.mark.parametrize(
    ("language", "names"),
    [("en", "A, B and C"), ("en-US", "A, B and C"), ("de", "A, B und C"), ("ar", "A وB وC"), ("sh", "A, B and C")],
)
def test_names_are_joined_as_the_language_does(language: str, names: str) -> None:
    assert load_translations(language).join("ABC") == names


# A newsroom's own.

FAULTS: list[tuple[Any, list[str]]] = [
    (None, [": Expected keys and texts but received: None"]),
    (["search"], [": Expected keys and texts but received: ['search']"]),
    ({"related_headline": "More"}, [".related_headline: unknown word (did you mean 'related_headlines'?)"]),
    ({"zzz": "More", 7: "x"}, [".zzz: unknown word", ".7: unknown word"]),
    ({"search": 404}, [".search: Expected a text but received: 404"]),
    ({"search": " "}, [".search: Expected a text but received: ' '"]),
    ({"search": {"other": "x"}}, [".search: Expected a text but received: {'other': 'x'}"]),
    ({"byline": "Von"}, [".byline: Expected '{names}' in it but received: 'Von'"]),
    (
        {"byline": "Von {name}"},
        [
            ".byline: unknown placeholder '{name}' (did you mean names?)",
            ".byline: Expected '{names}' in it but received: 'Von {name}'",
        ],
    ),
    ({"byline": "{names} {names}"}, [".byline: Expected '{names}' in it once but received: '{names} {names}'"]),
    ({"search": "{zzz}"}, [".search: unknown placeholder '{zzz}' (there are none here)"]),
    ({"page_of": "{number}/{total}{zzz}"}, [".page_of: unknown placeholder '{zzz}' (there are {number}, {total})"]),
    (
        {"articles": {"one": "one", "many": "many", "other": "{count}"}},
        [".articles.many: Expected '{count}' in it but"],
    ),
    ({"articles": {"one": "one"}}, [".articles: Expected a form 'other', for all other numbers"]),
    ({"articles": {"on": "x", "other": "{count}"}}, [".articles.on: unknown form (did you mean 'one'?)"]),
    ({"articles": {"other": None}}, [".articles.other: Expected a text but received: None"]),
]


@pytest.mark.parametrize(("words", "faults"), FAULTS)
def test_what_is_wrong_with_a_newsroom_s_words_is_told_by_key(words: Any, faults: list[str]) -> None:
    messages = check_translations(words)
    assert len(messages) == len(faults)
    assert all(message.startswith(fault) for message, fault in zip(messages, faults, strict=True)), messages


def test_all_words_may_be_changed() -> None:
    assert (
        check_translations({key: " ".join([key, *(f"{{{name}}}" for name in names)]) for key, names in PLACES.items()})
        == []
    )


@pytest.mark.parametrize(
    "tag", ["ar", "AR", "ar-EG", "fa", "he-IL", "ur", "yi", "dv", "az-Arab", "pa-Arab-PK", "ku_Arab"]
)
def test_these_are_written_from_the_right(tag: str) -> None:
    assert text_direction(tag) == "rtl"


@pytest.mark.parametrize("tag", ["", "en", "de", "pt-BR", "zh-Hant", "ar-Latn", "ks-Deva", "arn", "x-ar"])
def test_these_are_written_from_the_left(tag: str) -> None:
    assert text_direction(tag) == "ltr"
