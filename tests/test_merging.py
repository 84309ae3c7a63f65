"""Merging: an index in parts is, byte for byte, the one that is made in one piece."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest
from broadsheet import index_parts
from broadsheet.index_parts import IndexPart, read_part, sort_records, wrap
from broadsheet.indexing import build_search_index
from broadsheet.merging import merge_parts
from broadsheet.pagefind_program import PagefindProgram
from broadsheet.records import Record
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sites import read_tree

WORDS = "talks Talks about missiles missile café cafe Café naïve 2026 1,234 don't running ran 会谈 ß"
TEXTS = st.lists(st.sampled_from(WORDS.split()), max_size=40).map(" ".join)


OURS = {"common-words.json", "records.sha256"}


@st.composite
def archives(draw: st.DrawFn) -> list[Record]:
    records = []
    for number in range(draw(st.integers(1, 24))):
        month = draw(st.integers(1, 6))
        dated = draw(st.booleans()) or number == 0
        records.append(
            Record(
                f"{number}/",
                draw(TEXTS),
                draw(TEXTS),
                draw(st.sampled_from(["", "fr"])),
                tuple(draw(st.sets(st.sampled_from(["Europe", "NATO"])))) if dated else (),
                ("Jane Doe",) if draw(st.booleans()) and dated else (),
                f"2026-{month:02}-11" if dated else "",
                f"2026-{month:02}-11T0{draw(st.integers(0, 9))}:00:00+00:00" if dated else "",
            )
        )
    return records


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(records=archives(), least=st.integers(1, 5))
def test_an_index_in_parts_is_the_one_in_one_piece(
    records: list[Record], least: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("archive")
    assert build_search_index(records, place / "whole", "en")
    with mock.patch.object(index_parts, "LEAST", least):
        dated = [record for record in records if record.day]
        rest = [record for record in records if not record.day]
        assert build_search_index(dated, place / "parts", "en", wait_for_rest=lambda: rest, cache=place / "cache")
    made = read_tree(place / "parts" / "pagefind")
    assert made == read_tree(place / "whole" / "pagefind")
    # What Pagefind makes of all records at once, numbered as they are in parts.
    with PagefindProgram() as program:
        single = read_part(program.make_index(sort_records(records), "en"))
    merged = merge_parts([single])
    assert {path: made[path] for path in made if path not in OURS} == {
        **merged.files,
        **{path: wrap(data) for path, data in merged.lists.items()},
        **{f"fragment/{merged.fragments[0][name]}.pf_fragment": data for name, data in single.fragments.items()},
    }


def make_part(**changed: object) -> IndexPart:
    entry = '{"languages": {"en": {"hash": "en_1", "page_count": 1, "wasm": "en"}}, "version": "1.5.2"}'
    words = (("word", (1, 0, 0, b"\x80\x80"), ()),)
    about: dict[str, object] = {
        "entry": entry,
        "version": "1.5.2",
        "pages": (("en_1234567", 1),),
        "words": words,
        "filters": (("year", (("2026", (0,)),)),),
        "orders": (("date", (0,)),),
        "fields": ("title",),
        "fragments": {"en_1234567": b"one"},
        "program": {"pagefind.js": b"js"},
    }
    return IndexPart(**{**about, **changed})  # type: ignore[arg-type]


def test_a_file_is_named_after_what_is_in_it_and_nothing_else() -> None:
    parts = [make_part(fragments={"en_1234567": data}) for data in (b"one", b"two")]
    (first,), (second,) = (names.values() for names in merge_parts(parts).fragments)
    assert first != second
    # The short name that Pagefind gives to one of two is that of the other once it is gone.
    assert merge_parts([make_part(pages=(("en_12345678", 1),), fragments={"en_12345678": b"two"})]).fragments == (
        {"en_12345678": second},
    )


@pytest.mark.parametrize("changed", [{"version": "1.6"}, {"fields": ("date", "title")}])
def test_parts_of_different_kinds_are_not_put_together(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="of different kinds"):
        merge_parts([make_part(), make_part(**changed)])
    with pytest.raises(ValueError, match="no parts"):
        merge_parts([])


def test_there_is_no_more_in_the_directory_than_the_index_has(tmp_path: Path) -> None:
    records = [Record("a/", "A", "Words.", day="2026-01-01", at="2026-01-01"), Record("b/", "B", "Pages.")]
    build_search_index(records, tmp_path, "en")
    (tmp_path / "pagefind" / "index" / "en_old.pf_index").write_bytes(b"old")
    (tmp_path / "pagefind" / "pagefind-ui.js").write_bytes(b"old")
    build_search_index(records[:1], tmp_path, "en")
    assert not [path for path in read_tree(tmp_path) if "old" in path or "-ui" in path]
