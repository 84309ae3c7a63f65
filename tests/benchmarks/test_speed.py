"""The benchmarks of speed, run on a few articles."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.processes import Run
from benchmarks.speed import builds, related_scale
from benchmarks.speed.generators import COLD, SERVE, WARM, Broadsheet, PlainMkDocs, Zensical
from benchmarks.speed.results import Size, judge_targets


@pytest.mark.site
def test_builds_are_measured_and_missing_tools_skipped(
    corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = [str(corpus), "--sizes", "1", "--rounds", "1", "--saves", "1", "--minutes", "5", "--no-install"]
    builds.main([*arguments, "--tools", str(tmp_path / "none"), "--output", str(tmp_path / "table.md")])
    printed, progress = capfd.readouterr()
    assert printed == (tmp_path / "table.md").read_text(encoding="utf-8")
    for name in ("Hugo, related content", "Zensical"):
        assert f"{name} is not installed: skipped" in progress
        assert f"| {name} |" not in printed
    rows = [line.split(" | ") for line in printed.splitlines() if line.startswith("| ")]
    measured = {f"{row[0].removeprefix('| ')}, {row[1]}" for row in rows}
    assert measured >= {
        "Broadsheet, cold",
        "Broadsheet, warm",
        "Broadsheet, one edit",
        "Broadsheet, template edit",
        "Broadsheet, serve, save to reload",
        "plain MkDocs, cold",
        "Material's blog plugin, cold",
    }
    assert "failed" not in printed
    assert "1 ×: peak KB an article" in printed


def test_ranking_alone_is_measured_in_time_and_loss(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    related_scale.main([str(corpus), "30"])
    printed = capsys.readouterr().out
    assert "| 30 | 30 | 100.000% | 100.000% | 100.000% |" in printed
    assert "highest peak of memory" in printed


def _make_size(**seconds: float) -> Size:
    size = Size(5, 1000, 1)
    keys = {"cold": (Broadsheet.name, COLD), "warm": (Broadsheet.name, WARM), "serve": (Broadsheet.name, SERVE)}
    keys |= {"plain": (PlainMkDocs.name, COLD), "zensical": (Zensical.name, WARM)}
    for name, value in seconds.items():
        size.at(keys[name]).add(Run(value, 100.0))
    return size


def test_targets_are_judged_by_ratios_of_medians() -> None:
    size = _make_size(cold=7.0, plain=10.0, serve=0.2, warm=3.0, zensical=10.0)
    assert list(judge_targets({5: size})) == [
        "5 ×: cold against plain MkDocs, cold: 0.7 (at most 0.75): met",
        "5 ×: warm against Zensical, warm: 0.3 (at most 0.25): missed",
        "5 ×: serve, save to reload against plain MkDocs, cold: 0.02 (at most 0.0167): missed",
        "5 ×: peak KB an article: 102 (at most 150): met",
    ]


def test_a_tool_that_was_stopped_has_its_reason_in_the_table_and_no_ratio() -> None:
    size = _make_size(cold=7.0)
    size.at((PlainMkDocs.name, COLD)).add(Run(1200.0, 500.0, "over 20 min"))
    assert "| plain MkDocs | cold | over 20 min | 500 | 512 | – | – |" in size.format()
    assert "| Broadsheet | cold | 7.00 | 100 | 102 | – | – |" in size.format()
    assert not [line for line in judge_targets({5: size}) if "plain" in line]
