"""Bodies: the result is the same with and without a cache, with and without workers, and when a worker dies."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from broadsheet.content.article import Article
from broadsheet.core.cache import Cache
from broadsheet.core.processes import make_process_pool
from broadsheet.edition import render_articles as module
from broadsheet.edition.render_articles import (
    MIN_SHARED_BODIES,
    BuildResources,
    MarkdownConfig,
    get_renderer,
    render_bodies,
)
from broadsheet.rendering.links import LinkMap
from broadsheet.rendering.render import BodyRenderer, RenderedBody
from content_factory import make_article
from hypothesis import given, settings
from hypothesis import strategies as st
from sites import PNG

PLAIN = MarkdownConfig(("toc", "attr_list"))


def name(path: str) -> str:
    return f"content/{path}"


def map_links(articles: Sequence[Article], **more: Any) -> LinkMap:
    urls = {article.path: article.url for article in articles}
    return LinkMap(urls, urls={"", *urls.values()}, **more)


def render(
    articles: Sequence[Article], resources: BuildResources, links: LinkMap | None = None
) -> dict[str, RenderedBody]:
    return render_bodies(articles, links or map_links(articles), name, resources)


def tell(bodies: dict[str, RenderedBody]) -> dict[str, object]:
    """Bodies with the fields that their equality ignores."""
    return {path: (body, body.lookups) for path, body in bodies.items()}


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The slugs of the articles that are rendered from here on."""
    slugs: list[str] = []

    class Counting:
        def __init__(self, renderer: BodyRenderer) -> None:
            self._renderer = renderer

        def render(self, article: Article, links: LinkMap, label: str) -> RenderedBody:
            slugs.append(article.slug)
            return self._renderer.render(article, links, label)

    monkeypatch.setattr(module, "get_renderer", lambda setup: Counting(get_renderer(setup)))
    return slugs


def flush(slugs: list[str]) -> list[str]:
    rendered_slugs = sorted(slugs)
    slugs.clear()
    return rendered_slugs


# What is known is not rendered again.


@pytest.mark.parametrize("on_disk", [False, True])
def test_a_body_that_is_known_is_not_rendered_again(on_disk: bool, rendered: list[str], tmp_path: Path) -> None:
    folder = tmp_path if on_disk else None
    articles = [make_article(slug, body=f"## {slug}\n\n[x](a.md#a) ![x](y.png)") for slug in "abc"]
    resources = BuildResources(PLAIN, cache=Cache(folder, ""))
    first = render(articles, resources)
    assert flush(rendered) == ["a", "b", "c"]
    resources.cache.save()
    if on_disk:
        resources.cache.close()
        resources = BuildResources(PLAIN, cache=Cache(folder, ""))
    assert tell(render(articles, resources)) == tell(first)
    assert flush(rendered) == []
    changed = [replace(articles[0], body="Other words."), *articles[1:]]
    assert render(changed, resources)["articles/2026/01/a.md"].html == "<p>Other words.</p>"
    assert flush(rendered) == ["a"]
    resources.cache.close()


@pytest.mark.parametrize(
    "change",
    [
        {"body": "Other words. [x](nowhere.md)"},
        {"body_line": 9},
        {"path": "articles/2026/02/talks.md"},
        {"slug": "other"},
    ],
)
def test_what_a_body_s_html_or_its_problems_depend_on_has_it_rendered_anew(
    change: dict[str, Any], rendered: list[str]
) -> None:
    article = make_article("talks", body="Words.\n\n[x](nowhere.md) [y](talks.md)")
    resources = BuildResources(PLAIN, cache=Cache(None, ""))
    render([article], resources)
    changed = replace(article, **change)
    bodies = render([changed], resources)
    assert len(flush(rendered)) == 2
    assert tell(bodies) == tell(render([changed], BuildResources(PLAIN)))


