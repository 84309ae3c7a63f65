"""Packing: what goes in comes out, and what a stranger has put in runs nothing."""

from __future__ import annotations

import builtins
import importlib
import os
import pickle
import pkgutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import is_dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import broadsheet
import pytest
from broadsheet.content.article import Article
from broadsheet.content.article_file import parse_article
from broadsheet.content.yaml_nodes import SourcePosition
from broadsheet.core.cache import remove_cache
from broadsheet.core.problems import Problem
from broadsheet.core.serialization import UnpackingError, digest, pack, unpack
from broadsheet.edition.render_articles import MarkdownConfig, get_renderer
from broadsheet.related import Document, Ranking, rank
from broadsheet.rendering.links import LinkMap, Resolved
from broadsheet.rendering.render import RenderedBody
from content_factory import make_article
from hypothesis import example, given, settings
from hypothesis import strategies as st
from library_strategies import articles
from related_documents import documents

HEADS = (
    "title: Talks\ndate: 2026-01-18\ntopics: [world, nato]\n",
    "title: Talks\ndate: 2026-03-29T02:30\ntopics: world\nupdated: 2026-04-01T10:00-03:00\nembargo: 2026-05-01\n",
    "title: 7\ndate: 2026-01-18T09:30:01Z\ntopics: [a]\nauthors: [jane]\nstory: war\nfront: lead\ndraft: true\n",
    "title: 'Ünï: \U0001f5de'\ndate: 2026-01-18\ntopics: [a]\nexpires: 2027-01-01\nlanguage: fr\naliases: [old/page]\n"
    "image: {src: a.png, alt: A, caption: B, credit: C}\nrelated: {pin: [x], never: [y]}\n"
    "sources: [{title: One, url: 'https://example.org/'}]\ncorrections: [{date: 2026-01-19, text: Mended.}]\n",
    "title: Talks\ndate: 2026-01-18\ntopics: [a]\nrelated: []\nx-price: 1.5\n"
    "x-tree: {a: [1, null, 2026-01-18], b: true}\n"
    "x-set: !!set {a, b}\nx-raw: !!binary aGk=\nx-long: 123456789012345678901234567890\n",
    "title: Talks\n",
    "titel: Talks\ndate: 18 January\n",
    "title: [\n",
)
BODIES = st.text(max_size=60) | st.sampled_from(["## Words\n\n[More](b.md) ![x](y.png)\n", "A\u2028b \x07 \ud800"])
ZONES = st.sampled_from([UTC, ZoneInfo("Europe/Paris"), ZoneInfo("UTC"), timezone(timedelta(hours=-3), "Away")])


def everything(article: Article | None) -> object:
    """An article with the fields that its equality leaves out."""
    if article is None:
        return None
    return article, article.body_line, dict(article.positions), article.link_targets, article.metadata_digest


@given(head=st.sampled_from(HEADS), body=BODIES, zone=ZONES)
def test_every_article_that_can_be_read_comes_out_as_it_was_read(head: str, body: str, zone: Any) -> None:
    data = f"---\n{head}---\n\n{body}".encode(errors="surrogatepass")
    article, problems = parse_article(data, "articles/2026/talks.md", "content/articles/2026/talks.md", zone)
    restored: Any = unpack(pack((article, tuple(problems))))
    assert restored == (article, tuple(problems))
    assert everything(restored[0]) == everything(article)
    if article is not None:
        assert restored[0].date.at.utcoffset() == article.date.at.utcoffset()
        assert restored[0].is_public(datetime(2026, 6, 1, tzinfo=UTC)) == article.is_public(
            datetime(2026, 6, 1, tzinfo=UTC)
        )


@given(article=articles("talks"))
def test_every_made_article_comes_out_as_it_was(article: Article) -> None:
    assert everything(unpack(pack(article))) == everything(article)  # type: ignore[arg-type]


