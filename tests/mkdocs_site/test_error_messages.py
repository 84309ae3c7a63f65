"""Mishaps: what a user's mistake is told as, and what is left to the engine's traceback."""

from __future__ import annotations

import errno
import logging
from pathlib import Path

import pytest
from broadsheet.core.problems import Problem
from broadsheet.mkdocs_site.error_messages import explain_disk_fault, explain_exception, report_problems
from jinja2 import Environment, FileSystemLoader
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, ConfigurationError
from mkdocs.plugins import get_plugin_logger


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory that a user is in."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "overrides").mkdir()
    return tmp_path


def render(here: Path, text: str) -> Exception:
    """What comes of a template."""
    (here / "overrides" / "main.html").write_text(text, encoding="utf-8")
    (here / "overrides" / "page.html").write_text('{% include "main.html" %}', encoding="utf-8")
    env = Environment(loader=FileSystemLoader(here / "overrides"), autoescape=True)
    with pytest.raises(Exception) as raised:
        env.get_template("page.html").render()
    return raised.value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<p>\n{% blok x %}", "overrides/main.html:2: Encountered unknown tag 'blok'."),
        ("\n\n{{ page.titel.text }}", "overrides/main.html:3: 'page' is undefined"),
        ("\n{{ x | shout }}", "overrides/main.html:2: No filter named 'shout'."),
        ('\n{% include "gone.html" %}', "overrides/main.html:2: there is no template 'gone.html'"),
        ("{{ 1 + 'a' }}", "overrides/main.html:1: TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
    ],
)
def test_a_mistake_in_a_template_is_told_with_its_file_and_line(here: Path, text: str, message: str) -> None:
    assert explain_exception(render(here, text)) == message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("site_name: A: b\n", "mkdocs.yml:1:13: "),
        ("site_name: a\nextra: [\n", "mkdocs.yml:"),
        ("a: @b\n", "mkdocs.yml:1:4: "),
    ],
)
def test_settings_that_are_no_yaml_are_told_with_their_line(here: Path, text: str, place: str) -> None:
    (here / "mkdocs.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as raised:
        load_config(str(here / "mkdocs.yml"))
    message = explain_exception(raised.value)
    assert message.startswith(place)
    assert "\n" not in message


def test_settings_that_are_not_there_are_told_as_mkdocs_tells_it(here: Path) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load_config(str(here / "mkdocs.yml"))
    assert "does not exist" in explain_exception(raised.value)


def test_a_file_that_cannot_be_opened_is_told_by_its_name(here: Path) -> None:
    with pytest.raises(OSError) as raised:
        (here / "docs.md").read_bytes()
    assert explain_exception(raised.value).startswith("docs.md: ")


def test_what_is_wrong_with_the_disk_is_told_in_a_line(here: Path) -> None:
    assert explain_disk_fault(OSError(errno.ENOSPC, "No space left on device")) == "No space left on device"
    fault = OSError(errno.EROFS, "Read-only file system", str(here / "site"))
    assert explain_disk_fault(fault) == "site: Read-only file system"
    copy = OSError(errno.ENOSPC, "No space left on device", str(here / "a.js"), None, str(here / "b.js"))
    assert explain_disk_fault(copy) == "b.js: No space left on device"
    assert explain_disk_fault(ConnectionResetError(errno.ECONNRESET, "reset")) == ""
    assert explain_disk_fault(ValueError("x")) == ""


def test_a_fault_of_the_engine_is_not_taken_for_a_user_s(here: Path) -> None:
    assert explain_exception(ZeroDivisionError("x")) == ""
    # Nor what MkDocs has told already.
    assert explain_exception(Abort("Aborted with a BuildError!")) == ""


def test_of_warnings_that_were_told_only_the_number_is_told_again(caplog: pytest.LogCaptureFixture) -> None:
    old = [Problem(f"{name}.md", 1, 0, "", "dead link", severity="warning") for name in "ab"]
    fault = Problem("c.md", 1, 0, "", "no headline")
    new = Problem("d.md", 2, 0, "", "dead link", severity="warning")
    log = get_plugin_logger("broadsheet")
    with caplog.at_level(logging.INFO, logger="mkdocs"):
        report_problems([*old, fault, new], log, strict=False, keep_going=True, reported=[*old, fault])
    messages = [record.getMessage().removeprefix("broadsheet: ") for record in caplog.records]
    assert messages == [str(fault), str(new), "2 warnings as before: 'broadsheet check' lists all"]
