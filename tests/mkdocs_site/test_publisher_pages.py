"""Every page is written once and with the same bytes, by any number of processes, even when one of them dies."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from broadsheet.core import Cache, processes
from broadsheet.core.serialization import digest
from broadsheet.mkdocs_site.files import MediaFile, PageFile
from broadsheet.mkdocs_site.pages import NewspaperPage
from broadsheet.mkdocs_site.publisher import MIN_PAGES_FOR_FORKS, PageWriter, Publisher, find_page_plugins
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, PluginCollection
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from sites import PNG, read_tree

TEMPLATE = "{{ page.title }}: {{ page.view.number }} of {{ config.site_name }}, {{ work(page.view.number) }}"
COUNT = MIN_PAGES_FOR_FORKS + 50


@pytest.fixture
def config(tmp_path: Path) -> MkDocsConfig:
    """A configuration without plugins."""
    config = MkDocsConfig()
    docs = tmp_path / "docs"
    docs.mkdir()
    config.load_dict({"site_name": "Paper", "docs_dir": str(docs), "site_dir": str(tmp_path / "site"), "plugins": []})
    assert config.validate()[0] == []
    return config


def make_files(config: MkDocsConfig, count: int) -> list[PageFile]:
    def make(number: int, file: File) -> NewspaperPage:
        return NewspaperPage(f"Page <{number}>", "broadsheet/test.html", file, config, number=number)

    files = []
    for number in range(count):
        url = f"pages/{number}/index"
        file = PageFile(f"{url}.html", f"{url}.md", config, partial(make, number), lambda _: digest(b""))
        file.by_engine = True
        files.append(file)
    return files


def make_page_writer(config: MkDocsConfig, staging: Path, work: Callable[[int], str] = str) -> PageWriter:
    env = Environment(loader=DictLoader({"broadsheet/test.html": TEMPLATE}), autoescape=True)
    env.globals["work"] = work
    return PageWriter(env, Navigation([], []), Files([]), config, staging)


def write_pages(
    page_writer: PageWriter, files: Sequence[PageFile | MediaFile], workers: int
) -> tuple[list[tuple[int, int]], int]:
    """Write pages; return the reports of progress, and how often threads were started."""
    reports: list[tuple[int, int]] = []
    calls: list[None] = []
    page_writer.write_files(
        files, workers, lambda _, done, total: reports.append((done, total)), lambda: calls.append(None)
    )
    return reports, len(calls)


@pytest.fixture
def may_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests may have left threads, with which no copy of this process would be made."""
    monkeypatch.setattr(processes, "_may_fork", lambda: True)


@pytest.mark.usefixtures("may_fork")
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_page_is_written_by_any_number_of_processes(workers: int, config: MkDocsConfig, tmp_path: Path) -> None:
    reports, starts = write_pages(make_page_writer(config, tmp_path / "out"), make_files(config, COUNT), workers)
    expected = {f"pages/{n}/index.html": f"Page &amp;lt;{n}&amp;gt;: {n} of Paper, {n}".encode() for n in range(COUNT)}
    assert read_tree(tmp_path / "out") == expected
    assert (reports[-1], starts) == ((COUNT, COUNT), 1)
    assert [done for done, _ in reports] == sorted({done for done, _ in reports})


@pytest.mark.usefixtures("may_fork")
@pytest.mark.parametrize(("count", "workers", "shared"), [(COUNT, 2, True), (COUNT, 1, False), (20, 2, False)])
def test_many_pages_are_rendered_in_forks_and_few_are_not(
    count: int, workers: int, shared: bool, config: MkDocsConfig, tmp_path: Path
) -> None:
    page_writer = make_page_writer(config, tmp_path / "out", lambda _: str(os.getpid()))
    write_pages(page_writer, make_files(config, count), workers)
    processes = {data.rpartition(b" ")[2] for data in read_tree(tmp_path / "out").values()}
    assert (str(os.getpid()).encode() not in processes) == shared


@pytest.mark.usefixtures("may_fork")
@pytest.mark.parametrize("deadly", [{0}, {COUNT - 1}, {7, 120, 250}])
def test_pages_of_a_process_that_dies_are_written_by_this_process(
    deadly: set[int], config: MkDocsConfig, tmp_path: Path
) -> None:
    here = os.getpid()

    def work(number: int) -> str:
        if number in deadly and os.getpid() != here:
            os._exit(9)
        return str(number)

    reports, starts = write_pages(make_page_writer(config, tmp_path / "out", work), make_files(config, COUNT), 2)
    write_pages(make_page_writer(config, tmp_path / "right"), make_files(config, COUNT), 1)
    assert read_tree(tmp_path / "out") == read_tree(tmp_path / "right")
    assert (reports[-1], starts) == ((COUNT, COUNT), 1)


