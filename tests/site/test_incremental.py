"""Incremental builds: whatever is changed, and in whatever order, the site is the one that a clean build makes."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sample_photos import draw, encode
from sites import PNG, Site, read_tree

pytestmark = pytest.mark.site

EPOCH = "1800000000"
SLUGS = st.sampled_from(["talks", "accord", "harbour", "budget", "ferry", "vote"])
TOPICS = ["world", "money", "sport"]
PAINTED = [encode(draw(400, 300), "PNG"), encode(draw(400, 301), "PNG"), encode(draw(400, 300))]
WORDS = st.lists(
    st.sampled_from(["Geneva", "missiles", "harbour", "ferry", "budget", "envoys", "talks", "tariffs"]), max_size=12
)


def make_front(draw: Any) -> dict[str, Any]:
    front: dict[str, Any] = {"topics": draw(st.lists(st.sampled_from(TOPICS), min_size=1, max_size=2, unique=True))}
    if draw(st.booleans()):
        front["title"] = f"News of the {draw(st.sampled_from(['day', 'hour', '<b>year</b>']))}"
    if draw(st.booleans()):
        front["authors"] = draw(st.lists(st.sampled_from(["jane", "desk"]), min_size=1, unique=True))
    if draw(st.integers(0, 3)) == 0:
        front["story"] = "war"
    if draw(st.integers(0, 4)) == 0:
        front["draft"] = True
    if draw(st.integers(0, 4)) == 0:
        front["front"] = draw(st.sampled_from(["lead", "feature"]))
    if draw(st.integers(0, 4)) == 0:
        front["image"] = {"src": "harbour.png", "alt": "A harbour"}
    if draw(st.integers(0, 4)) == 0:
        front["related"] = {"pin": [draw(SLUGS)]}
    return front


class Newsroom(RuleBasedStateMachine):
    """A newsroom at work, which builds after everything that it does."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="newsroom-"))
        self.site = Site(self.place / "paper")
        self.changes: dict[str, Any] = {}
        self.broadsheet: dict[str, Any] = {"per_page": 2, "latest": {"count": 1}, "related": {"count": 1}}
        self.paths: dict[str, str] = {}
        self.configure(cache=True)
        self.register("World", "Money")
        self.site.register("authors", jane={"name": "Jane"}, desk={"name": "The desk"})
        self.site.register("stories", war={"title": "The war"})

    def teardown(self) -> None:
        shutil.rmtree(self.place)

    def configure(self, *, cache: bool) -> None:
        # The search index has tests of its own, and is half of what such small sites take.
        self.site.configure(broadsheet={**self.broadsheet, "cache": cache, "search": False}, **self.changes)

    def register(self, *titles: str) -> None:
        topics = {name: {"title": title} for name, title in zip(TOPICS, (*titles, "Sport"), strict=True)}
        topics["world"]["section"] = True  # type: ignore[assignment]
        self.site.register("topics", **topics)

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        for slug in ("talks", "accord", "harbour", "budget"):
            self.write(data, slug)

    @rule(data=st.data(), slug=SLUGS)
    def write(self, data: st.DataObject, slug: str) -> None:
        """An article is new, or is edited."""
        body = f"{' '.join(data.draw(WORDS))}. [More](budget.md)\n\n## Words\n\n![A harbour](harbour.png)\n"
        day = data.draw(st.integers(10, 13))
        self.remove(slug)
        self.paths[slug] = self.site.article(slug, f"2026-01-{day}", body, **make_front(data.draw))

    @rule(data=st.data(), slug=SLUGS)
    def reword(self, data: st.DataObject, slug: str) -> None:
        """A body is edited, and nothing else: what others show of it stays, but not beside which it stands."""
        if slug in self.paths:
            file = self.site.root / "content" / self.paths[slug]
            head = file.read_text(encoding="utf-8").rpartition("---\n")[0]
            file.write_text(f"{head}---\n\n{' '.join(data.draw(WORDS))}.\n", encoding="utf-8")

    @rule(slug=SLUGS)
    def remove(self, slug: str) -> None:
        """An article goes."""
        path = self.paths.pop(slug, "")
        if path:
            (self.site.root / "content" / path).unlink()

    @rule(slug=SLUGS)
    def rename(self, slug: str) -> None:
        """An article's file gets another name, and so the article another address."""
        if slug in self.paths:
            file = self.site.root / "content" / self.paths.pop(slug)
            self.paths[f"{slug}-again"] = f"articles/2026/01/{slug}-again.md"
            file.rename(file.with_name(f"{slug}-again.md"))

    @rule(data=st.sampled_from([b"", PNG, PNG + b"more", *PAINTED, PAINTED[0][:5_000], b"No picture."]))
    def paint(self, data: bytes) -> None:
        """The picture is new, changes, is damaged or goes."""
        path = self.site.write("content/articles/2026/01/harbour.png", data)
        if not data:
            path.unlink()

    @rule(title=st.sampled_from(["World", "The world", "All & <i>sundry</i>"]))
    def retitle(self, title: str) -> None:
        """A topic, which is a section too, gets another title."""
        self.register(title, "Money")

    @rule(data=st.data())
    def resettle(self, data: st.DataObject) -> None:
        """A setting changes."""
        self.broadsheet = {
            "per_page": data.draw(st.integers(1, 3)),
            "latest": {"count": data.draw(st.integers(0, 4))},
            "related": {"count": data.draw(st.integers(1, 2))},
        }
        self.changes = {"site_name": data.draw(st.sampled_from(["The Daily Test", "The Nightly Test"]))}

    @rule(
        text=st.sampled_from(
            ["", "{{ page.title }}", "{{ edition.articles | length }}", "{{ press.spreads[0].article.title }}"]
        )
    )
    def override(self, text: str) -> None:
        """The site gets a template of its own, which shows the page or the whole edition."""
        template = '{% extends "broadsheet/page.html" %}{% block sheet %}<h1>Lists</h1>' + text + "{% endblock %}"
        path = self.site.write("overrides/broadsheet/directory.html", template)
        if not text:
            path.unlink()

    @rule(title=st.sampled_from(["About", "About us"]))
    def describe(self, title: str) -> None:
        """A page of the site's own, which the navigation shows, is edited."""
        self.site.write("docs/about.md", f"# {title}\n\nWords about the paper.\n")
        self.changes = {**self.changes, "nav": [{title: "about.md"}]}

    @invariant()
    def the_site_is_what_a_clean_build_makes(self) -> None:
        if not self.paths:
            return
        self.configure(cache=True)
        run = self.site.build(SOURCE_DATE_EPOCH=EPOCH)
        assert run.code == 0, run.output
        assert (self.site.root / ".cache" / "broadsheet.sqlite").exists()
        self.configure(cache=False)
        clean = self.place / "clean"
        shutil.rmtree(clean, ignore_errors=True)
        assert self.site.build("-d", str(clean), SOURCE_DATE_EPOCH=EPOCH).code == 0
        ours, theirs = self.site.files(), read_tree(clean)
        assert ours.keys() == theirs.keys()
        assert [path for path in ours if ours[path] != theirs[path]] == []


