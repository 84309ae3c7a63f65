"""The hooks: which state one build leaves to the next, and which problems stop a build."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from sites import ROOT, MakeSite, Site, clean_environment

pytestmark = pytest.mark.site

Rebuild = Callable[[], list[str]]


@pytest.fixture
def site(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A newspaper of two articles in the current directory, with an engine that has built nothing yet."""
    site = make_site()
    # MkDocs keeps the module of a hook for as long as the process lives, by its path.
    shutil.copy(ROOT / "hooks" / "entry.py", site.root / "entry.py")
    site.configure(hooks=["entry.py"])
    site.register("topics", world={"title": "World", "section": True}, nato={"title": "NATO"})
    site.register("authors", desk={"name": "The desk"})
    site.register("stories", war={"title": "The war"})
    site.article("talks", body="The first version.", authors=["desk"], story="war")
    site.article("accord", "2026-01-19", topics=["nato", "world"], story="war")
    for name, value in clean_environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(site.root)
    return site


@pytest.fixture
def rebuild(site: Site, caplog: pytest.LogCaptureFixture) -> Rebuild:
    """A function that builds as `mkdocs serve` does after each change, and returns its messages about the content."""
    started = False

    def run() -> list[str]:
        nonlocal started
        caplog.clear()
        config = load_config(str(site.root / "mkdocs.yml"), dev_addr="127.0.0.1:0")
        if not started:
            config.plugins.on_startup(command="serve", dirty=False)
            started = True
        with caplog.at_level(logging.INFO):
            build(config)
        return [
            record.getMessage()
            for record in caplog.records
            if (record.name == "mkdocs.plugins.broadsheet" or record.levelno >= logging.ERROR)
            and not record.getMessage().endswith("files of the site are new or changed")
        ]

    return run


def shown(site: Site, url: str = "2026/01/talks/") -> str:
    return site.page(url).one("div", css="bs-body").text


def test_the_server_watches_articles_and_the_site_s_own_templates(site: Site) -> None:
    config = load_config(str(site.root / "mkdocs.yml"))
    config = config.plugins.on_config(config)
    assert config.theme.custom_dir
    assert {str(site.root / "content"), config.theme.custom_dir} <= set(config.watch)


# While a writer looks on.


def test_a_fault_leaves_the_last_good_page_and_its_place_in_lists(site: Site, rebuild: Rebuild) -> None:
    assert rebuild() == []
    site.article("talks", body="The second version.", topics=["natoo"])
    for _ in range(2):
        assert rebuild() == [
            "broadsheet: content/articles/2026/01/talks.md:5:3: topics: unknown topic 'natoo' (did you mean 'nato'?)"
        ]
        assert shown(site) == "The first version."
        assert "Talks" in site.page("topics/world/").one("ol", data_broadsheet="listing").text
    site.article("talks", body="The third version.")
    assert rebuild() == []
    assert shown(site) == "The third version."


def test_an_article_that_was_never_sound_has_no_page(site: Site, rebuild: Rebuild) -> None:
    site.article("harbour", topics=["natoo"])
    assert len(rebuild()) == 1
    assert not site.has("2026/01/harbour/")
    assert site.has("2026/01/talks/")


def test_the_page_of_an_article_that_is_taken_out_goes_even_if_it_was_faulty(site: Site, rebuild: Rebuild) -> None:
    rebuild()
    path = site.article("talks", topics=["natoo"])
    rebuild()
    (site.root / "content" / path).unlink()
    assert rebuild() == []
    assert not site.has("2026/01/talks/")


def test_a_draft_takes_its_page_down_even_while_served(site: Site, rebuild: Rebuild) -> None:
    rebuild()
    site.article("talks", draft=True)
    assert rebuild() == []
    assert not site.has("2026/01/talks/")


def test_another_article_may_take_the_address_of_a_faulty_one(site: Site, rebuild: Rebuild) -> None:
    rebuild()
    site.article("talks", topics=["natoo"])
    site.write(
        "content/articles/other.md",
        "---\ntitle: Other\ndate: 2026-01-18\ntopics: [world]\nslug: talks\n---\n\nThe other one.\n",
    )
    assert len(rebuild()) == 1
    assert shown(site) == "The other one."


