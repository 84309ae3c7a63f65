"""The benchmarks of relevance, run on a few articles."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.relevance import compare_tools, parameters, score
from benchmarks.relevance.compare_tools import score_lists
from benchmarks.relevance.formula import Formula
from benchmarks.relevance.linked_archive import read_archive
from benchmarks.relevance.metrics import compare, measure, rank_scores
from benchmarks.relevance.parameters import ENGINE
from benchmarks.relevance.score import rank_by_engine


def test_the_report_has_all_sections(
    corpus: Path, links: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parameters, "GRID", {"fade": (0, 0.3), "topics": (0, 0.6)})
    monkeypatch.setattr(score, "GRID", parameters.GRID)
    monkeypatch.setattr(parameters, "SEARCHED", ("fade", "topics"))
    monkeypatch.setattr(score, "divide", lambda archive, seed: [("the whole", archive)])
    report = tmp_path / "results.md"
    score.main(["--corpus", str(corpus), "--links", str(links), "--name", "Nine", "--output", str(report)])
    text = report.read_text(encoding="utf-8")
    assert "Archive: Nine, 9 articles." in text
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## The engine beside simpler methods",
        "## One signal off at a time",
        "## The links between other articles",
        "## Each parameter over a grid",
        "## All parameters by cross-validation",
        "## Parts of the archive",
    ]
    assert "nan" not in text


def test_links_between_no_articles_of_the_corpus_are_refused(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "links.json").write_text("{}")
    with pytest.raises(SystemExit):
        score.main(["--corpus", str(corpus), "--links", str(tmp_path / "links.json")])
    assert "links no two articles" in capsys.readouterr().err


def test_the_formula_ranks_as_the_engine_does(corpus: Path, links: Path) -> None:
    archive = read_archive(corpus, links)
    engine = rank_by_engine(archive)
    formula = rank_scores(Formula(archive).score(ENGINE), archive.queries)
    assert (engine >= 0).any()
    assert np.array_equal(np.where(engine >= 0, formula[:, : engine.shape[1]], -1), engine)


def test_a_perfect_list_scores_one_and_a_list_of_others_nothing(corpus: Path, links: Path) -> None:
    archive = read_archive(corpus, links)
    perfect = np.array([sorted(archive.linked[query]) for query in archive.queries])
    assert measure(perfect, archive).ndcg == pytest.approx(1)
    wrong = np.array([[query] * 2 for query in archive.queries])
    assert measure(wrong, archive).mrr.max() == 0


def test_a_difference_within_the_noise_has_no_sign() -> None:
    random = np.random.default_rng(1)
    old, months = random.random(200), np.arange(200) // 10
    assert compare(old + random.normal(0, 0.1, 200), old, months, 1).sign == 0
    assert compare(old + 0.1, old, months, 1).sign == 1


def test_tools_are_compared_and_missing_ones_skipped(
    corpus: Path, links: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--corpus", str(corpus), "--gold", str(links), "--sizes", "9", "--rounds", "1", "--minutes", "5"]
    compare_tools.main([*arguments, "--no-install", "--tools", str(tmp_path / "none")])
    printed, progress = capfd.readouterr()
    for name in ("Hugo", "pelican-similar-posts", "mkdocs-related-content-plugin"):
        assert f"{name} is not installed: skipped" in progress
        assert f"| {name} |" not in printed
    row = next(line for line in printed.splitlines() if line.startswith("| Broadsheet |"))
    assert "failed" not in row
    assert float(row.split(" | ")[-1].removesuffix(" |")) > 0.9


def test_a_list_is_scored_by_the_ranks_of_the_linked_articles() -> None:
    gold = {"a": ["b"], "c": ["d"]}
    assert score_lists(gold, {"a": ["b"], "c": ["d"]}) == 1
    assert score_lists(gold, {"a": ["a", "b"], "c": ["x", "d"]}) == pytest.approx((1 + 1 / np.log2(3)) / 2)
    assert score_lists(gold, json.loads("{}")) == 0
