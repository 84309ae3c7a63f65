"""The noticeboard: what is on top of a page while something is to be mended, and a server that lives through it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from broadsheet.serve.live_reload import MOST_OVERTAKEN, LiveReload, add_banner
from hypothesis import given
from hypothesis import strategies as st
from markup import parse
from mkdocs.exceptions import Abort
from mkdocs.livereload import LiveReloadServer

PAGE = b'<!doctype html>\n<html><head><title>x</title></head>\n<body class="a" data-x="1">\n<p>Words.</p></body></html>'
FAULT = "content/articles/a.md:3:9: topics: unknown topic '<b>wrold</b>'"


# The banner.


def test_a_banner_tells_what_is_to_be_mended() -> None:
    page = parse(add_banner(PAGE, "To be mended:", [FAULT, "dead link"]).decode())
    told = page.one("div", role="alert")
    assert [item.text for item in told.all("li")] == [FAULT, "dead link"]
    assert [one.tag for one in told.all("b")] == []


@given(message=st.text("<>&\"'-!/ab \u2028\x00\ud800", max_size=40) | st.just("</ul></div><script>"))
def test_whatever_a_fault_says_it_adds_no_element(message: str) -> None:
    page = parse(add_banner(PAGE, message, [message]).decode())
    assert len(page.all("script")) == len(page.all("b")) == len(page.all("a")) == 0
    assert len(page.all("li")) == 1


def test_a_banner_stands_at_the_beginning_of_the_body_and_changes_nothing_else() -> None:
    shown = add_banner(PAGE, "x", [FAULT])
    before, _, after = PAGE.partition(b'data-x="1">')
    assert shown.startswith(before + b'data-x="1"><div role="alert"')
    assert shown.endswith(b"</div>" + after)
    assert add_banner(b"No page.", "x", [FAULT]).endswith(b"</div>No page.")
    assert add_banner(PAGE, "x", []) == PAGE


def test_what_looks_like_a_group_in_a_fault_is_no_group() -> None:
    assert rb"\1 \g&lt;0&gt;" in add_banner(PAGE, "x", [r"\1 \g<0>"])


def test_of_many_faults_a_page_shows_some_and_how_many_there_are() -> None:
    shown = parse(add_banner(PAGE, "x", [f"fault {number}" for number in range(10)]).decode())
    assert [item.text for item in shown.all("li")] == ["fault 0", "fault 1", "fault 2", "and 7 more: see the terminal"]


# The server.


class Paper:
    """A site whose builds do what a test says, served on a port that was free."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.fails: Exception | None = None
        self.says: list[str] = []
        self.faults: dict[str, tuple[str, ...]] = {}
        (root / "talks").mkdir()
        (root / "404.html").write_bytes(b"<html><body><p>Nothing here.</p></body></html>")
        (root / "words.txt").write_bytes(b"Words.")
        self.server = LiveReloadServer(self.build, "127.0.0.1", 0, str(root))
        self.server.error_handler = lambda code: (root / "404.html").read_bytes() if code == 404 else None
        self.board = LiveReload(lambda url: self.faults.get(url, ()))
        self.board.open()
        self.build()
        self.board.attach(self.server)
        self.server.watch(str(root))
        self.server.server_bind()
        self.server.server_activate()
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def build(self) -> None:
        for line in self.says:
            logging.getLogger("mkdocs.plugins.broadsheet").error("broadsheet: %s", line)
        if self.fails is not None:
            raise self.fails
        (self.root / "talks" / "index.html").write_bytes(PAGE)

    def get(self, url: str) -> str:
        try:
            with urlopen(f"http://127.0.0.1:{self.server.server_port}/{url}", timeout=10) as response:
                data: bytes = response.read()
                assert int(response.headers["Content-Length"]) == len(data)
        except HTTPError as error:
            with error:
                data = error.read()
        return data.decode()

    def told(self, url: str) -> list[str]:
        """What stands on top of a page."""
        return [item.text for banner in parse(self.get(url)).all("div", role="alert") for item in banner.all("li")]


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    """A newspaper that is served."""
    paper = Paper(tmp_path)
    yield paper
    paper.board.close()
    # `LiveReloadServer.shutdown` waits for threads that only its `serve` starts.
    super(LiveReloadServer, paper.server).shutdown()
    paper.server.server_close()