def test_markdown_that_cannot_be_rendered_is_one_articles_fault(site: Site, rebuild: Rebuild) -> None:
    rebuild()
    site.article("talks", body="".join("    " * depth + "!!! note\n" for depth in range(100)))
    (message,) = rebuild()
    assert message.startswith("broadsheet: content/articles/2026/01/talks.md:8: the Markdown cannot be rendered: ")
    assert shown(site) == "The first version."
    assert "Talks" in site.page("topics/world/").one("ol", data_broadsheet="listing").text
    assert shown(site, "2026/01/accord/") == "Words about accord."


@pytest.mark.parametrize(
    ("name", "url", "title"),
    [
        ("topics", "topics/world/", "World"),
        ("authors", "authors/desk/", "The desk"),
        ("stories", "stories/war/", "The war"),
    ],
)
def test_a_broken_register_gives_way_to_its_last_good_state(
    site: Site, rebuild: Rebuild, name: str, url: str, title: str
) -> None:
    rebuild()
    site.write(f"content/{name}.yml", "world: [\n")
    messages = rebuild()
    assert messages
    assert [message for message in messages if not message.startswith(f"broadsheet: content/{name}.yml:")] == []
    assert site.page(url).one("h1").text == title
    assert shown(site) == "The first version."
    entry = {"title": "New", "name": "New"}
    ids = {"topics": ("world", "nato"), "authors": ("desk",), "stories": ("war",)}[name]
    key = "name" if name == "authors" else "title"
    site.register(name, **{entry_id: {key: entry[key]} for entry_id in ids})
    assert rebuild() == []
    assert site.page(url).one("h1").text == "New"


def test_broken_registers_give_way_together_for_as_long_as_it_takes(site: Site, rebuild: Rebuild) -> None:
    rebuild()
    site.write("content/topics.yml", "world: [\n")
    site.write("content/authors.yml", "desk: {nmae: Desk}\n")
    for _ in range(2):
        files = {message.partition(":")[2].partition(":")[0] for message in rebuild()}
        assert files == {" content/topics.yml", " content/authors.yml"}
        assert site.page("authors/desk/").one("h1").text == "The desk"
        assert site.page("topics/world/").one("h1").text == "World"


def test_a_register_that_was_never_sound_does_not_end_the_server(site: Site, rebuild: Rebuild) -> None:
    good = (site.root / "content" / "topics.yml").read_bytes()
    site.write("content/topics.yml", "world: [\n")
    assert any(message.startswith("broadsheet: content/topics.yml:") for message in rebuild())
    assert site.has("")
    site.write("content/topics.yml", good)
    assert rebuild() == []
    assert site.page("topics/world/").one("h1").text == "World"


def test_a_register_that_is_taken_out_is_gone(site: Site, rebuild: Rebuild) -> None:
    rebuild()
    (site.root / "content" / "authors.yml").unlink()
    assert rebuild() == []
    assert site.page("authors/desk/").one("h1").text == "Desk"


