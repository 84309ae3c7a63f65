"""Bodies: golden cases of rendering, and what must hold of any Markdown whatever."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import yaml
from broadsheet.content.article import Article
from broadsheet.core.urls import media_url
from broadsheet.rendering.links import LinkMap
from broadsheet.rendering.render import BodyRenderer, RenderedBody
from content_factory import make_article
from html_tree import parse
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mkdocs.config import load_config

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parents[1] / "golden" / "bodies"
LABEL = "content/articles/2026/01/talks.md"
LINKS = LinkMap(
    articles={
        "articles/2026/01/talks.md": "2026/01/talks/",
        "articles/2025/12/summit.md": "2025/12/summit/",
        "articles/2025/12/two words.md": "2025/12/two-words/",
    },
    held={"articles/2026/02/secret.md": "2026/02/secret/", "articles/2026/02/faulty.md": ""},
    pages={"../docs/about.md": "about/"},
    urls={"", "topics/", "topics/world/", "about/", "assets/logo.png", "2026/01/talks/", "2025/12/summit/"},
    media={
        "articles/2026/01/map.png",
        "articles/2026/01/clip.mp4",
        "articles/2026/01/sound.mp3",
        "articles/2026/01/report #2.pdf",
    },
    refused={"articles/2026/01/logo.svg": "'.svg' files are not published"},
    moved={"2019/old/": "2025/12/summit/"},
)
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(GOLDEN.glob("*.yml"))
    for case in yaml.safe_load(path.read_text(encoding="utf-8"))
]

PIECES = (Path(__file__).parents[1] / "golden" / "hostile.txt").read_text(encoding="utf-8").split()
SPACES = [" ", "\n", "\n\n", "    ", "\t", "\x00", "\x0c", "\x02", "\x03", "\u2028", "\ufeff", "\u202e"]
HOSTILE = st.lists(st.sampled_from([*PIECES, *SPACES]) | st.text(max_size=6), max_size=40).map("".join)


def make_page(markdown: str, **fields: Any) -> Article:
    return make_article("talks", body=markdown, **fields)


def describe(body: RenderedBody) -> dict[str, Any]:
    """What a golden case says of a body; what is empty is left out, but for the HTML."""
    assert all(problem.path == LABEL for problem in body.problems)
    facts = {
        "html": body.html,
        "problems": [
            f"{problem.line}: {problem.message}{f' ({problem.hint})' if problem.hint else ''} [{problem.severity}]"
            for problem in body.problems
        ],
        "media": list(body.media),
        "anchors": [f"{line}: {path}#{fragment}" for path, fragment, line in body.anchors],
    }
    return {key: value for key, value in facts.items() if value or key == "html"}


@pytest.fixture(scope="session")
def markdown_settings() -> tuple[list[str], dict[str, Any]]:
    """The extensions of this newspaper and their configurations, as MkDocs reads them."""
    config = load_config(str(ROOT / "mkdocs.yml"), hooks=[])
    return list(config.markdown_extensions), dict(config.mdx_configs)


@pytest.fixture(scope="session")
def renderer(markdown_settings: tuple[list[str], dict[str, Any]]) -> BodyRenderer:
    return BodyRenderer(*markdown_settings)


@pytest.mark.parametrize("case", CASES)
def test_a_body_becomes_the_html_of_its_golden_case(case: dict[str, Any], renderer: BodyRenderer) -> None:
    body = renderer.render(make_page(case["markdown"]), LINKS, LABEL)
    assert describe(body) == {key: value for key, value in case.items() if key not in {"name", "markdown"}}


def test_lines_are_those_of_the_file_not_of_the_body(renderer: BodyRenderer) -> None:
    article = make_page("Words.\n\n[dead](gone.md)\n\n[there](../../2025/12/summit.md#x)\n", body_line=12)
    body = renderer.render(article, LINKS, LABEL)
    assert [problem.line for problem in body.problems] == [14]
    assert [line for _, _, line in body.anchors] == [16]


def test_the_table_of_contents_holds_only_what_is_safe_to_print(renderer: BodyRenderer) -> None:
    body = renderer.render(
        make_page(
            '## Q & A <img src=x onerror=alert(1)>\n\n### In { data-toc-label="&lt;b&gt; <script>" }\n'
            "\n## Next { #\"onmouseover='x' }\n"
        ),
        LINKS,
        LABEL,
    )
    assert body.toc == (
        {
            "level": 2,
            "id": "q-a",
            "name": "Q &amp; A",
            "children": [{"level": 3, "id": "in", "name": "&lt;b&gt;", "children": []}],
        },
        {"level": 2, "id": "next", "name": "Next", "children": []},
    )


def test_a_heading_that_an_element_swallows_is_in_no_table_of_contents(renderer: BodyRenderer) -> None:
    body = renderer.render(make_page("## Seen\n\n<xmp>\n\n## Swallowed\n"), LINKS, LABEL)
    assert [token["id"] for token in body.toc] == ["seen"]
    assert body.ids == {"seen"}


def test_the_anchors_of_a_body_are_its_ids_and_the_names_of_its_links(renderer: BodyRenderer) -> None:
    markdown = '## Day\n\n<a name="old"></a> <p id="raw">x</p> <iframe id="gone"></iframe> <input name="field">\n'
    body = renderer.render(make_page(f'{markdown}\n<p id="__config">x</p>\n'), LINKS, LABEL)
    assert body.ids == {"day", "old", "raw"}


def test_files_of_elements_that_are_taken_out_are_not_published(renderer: BodyRenderer) -> None:
    body = renderer.render(make_page('<embed src="map.png"> <iframe src="clip.mp4"></iframe>\n'), LINKS, LABEL)
    assert body.media == ()


def test_problems_of_one_place_are_told_once(renderer: BodyRenderer) -> None:
    body = renderer.render(make_page("[a](gone.md) and [b](gone.md)\n"), LINKS, LABEL)
    assert len(body.problems) == 1


def test_an_entity_that_python_and_browsers_read_differently_is_no_dead_link(renderer: BodyRenderer) -> None:
    body = renderer.render(make_page('<a href="https://example.org/?a=1&copy=2">x</a>\n'), LINKS, LABEL)
    assert body.html == '<p><a href="https://example.org/?a=1&amp;copy=2">x</a></p>'
    assert body.problems == ()


def test_such_an_entity_beside_something_that_is_lost_is_no_lost_link_either(renderer: BodyRenderer) -> None:
    body = renderer.render(
        make_page('<a href="https://example.org/?a=1&copy=2">x</a> <iframe></iframe>\n'), LINKS, LABEL
    )
    assert [problem.message for problem in body.problems] == [
        "HTML element <iframe> is not allowed in articles and was taken out"
    ]


def test_a_lost_address_is_told_apart_from_one_that_is_kept(renderer: BodyRenderer) -> None:
    markdown = '[x](https://example.org/)\n\n<embed src="map.png">\n\n[y](https://example.org:99999/?a&b)\n'
    body = renderer.render(make_page(markdown), LINKS, LABEL)
    assert [(problem.line, problem.message) for problem in body.problems] == [
        (3, "HTML element <embed> is not allowed in articles and was taken out"),
        (5, "'https://example.org:99999/?a&b' is no address"),
    ]


def test_an_address_that_only_the_cleaner_refuses_is_reported_too(renderer: BodyRenderer) -> None:
    body = renderer.render(make_page("[x](https://example.org:99999/)\n"), LINKS, LABEL)
    assert body.html == "<p>x</p>"
    assert [problem.message for problem in body.problems] == ["'https://example.org:99999/' is no address"]


def test_markdown_that_cannot_be_rendered_is_an_error_and_leaves_nothing_behind(
    markdown_settings: tuple[list[str], dict[str, Any]],
) -> None:
    kept = BodyRenderer(*markdown_settings)
    bottomless = make_page("".join("    " * depth + "!!! note\n" for depth in range(100)), body_line=5)
    failed = kept.render(bottomless, LINKS, LABEL)
    assert failed.html == ""
    (problem,) = failed.problems
    assert (problem.severity, problem.line) == ("error", 5)
    assert problem.message.startswith("the Markdown cannot be rendered: RecursionError: ")
    after = make_page("- one\n- two\n\n[^1]\n\n[^1]: note\n")
    assert kept.render(after, LINKS, LABEL) == BodyRenderer(*markdown_settings).render(after, LINKS, LABEL)


def test_a_renderer_works_without_any_extension() -> None:
    body = BodyRenderer([]).render(make_page("# Head\n\nWords.\n"), LINKS, LABEL)
    assert (body.html, body.toc) == ("<h2>Head</h2>\n<p>Words.</p>", ())


# The kept parser: nothing of one article may show in another.

POOL = [
    "A claim.[^1] More.[^note]\n\n[^1]: First.\n[^note]: Second.\n",
    "Another.[^1]\n\n[^1]: Of another article.\n",
    "Undefined.[^1] [ref] UN\n",
    "The UN met.\n\n*[UN]: United Nations\n",
    "The UN again, and no abbreviation.\n",
    '=== "One"\n\n    A\n\n=== "Two"\n\n    B\n',
    "# Head\n\n## Day\n\n## Day\n",
    "## Day\n\n[here](#day)\n",
    "[ref]\n\n[ref]: ../../2025/12/summit.md\n",
    "![A map](map.png)\n/// caption\nFirst\n///\n",
    '```{ .py title="a.py" linenums="1" }\nx = 1\n```\n',
    "- [ ] to do\n\n    1. nested\n",
    '??? note "More"\n    Words.\n',
    "<div markdown>\n**Bold**\n",
    "<script>\n\n[dead](gone.md)\n",
    "| a | b |\n|:--|--:|\n| 1 | 2 |\n",
    "Press ++ctrl+c++ :smile: :material-account: `#!python x`\n",
]


@pytest.fixture(scope="session")
def fresh(markdown_settings: tuple[list[str], dict[str, Any]]) -> list[RenderedBody]:
    """Each body of the pool, rendered by a parser of its own."""
    return [BodyRenderer(*markdown_settings).render(make_page(body), LINKS, LABEL) for body in POOL]


@settings(max_examples=60, deadline=None)
@given(order=st.lists(st.integers(0, len(POOL) - 1), min_size=2, max_size=12))
@example(order=list(range(len(POOL))))
@example(order=list(reversed(range(len(POOL)))))
def test_a_body_does_not_depend_on_what_was_rendered_before(
    order: Sequence[int], renderer: BodyRenderer, fresh: Sequence[RenderedBody]
) -> None:
    for number in order:
        assert renderer.render(make_page(POOL[number]), LINKS, LABEL) == fresh[number]


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_nothing_that_a_stranger_writes_shows_in_the_next_article(
    data: st.DataObject, markdown_settings: tuple[list[str], dict[str, Any]], renderer: BodyRenderer
) -> None:
    bodies = data.draw(st.lists(HOSTILE, min_size=2, max_size=4))
    for markdown in bodies[:-1]:
        renderer.render(make_page(markdown), LINKS, LABEL)
    last = make_page(bodies[-1])
    assert renderer.render(last, LINKS, LABEL) == BodyRenderer(*markdown_settings).render(last, LINKS, LABEL)


# Whatever a stranger writes: what leaves the renderer is safe to put on a page.

_FORBIDDEN = (
    {"animate", "applet", "base", "button", "embed", "foreignobject", "form", "frame", "frameset", "iframe", "link"}
    | {"math", "meta", "noscript", "object", "script", "select", "set", "style", "template", "textarea", "title"}
    | {"track", "use"}
)
_ADDRESSES = {
    "action",
    "background",
    "cite",
    "data",
    "formaction",
    "href",
    "poster",
    "src",
    "srcset",
    "to",
    "xlink:href",
}
_CONTROLS = "".join(map(chr, range(0x21)))


class SafetyChecker(HTMLParser):
    """Fails on anything in HTML that runs a script, loads from elsewhere or takes a place of the theme."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in _FORBIDDEN
        for name, value in attrs:
            plain = "".join((value or "").split()).lstrip(_CONTROLS).lower()
            assert not name.startswith("on")
            assert name in {"href", "src", "cite"} or name not in _ADDRESSES
            if name in {"href", "src", "cite"}:
                assert not plain.startswith(("javascript:", "data:", "vbscript:"))
            if name == "src":
                assert not plain.startswith(("http:", "https:", "//", "\\"))
            assert name != "style" or plain in {f"text-align:{way}" for way in ("left", "right", "center", "justify")}
            assert "url(" not in plain or name not in {"fill", "style"}
            assert name not in {"id", "for", "name"} or not plain.startswith("__config")
            assert name != "class" or "mermaid" not in (value or "").split()

    def handle_comment(self, data: str) -> None:
        pytest.fail(f"a comment was published: {data}")

    def handle_decl(self, decl: str) -> None:
        pytest.fail(f"a declaration was published: {decl}")


