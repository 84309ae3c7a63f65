"""The address of the server: one line for an address that cannot be used, in place of a traceback."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from contextlib import suppress

from mkdocs.exceptions import ConfigurationError
from mkdocs.livereload import LiveReloadServer

_MAX_PORT = 65_535


def check_address(host: str, port: int) -> None:
    """Take the address of a server and give it back, so that an address in use is known before the first build.

    Raises:
        ConfigurationError: when the address cannot be used; its text is one line.

    """
    family = socket.AF_INET
    with suppress(ValueError):
        family = socket.AF_INET6 if ipaddress.ip_address(host).version == 6 else socket.AF_INET
    try:
        if port > _MAX_PORT:
            raise OverflowError(f"expected a port of at most {_MAX_PORT}")  # noqa: TRY301 - as the server itself does
        socket.create_server((host, port), family=family).close()
    except (OSError, OverflowError) as error:
        raise ConfigurationError(explain_address(host, port, error)) from None


def explain_failed_bind(server: LiveReloadServer) -> None:
    """Have a server raise a `ConfigurationError` of one line, when its address was taken during the first build."""
    bind = server.server_bind

    def bind_or_explain() -> None:
        try:
            bind()
        except (OSError, OverflowError) as error:
            host, port, *_ = server.server_address
            raise ConfigurationError(explain_address(str(host), int(port), error)) from None

    server.server_bind = bind_or_explain  # type: ignore[method-assign]


def explain_address(host: str, port: int, error: Exception) -> str:
    """Return why an address cannot be used, and how to take another.

    >>> explain_address("10.0.0.1", 80, OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"))
    "cannot serve at 10.0.0.1:80: cannot assign requested address (take one of this machine: '-a localhost:8001')"
    """
    other = port + 1 if 1024 <= port < _MAX_PORT else 8001
    number = error.errno if isinstance(error, OSError) else 0
    # A name that leads to no address has a negative number, which the system does not explain.
    reason = os.strerror(number) if number and number > 0 else str(getattr(error, "strerror", "") or error)
    in_use = number == errno.EADDRINUSE
    hint = "stop the other program, or take another port" if in_use else "take one of this machine"
    address = f"[{host}]" if ":" in host else host
    return f"cannot serve at {address}:{port}: {reason[:1].lower()}{reason[1:]} ({hint}: '-a localhost:{other}')"
