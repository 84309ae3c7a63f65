"""The error overlay: which problems of a build a page shows, in which order, and that they are shown as text."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from broadsheet.core.problems import Problem
from broadsheet.serve.error_overlay import MAX_PROBLEMS, ErrorOverlay, add_problem_box
from html_tree import Element, parse
from hypothesis import given
from hypothesis import strategies as st
from mkdocs.exceptions import Abort

PAGE = b'<!doctype html>\n<html><head><title>x</title></head>\n<body class="a" data-x="1">\n<p>Words.</p></body></html>'
FAULT = Problem("content/articles/a.md", 3, 9, "topics", "unknown topic '<b>wrold</b>'", "did you mean 'world'?")
DEAD_LINK = Problem("content/articles/a.md", 12, 0, "", "dead link: there is no 'x.md'", "", "warning")
OWN = Problem("content/articles/talks.md", 2, 0, "", "broken")
OWN_WARNING = Problem("content/articles/talks.md", 9, 0, "", "unfinished", "", "warning")


def find_box(page: bytes) -> Element:
    return parse(page.decode()).one("section", id="broadsheet-problems")


def list_items(page: bytes) -> list[str]:
    return [item.text for box in parse(page.decode()).all("section") for item in box.all("li")]


def test_a_box_lists_place_message_and_hint_of_each_problem() -> None:
    box = find_box(add_problem_box(PAGE, "", [FAULT, DEAD_LINK], ["a"]))
    assert [item.text for item in box.all("li")] == [str(FAULT), f"{DEAD_LINK} Warning"]
    assert [place.text for place in box.all("code")] == ["content/articles/a.md:3:9", "content/articles/a.md:12"]
    assert box.one("summary").text == "To be mended: 1 error, 1 warning"
    assert box.all("b") == []


@given(message=st.text("<>&\"'-!/ab \u2028\x00\ud800", max_size=40) | st.just("</ul></section><script>"))
def test_markup_in_a_problem_adds_no_element(message: str) -> None:
    problem = Problem(message, 0, 0, message, message, message)
    page = parse(add_problem_box(PAGE, message, [problem], ["a"]).decode())
    assert len(page.all("script")) == 1
    assert len(page.all("b")) == len(page.all("a")) == 0
    assert len(page.all("li")) == 1


def test_a_box_is_last_in_the_body_and_nothing_else_changes() -> None:
    shown = add_problem_box(PAGE, "x", [FAULT], ["a"])
    before, _, after = PAGE.partition(b"</body>")
    assert shown.startswith(before + b'<section id="broadsheet-problems"')
    assert shown.endswith(b"</section></body>" + after)
    assert add_problem_box(b"No page.", "x", [FAULT], ["a"]).startswith(b"No page.<section")
    assert add_problem_box(PAGE, "x", [], []) == PAGE


def test_a_group_reference_in_a_problem_is_shown_as_it_is() -> None:
    assert rb"\1 \g&lt;0&gt;" in add_problem_box(PAGE, "x", [Problem("", 0, 0, "", r"\1 \g<0>")], ["a"])


def test_a_page_shows_fifty_problems_and_the_number_of_the_others() -> None:
    problems = [Problem("a.md", number, 0, "", "fault") for number in range(1, MAX_PROBLEMS + 8)]
    items = list_items(add_problem_box(PAGE, "x", problems, ["a"]))
    assert items[MAX_PROBLEMS - 1 :] == [f"a.md:{MAX_PROBLEMS}: fault", "and 7 more: 'broadsheet check' lists all"]


@pytest.fixture
def overlay() -> Iterator[ErrorOverlay]:
    """An overlay of a site with one article, at `talks/`."""
    overlay = ErrorOverlay(lambda url: OWN.path if url == "talks/" else "")
    yield overlay
    overlay.stop_collecting()


def log_problems(*problems: Problem) -> None:
    logger = logging.getLogger("mkdocs.plugins.broadsheet")
    for problem in problems:
        logger.log(logging.ERROR if problem.severity == "error" else logging.WARNING, "broadsheet: %s", problem)


def publish(overlay: ErrorOverlay, *problems: Problem) -> bool:
    """Build with these problems, which are logged as well."""
    overlay.start_collecting()
    overlay.set_content_problems(problems)
    log_problems(*problems)
    return overlay.publish(failed=False)


def test_errors_come_before_warnings_and_those_of_the_page_come_first(overlay: ErrorOverlay) -> None:
    assert publish(overlay, FAULT, DEAD_LINK, OWN, OWN_WARNING)
    own_first = [str(OWN), str(FAULT), f"{OWN_WARNING} Warning", f"{DEAD_LINK} Warning"]
    assert list_items(overlay.add_to_page(PAGE, "talks/")) == own_first
    assert b"last good state of this page" in overlay.add_to_page(PAGE, "talks/")
    in_order = [str(FAULT), str(OWN), f"{DEAD_LINK} Warning", f"{OWN_WARNING} Warning"]
    assert list_items(overlay.add_to_page(PAGE, "nowhere/")) == in_order
    assert b"last good state" not in overlay.add_to_page(PAGE, "nowhere/")


def test_a_page_with_warnings_alone_is_no_last_good_state(overlay: ErrorOverlay) -> None:
    publish(overlay, OWN_WARNING)
    page = overlay.add_to_page(PAGE, "talks/")
    assert b"last good state" not in page
    assert find_box(page).one("summary").text == "To be mended: 1 warning"


def test_a_warning_stays_although_the_terminal_shows_it_once(overlay: ErrorOverlay) -> None:
    publish(overlay, DEAD_LINK)
    overlay.start_collecting()
    overlay.set_content_problems([DEAD_LINK])
    assert not overlay.publish(failed=False)
    assert list_items(overlay.add_to_page(PAGE, "")) == [f"{DEAD_LINK} Warning"]


def test_warnings_of_mkdocs_are_shown_but_none_of_the_server(overlay: ErrorOverlay) -> None:
    overlay.start_collecting()
    logging.getLogger("mkdocs.structure.pages").warning("Doc file 'about.md' contains a link 'x.md'")
    logging.getLogger("mkdocs.livereload").warning('"GET /favicon.ico HTTP/1.1" code 404')
    overlay.publish(failed=False)
    assert list_items(overlay.add_to_page(PAGE, "")) == ["Doc file 'about.md' contains a link 'x.md' Warning"]


def test_pages_show_what_stopped_a_failed_build_first(overlay: ErrorOverlay) -> None:
    overlay.start_collecting()
    overlay.set_content_problems([FAULT, OWN])
    overlay.report(ValueError("no"))
    assert overlay.publish(failed=True)
    reason = "this stopped the build, see the terminal: ValueError: no"
    assert list_items(overlay.add_to_page(PAGE, "talks/")) == [reason, str(FAULT), str(OWN)]
    assert b"last good state of the newspaper" in overlay.add_to_page(PAGE, "talks/")


def test_an_abort_of_mkdocs_is_reported_only_if_nothing_was_logged(overlay: ErrorOverlay) -> None:
    for problems in ((FAULT,), ()):
        overlay.start_collecting()
        log_problems(*problems)
        overlay.report(Abort("Aborted"))
        overlay.publish(failed=True)
        assert list_items(overlay.add_to_page(PAGE, "")) == ([str(problem) for problem in problems] or ["Aborted"])


def test_errors_logged_between_builds_are_on_no_page(overlay: ErrorOverlay) -> None:
    for _ in range(2):
        log_problems(FAULT)
        overlay.start_collecting()
        assert not overlay.publish(failed=False)
        assert list_items(overlay.add_to_page(PAGE, "")) == []


def test_the_overlay_says_whether_the_problems_are_others_than_before(overlay: ErrorOverlay) -> None:
    changes = [publish(overlay, *problems) for problems in ((FAULT,), (FAULT,), (FAULT, DEAD_LINK), (), ())]
    assert changes == [True, False, True, True, False]


def test_a_problem_has_a_name_until_it_is_mended_wherever_it_moves(overlay: ErrorOverlay) -> None:
    def list_names() -> list[str]:
        return str(find_box(overlay.add_to_page(PAGE, "")).attributes["data-problems"]).split()

    publish(overlay, FAULT)
    name = list_names()
    publish(overlay, Problem(FAULT.path, 7, 9, FAULT.key, FAULT.message, FAULT.hint), DEAD_LINK)
    assert list_names()[:1] == name
    assert len(list_names()) == 2
    publish(overlay)
    publish(overlay, FAULT)
    assert list_names() != name, "it is a new one"