@given(body=BODIES.map(lambda text: text.encode(errors="ignore").decode()))
@settings(deadline=None)
def test_a_rendered_body_comes_out_with_what_its_equality_leaves_out(body: str) -> None:
    links = LinkMap({"articles/2026/01/talks.md": "2026/01/talks/"}, media={"articles/2026/01/y.png"})
    made = get_renderer(MarkdownConfig(("toc",))).render(make_article("talks", body=body), links, "talks.md")
    restored = unpack(pack(made))
    assert isinstance(restored, RenderedBody)
    assert (restored, restored.lookups) == (made, made.lookups)


@given(archive=documents(5))
@settings(max_examples=20, deadline=None)
def test_a_ranking_comes_out_as_it_was(archive: list[Document]) -> None:
    made = rank(archive, 3)
    assert unpack(pack(made)) == made


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary()
    | st.dates()
    | st.times()
    | st.timedeltas()
    | st.datetimes(timezones=st.timezones() | st.none()),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(value=PLAIN)
def test_every_plain_value_comes_out_as_it_was(value: object) -> None:
    assert repr(unpack(pack(value))) == repr(value)


@given(value=PLAIN, data=st.data())
def test_bytes_that_are_cut_off_or_altered_are_refused(value: object, data: st.DataObject) -> None:
    whole = pack(value)
    cut = data.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(UnpackingError):
        unpack(whole[:cut])
    flipped = bytearray(whole)
    flipped[cut] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnpackingError):
        unpack(bytes(flipped))
    with pytest.raises(UnpackingError):
        unpack(whole + data.draw(st.binary(min_size=1, max_size=3)))


@given(data=st.binary(max_size=200))
@example(b"")
@example(b"\x80\x05")
@example(b"(" * 100_000)
@example(b"\x8e\xff\xff\xff\xff\xff\xff\xff\x7f")  # A string of more bytes than there are.
@example(b"]" + b"\x94a" * 3 + b".")
def test_any_bytes_under_a_right_check_sum_are_a_plain_value_or_refused(data: bytes) -> None:
    with suppress(UnpackingError):
        unpack(digest(data) + data)


# Hostile bytes, with a check sum that is right: that is no secret.


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = (function, arguments)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call


def by_name(module: str, name: str, argument: str) -> bytes:
    """A pickle that calls what stands under a name, an attribute of an attribute too."""
    parts = [b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, name, argument)]
    return b"\x80\x05" + parts[0] + parts[1] + b"\x93" + parts[2] + b"\x85R."


@pytest.mark.parametrize(
    "name",
    [
        "broadsheet.rendering.render _BodyState",
        "broadsheet.content.taxonomies _TaxonomyFile",
        "broadsheet.content.yaml_nodes SourcePosition",
    ],
)
def test_no_pickle_writes_into_a_class(name: str) -> None:
    module, _, kind = name.partition(" ")
    names = [b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, kind, "injected")]
    # The class, then the state (None, {"injected": 1}), then BUILD.
    data = b"\x80\x05" + names[0] + names[1] + b"\x93N}" + names[2] + b"K\x01s\x86b."
    with pytest.raises(UnpackingError):
        unpack(digest(data) + data)
    assert not hasattr(getattr(importlib.import_module(module), kind), "injected")


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    """A file that what runs would make."""
    return tmp_path / "witness"


