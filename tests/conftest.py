"""Fixtures that several test files share: sites, the shipped newspaper as it is built, a browser."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from browser import ARGUMENTS, find_browser
from playwright.sync_api import Browser, Page, sync_playwright
from sites import ROOT, Site

os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
for _name in ("BROADSHEET_CONTENT", "SITE_URL", "REPO_URL", "SOURCE_DATE_EPOCH"):
    os.environ.pop(_name, None)

MakeSite = Callable[..., Site]


@pytest.fixture
def make_site(tmp_path: Path) -> MakeSite:
    """A function that writes a new small site; keywords change its mkdocs.yml."""
    count = iter(range(100))

    def make(**settings: object) -> Site:
        root = tmp_path / f"paper{next(count) or ''}"
        return Site(root, settings)

    return make


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The newspaper of this repository, built strictly as the publishing workflow builds it, below a directory."""
    site = object.__new__(Site)
    site.root = tmp_path_factory.mktemp("shipped")
    site.settings = {}
    for name in ("content", "docs", "hooks", "overrides", "mkdocs.yml"):
        (site.root / name).symlink_to(ROOT / name)
    run = site.build("--strict", SITE_URL="https://news.example/paper/", REPO_URL="https://github.com/owner/paper")
    assert run.code == 0, run.output
    return site


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the standard library's
        """Say nothing."""


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """A function that serves a directory as it is and gives its address."""
    servers = []

    def start(directory: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(directory)))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    path = find_browser()
    assert path, "no browser: run 'make browser', or set BROWSER_PATH to a Chromium"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of 1,280 by 900 pixels, as a laptop shows it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
