"""The view of an edited article is updated for a preview, or the page waits for the build."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import pytest
from broadsheet.content.content_dir import ContentFiles
from broadsheet.content.library import SiteConfig, build_library
from broadsheet.edition.build import ArticleView, SiteModel, build_site_model
from broadsheet.edition.render_articles import BuildResources, MarkdownConfig
from broadsheet.serve.preview import update_article_view
from content_factory import NOW
from hypothesis import given
from hypothesis import strategies as st

MARKDOWN = MarkdownConfig(("footnotes", "toc"))
TALKS, ACCORD = "articles/2026/01/talks.md", "articles/2026/01/accord.md"
REGISTERS = {
    "topics.yml": b"nato: {title: NATO, aliases: [pact]}\neu: {title: EU}\n",
    "authors.yml": b"ada: {name: Ada}\n",
}
KEYS = {"title": "Talks", "date": "2026-01-18", "topics": "[nato]", "authors": "[ada]", "aliases": "[old/talks]"}
BODY = "Talks went on in [Geneva](accord.md).[^1]\n\n## Envoys\n\n[^1]: For eight hours.\n"


def write(body: str = BODY, **keys: str | None) -> bytes:
    lines = [f"{key.replace('x_', 'x-')}: {value}" for key, value in {**KEYS, **keys}.items() if value is not None]
    return "\n".join(["---", *lines, "---", body]).encode()


def build_model(data: bytes) -> SiteModel:
    articles = {TALKS: data, ACCORD: b"---\ntitle: Accord\ndate: 2026-01-17\ntopics: [eu]\n---\nAn accord."}
    media = {"articles/2026/01/hall.png": 100}
    source = ContentFiles(Path("content"), "content", articles, REGISTERS, media, {}, ())
    return build_site_model(build_library(source, SiteConfig(UTC)), NOW, SiteConfig(), BuildResources(MARKDOWN), {})


MODEL = build_model(write())


def find(model: SiteModel) -> ArticleView | None:
    return next((view for view in model.spreads if view.article.path == TALKS), None)


def update(data: bytes) -> ArticleView | None:
    view = find(MODEL)
    assert view is not None
    return update_article_view(view, data, f"content/{TALKS}", SiteConfig(UTC), MODEL.links, MARKDOWN)


@pytest.mark.parametrize(
    "data",
    [
        write("Other words, and [an accord](accord.md#terms).\n\n# Terms\n"),
        write(""),
        write(title="'Talks: day two'"),
        write(summary="Envoys met.", kicker="Geneva", dateline="GENEVA"),
        write(sources="[{title: A paper, url: 'https://paper.example/'}]"),
        write(corrections="[{date: 2026-01-18, text: It was eight hours.}]"),
        write(x_map="geneva"),
        write().replace(b"\n", b"\r\n"),
    ],
)
def test_an_article_s_own_fields_are_updated_as_a_build_does(data: bytes) -> None:
    updated, built = update(data), find(build_model(data))
    assert updated is not None
    assert built is not None
    assert (updated.article, updated.body.html, updated.body.toc) == (built.article, built.body.html, built.body.toc)
    assert updated.related == find(MODEL).related  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "data",
    [
        write(date="2026-01-17"),
        write(date="2999-01-01"),
        write(topics="[eu]"),
        write(topics="[nato, eu]"),
        write(topics="[natoo]"),
        write(authors=None),
        write(slug="negotiations"),
        write(aliases=None),
        write(draft="true"),
        write(embargo="2999-01-01T00:00"),
        write(expires="2026-01-20T00:00"),
        write(related="[]"),
        write(front="lead"),
        write(language="fr"),
        write(image="{src: hall.png, alt: The hall}"),
        write("![The hall](hall.png)"),
        write(title=None),
        write(title="Talks: day two"),
        write(tilte="Talks"),
        b"",
        b"Talks.",
        b"\xff\xfe",
        write(BODY * 400_000),
    ],
    ids=range(23),
)
def test_edits_of_other_pages_and_faulty_files_wait_for_the_build(data: bytes) -> None:
    assert update(data) is None


def test_a_topic_given_by_an_alias_waits_for_the_build() -> None:
    assert update(write(topics="[pact]")) is None


@given(
    body=st.text("ab [](#^1):\n*_`<>!&", max_size=60) | st.text(max_size=30),
    keys=st.dictionaries(
        st.sampled_from(["title", "summary", "kicker", "date", "topics", "draft", "slug", "image", "language"]),
        st.none() | st.sampled_from(["true", "talks", "'A: b'", "2026-01-17", "[eu]", "[nato]", "[", "fr", "&a [*a]"]),
    ),
)
def test_an_update_is_the_same_as_a_build_of_the_file(body: str, keys: dict[str, str | None]) -> None:
    data = write(body.encode(errors="replace").decode(), **keys)
    updated, built = update(data), find(build_model(data))
    if updated is not None:
        assert built is not None
        assert (updated.article, updated.body.html) == (built.article, built.body.html)
        assert (updated.newer, updated.older, updated.image_url) == (built.newer, built.older, built.image_url)


def test_an_article_whose_slug_is_written_in_ascii_has_a_preview() -> None:
    config, data = SiteConfig(UTC, slug_language="de"), write("Envoys talk.")
    source = ContentFiles(Path("content"), "content", {"articles/2026/01/gespräche.md": data}, REGISTERS, {}, {}, ())
    model = build_site_model(build_library(source, config), NOW, config, BuildResources(MARKDOWN), {})
    (view,) = model.spreads
    assert view.article.slug == "gespraeche"
    updated = update_article_view(view, write("They agree."), "content/x.md", config, model.links, MARKDOWN)
    assert updated is not None
    assert "They agree." in updated.body.html
