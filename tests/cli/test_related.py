"""The commands about related headlines: what they print, for people and for programs, and how they refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from broadsheet.cli.main import main
from click.testing import CliRunner
from sites import Run, Site, clean_environment

FERRY = "The ferry Albatros crosses the bay again on Monday, after two years of repairs."
COPY = "Ministers of the region agreed to share the costs of the bridge over the sound."


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper in which every verdict can be heard."""
    site = Site(tmp_path_factory.mktemp("paper"), {"broadsheet": {"topics": "open", "related": {"count": 3}}})
    site.register("topics", world={"title": "The World"}, sea={"title": "Sea & Shore"})
    site.register("stories", line_seven={"title": "Line seven"})
    site.article(
        "talks",
        body=f"{FERRY}\n\nSee [linked](linked.md), says Sergei Ryabkov.",
        topics=["world", "sea"],
        story="line-seven",
        related={"pin": ["budget"], "never": ["spies"]},
    )
    site.article("round", "2026-01-19T10:00", "The Albatros is back, says Sergei Ryabkov of the bay.", topics=["sea"])
    site.article("budget", "2026-01-20", "Money for schools.")
    site.article("spies", "2026-01-20", "Spies met on the ferry Albatros in the bay.")
    site.article("linked", "2026-01-21", "The ferry Albatros and Sergei Ryabkov of the bay.")
    site.article("chapter", "2026-01-15", "Albatros in the dock, the bay without a ferry.", story="line-seven")
    site.article("first-copy", "2026-01-10", f"{COPY} The ferry stays, says Ryabkov.")
    site.article("second-copy", "2026-01-11", f"{COPY} The ferry stays, says Ryabkov.")
    site.article("dock", "2026-01-01", "A dock, far from the bay.")
    site.article("harbour", "2026-01-12", "The harbour: ministers agreed to share the costs of the ferry Albatros.")
    site.article("traversier", "2026-01-20", FERRY, language="fr")
    site.article("zoo", "2026-01-22", "Zebras, lions, giraffes", topics=["animals"])
    site.article("silent", "2026-01-22", "Silence fell on the bay when the ferry left.", related=[])
    site.article("draft", "2026-01-22", FERRY, draft=True)
    site.write("content/articles/2026/01/faulty.md", "---\ntitle: Faulty\n---\n\nWords.\n")
    return site


