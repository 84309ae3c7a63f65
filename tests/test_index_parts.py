"""Index parts: cut where an article more or less does not matter, and taken apart without trusting what is in them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from unittest import mock

import pytest
from broadsheet import index_parts
from broadsheet.cbor import write_cbor
from broadsheet.index_parts import cut_records, read_part, sort_records, wrap
from broadsheet.records import Record
from hypothesis import given
from hypothesis import strategies as st

MONTHS = st.lists(st.tuples(st.integers(2019, 2023), st.integers(1, 12)), max_size=60)
UNKNOWN = [b"\xf6", write_cbor(["9.9"]), write_cbor(["9.9", [], [], [["topic", "en_gone"]], [], []])]


def make_records(months: Sequence[tuple[int, int]]) -> list[Record]:
    return [
        Record(f"{number}/", "Note", "Words.", day=f"{year}-{month:02}-01", at=f"{year}-{month:02}-01T00:00:00+00:00")
        for number, (year, month) in enumerate(months)
    ]


@given(MONTHS, st.integers(1, 9), st.integers(1, 5))
def test_every_record_is_in_one_part_and_none_is_cut_within_a_month(
    months: Sequence[tuple[int, int]], least: int, most: int
) -> None:
    records = make_records(months)
    with mock.patch.object(index_parts, "LEAST", least), mock.patch.object(index_parts, "MOST_PARTS", most):
        parts = cut_records(records)
        assert parts == cut_records(records[::-1])
    assert [record for part in parts for record in part] == sort_records(records)
    assert all(one[-1].at[:7] < other[0].at[:7] for one, other in pairwise(parts))
    assert len(parts) <= most
    if len(parts) > 1:
        assert min(map(len, parts)) >= least


def test_a_new_article_changes_the_last_part_alone() -> None:
    records = make_records([(2000 + number // 36, number // 3 % 12 + 1) for number in range(600)])
    with mock.patch.object(index_parts, "LEAST", 50):
        before = cut_records(records)
        more = Record("new/", "New", "Words.", day="2030-01-01", at="2030-01-01T00:00:00+00:00")
        after = cut_records([*records, more])
        # One that is edited, or that is put into a month long gone, changes the part of that month.
        old = Record("old/", "Old", "Words.", day="2001-02-03", at="2001-02-03T00:00:00+00:00")
        changed = cut_records([*records, old])
    assert len(before) > 8
    assert (after[:-1], after[-1]) == (before[:-1], [*before[-1], more])
    assert sum(one != other for one, other in zip(before, changed, strict=True)) == 1


def test_records_without_a_date_come_last_in_the_order_of_their_addresses() -> None:
    pages = [Record("b/", "B", "Words."), Record("a/", "A", "Words.")]
    dated = make_records([(2024, 1), (2023, 1)])
    assert sort_records([*pages, *dated]) == [dated[1], dated[0], pages[1], pages[0]]
    assert cut_records([]) == []


@pytest.mark.parametrize("meta", UNKNOWN)
def test_an_unknown_form_of_lists_is_refused(meta: bytes) -> None:
    entry = json.dumps({"languages": {"en": {"hash": "en_1", "page_count": 1, "wasm": "en"}}, "version": "9.9"})
    files: Mapping[str, bytes] = {"pagefind-entry.json": entry.encode(), "pagefind.en_1.pf_meta": wrap(meta)}
    with pytest.raises(ValueError, match=r".+"):
        read_part(files)


@pytest.mark.parametrize(
    "entry", [b"", b"[]", b"{}", b'{"languages": {}}', b'{"languages": {"a": {}, "b": {}}}', b'{"languages": {"a": 1}}']
)
def test_an_unknown_entry_is_refused(entry: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_part({"pagefind-entry.json": entry})
