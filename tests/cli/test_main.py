"""The command line: what users type, and what they get."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from broadsheet import __version__
from broadsheet.cli.main import main
from broadsheet.mkdocs_site.project import open_project
from click.testing import CliRunner
from mkdocs.config import load_config
from sites import MakeSite, Run, Site, clean_environment


@pytest.fixture
def site(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A newspaper of two articles, whose directory is the current one."""
    site = make_site()
    site.register("topics", world={"title": "World"}, nato={"title": "NATO"})
    site.register("authors", desk={"name": "Desk"})
    site.register("stories", war={"title": "The war"})
    site.article("talks", body="Envoys talk about missiles in Geneva.")
    site.article("accord", body="An accord about missiles, signed in Geneva.")
    monkeypatch.chdir(site.root)
    for name, value in clean_environment().items():
        monkeypatch.setenv(name, value)
    return site


def call(*arguments: str) -> Run:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return Run(result.exit_code, result.output)


def test_new_writes_an_article_that_has_no_problems(site: Site) -> None:
    run = call(
        "new", "Ministers meet: a day in Geneva", "--topic", "nato", "-t", "world", "-a", "desk", "--story", "war"
    )
    name = run.output.strip()
    assert (run.code, name) == (0, "content/articles/2026/06/ministers-meet-a-day-in-geneva.md")
    text = Path(name).read_text(encoding="utf-8")
    assert "title: 'Ministers meet: a day in Geneva'" in text
    assert "date: 2026-06-01T12:00" in text
    assert call("check", "--strict").code == 0


def test_new_never_overwrites(site: Site) -> None:
    arguments = ("new", "Ferry back", "-t", "world", "--date", "2026-01-18", "--draft", "--type", "brief")
    name = call(*arguments).output.strip()
    before = Path(name).read_bytes()
    assert b"draft: true" in before
    run = call(*arguments)
    assert run.code == 1
    assert run.output == f"Error: {name} exists already: choose another headline, or edit that file\n"
    assert Path(name).read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("Ferry", "-t", "natoo"), "nothing was written: topics: unknown topic 'natoo' (did you mean 'nato'?)"),
        (("Ferry", "-t", "nato", "-a", "dsek"), "unknown author 'dsek' (did you mean 'desk'?)"),
        (("Ferry", "-t", "nato", "--date", "2026-01"), "--date: '2026-01' has no day"),
        (("!!!", "-t", "nato"), "the headline '!!!' gives no file name"),
        (("Talks", "-t", "nato", "--date", "2026-01-18"), "content/articles/2026/01/talks.md exists already"),
        (("Ferry",), "Missing option '-t' / '--topic'"),
    ],
)
def test_new_writes_nothing_that_check_would_complain_of(site: Site, arguments: tuple[str, ...], message: str) -> None:
    before = sorted(site.root.rglob("*"))
    run = call("new", *arguments)
    assert run.code != 0
    assert message in run.output
    assert sorted(site.root.rglob("*")) == before


def test_new_takes_headlines_of_any_script(site: Site) -> None:
    assert call("new", "日内瓦会谈", "-t", "world").output == "content/articles/2026/06/日内瓦会谈.md\n"


def test_new_names_a_file_in_ascii_as_its_address_is(site: Site) -> None:
    site.configure(broadsheet={"slugs": {"transliterate": True}, "locale": "de"})
    name = "content/articles/2026/06/bruecken-fuer-lodz.md"
    assert call("new", "Brücken für Łódź", "-t", "world").output == f"{name}\n"
    assert "title: Brücken für Łódź\n" in Path(name).read_text(encoding="utf-8")
    articles = open_project(load_config(str(site.root / "mkdocs.yml"))).library.articles
    assert [article.url for article in articles if name.endswith(article.path)] == ["2026/06/bruecken-fuer-lodz/"]


def test_new_refuses_an_address_that_another_article_has(site: Site) -> None:
    name = site.article("elsewhere")
    site.write(f"content/{name}", "---\ntitle: A\nslug: ferry\ndate: 2026-01-18\ntopics: [world]\n---\n")
    run = call("new", "Ferry", "-t", "world", "--date", "2026-01-18")
    assert "content/articles/2026/01/elsewhere.md has the same address" in run.output


