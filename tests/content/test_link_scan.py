"""Link scan: it finds the same link targets as rendering."""

from __future__ import annotations

import re

import pytest
from broadsheet.content.article_file import find_link_targets
from broadsheet.edition.render_articles import BuildResources, MarkdownConfig, render_bodies
from broadsheet.rendering.links import LinkMap
from content_factory import make_article
from hypothesis import given
from hypothesis import strategies as st

FAR = ("https://example.org/a.md", "http://example.org", "//example.org")


@pytest.mark.parametrize(
    ("body", "targets"),
    [
        ("", ()),
        ("No links. See a.md and (b.md) and [c.md].", ()),
        ("[x](a.md)", ("a.md",)),
        ("[x]( a.md )", ("a.md",)),
        ("[x](<a.md>)", ("a.md",)),
        ('[x](a.md "A title")', ("a.md",)),
        ("[x](a.md#part) [y](a.md?x=1)", ("a.md#part", "a.md?x=1")),
        ("[x](/2026/01/talks/)", ("/2026/01/talks/",)),
        ("![x](harbour.png)", ("harbour.png",)),
        ("[![x](harbour.png)](a.md)", ("harbour.png", "a.md")),
        ("[x][one]\n\n[one]: a.md 'A title'\n", ("a.md",)),
        ("[x][one]\n\n   [one]: <a.md>\n", ("a.md",)),
        ("<a href='a.md'>x</a> <a class=x HREF = \"b.md\">y</a>", ("a.md", "b.md")),
        ("[x](https://example.org/a.md) [y](http://example.org) <a href='//example.org'>z</a>", FAR),
        ("[x](#part) <a href='#part'>y</a>", ()),
        ("[x](a.md) [y](b.md) [z](a.md)", ("a.md", "b.md")),
        ("- [x](a.md)\n- > [y](b.md)\n\n| [z](c.md) |\n|---|\n", ("a.md", "b.md", "c.md")),
        ("[a\nb](a.md)", ("a.md",)),
        ("[x](été.md)", ("été.md",)),
    ],
)
def test_links_are_found_in_the_order_of_the_text_each_once(body: str, targets: tuple[str, ...]) -> None:
    assert find_link_targets(body) == targets


ADDRESSES = st.sampled_from(["a.md", "b.md#part", "../02/c.md", "/2026/01/a/", "https://example.org/", "#part"])
FORMS = ("[x]({})", "*[x y]({})*", "[x](<{}>)", "<a href='{}'>x</a>", '- [x]({} "y")', "[x][r{n}]\n\n[r{n}]: {}")


@given(links=st.lists(st.tuples(ADDRESSES, st.sampled_from(FORMS)), max_size=5))
def test_every_link_that_a_page_shows_is_found(links: list[tuple[str, str]]) -> None:
    body = "\n\n".join(form.format(address, n=number) for number, (address, form) in enumerate(links))
    article = make_article("talks", body=body)
    rendered = render_bodies([article], LinkMap(), lambda path: path, BuildResources(MarkdownConfig()))[article.path]
    shown = {address for address, _, _ in rendered.lookups} | set(re.findall('href="(https:[^"]*)', rendered.html))
    assert {target for target in shown if not target.startswith("#")} == set(find_link_targets(body))


@given(body=st.text("[]()<>:\"'#/ \n`aAé.=href!\\&;", max_size=60))
def test_link_targets_of_any_text_are_not_empty_and_not_repeated(body: str) -> None:
    targets = find_link_targets(body)
    assert len(targets) == len(set(targets))
    assert not [target for target in targets if not target or "://" in target or target.startswith("#")]


def test_a_long_text_of_incomplete_links_takes_little_time() -> None:
    for piece in ("](", "[", "[x]:", "href=", "](<", "]( ", "\n[a", "   [", "href='"):
        assert len(find_link_targets(piece * 100_000)) <= 1


@pytest.mark.parametrize(
    "body",
    [
        "```\n[a](a.md)\n```",
        "~~~~\n[a](a.md)\n~~~~\n",
        "```\n[a](a.md)",
        "<!-- [a](a.md) -->",
        "`[a](a.md)`",
        "``[a](a.md)``",
    ],
)
def test_links_in_code_and_comments_are_left_out(body: str) -> None:
    assert find_link_targets(f"Words.\n\n{body}\n") == ()
    assert find_link_targets(f"[one](b.md) `x` and `y`\n\n{body}") == ("b.md",)
