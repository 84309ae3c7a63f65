"""Noticeboard: what is to be mended, on top of every page that the server shows."""

from __future__ import annotations

import html
import logging
import re
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mkdocs.exceptions import MkDocsException
from mkdocs.livereload import LiveReloadServer
from mkdocs.plugins import get_plugin_logger

from broadsheet.core import escape_unprintable
from broadsheet.mkdocs_site import explain_exception

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

MOST = 3
"""So many faults stand on a page; the terminal has them all."""

MOST_OVERTAKEN = 20
"""So many builds after one another may be left for the next, while a writer saves and saves."""

_LONGEST = 400
_BODY = re.compile(rb"<body\b[^>]*>")
_LOGGER = "mkdocs"
log = get_plugin_logger("broadsheet")


@dataclass(frozen=True, slots=True)
class ErrorNotice:
    """What a build has left to be mended."""

    lines: tuple[str, ...] = ()
    """As the terminal shows them."""
    failed: bool = False
    """Whether there is no newer site than the last."""


class BuildSuperseded(Exception):  # noqa: N818 - no fault
    """Raised in a build that is not needed any more: a file was saved again, and its page comes first."""


class _Collector(logging.Handler):
    """Collects what the terminal shows of errors, while a build runs."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []
        self.open = False

    def emit(self, record: logging.LogRecord) -> None:
        if self.open:
            self.lines += record.getMessage().removeprefix("broadsheet: ").splitlines()


class LiveReload:
    """Leads a server through builds that fail, and tells readers of its pages what is to be mended.

    MkDocs' own server keeps every page waiting after such a build. Nothing here touches a file of the site.
    """

    def __init__(
        self, find_faults: Callable[[str], Sequence[str]], pull_proofs: Callable[[], bool] = lambda: False
    ) -> None:
        """Take a function that gives what is wrong with the article of which a URL shows the last good page.

        `pull_proofs` prints what can be printed before a build, and tells whether any page is new.
        """
        self._find_faults = find_faults
        self._collector = _Collector()
        self._notice = ErrorNotice()
        self._server: LiveReloadServer | None = None
        self._builder: Callable[[], object] = lambda: None
        self._pull_proofs = pull_proofs
        self._proven = False
        """Whether browsers have the page that they wait for before the site is built."""
        self._news = True
        self._shown = False
        """Whether they have been shown the site that is being built."""
        self._waived = 0

    def open(self) -> None:
        """Take down what goes wrong from now on: the first build begins."""
        logging.getLogger(_LOGGER).addHandler(self._collector)
        self._collector.open = True

    def attach(self, server: LiveReloadServer) -> None:
        """Stand between a server and its builds, and between it and browsers: the first build has been done."""
        self._hang_out(failed=False, news=True)
        self._server, self._builder = server, server.builder
        server.builder = self.build
        server.set_app(self.serve)

    def close(self) -> None:
        """Take nothing down any more."""
        logging.getLogger(_LOGGER).removeHandler(self._collector)

    def note_news(self, *, news: bool) -> None:
        """Learn whether the build has made any file other than before; unless told, it is taken to have."""
        self._news = news

    def show(self, *, news: bool) -> None:
        """Have browsers load the site that was built now: MkDocs would wait for all that follows its last page.

        They do if there is `news`, a file other than before, or something else to be mended.
        """
        self._shown = True
        self._hang_out(failed=False, news=news)
        self._release()

    def give_way(self) -> None:
        """End a build in favour of the next, where a file was saved since and browsers have what they waited for.

        Raises:
            Overtaken: not for ever: of `MOST_OVERTAKEN` builds one after another the last goes on to its end.

        """
        wanted = self._server is not None and self._server._want_rebuild
        if wanted and self._proven and self._waived < MOST_OVERTAKEN:
            raise BuildSuperseded

    def build(self) -> None:
        """Build, and live through whatever fails: the last good site goes on, and browsers load it to learn why."""
        self._proven, self._shown, self._news = False, False, True
        self._collector.lines.clear()
        self._collector.open = True
        failed = False
        self._prove()
        try:
            self._builder()
        except BuildSuperseded:
            self._collector.open = False
            self._waived += 1
            return
        except Exception as error:  # a server outlives every fault
            failed = True
            self._tell(error)
        self._waived = 0
        self._hang_out(failed=failed, news=self._news and not self._shown)

    def _prove(self) -> None:
        try:
            self._proven = self._pull_proofs()
        except Exception as error:  # the build comes in any case, and tells what is wrong
            log.debug("no proofs: %s", error)
        if self._proven:
            self._release()

    def _release(self) -> None:
        server = self._server
        if server is None:
            return
        with server._epoch_cond:
            server._visible_epoch = server._wanted_epoch
            server._epoch_cond.notify_all()

    def serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request as the server does, but with the notice on pages, and with a 404 that reloads as they do."""
        server, begun = self._server, list[tuple[Any, ...]]()
        assert server is not None
        # Where a build is under way the server waits for it, so this is the state of the site that it will show.
        epoch = server._wanted_epoch
        parts = server.serve_request(environ, lambda *arguments: begun.append(arguments))
        status, headers, *_ = begun[0]
        if dict(headers).get("Content-Type") != "text/html":
            start_response(status, headers)
            return parts
        try:
            page = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
        page = self._add_notice(page, path.removeprefix(server.mount_path).removesuffix("index.html"))
        if not status.startswith("200"):
            page = server._inject_js_into_html(page, epoch)  # type: ignore[no-untyped-call]
        kept = [(name, value) for name, value in headers if name != "Content-Length"]
        start_response(status, [*kept, ("Content-Length", str(len(page)))])
        return [page]

    def _add_notice(self, page: bytes, url: str) -> bytes:
        notice, own = self._notice, self._find_faults(url)
        lines = list(dict.fromkeys([*notice.lines, *own] if notice.failed else [*own, *notice.lines]))
        lead = "To be mended:"
        if notice.failed:
            lead = "This is the last good state of the newspaper. To be mended:"
        elif own:
            lead = "This is the last good state of the page. To be mended:"
        return add_banner(page, lead, lines)

    def _hang_out(self, *, failed: bool, news: bool) -> None:
        self._collector.open = False
        notice = ErrorNotice(tuple(self._collector.lines), failed)
        news |= notice != self._notice
        self._notice, server = notice, self._server
        if server is not None and not news:
            # Browsers have it all, and load nothing again.
            server._wanted_epoch = server._visible_epoch
        elif server is not None and self._proven:
            # A proof has the number of this build already: what follows it needs another.
            server._wanted_epoch += 1

    def _tell(self, error: Exception) -> None:
        told = explain_exception(error)
        if not told and isinstance(error, MkDocsException):
            # As a rule MkDocs has said why already.
            told = "" if self._collector.lines else error.format_message()
        elif not told:
            traceback.print_exception(error)
            told = f"this stopped the build, see the terminal: {type(error).__name__}: {error}"
        if told:
            log.error("%s", told)
            # A page has room for few lines: this one is what a writer must know.
            self._collector.lines[:0] = told.splitlines()


def add_banner(page: bytes, lead: str, lines: Sequence[str]) -> bytes:
    """A page with what is to be mended on top; as it was where that is nothing."""
    if not lines:
        return page
    told = [escape_unprintable(line)[:_LONGEST] for line in lines[:MOST]]
    if len(lines) > MOST:
        told.append(f"and {len(lines) - MOST} more: see the terminal")
    items = "".join(f"<li>{html.escape(line)}</li>" for line in told)
    banner = (
        '<div role="alert" style="position:relative;z-index:9;padding:.8rem 1.2rem;background:#8c1d18;color:#fff;'
        f'overflow-wrap:anywhere"><strong>{html.escape(lead)}</strong><ul>{items}</ul></div>'
    ).encode(errors="replace")
    body = _BODY.search(page)
    place = body.end() if body else 0
    return page[:place] + banner + page[place:]