@pytest.mark.parametrize(
    ("place", "reason"), [("content/articles/2026", "Not a directory"), ("content/articles/2026/06", "File exists")]
)
def test_new_says_why_it_cannot_write(site: Site, place: str, reason: str) -> None:
    shutil.rmtree(site.root / "content" / "articles")
    site.write(place, "A file where a directory should be.\n")
    run = call("new", "Ferry", "-t", "world")
    assert run == Run(1, f"Error: content/articles/2026/06/ferry.md cannot be written: {reason}\n")


def test_new_does_not_write_through_a_link(site: Site, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.md"
    link = site.root / "content" / "articles" / "2026" / "06" / "ferry.md"
    link.parent.mkdir(parents=True)
    link.symlink_to(target)
    run = call("new", "Ferry", "-t", "world")
    assert run.output.startswith("Error: content/articles/2026/06/ferry.md exists already")
    assert not target.exists()


HEADLINES = [
    "Ferry: 'back' on \"Monday\" # 7",
    "- a list?",
    "null",
    "2026-01-18",
    "yes",
    "&anchor *alias !tag %percent @at `tick`",
    "Ends with a colon:",
    "Émeutes à Besançon — l’été",
    "  much   space\tand\nlines  ",
    "会谈" * 200,
    "{curly} [square] | > \\",
]


@pytest.mark.parametrize("headline", HEADLINES)
def test_new_keeps_a_headline_to_the_letter(site: Site, headline: str) -> None:
    run = call("new", "-t", "world", f"--summary={headline}", "--", headline)
    assert run.code == 0, run.output
    problems = json.loads(CliRunner().invoke(main, ["check", "--format", "json"]).stdout)
    assert [item for item in problems if item["severity"] != "note"] == []
    library = open_project(load_config(str(site.root / "mkdocs.yml"))).library
    (article,) = [item for item in library.articles if f"content/{item.path}" == run.output.strip()]
    assert article.title == " ".join(headline.split())
    assert article.topics == ("world",)
    assert " ".join(article.summary.split()) == article.title


def test_check_says_nothing_but_a_summary_of_what_is_sound(site: Site) -> None:
    run = call("check")
    assert (run.code, run.output) == (0, "2 articles, 2 public: 0 errors, 0 warnings, 0 notes\n")


def test_check_tells_every_problem_in_three_formats(site: Site) -> None:
    site.article("x", topics=["natoo"], body="[gone](gone.md)")
    site.article("y", body="[gone](gone.md)")
    text, github, plain = (call("check", "--format", shape) for shape in ("text", "github", "json"))
    assert (text.code, github.code, plain.code) == (1, 1, 1)
    assert "content/articles/2026/01/x.md:5:3: topics: unknown topic 'natoo' (did you mean 'nato'?)\n" in text.output
    assert (
        "::error file=content/articles/2026/01/x.md,line=5,col=3,title=topics::unknown topic 'natoo'" in github.output
    )
    problems = json.loads(plain.output[: plain.output.rindex("]") + 1])
    assert {(item["path"], item["severity"]) for item in problems} == {
        ("content/articles/2026/01/x.md", "error"),
        ("content/articles/2026/01/y.md", "warning"),
    }


def test_warnings_fail_a_strict_check_only(site: Site) -> None:
    site.article("y", body="[gone](gone.md)")
    assert (call("check").code, call("check", "--strict").code) == (0, 1)


def test_a_build_that_keeps_going_leaves_out_what_has_an_error(site: Site) -> None:
    site.article("faulty", topics=["natoo"])
    site.article("linked", body="[gone](gone.md)")
    stopped = site.run("broadsheet", "build")
    assert (stopped.code, site.output.exists()) == (1, False)
    run = site.run("broadsheet", "build", "--keep-going")
    assert run.code == 0
    assert "unknown topic 'natoo'" in run.output
    assert "dead link" in run.output
    assert [site.has(f"2026/01/{slug}/") for slug in ("talks", "linked", "faulty")] == [True, True, False]


def test_a_strict_build_does_not_keep_going(site: Site) -> None:
    run = call("build", "--strict", "--keep-going")
    assert run.code == 2
    assert "--strict stops at what is wrong, --keep-going does not: give one of them" in run.output


def test_check_names_near_copies(site: Site) -> None:
    body = "The ferry Albatros crosses the bay again after repairs of two years, the port authority said on Monday."
    site.article("ferry", body=body)
    site.article("ferry-again", "2026-01-19", body)
    assert (
        "content/articles/2026/01/ferry-again.md: nearly the same text as content/articles/2026/01/ferry.md"
        in call("check").output
    )


@pytest.mark.parametrize("name", [(), ("new",), ("check",), ("related",), ("explain",)])
def test_help_says_what_a_command_does(name: tuple[str, ...]) -> None:
    for flag in ("--help", "-h"):
        run = call(*name, flag)
        assert run.code == 0
        assert run.output.startswith("Usage: main")
        assert len(run.output.split()) > 30


def test_the_version_is_that_of_the_package() -> None:
    assert call("--version").output == f"broadsheet, version {__version__}\n"


def test_a_broken_configuration_is_one_sentence(site: Site) -> None:
    site.configure(broadsheet={"per_page": 0})
    for command in ("check", "related"):
        run = call(command)
        assert run.code == 1
        assert "extra.broadsheet.per_page: Expected a whole number of at least 1 but received: 0" in run.output
    site.configure(broadsheet={"content": "nowhere"})
    assert "no content directory 'nowhere': create it" in call("check").output


def test_no_configuration_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = call("check")
    assert run.code == 1
    assert "mkdocs.yml" in run.output
    assert "Traceback" not in run.output


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("", "site_name"),
        ("site_name: [\n", "while parsing a flow node"),
        ("- site_name\n", "Expected a key-value mapping"),
        ("site_name: X\nplugins: [nope]\n", 'The "nope" plugin is not installed'),
        ("site_name: X\ntheme: nope\n", "Unrecognised theme name: 'nope'"),
        ("site_name: X\ndocs_dir: nowhere\n", "isn't an existing directory"),
    ],
)
def test_a_configuration_that_mkdocs_refuses_is_no_traceback(site: Site, config: str, message: str) -> None:
    site.write("mkdocs.yml", config)
    run = site.run("broadsheet", "check")
    assert run.code == 1
    assert message in run.output
    assert "Traceback" not in run.output


