"""Web server: a directory served as a web server does it, plainly or as GitHub Pages does."""

from __future__ import annotations

import gzip
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import BinaryIO

_COMPRESSED = ("text/", "application/javascript", "application/json", "application/xml", "image/svg+xml")
"""What GitHub Pages compresses. The files of Pagefind's index are compressed as they are."""


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the standard library's
        """Say nothing."""


class PagesHandler(QuietHandler):
    """As GitHub Pages: texts compressed, ten minutes in the cache, and 404.html for what is not there."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> BytesIO | BinaryIO | None:
        """Answer with the head, and give back the body."""
        path = Path(self.translate_path(self.path))
        if path.is_dir() and not self.path.partition("?")[0].endswith("/"):
            return super().send_head()
        file = path / "index.html" if path.is_dir() else path
        exists = file.is_file()
        if not exists:
            file = Path(self.directory, "404.html")
        data = file.read_bytes()
        kind = self.guess_type(str(file))
        self.send_response(200 if exists else 404)
        if kind.startswith(_COMPRESSED) and "gzip" in self.headers.get("Accept-Encoding", ""):
            data = gzip.compress(data, mtime=0)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/") else kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        return BytesIO(data)


class Host:
    """A directory on a port that was free, served by a thread until it is closed."""

    def __init__(self, directory: Path, handler: type[QuietHandler] = QuietHandler) -> None:
        """Start."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(directory)))
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        # Half a second, as is the default, would be the time that closing takes.
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()