def check_safety(html: str) -> None:
    checker = SafetyChecker()
    checker.feed(html)
    checker.close()


def check_addresses(body: RenderedBody) -> None:
    """Fail on an address that leads nowhere, to what is not public, or has another server asked for something."""
    known = {*LINKS.urls, *LINKS.articles.values(), *LINKS.pages.values(), *map(media_url, LINKS.media)}
    for element in parse(body.html):
        for name in {"href", "src", "cite"} & set(element.attributes):
            parts = urlsplit(element[name].strip())
            if parts.scheme or parts.netloc:
                assert parts.scheme in {"http", "https", "mailto", "tel"}
                assert name != "src"
                continue
            place = urlsplit(urljoin("https://news.example/paper/2026/01/talks/", element[name]))
            assert place.netloc == "news.example"
            url = unquote(place.path).removeprefix("/paper/")
            assert url in known
            assert not url.startswith("media/") or url in map(media_url, body.media)


@settings(max_examples=500, deadline=None)
@given(markdown=HOSTILE)
@example(markdown='<svg></p><style><a title="</style><img src=x onerror=alert(1)>">')
@example(
    markdown='<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">'
)
@example(markdown='<svg><a><set attributeName="href" to="javascript:alert(1)"/><text>x</text></a></svg>')
@example(markdown="<xmp>\n# Swallowed")
@example(markdown='![x](https://example.org/"onerror="alert(1))')
@example(markdown='![x"onerror="alert(1)](https://example.org/x.png)')
@example(markdown="<img src=map.png alt='\"><script>alert(1)</script>'>")
@example(markdown='[x](../../2025/12/summit.md#"onclick="alert(1))')
def test_no_markdown_gets_anything_dangerous_onto_a_page(markdown: str, renderer: BodyRenderer) -> None:
    body = renderer.render(make_page(markdown), LINKS, LABEL)
    check_safety(body.html)
    check_addresses(body)
    names = [token["name"] for token in body.toc]
    assert not any("<" in name for name in names)
    anchors = {element["id"] for element in parse(body.html)} | {link["name"] for link in parse(body.html).all("a")}
    assert body.ids == anchors - {""}
    assert body.ids.issuperset(token["id"] for token in body.toc)


