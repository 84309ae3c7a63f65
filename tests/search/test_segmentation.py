"""Segmentation: texts of any language, written so that Pagefind finds their words."""

from __future__ import annotations

import re
import unicodedata

import pytest
from broadsheet.search.segmentation import RULES, segment
from hypothesis import given
from hypothesis import strategies as st

BLOCKS = {
    "Chinese and Japanese": [
        (0x3005, 0x303C),
        (0x3041, 0x30FF),
        (0x31F0, 0x31FF),
        (0x3400, 0x9FFF),
        (0x20000, 0x323AF),
    ],
    "Korean": [(0x3131, 0x318E), (0xAC00, 0xD7A3)],
    "Thai": [(0x0E01, 0x0E4E)],
    "Lao": [(0x0E81, 0x0ECF), (0x0EDC, 0x0EDF)],
    "Tibetan": [(0x0F40, 0x0FBC)],
    "Burmese": [(0x1000, 0x103F), (0x1050, 0x108F), (0xA9E0, 0xA9EF), (0xAA60, 0xAA76)],
    "Khmer": [(0x1780, 0x17D3)],
}


@pytest.mark.parametrize(
    ("text", "segmented"),
    [
        ("Plain words, as they are.", "Plain words, as they are."),
        ("新幹線", "新幹 幹線 線"),
        ("線", "線"),
        ("新幹線が、東京へ。", "新幹 幹線 線が が- 、- 東京 京へ へ- 。"),
        ("NATO加盟国 2026年", "NATO- 加盟 盟国 国 2026- 年"),
        ("조선일보", "조선 선일 일보 보"),
        # A vowel or a tone above a letter belongs to the letter.
        ("กำลังดี", "กำ ำลั ลัง งดี ดี"),
        ("l’alphabet", "l’-alphabet"),
        ("talks—ceasefire", "talks—- ceasefire"),
        ("“quoted” words", "“quoted” words"),
        ("a~^b", "a~\u2060^b"),
    ],
)
def test_rows_of_letters_become_pairs_and_other_words_stay(text: str, segmented: str) -> None:
    assert segment(text).replace("~^", "-") == segmented


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Łukasz", "lukasz"), ("smørrebrød", "smorrebrod"), ("Straße", "Strasse"), ("ＮＡＴＯ", "nato"), ("Đà", "dà")],
)
def test_letters_that_are_hard_to_type_stand_as_those_that_are_typed(text: str, plain: str) -> None:
    assert re.sub("[\ufe00-\ufe0d]", "", segment(text)) == plain


def test_no_two_letters_are_written_in_the_same_way() -> None:
    folded = RULES["folded"]
    assert isinstance(folded, dict)
    assert len(set(folded.values())) == len(folded)
    # Behind a letter, the first of two letters cannot be taken for another: `s` and `ſ` are not `ß`.
    endings = [plain[-2:] for plain in folded.values()]
    assert len(set(endings)) == len(endings)


@pytest.mark.parametrize("script", BLOCKS)
def test_every_letter_and_sign_of_a_script_is_known(script: str) -> None:
    letter, mark = (re.compile(f"[{RULES[name]}]") for name in ("letters", "marks"))
    for first, last in BLOCKS[script]:
        for sign in map(chr, range(first, last + 1)):
            category = unicodedata.category(sign)[0]
            assert category != "L" or letter.match(sign), (hex(ord(sign)), unicodedata.name(sign))
            assert category != "M" or mark.match(sign), (hex(ord(sign)), unicodedata.name(sign))


ROWS = st.text(st.sampled_from("新幹線駅東京のがカーアक한국어ไทยប"), min_size=1, max_size=12)


@given(before=st.text(max_size=5), row=ROWS, after=st.text(max_size=5))
def test_the_pairs_of_a_part_follow_each_other_in_the_pairs_of_the_whole(before: str, row: str, after: str) -> None:
    words = segment(" ".join(f"{before}{row}{after}".split())).replace("~^", "").split(" ")
    for start in range(len(row) - 1):
        pair = unicodedata.normalize("NFC", row[start : start + 2])
        if all(sign in "新幹線駅東京のカー" for sign in pair):
            assert any(word.startswith(pair) for word in words)