def test_another_name_of_the_content_directory_has_bodies_rendered_anew() -> None:
    article = make_article("talks", body="[x](nowhere.md)")
    resources = BuildResources(PLAIN, cache=Cache(None, ""))
    render([article], resources)
    bodies = render_bodies([article], map_links([article]), lambda path: f"news/{path}", resources)
    assert [problem.path for problem in bodies[article.path].problems] == ["news/articles/2026/01/talks.md"]


@pytest.mark.parametrize(
    "setup",
    [
        MarkdownConfig(("toc",)),
        MarkdownConfig(("attr_list", "toc")),
        MarkdownConfig(("toc", "attr_list"), {"toc": {"anchorlink": True}}),
        MarkdownConfig(("toc", "attr_list"), own_code=True),
    ],
)
def test_another_way_of_rendering_has_bodies_rendered_anew(setup: MarkdownConfig, rendered: list[str]) -> None:
    article, cache = make_article("talks", body="## Words"), Cache(None, "")
    render([article], BuildResources(PLAIN, cache=cache))
    render([article], BuildResources(setup, cache=cache))
    assert flush(rendered) == ["talks", "talks"]


def test_what_else_is_in_the_front_matter_does_not_matter(rendered: list[str]) -> None:
    resources = BuildResources(PLAIN, cache=Cache(None, ""))
    render([make_article("talks")], resources)
    render([make_article("talks", title="Other", summary="Other", topics=("other",), metadata_digest="x")], resources)
    assert flush(rendered) == ["talks"]


def test_links_that_now_lead_elsewhere_are_rendered_anew_and_nothing_else(rendered: list[str]) -> None:
    first, two = make_article("one", body="[x](two.md)"), make_article("two", body="[x](three.md)")
    three, unlinked = make_article("three"), make_article("other", body="[x](https://example.org/)")
    resources = BuildResources(PLAIN, cache=Cache(None, ""))
    render([first, two, three, unlinked], resources)
    flush(rendered)
    moved = replace(three, slug="moved")
    bodies = render([first, two, moved, unlinked], resources)
    assert flush(rendered) == ["moved", "two"]
    assert 'href="../moved/"' in bodies[two.path].html
    # Held back, it is a place that no link may lead to.
    links = replace(map_links([first, two, unlinked]), held={three.path: three.url})
    bodies = render([first, two, unlinked], resources, links)
    assert flush(rendered) == ["two"]
    assert "href" not in bodies[two.path].html
    assert [problem.severity for problem in bodies[two.path].problems] == ["note"]


def test_a_picture_that_comes_or_goes_has_the_body_rendered_anew() -> None:
    article = make_article("talks", body="![x](harbour.png)")
    resources = BuildResources(PLAIN, cache=Cache(None, ""))
    assert "<img" not in render([article], resources)[article.path].html
    links = map_links([article], media={"articles/2026/01/harbour.png"})
    assert "<img" in render([article], resources, links)[article.path].html
    assert "<img" not in render([article], resources)[article.path].html


PIECES = st.sampled_from(
    [
        "[x](a.md)",
        "[x](b.md#words)",
        "[x](/2026/01/a/)",
        "[x](../c/)",
        "![x](p.png)",
        "[x](p.png)",
        "<a href='a.md'>x</a>",
        "[x](old.md)",
        "[x](/old/)",
        "[x](../../../../docs/about.md)",
        "## Words",
        "words",
        "[x](a%2Emd?x)",
        "<q cite='b.md'>x</q>",
        "[x](https://example.org/paper/2026/01/a/)",
        "[x](//EXAMPLE.org/paper/2026/01/b/#words)",
        "![x](https://example.org/paper/2026/01/a/)",
        "[x](https://example.net/2026/01/a/)",
        "[x](mailto:a@example.org)",
        "[x](http://[)",
    ]
)