@pytest.fixture(autouse=True)
def _inside(paper: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work in the newspaper's directory, at the instant of these tests."""
    monkeypatch.chdir(paper.root)
    for name, value in clean_environment().items():
        monkeypatch.setenv(name, value)
    yield
    (paper.root / "old.json").unlink(missing_ok=True)


def call(*arguments: str, code: int = 0) -> str:
    """What a command prints, its errors behind it."""
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert result.exit_code == code, result.output
    return result.output


def path(slug: str) -> str:
    return f"articles/2026/01/{slug}.md"


def read_json(*arguments: str) -> Any:
    return json.loads(CliRunner().invoke(main, arguments).stdout)


# broadsheet related


def test_the_list_of_one_article_is_printed_with_scores_and_reasons() -> None:
    lines = call("related", "talks").splitlines()
    assert lines[0] == "Talks  (content/articles/2026/01/talks.md)"
    assert lines[1] == "  1.000  Budget  (content/articles/2026/01/budget.md)  [Chosen by the editor]"
    assert lines[2].startswith("  0.") and "  Round  (content/articles/2026/01/round.md)  [" in lines[2]
    assert len(lines) == 4


def test_the_lists_of_all_articles_are_in_the_order_of_their_paths() -> None:
    headings = [line for line in call("related").splitlines() if not line.startswith(" ")]
    files = [line.partition("(content/")[2].rstrip(")") for line in headings]
    assert files == sorted(files)
    assert len(files) == 13
    assert "Silent  (content/articles/2026/01/silent.md)" in headings


def test_json_has_ids_scores_and_reasons() -> None:
    everything = read_json("related", "--format", "json")
    assert list(everything) == sorted(everything)
    assert everything[path("silent")] == []
    for name, entries in everything.items():
        assert name.startswith("articles/")
        for entry in entries:
            assert set(entry) == {"id", "score", "why", "text"}
            assert entry["id"] in everything
            assert 0 < entry["score"] <= 1.6
            assert entry["why"] and all(isinstance(why, str) and why for why in entry["why"])
    first = everything[path("talks")][0]
    text = first["text"]
    assert len(text) == 12 and int(text, 16) >= 0
    assert first == {"id": path("budget"), "score": 1.0, "why": ["Chosen by the editor"], "text": text}
    assert read_json("related", "talks", "--format", "json") == {path("talks"): everything[path("talks")]}


def test_topics_are_told_by_their_titles() -> None:
    whys = [
        why
        for entries in read_json("related", "--format", "json").values()
        for entry in entries
        for why in entry["why"]
    ]
    assert "Same topic: The World" in whys
    assert "Same topic: world" not in whys


def test_json_is_the_same_every_time() -> None:
    assert call("related", "--format", "json") == call("related", "--format", "json")


@pytest.mark.parametrize(
    "reference",
    [
        "talks",
        "content/articles/2026/01/talks.md",
        "./content/articles/2026/01/talks.md",
        "articles/2026/01/talks.md",
        "2026/01/talks.md",
        "2026/01/talks",
        "/2026/01/talks/",
        "2026/01/talks/",
        "https://news.example/paper/2026/01/talks/",
        "%74alks",
    ],
)
def test_an_article_may_be_named_in_any_way(reference: str) -> None:
    assert list(read_json("related", reference, "--format", "json")) == [path("talks")]


def test_an_article_may_be_named_from_another_directory(paper: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(paper.root / "content/articles/2026")
    output = call("-f", "../../../mkdocs.yml", "related", "01/talks.md")
    assert output.startswith("Talks  (../../articles/2026/01/talks.md)")
    assert call("-f", str(paper.root / "mkdocs.yml"), "explain", str(paper.root / "content" / path("talks")))


@pytest.mark.parametrize("command", ["related", "explain"])
@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("nobody", "no article 'nobody': give its file, its slug or its URL"),
        ("../../etc/passwd", "no article '../../etc/passwd': give its file, its slug or its URL"),
        ("draft", "content/articles/2026/01/draft.md is not public, so nothing is related to it"),
        (
            "articles/2026/01/faulty.md",
            "content/articles/2026/01/faulty.md has an error, so nothing is related to it: run 'broadsheet check'",
        ),
        ("content/articles/2026/01/faulty.md", "content/articles/2026/01/faulty.md has an error"),
    ],
)
def test_what_has_no_list_is_refused_in_one_sentence(command: str, reference: str, message: str) -> None:
    output = call(command, reference, code=1)
    assert output.startswith(f"Error: {message}")
    assert output.count("\n") == 1


# broadsheet related --diff


def save(lists: dict[str, Any]) -> str:
    Path("old.json").write_text(json.dumps(lists), encoding="utf-8")
    return "old.json"


