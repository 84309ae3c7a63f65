"""Sites: small newspapers, written into a directory, built as their owners build them, and looked into."""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import yaml
from click.testing import CliRunner
from html_tree import Element, parse
from mkdocs.__main__ import cli

ROOT = Path(__file__).resolve().parents[1]
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""The instant at which these sites are built unless a test says otherwise."""
# The smallest PNG there is, for tests that need a picture.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000b4944415478da636000020000050001e9fadcd80000000049454e44ae426082"
)
_VARIABLES = ("BROADSHEET_CONTENT", "SITE_URL", "REPO_URL", "SOURCE_DATE_EPOCH")


@dataclass(frozen=True)
class Run:
    """How a command ended."""

    code: int
    output: str


def clean_environment(**more: str) -> dict[str, str]:
    """The environment without what would change a site, with the instant of these tests."""
    kept = {name: value for name, value in os.environ.items() if name not in _VARIABLES}
    epoch = str(int(NOW.timestamp()))
    return {**kept, "SOURCE_DATE_EPOCH": epoch, "NO_MKDOCS_2_WARNING": "1", "PYTHONUNBUFFERED": "1", **more}


@dataclass
class Site:
    """A newspaper in a directory, with this project's mkdocs.yml as its own but for what `settings` changes."""

    root: Path
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Write what every site has: mkdocs.yml, one page of its own, an empty register of topics."""
        for name in ("docs", "content/articles", "overrides"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self.configure(**self.settings)
        self.write("docs/about.md", "# About this paper\n\nA page of the site's own.\n")

    def configure(self, *, broadsheet: Mapping[str, Any] | None = None, **changes: Any) -> None:
        """Write mkdocs.yml anew; `broadsheet` changes the engine's settings, the rest MkDocs' own."""
        settings = {
            "INHERIT": str(ROOT / "mkdocs.yml"),
            "site_name": "The Daily Test",
            "site_url": "https://news.example/paper/",
            "hooks": [str(ROOT / "hooks/entry.py")],
            "nav": [{"About": "about.md"}],
            **changes,
        }
        settings["extra"] = {**settings.get("extra", {}), "broadsheet": dict(broadsheet or {})}
        self.write("mkdocs.yml", yaml.safe_dump(settings, sort_keys=False))

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file in one step, its directories too: a server that looks on must not see half of it."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.root / ".fresh"
        fresh.write_bytes(content.encode() if isinstance(content, str) else content)
        fresh.replace(target.resolve())
        return target

    def article(self, slug: str, /, date: str = "2026-01-18", body: str = "", **front: Any) -> str:
        """Write an article, its front matter from keywords; its path relative to the content directory."""
        path = f"articles/{date[:4]}/{date[5:7]}/{slug}.md"
        head = {"title": slug.replace("-", " ").capitalize(), "date": date, "topics": ["world"], **front}
        text = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=10_000)
        # Dates stand without quotes in front matter.
        text = re.sub(r"^(\s*(?:- )?(?:date|updated|embargo|expires): )'([^']+)'$", r"\1\2", text, flags=re.MULTILINE)
        self.write(f"content/{path}", f"---\n{text}---\n\n{body or f'Words about {slug}.'}\n")
        return path

    def register(self, name: str, **entries: Mapping[str, Any]) -> None:
        """Write topics.yml, authors.yml or stories.yml; `_` in an id stands for `-`."""
        plain = {key.replace("_", "-"): dict(value) for key, value in entries.items()}
        self.write(f"content/{name}.yml", yaml.safe_dump(plain, sort_keys=False, allow_unicode=True))

    def build(self, *flags: str, command: str = "build", **environment: str) -> Run:
        """Run `mkdocs build` in this process, as the console script does."""
        with contextlib.chdir(self.root), _untouched_logging():
            wanted = clean_environment(**environment)
            gone = {name: None for name in _VARIABLES if name not in wanted}
            result = CliRunner().invoke(cli, [command, *flags], env={**wanted, **gone})
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Run(result.exit_code, result.output)

    def run(self, *command: str, **environment: str) -> Run:
        """Run a console script of this environment as a process of its own."""
        tool = str(Path(sys.executable).parent / command[0])
        done = subprocess.run(
            [tool, *command[1:]],
            cwd=self.root,
            env=clean_environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return Run(done.returncode, done.stdout.decode())

    @property
    def output(self) -> Path:
        """Where the built site is."""
        return self.root / "site"

    def has(self, url: str) -> bool:
        """Whether the built site has a page or file at a URL."""
        return (self.output / url / "index.html" if url.endswith("/") or not url else self.output / url).is_file()

    def html(self, url: str) -> str:
        """The text of a page of the built site."""
        return (self.output / url / "index.html").read_text(encoding="utf-8")

    def page(self, url: str) -> Element:
        """A page of the built site."""
        return parse(self.html(url))

    def pages(self) -> dict[str, Element]:
        """Every HTML file of the built site by its path."""
        return {path: parse(data.decode()) for path, data in self.files().items() if path.endswith(".html")}

    def files(self) -> dict[str, bytes]:
        """Every file of the built site by its path."""
        return read_tree(self.output)

    def plain_files(self) -> dict[str, bytes]:
        """The same, what is compressed unpacked: all that a curious reader could find."""
        return {path: unpack(path, data) for path, data in self.files().items()}

    def found(self) -> dict[str, dict[str, Any]]:
        """What the search can show of each page, by its URL."""
        files = read_tree(self.output / "pagefind")
        fragments = [json.loads(unpack(path, data)) for path, data in files.items() if path.endswith(".pf_fragment")]
        return {fragment["url"].removeprefix("/"): fragment for fragment in fragments}


@contextlib.contextmanager
def _untouched_logging() -> Iterator[None]:
    """MkDocs' command line changes its logger for good; with `sys.warnoptions` it leaves warnings to pytest."""
    logger = logging.getLogger("mkdocs")
    level, propagate, handlers = logger.level, logger.propagate, list(logger.handlers)
    try:
        with mock.patch.object(sys, "warnoptions", ["error"]):
            yield
    finally:
        logger.handlers[:] = handlers
        logger.setLevel(level)
        logger.propagate = propagate


