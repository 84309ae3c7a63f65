"""Placing: a search finds what it needs at any moment, and nothing stays of what is gone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from broadsheet.part_making import Named
from broadsheet.placing import Placing
from sites import read_tree

OLD = {"entry.json": b"old", "index/en_1.pf_index": b"1", "fragment/en_a.pf_fragment": b"a", "wasm": b"w"}
NEW = {"entry.json": b"new", "index/en_2.pf_index": b"2", "wasm": b"w", "stamp": b"s"}
SHOWN = {"en_a": b"a", "en_b": b"b"}


def show(read: list[str]) -> Named:
    def load() -> Mapping[str, bytes]:
        read.append("read")
        return SHOWN

    return Named({f"fragment/{name}.pf_fragment": name for name in SHOWN}, load)


@pytest.fixture
def placing(tmp_path: Path) -> Placing:
    for path, data in OLD.items():
        (tmp_path / "target" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "target" / path).write_bytes(data)
    (tmp_path / "workshop").mkdir()
    return Placing(tmp_path / "target", tmp_path / "workshop", NEW, [show([])])


def test_nothing_is_in_its_place_before_the_end(placing: Placing, tmp_path: Path) -> None:
    placing.prepare()
    assert read_tree(tmp_path / "target") == OLD
    # What is there already is not written again.
    assert sorted(read_tree(tmp_path / "workshop")) == [
        *("entry.json", "fragment/en_b.pf_fragment", "index/en_2.pf_index", "stamp")
    ]


def test_what_is_named_first_comes_last(placing: Placing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    replace = Path.replace

    def note(path: Path, target: Path) -> Path:
        if target.is_relative_to(tmp_path / "target"):
            order.append(target.relative_to(tmp_path / "target").as_posix())
            # Until the new entry is there all files of the old one are.
            assert "entry.json" in order or read_tree(tmp_path / "target").items() >= OLD.items()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", note)
    placing.prepare()
    before = (tmp_path / "target" / "wasm").stat().st_mtime_ns
    placing.finish(("entry.json", "stamp"))
    assert order[-2:] == ["entry.json", "stamp"]
    whole = {**NEW, "fragment/en_a.pf_fragment": b"a", "fragment/en_b.pf_fragment": b"b"}
    assert read_tree(tmp_path / "target") == whole
    assert (tmp_path / "target" / "wasm").stat().st_mtime_ns == before


def test_what_another_build_has_taken_away_meanwhile_comes_back(placing: Placing, tmp_path: Path) -> None:
    placing.prepare()
    for path in ("fragment/en_a.pf_fragment", "wasm"):
        (tmp_path / "target" / path).unlink()
    placing.finish(("entry.json", "stamp"))
    assert sorted(read_tree(tmp_path / "target")) == sorted(
        [*NEW, "fragment/en_a.pf_fragment", "fragment/en_b.pf_fragment"]
    )


def test_parts_of_which_all_is_there_are_not_read(tmp_path: Path) -> None:
    read: list[str] = []
    for number in range(2):
        (tmp_path / f"workshop{number}").mkdir()
        placing = Placing(tmp_path / "target", tmp_path / f"workshop{number}", NEW, [show(read)])
        placing.prepare()
        placing.finish(("entry.json", "stamp"))
    assert read == ["read"]


@pytest.mark.parametrize("moves", range(5))
def test_what_ends_half_way_is_not_taken_for_whole(
    moves: int, placing: Placing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    placing.prepare()
    placing.finish(("entry.json", "stamp"))
    (tmp_path / "next").mkdir()
    named = {**NEW, "entry.json": b"next", "index/en_3.pf_index": b"3", "fourth": b"4"}
    following = Placing(tmp_path / "target", tmp_path / "next", named, [show([])])
    replace, left = Path.replace, iter(range(moves))

    def end(path: Path, target: Path) -> Path:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return replace(path, target)

    following.prepare()
    monkeypatch.setattr(Path, "replace", end)
    if moves < 4:
        with pytest.raises(KeyboardInterrupt):
            following.finish(("entry.json", "stamp"))
    else:
        following.finish(("entry.json", "stamp"))
    assert (tmp_path / "target" / "stamp").exists() == (moves == 4)
