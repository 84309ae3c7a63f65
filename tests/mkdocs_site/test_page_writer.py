"""Printing: every page is written once and the same, by however many processes, and whoever dies."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from broadsheet.core import processes
from broadsheet.core.serialization import digest
from broadsheet.mkdocs_site.files import MediaFile, PageFile
from broadsheet.mkdocs_site.page_writer import WORTH_SHARING, PageWriter, find_page_plugins
from broadsheet.mkdocs_site.pages import NewspaperPage
from jinja2 import DictLoader, Environment
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import BasePlugin, PluginCollection
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Navigation
from sites import PNG, read_tree

TEMPLATE = "{{ page.title }}: {{ page.view.number }} of {{ config.site_name }}, {{ work(page.view.number) }}"
COUNT = WORTH_SHARING + 50


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
        imprint = partial(digest, b"")
        file = PageFile(f"{url}.html", f"{url}.md", config, partial(make, number), lambda _, one=imprint: one())
        file.by_engine = True
        files.append(file)
    return files


def make_printer(config: MkDocsConfig, staging: Path, work: Callable[[int], str] = str) -> PageWriter:
    env = Environment(loader=DictLoader({"broadsheet/test.html": TEMPLATE}), autoescape=True)
    env.globals["work"] = work
    return PageWriter(env, Navigation([], []), Files([]), config, staging)


def print_all(printer: PageWriter, files: list[PageFile], workers: int) -> tuple[list[tuple[int, int]], int]:
    """Print; what was reported, and how often other work was begun."""
    reports: list[tuple[int, int]] = []
    begun: list[None] = []
    printer.print_all(files, workers, lambda _, done, total: reports.append((done, total)), lambda: begun.append(None))
    return reports, len(begun)


@pytest.fixture
def may_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other tests may have left threads, with which no copy of this process would be made."""
    monkeypatch.setattr(processes, "_may_fork", lambda: True)


@pytest.mark.usefixtures("may_fork")
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_every_page_is_written_by_any_number_of_processes(workers: int, config: MkDocsConfig, tmp_path: Path) -> None:
    reports, begun = print_all(make_printer(config, tmp_path / "out"), make_files(config, COUNT), workers)
    expected = {f"pages/{n}/index.html": f"Page &amp;lt;{n}&amp;gt;: {n} of Paper, {n}".encode() for n in range(COUNT)}
    assert read_tree(tmp_path / "out") == expected
    assert (reports[-1], begun) == ((COUNT, COUNT), 1)
    assert [done for done, _ in reports] == sorted({done for done, _ in reports})


@pytest.mark.usefixtures("may_fork")
@pytest.mark.parametrize(("count", "workers", "shared"), [(COUNT, 2, True), (COUNT, 1, False), (20, 2, False)])
def test_many_pages_are_shared_and_few_are_printed_here(
    count: int, workers: int, shared: bool, config: MkDocsConfig, tmp_path: Path
) -> None:
    printer = make_printer(config, tmp_path / "out", lambda _: str(os.getpid()))
    print_all(printer, make_files(config, count), workers)
    processes = {data.rpartition(b" ")[2] for data in read_tree(tmp_path / "out").values()}
    assert (str(os.getpid()).encode() not in processes) == shared


@pytest.mark.usefixtures("may_fork")
@pytest.mark.parametrize("deadly", [{0}, {COUNT - 1}, {7, 120, 250}])
def test_what_a_process_that_dies_has_not_printed_is_printed_here(
    deadly: set[int], config: MkDocsConfig, tmp_path: Path
) -> None:
    here = os.getpid()

    def work(number: int) -> str:
        if number in deadly and os.getpid() != here:
            os._exit(9)
        return str(number)

    reports, begun = print_all(make_printer(config, tmp_path / "out", work), make_files(config, COUNT), 2)
    print_all(make_printer(config, tmp_path / "right"), make_files(config, COUNT), 1)
    assert read_tree(tmp_path / "out") == read_tree(tmp_path / "right")
    assert (reports[-1], begun) == ((COUNT, COUNT), 1)


