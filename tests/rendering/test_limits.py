"""Limits: a body that would take hours or gigabytes is an error, wherever it is rendered, and an honest one is not."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import thread_time
from typing import Any

import nh3
import pytest
from broadsheet.core.cache import Cache
from broadsheet.core.processes import call_in_main_thread, end_helpers, make_process_pool
from broadsheet.edition.render_articles import (
    MIN_SHARED_BODIES,
    BuildResources,
    MarkdownConfig,
    get_renderer,
    render_bodies,
)
from broadsheet.rendering.html_repair import repair_html
from broadsheet.rendering.limits import LimitError, Limits, can_limit, find_failure, run_limited
from broadsheet.rendering.links import LinkMap
from broadsheet.rendering.render import BodyRenderer, RenderedBody
from content_factory import make_article
from markdown import Markdown
from markdown.extensions import Extension
from markdown.preprocessors import Preprocessor
from mkdocs.config import load_config
from sites import ROOT, Server, Site

SHORT = Limits(0.15)
# One line that doubles the time of pymdownx.superfences with each attribute: this one would take years.
HANGING = "```js " + 'a="b" ' * 60 + "!\n"
FOR_EVER = re.compile(r"(a+)+$")


def search_for_ever() -> None:
    FOR_EVER.match("a" * 60 + "b")


def loop_for_ever() -> None:
    while True:
        pass


@pytest.fixture(scope="module")
def setup() -> MarkdownConfig:
    """Markdown as this newspaper renders it, with little time for each article."""
    config = load_config(str(ROOT / "mkdocs.yml"))
    return MarkdownConfig(tuple(config.markdown_extensions), dict(config.mdx_configs), limits=SHORT)


@pytest.fixture(scope="module", autouse=True)
def no_helper_left() -> Iterator[None]:
    """End the processes that were started."""
    yield
    end_helpers()


def render(body: str, setup: MarkdownConfig) -> RenderedBody:
    return get_renderer(setup).render(make_article("talks", body=body, body_line=7), LinkMap(), "talks.md")


def list_problems(body: RenderedBody) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.severity, problem.message) for problem in body.problems]


# A function.


@pytest.mark.parametrize("work", [search_for_ever, loop_for_ever])
def test_a_function_that_never_ends_is_interrupted(work: Callable[[], None]) -> None:
    with pytest.raises(LimitError, match=r"^0\.15 s of processor time$"):
        run_limited(work, SHORT)


def test_a_function_that_may_hold_a_lock_is_not_interrupted() -> None:
    ended: list[bool] = []
    names = {"__name__": "threading.fake", "thread_time": thread_time, "ended": ended}
    code = "def work():\n    end = thread_time() + 0.4\n    while thread_time() < end: pass\n    ended.append(True)"
    exec(code, names)  # noqa: S102 - a module of another name
    with pytest.raises(LimitError):
        run_limited(names["work"], Limits(seconds=0.1))  # type: ignore[arg-type]
    assert ended == [True]


def test_what_a_function_returns_and_raises_comes_back() -> None:
    assert run_limited(lambda: 7, SHORT) == 7
    with pytest.raises(ZeroDivisionError):
        run_limited(lambda: 1 // 0, SHORT)


def test_a_function_that_catches_everything_is_stopped_all_the_same() -> None:
    def work() -> None:
        for _ in range(3):
            with suppress(BaseException):
                search_for_ever()

    with pytest.raises(LimitError):
        run_limited(work, SHORT)


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
def test_a_function_that_rust_calls_and_that_can_raise_nothing_is_stopped() -> None:
    def keep(_tag: str, _name: str, value: str) -> str:
        search_for_ever()
        return value

    with pytest.raises(LimitError):
        run_limited(lambda: nh3.clean("<a href='x'>y</a>", attribute_filter=keep), SHORT)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much memory there is now")
def test_a_function_that_takes_more_and_more_memory_is_interrupted() -> None:
    def work() -> None:
        kept = []
        while True:
            kept.append(bytearray(100_000))

    with pytest.raises(LimitError, match=r"^50 MB of memory$"):
        run_limited(work, Limits(60, 50))


def test_handler_and_timer_are_those_of_before() -> None:
    def mine(*_: object) -> None:
        """Do nothing."""

    def read() -> tuple[Any, ...]:
        return (signal.getsignal(signal.SIGPROF), sys.unraisablehook, signal.getitimer(signal.ITIMER_PROF)[1])

    usual = signal.signal(signal.SIGPROF, mine)
    signal.setitimer(signal.ITIMER_PROF, 500, 400)
    try:
        before = read()
        run_limited(lambda: None, SHORT)
        with suppress(LimitError):
            run_limited(search_for_ever, SHORT)
        assert read() == before
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, usual)


def test_time_that_others_take_does_not_count() -> None:
    ended = threading.Event()

    def be_busy() -> None:
        while not ended.is_set():
            pass

    thread = threading.Thread(target=be_busy)
    thread.start()
    try:
        # Of four times the limit that this process takes here, the busy thread takes nearly all.
        run_limited(lambda: _wait_for_processor_time(4 * SHORT.seconds), SHORT)
    finally:
        ended.set()
        thread.join()


def _wait_for_processor_time(seconds: float) -> None:
    end = sum(os.times()[:2]) + seconds
    while sum(os.times()[:2]) < end:
        threading.Event().wait(0.02)


def test_the_first_that_takes_too_long_is_found() -> None:
    ran: list[int] = []
    works = [lambda: ran.append(0), search_for_ever, lambda: ran.append(2)]
    assert find_failure(works, SHORT, 60, LimitError) == 1
    assert find_failure(works[:1], SHORT, 60, LimitError) is None
    assert ran == [0, 0]


def test_the_search_for_it_ends_too() -> None:
    works = iter(lambda: find_failure([search_for_ever], Limits(0.01), 0, LimitError), 0)
    assert find_failure(works, SHORT, 0.2, LimitError) is None


# A body.


@pytest.mark.parametrize(
    "body",
    [
        HANGING,
        "[" * 20_000,
        "![" * 20_000,
        "[a][" * 10_000,
        "*[a" * 20_000,
        "[^a" * 20_000,
        "x[^1] " * 10_000 + "\n\n[^1]: n\n",
        "<![if " * 20_000,
        "x ~~~a" * 10_000,
        "\\" * 100_000,
        "a\n=\n" * 10_000,
        '<a b="' * 40_000,
        "&a;" * 40_000,
        ":a:" * 40_000,
        "---\n" * 20_000,
        "`w` " * 10_000,
        "**w** " * 10_000,
        "".join(f"[a](x{number}.md) " for number in range(10_000)),
        "".join(f"*[A{number}]: b\n" for number in range(5_000)) + " ".join(f"A{number}" for number in range(5_000)),
        "".join("    " * level + "- x\n" for level in range(1_000)),
        "word word\n\n" * 30_000,
        "- a\n" * 30_000,
        "T\n:   d\n\n" * 10_000,
        "|a|b|\n|-|-|\n" + "|c|d|\n" * 20_000,
        "# h { " + "a=b " * 50_000 + "}",
        "<b onclick=1>" * 20_000,
        "<li>x</li>" * 20_000,
    ],
    ids=lambda body: f"{body[:12]!r} of {len(body)}",
)
def test_a_body_that_takes_too_long_is_an_error(body: str, setup: MarkdownConfig) -> None:
    rendered = render(body, setup)
    ((line, severity, message),) = list_problems(rendered)
    assert (line, severity, rendered.html) == (7, "error", "")
    assert message.startswith("rendering takes more than 0.15 s of processor time")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no such process on Windows")
@pytest.mark.parametrize(
    "body",
    [
        "<div>" * 40_000,
        "<p>" + "".join(f"<b id=x{number}>" for number in range(1_500)) + "<p>x" * 1_500,
    ],
    ids=["deep", "formatting"],
)
def test_a_body_with_which_the_sanitizer_never_ends_is_an_error(body: str, setup: MarkdownConfig) -> None:
    ((_, severity, message),) = list_problems(render(body, setup))
    assert (severity, message[:25]) == ("error", "rendering takes more than")
    assert list_problems(render("Words.", setup)) == []


@pytest.mark.parametrize(
    "body",
    [
        'x <b title="' + "&" * 300_000 + '">y</b>',
        "<p " + " ".join(f"a{number}" for number in range(40_000)) + ">x</p>",
        "<div>\n" + "&" * 300_000,
        '<p><b title="' + "&" * 20_000 + '">' + "<p>x" * 500,
        '<p><b title="' + "\N{NO-BREAK SPACE}" * 100_000 + '">' + "<p>x" * 100,
    ],
    ids=["ampersands in a value", "attributes", "ampersands", "repeated ampersands", "repeated no-break spaces"],
)
def test_a_body_that_may_be_sanitized_slowly_goes_to_a_process_that_can_be_killed(
    body: str, setup: MarkdownConfig
) -> None:
    def render_in_process(*_: object) -> RenderedBody:
        raise LimitError("the limit")

    renderer = BodyRenderer(setup.extensions, setup.configs, Limits(60, 2000), render_in_process)
    assert [
        message for _, _, message in list_problems(renderer.render(make_article("a", body=body), LinkMap(), "a.md"))
    ]
    honest = "Words & words.\n\n" * 500 + "<table>" + "<tr><td>x</td></tr>\n" * 100 + "</table>"
    assert list_problems(renderer.render(make_article("a", body=honest), LinkMap(), "a.md")) == []


def test_a_body_that_no_parser_survives_names_the_part(setup: MarkdownConfig) -> None:
    class Refuse(Preprocessor):
        def run(self, lines: list[str]) -> list[str]:
            if "refuse" in lines:
                raise RecursionError("too deep")
            return lines

    class Refusing(Extension):
        def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Markdown's own name
            md.preprocessors.register(Refuse(md), "refuse", 100)

    renderer = BodyRenderer([Refusing()], limits=SHORT)
    rendered = renderer.render(
        make_article("a", body="Words.\n\nMore.\n\nrefuse\n\nThe end.", body_line=7), LinkMap(), "a"
    )
    assert list_problems(rendered) == [(11, "error", "the Markdown cannot be rendered: RecursionError: too deep")]
    assert renderer.render(make_article("b", body="Words."), LinkMap(), "b").html == "<p>Words.</p>"


def test_much_honest_html_comes_out_of_another_process_as_it_would_here(setup: MarkdownConfig) -> None:
    rows = "<table>\n" + "<tr><td>[x](gone.md) <b onclick='x()'>y</b></td></tr>\n" * 250 + "</table>\n"
    article, renderer = make_article("talks", body=rows), get_renderer(MarkdownConfig(setup.extensions, setup.configs))
    body = renderer.render(article, LinkMap(), "talks.md")
    assert body.html.count("<td>") == 250
    assert (body, body.lookups) == (
        (right := renderer.render_strictly(article, LinkMap(), "talks.md")),
        right.lookups,
    )


def test_the_line_is_that_of_the_part_that_takes_long(setup: MarkdownConfig) -> None:
    body = f"Words.\n\n```\ncode\n\n{HANGING}```\n\nMore\nwords.\n\n{HANGING}\n\nThe end.\n"
    ((line, _, message),) = list_problems(render(body, setup))
    assert line == 7 + body[: body.rindex("```js")].count("\n")
    assert message.endswith("the part that begins here alone takes much of it")


def test_what_was_interrupted_leaves_nothing_in_the_next_body(setup: MarkdownConfig) -> None:
    body = "## One\n\n- [x] two[^1]\n\n[^1]: note\n"
    right = render(body, setup)
    render(f"[^1]: other\n\n{HANGING}", setup)
    assert render(body, setup) == right


def make_paper(count: int, *hanging: int) -> dict[str, Any]:
    return {
        article.path: article
        for number in range(count)
        for article in [make_article(f"a-{number}", body=HANGING if number in hanging else f"Words {number}.")]
    }


def render_paper(count: int, *hanging: int, **resources: Any) -> dict[str, RenderedBody]:
    articles = list(make_paper(count, *hanging).values())
    return render_bodies(articles, LinkMap(), lambda path: path, BuildResources(**resources))


def test_an_article_that_takes_too_long_is_tried_by_each_build(setup: MarkdownConfig) -> None:
    cache = Cache(None, "")
    first = render_paper(2, 0, markdown=setup, cache=cache)
    assert [bool(body.problems) for body in first.values()] == [True, False]
    # With more time it might have been rendered; here it is another parser that renders it.
    plain = MarkdownConfig(setup.extensions, setup.configs, limits=Limits(0.3))
    assert ["0.3 s" in str(body.problems) for body in render_paper(2, 0, markdown=plain, cache=cache).values()] == [
        True,
        False,
    ]


def start_processes() -> Executor:
    return make_process_pool(2, "forkserver")


def start_threads() -> Executor:
    # As a worker of Dask does its work.
    return ThreadPoolExecutor(2)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="nothing is limited on Windows")
@pytest.mark.parametrize("start", [start_processes, start_threads])
def test_workers_keep_the_limits_too(start: Callable[[], Executor], setup: MarkdownConfig) -> None:
    with start() as executor:
        bodies = render_paper(MIN_SHARED_BODIES, 3, 70, markdown=setup, executor=executor, workers=2)
    wrong = [number for number, body in enumerate(bodies.values()) if body.problems]
    assert wrong == [3, 70]
    assert {len(body.problems) for body in bodies.values()} == {0, 1}
    assert bodies["articles/2026/01/a-5.md"].html == "<p>Words 5.</p>"


def test_thousands_of_old_anchors_are_mended_in_time() -> None:
    # Each was once searched for in the whole text, which took a hundred times as long.
    anchors = "".join(f'<a name="x{number}">y</a>\n' for number in range(20_000))
    assert run_limited(lambda: repair_html(anchors), Limits(3)) == anchors.replace(" name=", " id=")


# Another process.


def fail() -> None:
    raise ValueError("no")


def test_a_process_that_dies_is_told_and_the_next_call_has_another() -> None:
    with pytest.raises(BrokenExecutor):
        call_in_main_thread(os._exit, 3)
    with pytest.raises(ValueError, match="no"):
        call_in_main_thread(fail)
    assert call_in_main_thread(can_limit)
    first = call_in_main_thread(os.getpid)
    assert call_in_main_thread(os.getpid) == first != os.getpid()


# A newspaper.


@pytest.fixture
def paper(tmp_path: Path) -> Site:
    """A newspaper of two articles, one of which takes for ever."""
    site = Site(tmp_path, {"broadsheet": {"rendering": {"seconds": 0.3}}})
    site.register("topics", world={"title": "World", "section": True})
    site.article("talks", "2026-01-18", f"Words.\n\n{HANGING}")
    site.article("accord", "2026-01-19", "See [nothing](nothing.md).")
    return site


@pytest.mark.site
def test_a_build_reports_it_with_all_else_and_changes_nothing(paper: Site) -> None:
    run = paper.build()
    assert run.code == 1
    assert "talks.md:10: rendering takes more than 0.3 s of processor time" in run.output
    assert "accord.md:8: dead link" in run.output
    assert not paper.has("2026/01/accord/")
    check = paper.run("broadsheet", "check")
    assert check.code == 1
    assert "talks.md:10: rendering takes more than 0.3 s of processor time" in check.output
    assert "accord.md:8: dead link" in check.output


@pytest.mark.site
def test_a_server_goes_on_and_shows_the_article_when_it_is_mended(paper: Site) -> None:
    with Server(paper) as server:
        assert "talks.md:10: rendering takes more than 0.3 s" in server.log
        assert server.get("2026/01/talks/")[0] == 404
        assert "To be mended" in server.get("2026/01/accord/")[1]
        with server.rebuild():
            paper.article("talks", "2026-01-18", "Mended words.")
        assert "Mended words." in server.get("2026/01/talks/")[1]
        with server.rebuild():
            paper.article("talks", "2026-01-18", HANGING)
        assert "Mended words." in server.get("2026/01/talks/")[1]
        assert server.get("2026/01/accord/")[0] == 200
