"""The server of MkDocs with a session: pages that show errors, and a server that outlives them."""

from __future__ import annotations

import ast
import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, build_opener, urlopen

import pytest
from broadsheet import serve
from broadsheet.content.article import Article
from broadsheet.content.library import Library, SiteConfig
from broadsheet.edition.build import SiteModel, build_site_model
from broadsheet.edition.render_articles import BuildResources
from broadsheet.serve.session import ServeSession
from content_factory import NOW, make_article
from content_factory import make_library as make_content
from html_tree import parse
from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer

PAGE = b"<!doctype html>\n<html><head><title>x</title></head>\n<body>\n<p>Words.</p></body></html>"


class NoRedirects(HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *_: object) -> None:
        """Return no request."""


def make_library(*articles: Article) -> tuple[Library, SiteModel]:
    """A library of these articles, and its model."""
    library = make_content(*articles)
    return library, build_site_model(library, NOW, SiteConfig(), BuildResources(), {})


class Paper:
    """A site whose builds do what a test says, served on a port that was free."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.error: Exception | None = None
        self.logs: list[str] = []
        self.then: Callable[[], None] = lambda: None
        (root / "talks").mkdir()
        (root / "404.html").write_bytes(b"<html><body><p>Nothing here.</p></body></html>")
        (root / "words.txt").write_bytes(b"Words.")
        self.server = LiveReloadServer(self.build, "127.0.0.1", 0, str(root))
        self.server.error_handler = lambda code: (root / "404.html").read_bytes() if code == 404 else None
        self.session = ServeSession(lambda: NOW)
        self.session.open()
        self.build()
        self.session.attach(self.server)
        self.server.watch(str(root))
        self.server.server_bind()
        self.server.server_activate()
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def build(self) -> None:
        for line in self.logs:
            logging.getLogger("mkdocs.plugins.broadsheet").error("broadsheet: %s", line)
        if self.error is not None:
            raise self.error
        (self.root / "talks" / "index.html").write_bytes(PAGE)
        self.then()

    def get(self, url: str) -> str:
        try:
            with urlopen(f"http://127.0.0.1:{self.server.server_port}/{url}", timeout=10) as response:
                data: bytes = response.read()
                assert int(response.headers["Content-Length"]) == len(data)
        except HTTPError as error:
            with error:
                data = error.read()
        return data.decode()

    def list_errors(self, url: str) -> list[str]:
        """The problems that the error overlay of a page lists."""
        boxes = parse(self.get(url)).all("section", id="broadsheet-problems")
        return [item.text for box in boxes for item in box.all("li")]


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    """A site that is served."""
    paper = Paper(tmp_path)
    yield paper
    paper.session.close()
    # `LiveReloadServer.shutdown` waits for threads that only its `serve` starts.
    super(LiveReloadServer, paper.server).shutdown()
    paper.server.server_close()


def test_pages_of_a_good_build_are_shown_as_they_are(paper: Paper) -> None:
    assert paper.list_errors("talks/") == paper.list_errors("nowhere/") == []
    assert "<p>Words.</p>" in paper.get("talks/")


def test_every_page_shows_what_stopped_a_build_until_it_is_mended(
    paper: Paper, capsys: pytest.CaptureFixture[str]
) -> None:
    paper.error = ZeroDivisionError("by <nought>")
    paper.server.builder()
    for url in ("talks/", "talks/index.html", "nowhere/"):
        assert paper.list_errors(url) == ["this stopped the build, see the terminal: ZeroDivisionError: by <nought>"], (
            url
        )
    assert "last good state of the newspaper" in paper.get("talks/")
    assert "<p>Words.</p>" in paper.get("talks/")
    assert "Traceback" in capsys.readouterr().err
    paper.error = None
    paper.server.builder()
    assert paper.list_errors("talks/") == paper.list_errors("nowhere/") == []


def test_an_abort_that_mkdocs_has_explained_is_logged_once(
    paper: Paper, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    paper.logs, paper.error = ["mkdocs.yml: first\nmkdocs.yml: second"], Abort("Aborted")
    paper.server.builder()
    assert paper.list_errors("talks/") == ["mkdocs.yml: first", "mkdocs.yml: second"]
    assert len(caplog.records) == 1
    assert capsys.readouterr().err == ""


def test_the_site_is_shown_while_the_build_does_the_rest_of_its_work(paper: Paper) -> None:
    shown, ended = threading.Event(), threading.Event()

    def show() -> None:
        (paper.root / "talks" / "index.html").write_bytes(PAGE.replace(b"Words.", b"Other words."))
        paper.session.follow_up({}, (), BuildResources(), None, site_changed=True, show=True)  # type: ignore[arg-type]
        shown.set()
        assert ended.wait(10)

    paper.then, paper.logs = show, ["talks.md: faulty"]
    paper.server._wanted_epoch += 1
    thread = threading.Thread(target=paper.server.builder)
    thread.start()
    assert shown.wait(10)
    assert "Other words." in paper.get("talks/")
    assert paper.list_errors("talks/") == ["talks.md: faulty"]
    ended.set()
    thread.join()
    assert paper.list_errors("talks/") == ["talks.md: faulty"]


def test_other_files_and_the_files_on_the_disk_stay_as_they_are(paper: Paper) -> None:
    paper.logs = ["content/topics.yml:1: broken"]
    paper.server.builder()
    assert paper.get("words.txt") == "Words."
    assert (paper.root / "talks" / "index.html").read_bytes() == PAGE


def test_the_address_of_a_moved_page_leads_to_the_new_one(paper: Paper) -> None:
    session = paper.session
    for slug in ("talks", "negotiations"):
        session.set_library(*make_library(make_article(slug, path="articles/a.md")), NOW)
    for url in ("2026/01/talks/", "2026/01/talks", "2026/01/talks/index.html"):
        with pytest.raises(HTTPError) as moved:
            build_opener(NoRedirects).open(f"http://127.0.0.1:{paper.server.server_port}/{url}", timeout=10)
        assert (moved.value.code, moved.value.headers["Location"]) == (302, "/2026/01/negotiations/")
        moved.value.close()
    assert "Nothing here." in paper.get("2026/01/others/")
    session.set_library(*make_library(), NOW)
    assert "Nothing here." in paper.get("2026/01/talks/"), "the article is deleted"


def test_a_404_page_reloads_when_there_is_a_new_site(paper: Paper) -> None:
    epoch = paper.server._visible_epoch
    for url in ("talks/", "nowhere/"):
        assert paper.get(url).count(f"livereload({epoch}, ") == 1, url
    # While a build is under way, a page waits for it and is one of the new site.
    paper.server._wanted_epoch = epoch + 5
    pages: list[str] = []
    thread = threading.Thread(target=lambda: pages.append(paper.get("nowhere/")))
    thread.start()
    with paper.server._epoch_cond:
        paper.server._visible_epoch = epoch + 5
        paper.server._epoch_cond.notify_all()
    thread.join(timeout=10)
    assert f"livereload({epoch + 5}, " in pages[0]


# Private names of MkDocs' server: in one module, and there in the MkDocs that is installed.


MODULES = sorted(Path(str(serve.__file__)).parent.glob("*.py"))


def list_private_names(module: Path) -> set[str]:
    """The private attributes that a module uses of anything but `self`."""
    attributes = [node for node in ast.walk(ast.parse(module.read_text("utf-8"))) if isinstance(node, ast.Attribute)]
    return {
        node.attr
        for node in attributes
        if node.attr.startswith("_")
        and not node.attr.startswith("__")
        and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_only_one_module_uses_private_names_of_others(module: Path) -> None:
    assert bool(list_private_names(module)) == (module.stem == "live_reload")


def test_the_server_of_mkdocs_has_the_names_that_the_engine_uses() -> None:
    server = LiveReloadServer(lambda: None, "127.0.0.1", 0, ".")
    names = set().union(*map(list_private_names, MODULES))
    assert [name for name in sorted(names) if not hasattr(server, name)] == []
    server.server_close()
