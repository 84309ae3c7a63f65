"""Fixtures that several test files share: sites, the shipped newspaper as it is built, a browser."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest
from browser import ARGUMENTS, find_browser
from playwright.sync_api import Browser, Page, sync_playwright
from sample_newspapers import write_hard_paper, write_shipped_paper
from sites import MakeSite, Site
from web_server import Host

# How long an example takes depends on the machine.
hypothesis.settings.register_profile("broadsheet", deadline=None)
hypothesis.settings.load_profile("broadsheet")
os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
for _name in ("BROADSHEET_CONTENT", "SITE_URL", "REPO_URL", "SOURCE_DATE_EPOCH"):
    os.environ.pop(_name, None)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has jobs in the background ignore Control-C, and with them all that they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
    return write_shipped_paper(
        tmp_path_factory.mktemp("shipped"),
        SITE_URL="https://news.example/paper/",
        REPO_URL="https://github.com/owner/paper",
    )


@pytest.fixture(scope="session")
def hard(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper with all that is hard to set."""
    return write_hard_paper(tmp_path_factory.mktemp("hard"))


@pytest.fixture(scope="session")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same for readers of Arabic."""
    theme = {"name": "material", "language": "ar", "font": False, "features": ["navigation.tabs"]}
    return write_hard_paper(tmp_path_factory.mktemp("mirrored"), theme=theme)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[[Path], str]]:
    """A function that serves a directory as it is and gives its address."""
    hosts: dict[Path, Host] = {}

    def start(directory: Path) -> str:
        if directory not in hosts:
            hosts[directory] = Host(directory)
        return hosts[directory].address

    yield start
    for host in hosts.values():
        host.close()


@pytest.fixture(scope="session")
def browser_path() -> str:
    """Where a real Chromium is."""
    path = find_browser()
    assert path, "no browser: run 'make browser', or set BROWSER_PATH to a Chromium"
    return path


@pytest.fixture(scope="session")
def browser(browser_path: str) -> Iterator[Browser]:
    """A real Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=browser_path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of 1,280 by 900 pixels, as a laptop shows it."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what Lighthouse gave, which no test asks for as far as it is a matter of time."""
    passed = terminalreporter.getreports("passed")
    points = sorted(str(value) for report in passed for name, value in report.user_properties if name == "lighthouse")
    if points:
        terminalreporter.section("Lighthouse")
        for line in dict.fromkeys(points):
            terminalreporter.write_line(line)


@pytest.fixture
def sized(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A function that opens a window of some width."""
    contexts = []

    def open_page(width: int, **options: object) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        return contexts[-1].new_page()

    yield open_page
    for context in contexts:
        context.close()