@settings(max_examples=200, deadline=None)
@given(markdown=HOSTILE)
def test_problems_name_a_line_of_the_body_or_none(markdown: str, renderer: BodyRenderer) -> None:
    body = renderer.render(make_page(markdown, body_line=5), LINKS, LABEL)
    last = 5 + markdown.count("\n")
    assert all(problem.line == 0 or 5 <= problem.line <= last for problem in body.problems)


# Paragraphs of which none runs on into the next; in each its dead links, by the line in it.
PARAGRAPHS = [
    ("Words, and more.", []),
    ("[fine](../../2025/12/summit.md) and [far](https://example.org/gone.md)", []),
    ("[a](gone.md)", [1]),
    ("Two lines,\nof which [the second](gone.md) is dead.", [2]),
    ("![a](gone.md 'title')", [1]),
    ("- a list\n- of [two](gone.md)", [2]),
    ("> a quote\n> of [two](gone.md)", [2]),
    ("| a | b |\n|---|---|\n| c | [d](gone.md) |", [3]),
    ("<p>\n<a class='x'\nhref='gone.md'>x</a></p>", [3]),
    ("Code: `[a](gone.md)`.", []),
    ("```\n[a](gone.md)\n```", []),
    ("~~~~\n[a](gone.md)\n~~~~", []),
    ("<!-- [a](gone.md) -->", []),
    ("!!! note\n    In it [a](gone.md).", [2]),
    ("## Head [a](gone.md)", [1]),
]