Newsroom.TestCase.settings = settings(
    max_examples=3, stateful_step_count=9, deadline=None, suppress_health_check=list(HealthCheck)
)
TestNewsroom = Newsroom.TestCase


@pytest.fixture
def paper(tmp_path: Path) -> Site:
    """A newspaper of three articles, built."""
    site = Site(tmp_path, {"broadsheet": {"latest": {"count": 1}}})
    site.register("topics", world={"title": "World", "section": True})
    for day, slug in enumerate(("talks", "accord", "vote"), 10):
        site.article(slug, f"2026-01-{day}", body=f"Words about the {slug}.")
    assert site.build(SOURCE_DATE_EPOCH=EPOCH).code == 0
    return site


def times(site: Site) -> dict[str, int]:
    # The search index is made as a whole.
    pages = [path for path in site.files() if not path.startswith("pagefind/")]
    return {path: (site.output / path).stat().st_mtime_ns for path in pages}


def changed(site: Site, before: dict[str, int]) -> set[str]:
    after = times(site)
    return {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}


def test_what_has_not_changed_is_not_written_again(paper: Site) -> None:
    before = times(paper)
    assert paper.build(SOURCE_DATE_EPOCH=EPOCH).code == 0
    assert changed(paper, before) == set()


def test_the_body_of_an_article_is_on_its_own_page_alone(paper: Site) -> None:
    before = times(paper)
    paper.article("talks", "2026-01-10", body="Other words about the talks.")
    assert paper.build(SOURCE_DATE_EPOCH=EPOCH).code == 0
    assert changed(paper, before) == {"2026/01/talks/index.html"}


