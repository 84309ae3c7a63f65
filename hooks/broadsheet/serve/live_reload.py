"""What browsers get from the server: pages with the error overlay, and the signal to reload."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mkdocs.livereload import LiveReloadServer

from broadsheet.serve.error_overlay import ErrorOverlay
from broadsheet.serve.mkdocs_server import add_reload_script, begin_new_epoch, cancel_reload, get_epoch, show_site

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class LiveReload:
    """Answers the requests of browsers in front of MkDocs' server, and decides when open pages reload."""

    def __init__(self, server: LiveReloadServer, overlay: ErrorOverlay) -> None:
        """Stand between a server and browsers, and add the overlay to each page."""
        self._server = server
        self._overlay = overlay
        server.set_app(self.serve)

    def show_site(self) -> None:
        """Answer waiting requests and reload open pages now, not when the build ends."""
        show_site(self._server)

    def plan_reload(self, *, reload: bool, shown: bool) -> None:
        """Decide whether open pages reload when the site is next shown.

        Args:
            reload: whether there is anything new to see.
            shown: whether this build has shown anything already, so that open pages have its epoch.

        """
        if not reload:
            cancel_reload(self._server)
        elif shown:
            begin_new_epoch(self._server)

    def serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request as MkDocs does, but with the error overlay, and with a 404 page that reloads."""
        server, responses = self._server, list[tuple[Any, ...]]()
        # MkDocs waits for a running build, so the page will be of this epoch.
        epoch = get_epoch(server)
        chunks = server.serve_request(environ, lambda *arguments: responses.append(arguments))
        status, headers, *_ = responses[0]
        if dict(headers).get("Content-Type") != "text/html":
            start_response(status, headers)
            return chunks
        try:
            page = b"".join(chunks)
        finally:
            getattr(chunks, "close", lambda: None)()
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "ignore")
        page = self._overlay.add_to_page(page, path.removeprefix(server.mount_path).removesuffix("index.html"))
        if not status.startswith("200"):
            page = add_reload_script(page, server, epoch)
        others = [(name, value) for name, value in headers if name != "Content-Length"]
        start_response(status, [*others, ("Content-Length", str(len(page)))])
        return [page]