@pytest.mark.usefixtures("may_fork")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_of_a_template_ends_the_build(workers: int, config: MkDocsConfig, tmp_path: Path) -> None:
    page_writer = make_page_writer(config, tmp_path / "out", lambda number: str(1 // (number - 50)))
    with pytest.raises(ZeroDivisionError):
        write_pages(page_writer, make_files(config, COUNT), workers)


def test_a_process_with_threads_does_not_fork(config: MkDocsConfig, tmp_path: Path) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        page_writer = make_page_writer(config, tmp_path / "out", lambda _: str(os.getpid()))
        assert write_pages(page_writer, make_files(config, COUNT), 2)[1] == 1
    finally:
        stop.set()
        thread.join()
    pids = {data.rpartition(b" ")[2] for data in read_tree(tmp_path / "out").values()}
    assert pids == {str(os.getpid()).encode()}


def test_without_pages_threads_are_started_all_the_same(config: MkDocsConfig, tmp_path: Path) -> None:
    assert write_pages(make_page_writer(config, tmp_path / "out"), [], 2) == ([], 1)
    assert not (tmp_path / "out").exists()


def test_lone_surrogates_do_not_end_a_build(config: MkDocsConfig, tmp_path: Path) -> None:
    page_writer = make_page_writer(config, tmp_path / "out", lambda _: "\ud800é")
    write_pages(page_writer, make_files(config, 1), 1)
    assert read_tree(tmp_path / "out")["pages/0/index.html"].endswith("&#55296;é".encode())


def test_media_are_copied_and_their_digest_changes_with_the_file(config: MkDocsConfig, tmp_path: Path) -> None:
    source = tmp_path / "content" / "articles" / "a.png"
    source.parent.mkdir(parents=True)
    source.write_bytes(PNG)
    file = MediaFile("articles/a.png", str(tmp_path / "content"), config.site_dir, True, dest_uri="media/a.png")
    file.by_engine = True
    unused: Any = None
    first = file.find_digest(unused)
    assert file.find_digest(unused) == first
    write_pages(make_page_writer(config, tmp_path / "out"), [file], 1)
    assert read_tree(tmp_path / "out") == {"media/a.png": PNG}
    file.copy_file()
    assert not Path(config.site_dir).exists(), "MkDocs copies it too"
    source.write_bytes(PNG + b"more")
    assert file.find_digest(unused) != first
    source.write_bytes(PNG)
    os.utime(source, (1, 1))
    assert file.find_digest(unused) != first


# Pages that need not be rendered.

CHANGES = ["none", "digest", "touched", "removed"]


@given(changes=st.lists(st.sampled_from(CHANGES), min_size=3, max_size=3), render_all=st.booleans())
def test_a_page_is_rendered_unless_it_would_come_out_the_same_and_nobody_has_touched_it(
    changes: list[str], render_all: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = MkDocsConfig()
        config.site_dir = str(Path(folder, "site"))
        digests: Any = dict.fromkeys(range(len(changes)), b"digest")
        files, cache = Files([]), Cache(None, "")
        for number in digests:
            make_digest = partial(lambda number, digests: digests[number], number)
            file = PageFile(f"{number}.html", f"{number}.md", config, lambda _: None, make_digest)  # type: ignore[arg-type,return-value]
            file.by_engine = True
            files.append(file)
        publisher = Publisher(config)
        assert publisher.find_changed(files, digests, cache, None, (), render_all=False) == list(files)
        for number in digests:
            (publisher.staging / f"{number}.html").write_text("page")
        assert publisher.finish(cache)[:2] == (3, 0)
        for number, change in enumerate(changes):
            page = publisher.site / f"{number}.html"
            if change == "digest":
                digests[number] = b"another"
            elif change == "touched":
                os.utime(page, (1, 1))
            elif change == "removed":
                page.unlink()
        publisher = Publisher(config)
        changed = publisher.find_changed(files, digests, cache, None, (), render_all=render_all)
        assert [file in changed for file in files] == [render_all or change != "none" for change in changes]
        publisher.abandon()


# Plugins and hooks that handle pages.


class Options(Config):
    """No options."""


class PageHandler(BasePlugin[Options]):
    """A plugin that handles pages."""

    def on_page_markdown(self, markdown: str, **_: Any) -> str:
        return markdown

    def on_files(self, files: Files, **_: Any) -> Files:
        return files


class FilesHandler(BasePlugin[Options]):
    """A plugin that handles no pages."""

    def on_files(self, files: Files, **_: Any) -> Files:
        return files


class Newspaper:
    """The newspaper."""

    def on_page_context(self, context: Any, **_: Any) -> Any:
        return context


def on_page_content(html: str, **_: Any) -> str:
    """Handle the HTML of a page, as a hook does."""
    return html


def test_plugins_and_hooks_that_handle_pages_are_found_and_no_others() -> None:
    plugins = PluginCollection()
    plugins["files"] = FilesHandler()
    newspaper = Newspaper()
    plugins._register_event("page_context", newspaper.on_page_context)
    config: Any = SimpleNamespace(plugins=plugins)
    assert find_page_plugins(config, newspaper) == []
    assert find_page_plugins(config, object()) == [__name__]
    plugins["pages"] = PageHandler()
    assert find_page_plugins(config, newspaper) == [__name__]
    plugins._register_event("page_content", on_page_content)
    assert find_page_plugins(config, newspaper) == [__name__]