def diff(change: str = "", slug: str = "talks", *arguments: str) -> tuple[list[str], str]:
    """The lines about changed lists, and the last one, when a list was once without its `change`-th entry."""
    lists = read_json("related", "--format", "json")
    if change:
        lists[path(slug)].pop(int(change))
    result = CliRunner().invoke(main, ["related", "--diff", save(lists), *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines(), result.stderr


def test_lists_that_are_as_they_were_print_nothing() -> None:
    assert diff() == ([], "0 of 13 lists changed; 0 new articles\n")


def test_what_changed_is_told_with_why() -> None:
    assert diff("0") == (
        [f"{path('talks')}: {path('budget')} is pinned", f"  + {path('budget')}"],
        "1 of 13 lists changed; 0 new articles\n",
    )


def test_what_left_a_list_is_told_too_and_articles_that_are_new_are_counted() -> None:
    lists = read_json("related", "--format", "json")
    del lists[path("zoo")]
    lists[path("talks")].append({"id": "articles/gone.md", "score": 0.1, "why": ["Similar words"]})
    result = CliRunner().invoke(main, ["related", "--diff", save(lists)])
    assert result.stdout.splitlines() == [
        f"{path('talks')}: articles/gone.md is no longer public",
        "  - articles/gone.md",
    ]
    assert result.stderr == "1 of 12 lists changed; 1 new articles\n"


def test_every_cause_of_a_change_is_a_sentence() -> None:
    lists = read_json("related", "--format", "json")
    linked, dock, harbour = (lists[path(slug)] for slug in ("linked", "dock", "harbour"))
    linked[0]["score"] += 0.0001
    linked.reverse()
    dock[0]["why"] = ["Chosen by the editor"]
    dock.reverse()
    harbour.reverse()
    lines = CliRunner().invoke(main, ["related", "--diff", save(lists)]).stdout.splitlines()
    causes = dict(line.split(": ", 1) for line in lines if not line.startswith(" "))
    assert causes[path("linked")] == "scores shifted by up to 0.001"
    assert causes[path("dock")] == f"{dock[-1]['id']} is no longer pinned"
    choice = "its text or an editor's choice changed (pins, 'never', links, story, settings)"
    assert causes[path("harbour")] == choice


def test_an_edited_text_is_told() -> None:
    lists = read_json("related", "--format", "json")
    edited = lists[path("talks")].pop(1)["id"]
    for entries in lists.values():
        for entry in entries:
            entry["text"] = "another" if entry["id"] == edited else entry["text"]
    output = CliRunner().invoke(main, ["related", "talks", "--diff", save(lists)]).stdout
    assert output.splitlines() == [f"{path('talks')}: {edited} was edited", f"  + {edited}"]


def test_lists_without_reasons_and_texts_can_be_compared() -> None:
    lists = read_json("related", "--format", "json")
    plain = {
        name: [{"id": entry["id"], "score": entry["score"]} for entry in entries] for name, entries in lists.items()
    }
    result = CliRunner().invoke(main, ["related", "zoo", "--diff", save(plain)])
    assert result.stdout == ""


def test_the_changes_of_one_article_alone() -> None:
    assert diff("0", "talks", "round")[0] == []
    assert len(diff("0", "talks", "talks")[0]) == 2


def test_changes_as_json() -> None:
    lines, errors = diff("0", "talks", "--format", "json")
    assert json.loads("\n".join(lines)) == {
        path("talks"): {"added": [path("budget")], "removed": [], "why": [f"{path('budget')} is pinned"]}
    }
    assert errors == ""


ENTRY = {"id": "x", "score": 0.5, "why": []}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"a": 5}',
        b'{"a": [5]}',
        b'{"a": ["x"]}',
        b'{"a": {"id": 1}}',
        b'{"a": [{"id": "x"}]}',
        b'{"a": [{"score": 1}]}',
        b'{"a": [{"id": "x", "score": "high"}]}',
        b'{"a": [{"id": "x", "score": null}]}',
        b'{"a": [{"id": "x", "score": 1, "why": 5}]}',
        b'{"a": [{"id": "x", "score": 1' + b"0" * 400 + b"}]}",
        b'{"a": [{"id": "x", "score": 1' + b"0" * 5_000 + b"}]}",
        b"[" * 100_000,
    ],
)
def test_what_is_no_output_of_ours_is_refused_in_one_sentence(text: bytes) -> None:
    Path("old.json").write_bytes(text)
    assert call("related", "--diff", "old.json", code=1) == (
        "Error: old.json: expected the output of 'broadsheet related --format json', found something else\n"
    )


def test_a_file_that_is_not_there_is_refused() -> None:
    assert "'nowhere.json': No such file or directory" in call("related", "--diff", "nowhere.json", code=2)


def test_what_an_old_file_says_cannot_write_on_the_terminal() -> None:
    lists = read_json("related", "--format", "json")
    lists[path("talks")].append({"id": "a\x1b[31m\n::error::x", "score": 0.1, "why": []})
    output = call("related", "--diff", save(lists))
    assert "\x1b" not in output
    assert "\n::error" not in output


# broadsheet explain


def explain(compared: str, article: str = "talks") -> list[str]:
    """What is said of one beside another, behind the line of the article itself."""
    return call("explain", article, compared).splitlines()[1:]


def test_a_list_is_explained_as_it_is() -> None:
    lines = call("explain", "talks").splitlines()
    assert lines[0] == "Talks  (content/articles/2026/01/talks.md)"
    assert lines[1:3] == [" 1. Budget  (content/articles/2026/01/budget.md)", "    Chosen by the editor"]
    assert lines[3] == " 2. Round  (content/articles/2026/01/round.md)"
    assert lines[4].startswith("    0.")
    assert lines[5].startswith("    ")
    listed = read_json("related", "talks", "--format", "json")[path("talks")]
    assert [line.partition("(content/")[2].rstrip(")") for line in lines if line[:2].strip()][1:] == [
        entry["id"] for entry in listed
    ]
    assert f"    {listed[1]['score']:.3f} = text " in lines[4]