@st.composite
def link_maps(draw: st.DrawFn) -> LinkMap:
    places = st.sampled_from(["public", "moved", "held", "gone"])
    urls, held = {}, {}
    for slug in "abc":
        path, place = f"articles/2026/01/{slug}.md", draw(places)
        if place == "held":
            held[path] = f"2026/01/{slug}/"
        elif place != "gone":
            urls[path] = f"2026/01/{slug}{'-moved' if place == 'moved' else ''}/"
    return LinkMap(
        urls,
        held,
        draw(st.sampled_from([{}, {"../docs/about.md": "about/"}, {"../docs/about.md": "us/"}])),
        {"", *urls.values()},
        draw(st.sampled_from([(), ("articles/2026/01/p.png",)])),
        draw(st.sampled_from([{}, {"articles/2026/01/p.png": "it is too large"}])),
        draw(st.sampled_from([{}, {"old/": "2026/01/a/"}])) if "2026/01/a/" in urls.values() else {},
        draw(st.sampled_from(["", "https://example.org/paper/", "https://example.net/"])),
    )


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_with_a_cache_comes_out_what_comes_out_without(data: st.DataObject) -> None:
    resources = BuildResources(PLAIN, cache=Cache(None, ""))
    texts = st.lists(PIECES, max_size=4).map("\n\n".join)
    for _ in range(4):
        articles = [make_article(slug, body=data.draw(texts)) for slug in "xy"]
        links = data.draw(link_maps())
        assert tell(render(articles, resources, links)) == tell(render(articles, BuildResources(PLAIN), links))
        if data.draw(st.booleans()):
            resources.cache.save()


# What depends on more than the body is never kept.


def test_a_body_that_takes_in_another_file_is_rendered_every_time(tmp_path: Path) -> None:
    (tmp_path / "part.md").write_text("First.")
    configs: dict[str, dict[str, Any]] = {"pymdownx.snippets": {"base_path": [str(tmp_path)]}}
    resources = BuildResources(MarkdownConfig(("pymdownx.snippets",), configs), cache=Cache(tmp_path / ".cache", ""))
    article = make_article("talks", body='--8<-- "part.md"')
    assert render([article], resources)[article.path].html == "<p>First.</p>"
    (tmp_path / "part.md").write_text("Second.")
    assert render([article], resources)[article.path].html == "<p>Second.</p>"
    resources.cache.save()
    resources.cache.close()


def test_a_setup_that_cannot_be_told_to_another_process_works_here_and_keeps_nothing(rendered: list[str]) -> None:
    setup = MarkdownConfig(("toc",), {"toc": {"slugify": lambda text, separator: text.upper()}})
    assert setup.pickled == b""
    resources = BuildResources(setup, Nobody(), 2, Cache(None, ""))
    articles = [make_article(f"a-{number}", body="## Words") for number in range(MIN_SHARED_BODIES)]
    assert 'id="WORDS"' in render(articles, resources)[articles[0].path].html
    flush(rendered)
    render(articles, resources)
    assert len(rendered) == MIN_SHARED_BODIES


class Nobody(Executor):
    """An executor that nobody may use."""

    def submit(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("this was to be done here")


def test_few_bodies_are_rendered_here() -> None:
    articles = [make_article(f"a-{number}") for number in range(MIN_SHARED_BODIES - 1)]
    assert len(render(articles, BuildResources(PLAIN, Nobody(), 2))) == MIN_SHARED_BODIES - 1


# In other processes.

DYING = """
import multiprocessing, os
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor

class Dying(Preprocessor):
    def run(self, lines):
        if "DIE" in lines and multiprocessing.parent_process() is not None:
            os._exit(9)
        return lines

class DyingExtension(Extension):
    def extendMarkdown(self, md):
        md.preprocessors.register(Dying(md), "dying", 1)

def makeExtension(**config):
    return DyingExtension(**config)
"""


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarkdownConfig]:
    """A Markdown configuration with which a worker dies at the line `DIE`."""
    folder = tmp_path_factory.mktemp("extension")
    (folder / "broadsheet_test_dying.py").write_text(DYING)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        yield MarkdownConfig(("toc", "broadsheet_test_dying"))