@pytest.mark.usefixtures("may_fork")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_fault_of_a_template_ends_the_build(workers: int, config: MkDocsConfig, tmp_path: Path) -> None:
    printer = make_printer(config, tmp_path / "out", lambda number: str(1 // (number - 50)))
    with pytest.raises(ZeroDivisionError):
        print_all(printer, make_files(config, COUNT), workers)


def test_a_process_with_threads_makes_no_copies_of_itself(config: MkDocsConfig, tmp_path: Path) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        printer = make_printer(config, tmp_path / "out", lambda _: str(os.getpid()))
        assert print_all(printer, make_files(config, COUNT), 2)[1] == 1
    finally:
        stop.set()
        thread.join()
    pids = {data.rpartition(b" ")[2] for data in read_tree(tmp_path / "out").values()}
    assert pids == {str(os.getpid()).encode()}


def test_nothing_to_print_is_printed_all_the_same(config: MkDocsConfig, tmp_path: Path) -> None:
    assert print_all(make_printer(config, tmp_path / "out"), [], 2) == ([], 1)
    assert not (tmp_path / "out").exists()


def test_halves_of_characters_do_not_end_a_build(config: MkDocsConfig, tmp_path: Path) -> None:
    printer = make_printer(config, tmp_path / "out", lambda _: "\ud800é")
    print_all(printer, make_files(config, 1), 1)
    assert read_tree(tmp_path / "out")["pages/0/index.html"].endswith("&#55296;é".encode())


def test_media_are_copied_and_their_imprint_changes_with_the_file(config: MkDocsConfig, tmp_path: Path) -> None:
    source = tmp_path / "content" / "articles" / "a.png"
    source.parent.mkdir(parents=True)
    source.write_bytes(PNG)
    file = MediaFile("articles/a.png", str(tmp_path / "content"), config.site_dir, True, dest_uri="media/a.png")
    file.by_engine = True
    nobody: Any = None
    first = file.find_imprint(nobody)
    assert file.find_imprint(nobody) == first
    make_printer(config, tmp_path / "out").copy_media([file])
    assert read_tree(tmp_path / "out") == {"media/a.png": PNG}
    file.copy_file()
    assert not Path(config.site_dir).exists(), "MkDocs copies it too"
    source.write_bytes(PNG + b"more")
    assert file.find_imprint(nobody) != first
    source.write_bytes(PNG)
    os.utime(source, (1, 1))
    assert file.find_imprint(nobody) != first


# Who else wants to see pages.


class Options(Config):
    """No options."""


class Onlooker(BasePlugin[Options]):
    """A plugin that wants to see pages."""

    def on_page_markdown(self, markdown: str, **_: Any) -> str:
        return markdown

    def on_files(self, files: Files, **_: Any) -> Files:
        return files


class Passer(BasePlugin[Options]):
    """A plugin that does not."""

    def on_files(self, files: Files, **_: Any) -> Files:
        return files


class Ours:
    """The newspaper."""

    def on_page_context(self, context: Any, **_: Any) -> Any:
        return context


def on_page_content(html: str, **_: Any) -> str:
    """As a hook has it."""
    return html


def test_plugins_and_hooks_that_want_to_see_pages_are_found_and_no_others() -> None:
    plugins = PluginCollection()
    plugins["passer"] = Passer()
    ours = Ours()
    plugins._register_event("page_context", ours.on_page_context)
    config: Any = SimpleNamespace(plugins=plugins)
    assert find_page_plugins(config, [ours]) == []
    assert find_page_plugins(config, []) == [__name__]
    plugins["onlooker"] = Onlooker()
    assert find_page_plugins(config, [ours]) == [__name__]
    plugins._register_event("page_content", on_page_content)
    assert find_page_plugins(config, [ours]) == [__name__]