def test_other_markdown_settings_are_followed_at_once(site: Site, rebuild: Rebuild) -> None:
    site.article("talks", body="==gone==")
    rebuild()
    assert shown(site) == "gone"
    config = site.root / "mkdocs.yml"
    site.write("plain.yml", (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("  - pymdownx.mark\n", ""))
    config.write_text(
        config.read_text(encoding="utf-8").replace(str(ROOT / "mkdocs.yml"), "plain.yml"), encoding="utf-8"
    )
    rebuild()
    assert shown(site) == "==gone=="


def test_a_fault_of_the_settings_is_one_message_and_forgotten_once_mended(site: Site, rebuild: Rebuild) -> None:
    rebuild()
    site.configure(hooks=["entry.py"], broadsheet={"per_page": 0})
    with pytest.raises(Abort):
        rebuild()
    site.configure(hooks=["entry.py"], broadsheet={"per_page": 1})
    assert rebuild() == []
    assert site.has("topics/world/page/2/")


def test_the_content_is_watched(site: Site, rebuild: Rebuild) -> None:
    config = load_config(str(site.root / "mkdocs.yml"))
    config = config.plugins.on_config(config)
    assert str((site.root / "content").resolve()) in config.watch


# When it is built to be published.


def last_lines(site: Site, *flags: str, **environment: str) -> list[str]:
    """The last lines that a failing build prints."""
    run = site.build(*flags, **environment)
    assert run.code == 1
    assert "Traceback" not in run.output
    return [line for line in run.output.splitlines() if line.strip()]


@pytest.mark.parametrize("broken", [1, 2])
def test_faults_are_counted_when_they_stop_a_build(site: Site, broken: int) -> None:
    for number in range(broken):
        site.article(f"note-{number}", topics=["natoo"])
    lines = last_lines(site)
    assert f"ERROR   -  {broken} error{'s' * (broken > 1)} in the content, see above: nothing was built" in lines
    assert not site.output.exists()


def test_warnings_are_counted_when_they_stop_a_strict_build(site: Site) -> None:
    site.article("note", body="[gone](gone.md)")
    text = "ERROR   -  1 warning in the content, see above: strict, so nothing was built"
    assert text in last_lines(site, "--strict")
    assert not site.output.exists()


def test_notes_stop_nothing(site: Site) -> None:
    site.article("later", "2026-06-02")
    site.article("note", body="[later](../06/later.md)")
    run = site.build("--strict")
    assert run.code == 0
    assert "INFO    -  broadsheet: content/articles/2026/01/note.md:8: " in run.output


def test_every_other_way_to_stop_a_build_is_told_in_one_line(site: Site) -> None:
    beyond = "9" * 20
    lines = last_lines(site, SOURCE_DATE_EPOCH=beyond)
    expected = [f"ERROR   -  SOURCE_DATE_EPOCH: expected seconds since 1970, found '{beyond}'"]
    assert lines[:-1] == expected
    shutil.move(site.root / "content", site.root / "elsewhere")
    expected = ["ERROR   -  no content directory 'content': create it, or mend 'content' under extra.broadsheet"]
    assert last_lines(site)[:-1] == expected
    site.configure(hooks=["entry.py"], broadsheet={"perpage": 3})
    expected = ["ERROR   -  mkdocs.yml: extra.broadsheet.perpage: unknown setting (did you mean 'per_page'?)"]
    assert last_lines(site)[:-1] == expected
    assert not site.output.exists()


def test_the_same_process_can_build_one_site_after_another(make_site: MakeSite) -> None:
    first, second = make_site(), make_site(broadsheet={"per_page": 1})
    first.article("talks")
    first.article("accord")
    second.article("ferry", topics=["harbour"])
    for site in (first, second, first):
        assert site.build("--strict").code == 0
    assert not second.has("2026/01/talks/")
    assert not second.has("topics/world/")
    assert not first.has("topics/world/page/2/")
    assert b"ferry" not in b"".join(first.plain_files().values()).lower()


def test_templates_are_found_without_a_directory_of_overrides(site: Site) -> None:
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").replace("  custom_dir: overrides\n", "")
    site.write("plain.yml", settings)
    config = site.root / "mkdocs.yml"
    config.write_text(
        config.read_text(encoding="utf-8").replace(str(ROOT / "mkdocs.yml"), "plain.yml"), encoding="utf-8"
    )
    assert site.build("--strict").code == 0
    assert site.page("2026/01/talks/").one("article", css="bs-article").one("h1").text == "Talks"


def test_the_tab_of_a_section_is_marked_on_its_articles_whatever_its_script(site: Site) -> None:
    site.register("topics", 世界={"title": "世界 & more", "section": True}, nato={"title": "NATO", "parent": "世界"})
    site.article("talks", topics=["nato"])
    site.article("accord", topics=["世界"])
    assert site.build("--strict").code == 0
    for url in ("2026/01/talks/", "2026/01/accord/", "topics/世界/"):
        marked = site.page(url).one("nav", css="md-tabs").all("li", css="md-tabs__item--active")
        assert [item.text for item in marked] == ["世界 & more"], url
