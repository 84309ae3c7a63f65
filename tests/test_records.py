"""Records: sets of them told apart, and told to another process."""

from __future__ import annotations

import random
from dataclasses import replace

from broadsheet.records import Record, digest, find_common_words, pack_records, unpack_records
from hypothesis import given
from hypothesis import strategies as st

RECORDS = [Record(f"{number}/", f"Title {number}", "Words.", day="2026-01-01") for number in range(9)]


def test_a_digest_tells_whether_anything_that_readers_find_has_changed() -> None:
    shuffled = random.Random(7).sample(RECORDS, len(RECORDS))  # noqa: S311 - for a test
    assert digest(RECORDS, "en") == digest(shuffled, "en")
    changed = [replace(RECORDS[0], **{name: "x"}) for name in ("url", "title", "text", "language", "day", "at")]
    changed += [replace(RECORDS[0], topics=("x",)), replace(RECORDS[0], authors=("x",))]
    others = [digest([one, *RECORDS[1:]], "en") for one in changed]
    others += [digest(RECORDS, "fr"), digest(RECORDS[1:], "en"), digest([], "en"), digest(RECORDS, "en")]
    assert len(set(others)) == len(others)


def test_common_words_are_those_of_two_records_in_three() -> None:
    records = [
        Record(f"{number:03}/", "", f"The ferry {'sails' if number % 3 else 'waits'} x{number}")
        for number in range(300)
    ]
    assert find_common_words(records) == ["ferry", "the"]
    assert find_common_words(records[::-1]) == ["ferry", "the"]
    # Where all is small, nothing need be spared.
    assert find_common_words(records[:100]) == []


TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
LISTS = st.lists(TEXTS, max_size=3).map(tuple)


@given(st.lists(st.builds(Record, TEXTS, TEXTS, TEXTS, TEXTS, LISTS, LISTS, TEXTS, TEXTS), max_size=4))
def test_another_process_gets_records_as_they_are_on_one_line(records: list[Record]) -> None:
    packed = pack_records(records)
    assert unpack_records(packed) == records
    assert "\n" not in packed
