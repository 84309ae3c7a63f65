"""The last good state of an article: when it takes the place of a faulty one, and when it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest
from broadsheet.content.content_dir import ContentFiles
from broadsheet.content.library import SiteConfig
from broadsheet.core.problems import Problem
from broadsheet.edition.build import SiteModel, build_site_model
from broadsheet.edition.render_articles import BuildResources
from broadsheet.serve.last_good import LastGood
from content_factory import NOW

CONFIG = SiteConfig(UTC)
TALKS, ACCORD = "articles/2026/01/talks.md", "articles/2026/01/accord.md"
TOPICS = b"world: {title: World}\neu: {title: EU}\n"


def write(body: str = "Envoys met.", **keys: str) -> bytes:
    front = {"title": "Talks", "date": "2026-01-18", "topics": "[world]", **keys}
    return "\n".join(["---", *(f"{key}: {value}" for key, value in front.items()), "---", body]).encode()


GOOD = {TALKS: write(), ACCORD: write("An accord.", title="Accord")}
FAULTY = write("Other words.", tilte="x")


class Serving:
    """The builds of a server, without its pages."""

    def __init__(self) -> None:
        self.last_good = LastGood()
        self.problems: tuple[Problem, ...] = ()
        self.build(GOOD)

    def make_source(self, articles: dict[str, bytes], topics: bytes = TOPICS) -> ContentFiles:
        """These files."""
        return ContentFiles(Path("content"), "content", articles, {"topics.yml": topics}, {}, {}, ())

    def build(self, articles: dict[str, bytes], topics: bytes = TOPICS) -> SiteModel:
        """Build as the engine's hooks do."""
        library = self.last_good.read(self.make_source(articles, topics), CONFIG, None)
        model = build_site_model(library, NOW, CONFIG, BuildResources(), {})
        assert not self.last_good.note_failures(library, model)
        self.problems = self.last_good.select_problems(library, model)
        self.last_good.remember(library, model)
        return model


@pytest.fixture
def serving() -> Serving:
    """A server after its first build."""
    return Serving()


def list_bodies(model: SiteModel) -> dict[str, str]:
    return {view.article.path: view.article.body for view in model.spreads}


@pytest.mark.parametrize("data", [FAULTY, b"---\ntitle: A: b\n---\n", b"", b"\xff", write(topics="[wrold]")])
def test_a_faulty_article_stays_where_it_was(serving: Serving, data: bytes) -> None:
    for _ in range(2):
        model = serving.build({**GOOD, TALKS: data})
        assert list_bodies(model)[TALKS] == "Envoys met."
        assert [article.path for article in model.edition.by_topic["world"]] == [ACCORD, TALKS]
        assert {problem.path for problem in serving.problems} == {f"content/{TALKS}"}
    model = serving.build({**GOOD, TALKS: write("Mended.")})
    assert (list_bodies(model)[TALKS], serving.problems) == ("Mended.", ())


def test_a_faulty_article_goes_with_its_file(serving: Serving) -> None:
    serving.build({**GOOD, TALKS: FAULTY})
    assert list_bodies(serving.build({ACCORD: GOOD[ACCORD]})).keys() == {ACCORD}
    assert list_bodies(serving.build({**GOOD, TALKS: FAULTY})).keys() == {ACCORD}, "it is a new file"


def test_a_new_article_with_a_fault_is_not_shown(serving: Serving) -> None:
    assert list_bodies(serving.build({**GOOD, "articles/new.md": FAULTY})).keys() == {TALKS, ACCORD}


@pytest.mark.parametrize("key", [{"draft": "true"}, {"embargo": "2999-01-01"}, {"expires": "2026-02-01"}])
def test_a_faulty_file_that_hides_the_article_takes_it_away(serving: Serving, key: dict[str, str]) -> None:
    for data in (write(tilte="x", **key), write(**{"kicker": "A: b", **key})):
        model = serving.build({**GOOD, TALKS: data})
        assert list_bodies(model).keys() == {ACCORD}
        assert serving.problems
    assert list_bodies(serving.build({**GOOD, TALKS: FAULTY})).keys() == {TALKS, ACCORD}, "the key is gone"


def test_an_article_that_was_hidden_is_not_shown_by_a_fault(serving: Serving) -> None:
    serving.build({**GOOD, TALKS: write(draft="true")})
    assert list_bodies(serving.build({**GOOD, TALKS: FAULTY})).keys() == {ACCORD}


def test_two_articles_of_one_address_are_shown_as_they_were(serving: Serving) -> None:
    copy = "articles/2026/01/copy.md"
    model = serving.build({**GOOD, copy: write("A copy.", slug="talks")})
    assert list_bodies(model).keys() == {TALKS, ACCORD}
    assert {problem.path for problem in serving.problems} == {f"content/{TALKS}", f"content/{copy}"}


def test_an_address_that_another_article_has_taken_is_that_of_the_other(serving: Serving) -> None:
    model = serving.build({TALKS: write(tilte="x"), ACCORD: write("Mine now.", title="Accord", slug="talks")})
    assert list_bodies(model) == {ACCORD: "Mine now."}


def test_a_topic_that_is_taken_out_of_its_register_stays_with_its_articles(serving: Serving) -> None:
    model = serving.build(GOOD, topics=b"eu: {title: EU}\n")
    assert list_bodies(model).keys() == {TALKS, ACCORD}
    assert {problem.path for problem in serving.problems} == {f"content/{TALKS}", f"content/{ACCORD}"}


def test_an_article_whose_text_cannot_be_rendered_stays_as_it_was(serving: Serving) -> None:
    hard, fault = {**GOOD, TALKS: write("Too long.")}, Problem(f"content/{TALKS}", 6, 0, "", "rendering takes too long")
    source = serving.make_source(hard)
    library = serving.last_good.read(source, CONFIG, None)
    model = build_site_model(library, NOW, CONFIG, BuildResources(), {})
    failed = replace(model, faulty=frozenset({TALKS}), problems=(fault,))
    assert serving.last_good.note_failures(library, failed)
    for _ in range(2):
        assert list_bodies(serving.build(hard))[TALKS] == "Envoys met."
        assert serving.problems == (fault,)
    assert list_bodies(serving.build({**GOOD, TALKS: write("Short.")}))[TALKS] == "Short."
    assert serving.problems == ()


def test_warnings_of_the_last_good_text_are_not_told_of_the_file_of_today(serving: Serving) -> None:
    serving.build({**GOOD, TALKS: write("[There](nowhere.md)")})
    assert [problem.severity for problem in serving.problems] == ["warning"]
    serving.build({**GOOD, TALKS: FAULTY})
    assert [problem.severity for problem in serving.problems] == ["error"]


def test_what_a_preview_has_shown_is_the_last_good_state(serving: Serving) -> None:
    model = serving.build({**GOOD, TALKS: write("Saved and previewed.")})
    (article,) = (view.article for view in model.spreads if view.article.path == TALKS)
    serving.build(GOOD)
    serving.last_good.remember_shown([article])
    assert list_bodies(serving.build({**GOOD, TALKS: FAULTY}))[TALKS] == "Saved and previewed."