def test_pages_of_a_sound_newspaper_are_shown_as_they_are(paper: Paper) -> None:
    assert paper.told("talks/") == paper.told("nowhere/") == []
    assert "<p>Words.</p>" in paper.get("talks/")


def test_what_ends_a_build_is_told_on_every_page_until_it_is_mended(
    paper: Paper, capsys: pytest.CaptureFixture[str]
) -> None:
    paper.fails = ZeroDivisionError("by <nought>")
    paper.server.builder()
    for url in ("talks/", "talks/index.html", "nowhere/"):
        assert paper.told(url) == ["this stopped the build, see the terminal: ZeroDivisionError: by <nought>"], url
    assert "last good state of the newspaper" in paper.get("talks/")
    assert "<p>Words.</p>" in paper.get("talks/")
    assert "Traceback" in capsys.readouterr().err
    paper.fails = None
    paper.server.builder()
    assert paper.told("talks/") == paper.told("nowhere/") == []


def test_what_mkdocs_has_told_of_a_build_that_it_gave_up_is_told_once(
    paper: Paper, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    paper.says, paper.fails = ["mkdocs.yml: first\nmkdocs.yml: second"], Abort("Aborted")
    paper.server.builder()
    assert paper.told("talks/") == ["mkdocs.yml: first", "mkdocs.yml: second"]
    assert len(caplog.records) == 1
    paper.says = []
    paper.server.builder()
    assert paper.told("talks/") == ["Aborted"]
    assert capsys.readouterr().err == ""


def test_faults_of_a_build_that_went_well_are_told_too_those_of_the_page_first(paper: Paper) -> None:
    paper.says = ["content/topics.yml:1: broken", "content/articles/talks.md:2: broken"]
    paper.faults = {"talks/": ("content/articles/talks.md:2: broken",)}
    paper.server.builder()
    assert paper.told("talks/") == ["content/articles/talks.md:2: broken", "content/topics.yml:1: broken"]
    assert "last good state of the page" in paper.get("talks/")
    assert paper.told("nowhere/") == paper.says
    assert "last good state" not in paper.get("nowhere/")


def test_a_site_is_shown_while_what_its_build_has_left_for_later_is_still_done(paper: Paper) -> None:
    begun, ended = threading.Event(), threading.Event()

    def build() -> None:
        paper.build()
        (paper.root / "talks" / "index.html").write_bytes(PAGE.replace(b"Words.", b"Other words."))
        logging.getLogger("mkdocs.plugins.broadsheet").error("broadsheet: talks.md: faulty")
        paper.board.show(news=True)
        begun.set()
        assert ended.wait(10)

    paper.board._builder = build
    paper.server._wanted_epoch += 1
    thread = threading.Thread(target=paper.server.builder)
    thread.start()
    assert begun.wait(10)
    assert "Other words." in paper.get("talks/")
    assert paper.told("talks/") == ["talks.md: faulty"]
    ended.set()
    thread.join()
    assert paper.told("talks/") == ["talks.md: faulty"]


class Epochs:
    """What MkDocs' loop does around a build, and what a browser then loads again."""

    def __init__(self, paper: Paper) -> None:
        self.server = paper.server
        self.loaded = paper.server._visible_epoch

    def build(self) -> None:
        self.server._wanted_epoch = max(self.server._wanted_epoch, self.loaded) + 1000
        self.server._want_rebuild = False
        self.server.builder()
        self.server._visible_epoch = self.server._wanted_epoch

    @property
    def reload(self) -> bool:
        """Whether an open page would load again, and does."""
        news, self.loaded = self.server._visible_epoch > self.loaded, self.server._visible_epoch
        return news


def test_a_proof_is_loaded_before_the_build_and_what_comes_to_the_same_is_not_loaded_again(paper: Paper) -> None:
    epochs, seen = Epochs(paper), list[bool]()
    paper.board._pull_proofs = lambda: True

    def build(*, news: bool) -> None:
        seen.append(epochs.reload)
        paper.board.show(news=news)

    for news in (False, True, False):
        paper.board._builder = lambda news=news: build(news=news)
        epochs.build()
        assert seen == [True]
        assert epochs.reload == news
        seen.clear()


def test_a_build_in_which_nothing_is_new_has_no_page_loaded_again(paper: Paper) -> None:
    epochs = Epochs(paper)
    for news in (True, False, True):
        paper.board._builder = lambda news=news: paper.board.show(news=news)
        epochs.build()
        assert epochs.reload == news


@pytest.mark.parametrize("proven", [True, False])
def test_a_new_fault_is_loaded_and_so_is_its_end(paper: Paper, proven: bool) -> None:
    epochs, lines = Epochs(paper), list[str]()
    paper.board._pull_proofs = lambda: proven

    def build() -> None:
        for line in lines:
            logging.getLogger("mkdocs.plugins.broadsheet").error("broadsheet: %s", line)
        paper.board.show(news=False)
        assert epochs.reload == proven or lines != before

    paper.board._builder = build
    before: list[str] = []
    for lines in ([FAULT], [FAULT], []):
        epochs.build()
        assert paper.told("talks/") == lines
        before = lines


def test_a_build_gives_way_to_a_page_that_was_saved_meanwhile(paper: Paper) -> None:
    epochs, ended = Epochs(paper), list[bool]()
    paper.board._pull_proofs = lambda: True
    paper.says = [FAULT]
    paper.server.builder()

    def build() -> None:
        paper.server._want_rebuild = True
        paper.board.give_way()
        paper.board.show(news=True)
        ended.append(True)

    paper.board._builder = build
    for _ in range(MOST_OVERTAKEN):
        epochs.build()
        assert epochs.reload, "the proof"
        assert paper.told("talks/") == [FAULT], "what stood there stays"
        assert not ended
    # A writer who never pauses gets the rest of the site all the same.
    epochs.build()
    assert ended


def test_a_proof_that_fails_stops_no_build(paper: Paper) -> None:
    def fail() -> bool:
        raise RuntimeError("no proof")

    paper.board._pull_proofs = fail
    (paper.root / "talks" / "index.html").unlink()
    paper.server.builder()
    assert "Words." in paper.get("talks/")
    assert paper.told("talks/") == []


@pytest.mark.parametrize("news", [True, False])
def test_a_strict_build_is_shown_at_its_end_and_only_what_is_new_is_loaded(paper: Paper, news: bool) -> None:
    epochs, seen = Epochs(paper), list[bool]()
    paper.board._pull_proofs = lambda: True

    def build() -> None:
        seen.append(epochs.reload)
        paper.board.note_news(news=news)

    paper.board._builder = build
    epochs.build()
    assert seen == [True], "the proof"
    assert epochs.reload == news


def test_without_a_proof_no_build_gives_way(paper: Paper) -> None:
    ended = list[bool]()

    def build() -> None:
        paper.server._want_rebuild = True
        paper.board.give_way()
        ended.append(True)

    paper.board._builder = build
    paper.server.builder()
    assert ended


def test_what_is_no_page_and_what_lies_on_the_disk_stay_as_they_are(paper: Paper) -> None:
    paper.says = ["content/topics.yml:1: broken"]
    paper.server.builder()
    assert paper.get("words.txt") == "Words."
    assert (paper.root / "talks" / "index.html").read_bytes() == PAGE


def test_an_address_that_leads_nowhere_is_loaded_again_as_soon_as_there_is_something_new(paper: Paper) -> None:
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


def test_what_is_logged_between_builds_is_on_no_page(paper: Paper) -> None:
    logging.getLogger("mkdocs.plugins.broadsheet").error("broadsheet: something else")
    paper.server.builder()
    assert paper.told("talks/") == []
