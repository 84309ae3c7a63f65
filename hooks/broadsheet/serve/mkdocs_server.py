"""The private attributes of MkDocs' `LiveReloadServer` that the engine needs: no other module names one of them.

An epoch is the number of a version of the site. The server answers requests for pages only while the visible epoch
equals the wanted epoch, and a page reloads when the visible epoch is greater than its own. MkDocs has no public way

- to show a page before the running build ends (`_visible_epoch`, `_wanted_epoch`, `_epoch_cond`),
- to leave open pages as they are after a build that changed no file (the same),
- to make a 404 page reload as other pages do (`_inject_js_into_html`).

See https://github.com/mkdocs/mkdocs/blob/1.6.1/mkdocs/livereload/__init__.py. ProperDocs has kept these names:
https://github.com/ProperDocs/properdocs/blob/main/properdocs/livereload/__init__.py.
"""

from __future__ import annotations

from mkdocs.livereload import LiveReloadServer


def get_epoch(server: LiveReloadServer) -> int:
    """Return the epoch of the site that the next page will show: requests wait for a running build."""
    epoch: int = server._wanted_epoch
    return epoch


def show_site(server: LiveReloadServer) -> None:
    """Answer waiting requests now, and reload open pages, as the server does by itself when a build has ended."""
    with server._epoch_cond:
        server._visible_epoch = server._wanted_epoch
        server._epoch_cond.notify_all()


def cancel_reload(server: LiveReloadServer) -> None:
    """Reload no page when the running build ends."""
    server._wanted_epoch = server._visible_epoch


def begin_new_epoch(server: LiveReloadServer) -> None:
    """Reload open pages once more when the running build ends, although they have its epoch already."""
    server._wanted_epoch += 1


def add_reload_script(page: bytes, server: LiveReloadServer, epoch: int) -> bytes:
    """Return an HTML page with MkDocs' script, which reloads the page when the site has a later epoch."""
    reloading: bytes = server._inject_js_into_html(page, epoch)  # type: ignore[no-untyped-call]
    return reloading