@pytest.mark.parametrize("arguments", [("check",), ("related",), ("explain", "talks"), ("new", "Ferry", "-t", "world")])
def test_a_clock_beyond_the_calendar_is_one_sentence(
    site: Site, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "9" * 20)
    run = call(*arguments)
    assert run == Run(1, f"Error: SOURCE_DATE_EPOCH: expected seconds since 1970, found '{'9' * 20}'\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("chekc",), "No such command 'chekc'"),
        (("check", "--format", "xml"), "'xml' is not one of 'text', 'github', 'json'"),
        (("check", "--stirct"), "No such option"),
        (("-f", "nowhere.yml", "check"), "File 'nowhere.yml' does not exist"),
        (("-f", "content", "check"), "File 'content' is a directory"),
        (("new",), "Missing argument 'HEADLINE'"),
        (("new", "A", "-t", "world", "--type", "novel"), "'novel' is not one of"),
        (("explain",), "Missing argument 'ARTICLE'"),
    ],
)
def test_what_is_mistyped_ends_with_status_2(site: Site, arguments: tuple[str, ...], message: str) -> None:
    run = call(*arguments)
    assert run.code == 2
    assert message in run.output


def test_another_configuration_may_be_named(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("-f", str(site.root / "mkdocs.yml"), "check").code == 0


def test_the_console_script_is_installed(site: Site) -> None:
    run = site.run("broadsheet", "check")
    assert (run.code, run.output) == (0, "2 articles, 2 public: 0 errors, 0 warnings, 0 notes\n")