def test_another_body_changes_what_stands_beside_an_article(tmp_path: Path) -> None:
    site = Site(tmp_path, {"broadsheet": {"latest": {"count": 0}, "related": {"count": 1}}})
    site.register("topics", world={"title": "World"})
    for day, (slug, words) in enumerate((("ferry", "Harbour"), ("vote", "Tariffs"), ("port", "Harbour")), 10):
        site.article(slug, f"2026-01-{day}", body=f"{words} {words} ships.")
    assert site.build(SOURCE_DATE_EPOCH=EPOCH).code == 0
    before = times(site)
    assert "Port" in site.page("2026/01/ferry/").one("aside", data_broadsheet="related").text
    site.article("port", "2026-01-12", body="Nothing of the kind.")
    site.article("vote", "2026-01-11", body="Harbour Harbour ships.")
    assert site.build(SOURCE_DATE_EPOCH=EPOCH).code == 0
    assert "Vote" in site.page("2026/01/ferry/").one("aside", data_broadsheet="related").text
    assert {f"2026/01/{slug}/index.html" for slug in ("ferry", "port", "vote")} == changed(site, before)


def test_a_headline_changes_the_pages_that_show_it(paper: Site) -> None:
    before = times(paper)
    paper.article("talks", "2026-01-10", body="Words about the talks.", title="The talks are over")
    assert paper.build(SOURCE_DATE_EPOCH=EPOCH).code == 0
    changed_files = changed(paper, before)
    assert {"2026/01/talks/index.html", "topics/world/index.html", "archive/2026/01/index.html"} <= changed_files
    assert "about/index.html" not in changed_files


@pytest.mark.parametrize(
    "change",
    [
        {"broadsheet": {"latest": {"count": 1}, "words": {"byline": "Von {names}", "latest_headlines": "Neues"}}},
        {"broadsheet": {"latest": {"count": 1}}, "theme": {"name": "material", "language": "de", "font": False}},
    ],
    ids=["a word", "the language"],
)
def test_other_words_change_the_pages_that_show_them(change: dict[str, Any], paper: Site, tmp_path: Path) -> None:
    before = times(paper)
    paper.configure(**change)
    assert paper.build(SOURCE_DATE_EPOCH=EPOCH).code == 0
    assert {"index.html", "2026/01/talks/index.html"} <= changed(paper, before)
    assert "Latest headlines" not in paper.html("2026/01/talks/")
    ours = paper.files()
    for name in ("site", ".cache"):
        (tmp_path / name).rename(tmp_path / f"old{name}")
    assert paper.build(SOURCE_DATE_EPOCH=EPOCH).code == 0
    theirs = paper.files()
    assert {path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path)} == set()


def test_a_page_that_somebody_has_altered_is_put_right(paper: Site) -> None:
    good = paper.files()
    (paper.output / "2026/01/talks/index.html").write_text("Altered.")
    (paper.output / "stranger.html").write_text("Not ours.")
    (paper.output / "2026/01/vote/index.html").unlink()
    assert paper.build(SOURCE_DATE_EPOCH=EPOCH).code == 0
    assert paper.files() == good


def test_a_build_that_fails_leaves_the_site_and_no_trace(paper: Site) -> None:
    before, around = times(paper), sorted(path.name for path in paper.root.iterdir())
    paper.article("talks", "2026-01-10", topics=["nowhere"])
    assert paper.build(SOURCE_DATE_EPOCH=EPOCH).code == 1
    paper.article("talks", "2026-01-10", body="Words about the talks.")
    paper.write("overrides/broadsheet/article.html", "{{ 1 / 0 }}")
    with pytest.raises(ZeroDivisionError):
        paper.build(SOURCE_DATE_EPOCH=EPOCH)
    assert changed(paper, before) == set()
    assert sorted({path.name for path in paper.root.iterdir()} - {"overrides"}) == sorted(set(around) - {"overrides"})


def test_with_plugins_that_want_to_see_every_page_mkdocs_prints_the_same_bytes(paper: Site) -> None:
    ours = paper.files()
    paper.write("onlooker.py", "def on_page_content(html, **_):\n    return html\n")
    settings = (paper.root / "mkdocs.yml").read_text(encoding="utf-8")
    assert "hooks:\n" in settings
    paper.write("mkdocs.yml", settings.replace("hooks:\n", "hooks:\n- onlooker.py\n"))
    run = paper.build(SOURCE_DATE_EPOCH=EPOCH)
    assert run.code == 0
    assert "MkDocs prints every page anew, as other plugins want to see them: onlooker" in run.output
    theirs = paper.files()
    assert {path for path in ours if ours[path] != theirs.get(path)} <= {"sitemap.xml", "sitemap.xml.gz"}