@settings(max_examples=150, deadline=None)
@given(numbers=st.lists(st.integers(0, len(PARAGRAPHS) - 1), max_size=10), first_line=st.integers(1, 50))
@example(numbers=list(range(len(PARAGRAPHS))), first_line=9)
def test_every_dead_link_is_reported_at_its_line(
    numbers: Sequence[int], first_line: int, renderer: BodyRenderer
) -> None:
    body, lines, line = "", [], first_line
    for number in numbers:
        text, places = PARAGRAPHS[number]
        lines += [line + place - 1 for place in places]
        # A paragraph between two parts keeps lists and quotes apart.
        body += f"{text}\n\nNext.\n\n"
        line += text.count("\n") + 4
    rendered = renderer.render(make_page(body, body_line=first_line), LINKS, LABEL)
    assert {problem.message for problem in rendered.problems} <= {"dead link: there is no 'gone.md'"}
    assert [problem.line for problem in rendered.problems] == lines


@settings(max_examples=150, deadline=None)
@given(alt=st.text(st.sampled_from("a é\xa0&<>\"'"), max_size=6))
@example(alt="")
@example(alt="\xa0 ")
def test_an_image_is_reported_exactly_when_nothing_stands_in_its_alt(alt: str, renderer: BodyRenderer) -> None:
    body = renderer.render(make_page(f'Words.\n\n<img src="map.png" alt="{escape(alt)}">\n'), LINKS, LABEL)
    problems = [(problem.line, problem.message) for problem in body.problems]
    expected = [] if alt.strip() else [(3, "an image without alt: those who cannot see it miss it")]
    assert problems == expected
    assert parse(body.html).one("img")["alt"] == alt


@pytest.mark.parametrize(
    "place", ["![&#{};](a.png)", "[words](&#{};.md)", "# &#{};", "<a title='&#{};'>x</a>", "&#x{};"]
)
def test_a_character_of_thousands_of_digits_does_not_end_the_build(renderer: BodyRenderer, place: str) -> None:
    body = renderer.render(make_page(place.format("1" * 5000)), LINKS, LABEL)
    assert len(body.html) < 20_000
    assert renderer.render(make_page("Words."), LINKS, LABEL).html == "<p>Words.</p>"