@pytest.fixture(scope="module")
def make_workers(mortal: MarkdownConfig) -> Iterator[Callable[[int], ProcessPoolExecutor]]:
    """A function that starts a pool of the given number of processes."""
    pools = []

    def make(count: int) -> ProcessPoolExecutor:
        pools.append(make_process_pool(count, "forkserver"))
        return pools[-1]

    yield make
    for pool in pools:
        pool.shutdown(cancel_futures=True)


def make_articles(count: int, *deadly: int) -> list[Article]:
    bodies = [f"## Part {number}\n\n[x](a-{number + 1}.md) ![x](p.png)\n\nWords." for number in range(count)]
    for number in deadly:
        bodies[number] = "DIE"
    return [make_article(f"a-{number}", body=body) for number, body in enumerate(bodies)]


@pytest.mark.parametrize("count", [1, 2])
def test_the_same_comes_out_of_any_number_of_workers(
    count: int, mortal: MarkdownConfig, make_workers: Callable[[int], ProcessPoolExecutor]
) -> None:
    articles = make_articles(MIN_SHARED_BODIES + 30)
    reports: list[tuple[str, int, int]] = []
    resources = BuildResources(mortal, make_workers(count), count, report=lambda *report: reports.append(report))
    bodies = render(articles, resources)
    assert tell(bodies) == tell(render(articles, BuildResources(mortal)))
    assert list(bodies) == [article.path for article in articles]
    assert reports[-1] == ("Rendering articles", len(articles), len(articles))
    assert [done for _, done, _ in reports] == sorted({done for _, done, _ in reports})


@pytest.mark.parametrize("deadly", [(0,), (70,), (0, 40, 129)])
def test_a_worker_that_dies_is_told_and_its_work_done_again(
    deadly: tuple[int, ...], mortal: MarkdownConfig, make_workers: Callable[[int], ProcessPoolExecutor]
) -> None:
    articles = make_articles(MIN_SHARED_BODIES + 30, *deadly)
    warnings: list[str] = []
    cache = Cache(None, "")
    bodies = render(articles, BuildResources(mortal, make_workers(2), 2, cache, warn=warnings.append))
    assert set(warnings) == {"a worker process has died, of want of memory perhaps: its work is done again here"}
    right = tell(render(articles, BuildResources(mortal)))
    assert tell(bodies) == right
    assert tell(render(articles, BuildResources(mortal, Nobody(), 2, cache))) == right


def test_workers_that_are_dead_from_the_beginning_are_told_and_done_without(
    mortal: MarkdownConfig, make_workers: Callable[[int], ProcessPoolExecutor]
) -> None:
    pool = make_workers(1)
    assert pool.submit(exit_at_once).exception() is not None
    articles = make_articles(MIN_SHARED_BODIES)
    warnings: list[str] = []
    bodies = render(articles, BuildResources(mortal, pool, 1, warn=warnings.append))
    assert tell(bodies) == tell(render(articles, BuildResources(mortal)))
    assert warnings


def exit_at_once() -> None:
    """End the process that calls this."""
    os._exit(9)


# The parser of this process.


def test_a_parser_is_built_once_and_again_for_another_setup() -> None:
    first = get_renderer(PLAIN)
    assert get_renderer(MarkdownConfig(("toc", "attr_list"))) is first
    second_renderer = get_renderer(MarkdownConfig(("toc", "attr_list", "abbr")))
    assert second_renderer is not first


def test_nothing_of_one_body_is_left_in_the_next(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(PNG)
    setup = MarkdownConfig(("footnotes", "toc", "abbr"))
    alone = make_article("b", body="## Words\n\nNATO.[^1]\n")
    before = make_article("a", body="## Words\n\n[^1]: A note.\n\n*[NATO]: An alliance\n\n[ref]: b.md\n")
    links = map_links([before, alone])
    both = render([before, alone], BuildResources(setup), links)
    assert tell({"b": both[alone.path]}) == tell({"b": render([alone], BuildResources(setup), links)[alone.path]})
