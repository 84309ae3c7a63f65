"""The address of the server: one line when it cannot be used."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from broadsheet.serve.server_address import check_address, explain_failed_bind
from mkdocs.exceptions import ConfigurationError
from mkdocs.livereload import LiveReloadServer
from sites import Site


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_port_that_is_taken_is_named_with_another_one(family: socket.AddressFamily) -> None:
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    try:
        taken = socket.create_server((host, 0), family=family)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError) as error:
            check_address(host, port)
    place = f"{host}:{port}" if family == socket.AF_INET else f"[{host}]:{port}"
    hint = f"(stop the other program, or take another port: '-a localhost:{port + 1 if port < 65_535 else 8001}')"
    assert str(error.value) == f"cannot serve at {place}: address already in use {hint}"
    check_address(host, port)


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 8000), ("nowhere.invalid", 8000), ("127.0.0.1", 70_000)])
def test_an_address_that_is_not_of_this_machine_is_named(host: str, port: int) -> None:
    with pytest.raises(ConfigurationError, match=f"cannot serve at {host}:{port}: .* '-a localhost:"):
        check_address(host, port)


def test_a_port_that_is_taken_during_the_first_build_is_explained_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = LiveReloadServer(lambda: None, "127.0.0.1", taken.getsockname()[1], ".")
        explain_failed_bind(server)
        with pytest.raises(ConfigurationError, match="address already in use"):
            server.serve()
        server.server_close()


@pytest.mark.site
def test_a_second_server_ends_with_one_line(tmp_path: Path) -> None:
    site = Site(tmp_path / "paper")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = site.run("mkdocs", "serve", "--quiet", "-a", f"127.0.0.1:{port}")
    assert run.code != 0
    lines = [line for line in run.output.splitlines() if line.strip()]
    assert len(lines) == 1, run.output
    assert lines[0].startswith(f"Error: cannot serve at 127.0.0.1:{port}: address already in use")