def test_a_score_is_told_in_its_parts() -> None:
    parts = next(line for line in explain("round") if " = text " in line)
    assert "(1 day later)" in parts
    assert " × time 0." in parts
    assert " × topics 1." in parts
    assert "(1 day earlier)" in "".join(explain("talks", "round"))
    assert "(3 days later)" in "".join(explain("linked"))
    assert "(same day)" in "".join(explain("spies", "budget"))


def test_links_are_told_where_there_are_some() -> None:
    assert re.search(r", with links \d\.\d\d$", explain("linked")[1])
    assert ", with links" not in "".join(explain("zoo", "budget"))


@pytest.mark.parametrize(
    ("article", "other", "verdict"),
    [
        ("talks", "budget", "It is in the list, in place 1, since the editor pinned it."),
        ("talks", "round", "It is in the list, in place 2."),
        ("talks", "spies", "It is not in the list, since one of the two names the other under 'related: never'."),
        ("spies", "talks", "It is not in the list, since one of the two names the other under 'related: never'."),
        (
            "talks",
            "linked",
            "It is not in the list, since the page shows it already: in its text, or in its story's timeline.",
        ),
        (
            "talks",
            "chapter",
            "It is not in the list, since the page shows it already: in its text, or in its story's timeline.",
        ),
        ("talks", "traversier", "It is not in the list, since it is in another language."),
        ("silent", "talks", "It is not in the list, which is switched off by 'related: []'."),
        ("silent", "traversier", "It is not in the list, which is switched off by 'related: []'."),
        ("zoo", "traversier", "It is not in the list, since it is in another language."),
        ("zoo", "talks", "It is not in the list, since the two have nothing in common."),
    ],
)
def test_every_verdict_is_a_sentence(article: str, other: str, verdict: str) -> None:
    lines = explain(other, article)
    assert lines[-1] == f"  {verdict}"
    assert lines[0].startswith(other.capitalize())


def test_one_that_would_stand_behind_is_told_its_place() -> None:
    match = re.fullmatch(
        r"  It is not in the list: it would be in place (\d+), and the list has 3\.", explain("dock", "linked")[-1]
    )
    assert match
    assert int(match[1]) > 3


def test_the_copy_that_stands_for_one_is_named() -> None:
    (listed,) = read_json("related", "harbour", "--format", "json").values()
    assert path("second-copy") in {entry["id"] for entry in listed}
    assert explain("first-copy", "harbour")[-1] == (
        "  It is not in the list, since Second copy  (content/articles/2026/01/second-copy.md) is nearly the same text."
    )


def test_a_list_that_is_switched_off_says_so() -> None:
    assert call("explain", "silent").splitlines() == [
        "Silent  (content/articles/2026/01/silent.md)",
        "  The list is switched off: the article has 'related: []'.",
    ]


def test_an_article_is_not_beside_itself() -> None:
    assert call("explain", "talks", "2026/01/talks/", code=1) == (
        "Error: both are the same article: an article never stands beside itself\n"
    )


def test_a_missed_one_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(tmp_path / "crowd", {"broadsheet": {"topics": "open"}})
    site.article("first", "2024-01-01", "one", title="Ferry")
    for number in range(1, 120):
        date = f"2024-{number // 28 + 2:02}-{number % 28 + 1:02}"
        site.article(f"c{number}", date, f"w{number + 1}", title=f"Ferry to w{number}")
    site.article("last", "2024-08-01", "two", title="Ferry")
    monkeypatch.chdir(site.root)
    assert explain("last", "first")[-1] == (
        "  It is not in the list, since they share too few rare words to be compared; its score would do."
    )


def test_what_is_told_of_articles_cannot_write_on_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(tmp_path / "hostile", {"broadsheet": {"topics": "open"}})
    for name in ("a", "b"):
        site.article(name, title=f"Talks of '##[error] {name}'", body=f"{name} Talks ##[error]")
    monkeypatch.chdir(site.root)
    for arguments in (("related",), ("explain", "a"), ("explain", "a", "b")):
        output = call(*arguments)
        assert "##[" not in output
        assert "Talks" in output


def test_both_commands_run_as_processes_of_their_own(paper: Site) -> None:
    run = paper.run("broadsheet", "explain", "talks", "round")
    assert run == Run(0, call("explain", "talks", "round"))