@pytest.mark.parametrize(
    "make",
    [
        lambda path: Call(os.system, f"touch {path}"),
        lambda path: Call(builtins.eval, f"open({str(path)!r}, 'w').close()"),
        lambda path: Call(builtins.exec, f"open({str(path)!r}, 'w').close()"),
        lambda path: Call(open, str(path), "w"),
        lambda path: Call(subprocess.run, ["touch", str(path)]),
        lambda path: Call(subprocess.Popen, ["touch", str(path)]),
        lambda path: Call(os.mkdir, str(path)),
        lambda path: Call(Path.touch, path),
        lambda path: Call(getattr, str(path), "upper"),
        lambda path: Call(importlib.import_module, "os"),
        lambda path: Call(remove_cache, path),
        lambda path: (make_article("talks"), [Call(os.mkdir, str(path))]),
        lambda path: replace(make_article("talks"), extra={"a": Call(os.mkdir, str(path))}),
    ],
)
def test_a_strangers_pickle_runs_nothing(make: Callable[[Path], object], witness: Path) -> None:
    data = pickle.dumps(make(witness), protocol=5)
    with pytest.raises(UnpackingError):
        unpack(digest(data) + data)
    assert not witness.exists()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("builtins", "eval"),
        ("builtins", "__import__"),
        ("builtins", "getattr"),
        ("datetime", "sys"),
        ("zoneinfo", "ZoneInfo"),
        ("zoneinfo", "ZoneInfo.from_file"),
        ("zoneinfo", "os.system"),
        ("broadsheet", "os.system"),
        ("broadsheet.core.cache", "os"),
        ("broadsheet.core.cache", "os.system"),
        ("broadsheet.core.cache", "Cache"),
        ("broadsheet.core.cache", "Path"),
        ("broadsheet.core.cache", "remove_cache"),
        ("broadsheet.core.cache", "CacheReport.__class__"),
        ("broadsheet.content.article", "Article.__init__.__globals__"),
        ("broadsheet.content.article", "Article.is_public"),
        ("broadsheet.core.serialization", "importlib.import_module"),
        ("broadsheet.core.serialization", "unpack"),
        ("broadsheet.core.problems", "json.loads"),
        ("broadsheet.core.problems", ""),
        ("broadsheet.rendering.inline_rules", "Token"),
        ("broadsheet.rendering.block_elements", "Remains"),
        ("broadsheet.nowhere", "Article"),
        ("broadsheetx", "Article"),
        ("", "Article"),
        (".article", "Article"),
    ],
)
def test_no_name_leads_to_anything_but_data(module: str, name: str, witness: Path) -> None:
    data = by_name(module, name, f"touch {witness}")
    with pytest.raises(UnpackingError):
        unpack(digest(data) + data)
    assert not witness.exists()


@given(
    value=st.builds(
        make_article, body=st.text(max_size=20), extra=st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
    ),
    data=st.data(),
)
def test_an_altered_pickle_with_a_right_check_sum_gives_data_or_is_refused(value: object, data: st.DataObject) -> None:
    raw = bytearray(pickle.dumps(value, protocol=5))
    for place in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=4)):
        raw[place] = data.draw(st.integers(0, 255))
    try:
        restored = unpack(digest(bytes(raw)) + bytes(raw))
    except UnpackingError:
        return
    assert type(restored).__module__.partition(".")[0] in {"broadsheet", "builtins", "datetime", "zoneinfo"}


def test_all_that_the_reader_would_make_is_data_of_the_engine() -> None:
    for info in pkgutil.walk_packages(broadsheet.__path__, "broadsheet."):
        module = importlib.import_module(info.name)
        for name, kind in vars(module).items():
            if isinstance(kind, type) and is_dataclass(kind) and kind.__module__.startswith("broadsheet."):
                # Without slots, a pickle could write into the class itself.
                assert "__slots__" in vars(kind), f"{info.name}.{name}"


@pytest.mark.parametrize(
    "value",
    [
        date(2026, 1, 18),
        time(9, 30),
        datetime(2025, 10, 26, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Paris")),
        Problem("content/a.md", 1, 2, "title", "missing"),
        SourcePosition(1, 2),
        Resolved("../a/", media="a.png"),
        {"index.html": (b"digest", 3, 4)},
        Ranking({}, ()),
    ],
)
def test_what_the_cache_keeps_comes_out_as_it_was(value: object) -> None:
    restored = unpack(pack(value))
    assert (type(restored), restored) == (type(value), value)


def test_the_boundaries_of_what_is_digested_count() -> None:
    assert (
        len({digest(b"ab", b"c"), digest(b"a", b"bc"), digest(b"abc"), digest(b"abc", b""), digest(b"", b"abc")}) == 5
    )
    assert digest() != digest(b"")
