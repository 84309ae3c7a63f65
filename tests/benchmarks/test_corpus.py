"""The corpora of the benchmarks."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.corpus import Corpus, read_article


def test_a_grown_corpus_begins_with_the_articles_themselves(corpus: Path) -> None:
    articles = list(Corpus(corpus).read_articles(9))
    assert [article.path for article in articles] == sorted(
        path.relative_to(corpus / "content").as_posix() for path in corpus.rglob("*.md")
    )


def test_a_copy_has_its_own_path_date_and_words(corpus: Path) -> None:
    articles = list(Corpus(corpus).read_articles(27))
    assert len({article.path for article in articles}) == 27
    assert articles[9].date != articles[0].date
    assert articles[9].topics == articles[0].topics


def test_growing_a_corpus_twice_gives_the_same_articles(corpus: Path) -> None:
    assert list(Corpus(corpus).read_articles(27)) == list(Corpus(corpus).read_articles(27))


def test_rare_words_are_replaced_in_copies_and_common_ones_kept(corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "dredging" in list(Corpus(corpus).read_articles(18))[9].body, "of few words, all are among the commonest"
    monkeypatch.setattr("benchmarks.corpus.COMMON_WORDS", 0)
    words = [article.body.split() for article in Corpus(corpus).read_articles(18)]
    kept = sum(first == second for first, second in zip(words[0], words[9], strict=True)) / len(words[0])
    assert 0.3 < kept < 1


def test_an_article_without_topics_is_left_out() -> None:
    assert read_article("a.md", "---\ntitle: A\ndate: 2026-01-01\ntopics: []\n---\nText.\n") is None


def test_shortcodes_are_made_harmless() -> None:
    article = read_article("a.md", "---\ntitle: A\ndate: 2026-01-01\ntopics: a\n---\n{{< video >}}\n")
    assert article is not None
    assert article.body == "{ {< video >}}\n"


def test_a_directory_without_articles_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="expected Markdown files in"):
        Corpus(tmp_path)
