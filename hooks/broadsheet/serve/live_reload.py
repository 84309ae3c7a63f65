"""What browsers get from the server: pages with the error overlay, and the signal to reload.

This is the one module that may use private names of MkDocs: attributes of its `LiveReloadServer`.

An epoch is the number of a version of the site. The server answers requests for pages only while the visible epoch
equals the wanted epoch, and a page reloads when the visible epoch is greater than its own. MkDocs has no public way

- to show a page before the running build ends (`_visible_epoch`, `_wanted_epoch`, `_epoch_cond`),
- to leave open pages as they are after a build that changed no file (the same),
- to make a 404 page reload as other pages do (`_inject_js_into_html`).

See https://github.com/mkdocs/mkdocs/blob/1.6.1/mkdocs/livereload/__init__.py. ProperDocs has kept these names:
https://github.com/ProperDocs/properdocs/blob/main/properdocs/livereload/__init__.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mkdocs.livereload import LiveReloadServer

from broadsheet.serve.error_overlay import ErrorOverlay

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment


class LiveReload:
    """Answers the requests of browsers in front of MkDocs' server, and decides when open pages reload."""

    def __init__(self, server: LiveReloadServer, overlay: ErrorOverlay, find_moved: Callable[[str], str]) -> None:
        """Stand between a server and browsers, and add the overlay to each page.

        `find_moved` returns the URL to which the page of an old URL has moved, or ''.
        """
        self._server = server
        self._overlay = overlay
        self._find_moved = find_moved
        server.set_app(self.serve)

    def show_site(self) -> None:
        """Answer waiting requests and reload open pages now, not when the build ends."""
        with self._server._epoch_cond:
            self._server._visible_epoch = self._server._wanted_epoch
            self._server._epoch_cond.notify_all()

    def plan_reload(self, *, reload: bool, shown: bool) -> None:
        """Decide whether open pages reload when the site is next shown.

        Args:
            reload: whether there is anything new to see.
            shown: whether this build has shown anything already, so that open pages have its epoch.

        """
        if not reload:
            self._server._wanted_epoch = self._server._visible_epoch
        elif shown:
            self._server._wanted_epoch += 1

    def serve(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request as MkDocs does, but with the error overlay, and with a 404 page that reloads.

        A page that has moved is answered with its new address.
        """
        server, responses = self._server, list[tuple[Any, ...]]()
        # MkDocs waits for a running build, so the page will be of this epoch.
        epoch = server._wanted_epoch
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
        url = path.removeprefix(server.mount_path).removesuffix("index.html")
        moved = self._find_moved(url if url.endswith("/") else f"{url}/") if status.startswith("404") else ""
        if moved:
            start_response("302 Found", [("Location", quote(f"{server.mount_path}{moved}"))])
            return []
        page = self._overlay.add_to_page(page, url)
        if not status.startswith("200"):
            page = server._inject_js_into_html(page, epoch)  # type: ignore[no-untyped-call]
        headers = [(name, value) for name, value in headers if name != "Content-Length"]
        start_response(status, [*headers, ("Content-Length", str(len(page)))])
        return [page]