def read_tree(root: Path) -> dict[str, bytes]:
    """Every file below a directory by its path."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def unpack(path: str, data: bytes) -> bytes:
    """A file of a site as it is once it is unpacked."""
    packed = path.endswith(".gz") or ".pf_" in path
    return gzip.decompress(data).removeprefix(b"pagefind_dcd") if packed else data


class Server:
    """`mkdocs serve` on a port that was free, as a process of its own; use it in a `with`."""

    def __init__(self, site: Site, *flags: str) -> None:
        """Prepare to serve a site; `flags` are added to the command."""
        self.site = site
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/paper/"
        self._command = [str(Path(sys.executable).parent / "mkdocs"), "serve", "-a", f"127.0.0.1:{port}", *flags]
        self._lines: list[str] = []

    def __enter__(self) -> Server:
        """Start, and wait for the first build."""
        # The clock must run: an article that is saved is dated now.
        environment = clean_environment()
        del environment["SOURCE_DATE_EPOCH"]
        self._process = subprocess.Popen(
            self._command, cwd=self.site.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.wait_for("Serving on")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the server."""
        self._process.terminate()
        self._process.wait(timeout=20)
        self._reader.join(timeout=20)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.append(line.decode(errors="replace"))

    @property
    def log(self) -> str:
        """What the terminal shows so far."""
        return "".join(self._lines)

    @property
    def alive(self) -> bool:
        """Whether the server still runs."""
        return self._process.poll() is None

    def wait_for(self, text: str, seconds: float = 30, since: int = 0) -> None:
        """Wait until the terminal shows a text, behind the first `since` characters."""
        end = time.monotonic() + seconds
        while text not in self.log[since:]:
            if time.monotonic() > end or not self.alive:
                raise AssertionError(f"the server never said '{text}', but:\n{self.log}")
            time.sleep(0.05)

    @contextlib.contextmanager
    def rebuild(self, after: str = "Reloading browsers") -> Iterator[None]:
        """Wait for the build that follows the change made inside; `after` is what ends it."""
        # What was changed before has been told by now, and builds of that end the wait for no other.
        time.sleep(0.2)
        end = time.monotonic() + 30
        while self.log.count("Detected file changes") > self.log.count("Reloading browsers"):
            assert time.monotonic() < end, self.log
            time.sleep(0.05)
        since = len(self.log)
        yield
        self.wait_for(after, since=since)

    def get(self, url: str) -> tuple[int, str]:
        """The status and the text of a page; that of an error too."""
        try:
            with urlopen(self.address + url, timeout=20) as response:  # noqa: S310 - always this machine
                return response.status, response.read().decode()
        except HTTPError as error:
            with error:
                return error.code, error.read().decode()
        except URLError as error:
            raise AssertionError(f"the server is gone: {error}\n{self.log}") from None


MakeSite = Callable[..., Site]
"""The fixture `make_site`: a function that writes a new small site; keywords change its mkdocs.yml."""
