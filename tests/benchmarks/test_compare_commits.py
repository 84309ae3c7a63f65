"""Two checkouts compared, run on a few articles."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.speed import compare_commits
from benchmarks.speed.compare_commits import describe_differences
from benchmarks.speed.generators import COLD
from benchmarks.tools import ROOT


@pytest.mark.site
@pytest.mark.skipif(not (ROOT / ".venv").is_dir(), reason="this checkout has no .venv")
def test_two_checkouts_are_compared_in_time_and_byte_by_byte(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--rounds", "1", "--saves", "0", "--minutes", "5", "--no-plain", "--builds", COLD]
    compare_commits.main([str(ROOT), str(ROOT), str(corpus), *options])
    printed = capsys.readouterr().out
    row = next(line.split(" | ") for line in printed.splitlines() if line.startswith("| cold |"))
    assert all(float(row[place]) > 0 for place in (1, 2, 3, 5)), "seconds of both, and the two ratios"
    assert "Sites after 'cold': all " in printed
    assert "failed" not in printed


def test_a_checkout_without_its_environment_is_refused(corpus: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="is no checkout that can build: expected"):
        compare_commits.main([str(tmp_path), str(ROOT), str(corpus)])


def test_differing_files_are_listed_by_kind(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    files = {"same.css": ("a", "a"), "a/index.html": ("a", "b"), "b/index.html": ("a", "b"), "feed.xml": ("a", None)}
    for path, texts in files.items():
        for root, text in zip((old, new), texts, strict=True):
            if text is not None:
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
    assert describe_differences(old, new) == [
        "3 of 4 files differ",
        ".html, differ: 2 (a/index.html, b/index.html)",
        ".xml, only in old: 1 (feed.xml)",
    ]
