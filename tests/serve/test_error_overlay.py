"""The error overlay: which errors of a build a page shows, and that they are shown as text."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from broadsheet.serve.error_overlay import ErrorOverlay, add_banner
from html_tree import parse
from hypothesis import given
from hypothesis import strategies as st
from mkdocs.exceptions import Abort

PAGE = b'<!doctype html>\n<html><head><title>x</title></head>\n<body class="a" data-x="1">\n<p>Words.</p></body></html>'
FAULT = "content/articles/a.md:3:9: topics: unknown topic '<b>wrold</b>'"


def test_a_banner_lists_the_errors() -> None:
    page = parse(add_banner(PAGE, "To be mended:", [FAULT, "dead link"]).decode())
    banner = page.one("div", role="alert")
    assert [item.text for item in banner.all("li")] == [FAULT, "dead link"]
    assert [element.tag for element in banner.all("b")] == []


@given(message=st.text("<>&\"'-!/ab \u2028\x00\ud800", max_size=40) | st.just("</ul></div><script>"))
def test_markup_in_an_error_adds_no_element(message: str) -> None:
    page = parse(add_banner(PAGE, message, [message]).decode())
    assert len(page.all("script")) == len(page.all("b")) == len(page.all("a")) == 0
    assert len(page.all("li")) == 1


def test_a_banner_is_first_in_the_body_and_nothing_else_changes() -> None:
    shown = add_banner(PAGE, "x", [FAULT])
    before, _, after = PAGE.partition(b'data-x="1">')
    assert shown.startswith(before + b'data-x="1"><div role="alert"')
    assert shown.endswith(b"</div>" + after)
    assert add_banner(b"No page.", "x", [FAULT]).endswith(b"</div>No page.")
    assert add_banner(PAGE, "x", []) == PAGE


def test_a_group_reference_in_an_error_is_shown_as_it_is() -> None:
    assert rb"\1 \g&lt;0&gt;" in add_banner(PAGE, "x", [r"\1 \g<0>"])


def test_a_page_shows_three_errors_and_the_number_of_the_others() -> None:
    shown = parse(add_banner(PAGE, "x", [f"fault {number}" for number in range(10)]).decode())
    assert [item.text for item in shown.all("li")] == ["fault 0", "fault 1", "fault 2", "and 7 more: see the terminal"]


OWN = "content/articles/talks.md:2: broken"


@pytest.fixture
def overlay() -> Iterator[ErrorOverlay]:
    """An overlay of a site on which the article at `talks/` has an error."""
    overlay = ErrorOverlay(lambda url: (OWN,) if url == "talks/" else ())
    yield overlay
    overlay.stop_collecting()


def log_errors(*lines: str) -> None:
    for line in lines:
        logging.getLogger("mkdocs.plugins.broadsheet").error("broadsheet: %s", line)


def list_errors(overlay: ErrorOverlay, url: str) -> list[str]:
    page = parse(overlay.add_to_page(PAGE, url).decode())
    return [item.text for banner in page.all("div", role="alert") for item in banner.all("li")]


def test_pages_show_errors_of_a_good_build_their_own_first(overlay: ErrorOverlay) -> None:
    overlay.start_collecting()
    log_errors("content/topics.yml:1: broken", OWN)
    assert overlay.publish(failed=False)
    assert list_errors(overlay, "talks/") == [OWN, "content/topics.yml:1: broken"]
    assert b"last good state of the page" in overlay.add_to_page(PAGE, "talks/")
    assert list_errors(overlay, "nowhere/") == ["content/topics.yml:1: broken", OWN]
    assert b"last good state" not in overlay.add_to_page(PAGE, "nowhere/")


def test_pages_show_what_stopped_a_failed_build_first(overlay: ErrorOverlay) -> None:
    overlay.start_collecting()
    log_errors("content/topics.yml:1: broken")
    overlay.report(ValueError("no"))
    assert overlay.publish(failed=True)
    reason = "this stopped the build, see the terminal: ValueError: no"
    assert list_errors(overlay, "talks/") == [reason, "content/topics.yml:1: broken", OWN]
    assert b"last good state of the newspaper" in overlay.add_to_page(PAGE, "talks/")


def test_an_abort_of_mkdocs_is_reported_only_if_nothing_was_logged(overlay: ErrorOverlay) -> None:
    for lines in ((FAULT,), ()):
        overlay.start_collecting()
        log_errors(*lines)
        overlay.report(Abort("Aborted"))
        overlay.publish(failed=True)
        assert list_errors(overlay, "") == list(lines or ("Aborted",))


def test_errors_logged_between_builds_are_on_no_page(overlay: ErrorOverlay) -> None:
    for _ in range(2):
        log_errors("something else")
        overlay.start_collecting()
        assert not overlay.publish(failed=False)
        assert list_errors(overlay, "") == []


def test_the_overlay_says_whether_the_errors_are_others_than_before(overlay: ErrorOverlay) -> None:
    changes = list[bool]()
    for lines in ((FAULT,), (FAULT,), (), ()):
        overlay.start_collecting()
        log_errors(*lines)
        changes.append(overlay.publish(failed=False))
    assert changes == [True, False, True, False]
