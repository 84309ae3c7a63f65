"""Templating: what templates can call, and that nothing of an article or a register becomes markup on a page."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from xml.etree import ElementTree

import pytest
from babel import Locale
from broadsheet.content.site_config import SiteConfig
from broadsheet.content.taxonomies import Topic
from broadsheet.core.datetimes import parse_moment
from broadsheet.core.translations import load_translations
from broadsheet.edition.build import build_site_model
from broadsheet.edition.render_articles import BuildResources
from broadsheet.related import Reason
from broadsheet.theme.environment import TEMPLATES, prepare_environment
from content_factory import NOW, make_article, make_library, make_registers
from handbook_examples import read_example
from html_tree import EVIL
from jinja2 import DictLoader, Environment
from sites import PNG, MakeSite, Site

site_test = pytest.mark.site


def render(template: str, name: str = "broadsheet/test.html", locale: str = "en_GB", **context: object) -> str:
    """What a template of that name makes of one article about the world."""
    env = Environment(loader=DictLoader({name: template}), autoescape=False)  # noqa: S701 - as MkDocs has it
    library = make_library(make_article("talks"), registers=make_registers([Topic("world", "The <World>")]))
    model = build_site_model(library, NOW, SiteConfig(), BuildResources(), {})
    return (
        prepare_environment(env, model, Locale.parse(locale), load_translations(locale), None)
        .get_template(name)
        .render(context)
    )


@pytest.mark.parametrize(
    ("base_url", "target", "link"),
    [
        (".", "topics/world/", "topics/world/"),
        (".", "", "./"),
        ("", "", "./"),
        ("../../..", "2026/01/talks/", "../../../2026/01/talks/"),
        ("../..", "", "../../"),
        ("../", "a.png", "../a.png"),
        ("..", "topics/世界/", "../topics/%E4%B8%96%E7%95%8C/"),
        ("..", 'a "b"/?#c&d/', "../a%20%22b%22/%3F%23c%26d/"),
        # The page of a 404 can be shown at any address, so links on it begin at the root.
        ("/paper/", "topics/", "/paper/topics/"),
        ("/", "", "/"),
    ],
)
def test_links_lead_up_to_the_root_and_down_again(base_url: str, target: str, link: str) -> None:
    assert render("{{ target | link }}", base_url=base_url, target=target) == link


@pytest.mark.parametrize(
    ("locale", "day", "moment", "month"),
    [
        ("en_GB", "18 January 2026", "18 January 2026, 09:30 UTC", "January 2026"),
        ("de", "18. Januar 2026", "18. Januar 2026, 09:30 UTC", "Januar 2026"),
    ],
)
def test_dates_are_for_readers_and_for_programs(locale: str, day: str, moment: str, month: str) -> None:
    at = parse_moment("2026-01-18T09:30", UTC)
    iso = "2026-01-18T09:30:00+00:00"
    assert render("{{ at | day }}", locale=locale, at=at) == f'<time datetime="{iso}">{day}</time>'
    assert render("{{ at | moment }}", locale=locale, at=at) == f'<time datetime="{iso}">{moment}</time>'
    assert render("{{ '2026/01' | month }}", locale=locale) == month
    date = parse_moment("2026-01-18", UTC)
    assert render("{{ at | moment }}", locale=locale, at=date) == f'<time datetime="2026-01-18">{day}</time>'


def test_the_engines_templates_escape_and_all_others_are_left_as_mkdocs_has_them() -> None:
    assert render("{{ text }}", text='<b> & "c"') == "&lt;b&gt; &amp; &#34;c&#34;"
    for name in ("main.html", "partials/tabs.html", "notbroadsheet/test.html", "broadsheet.html", "sitemap.xml"):
        assert render("{{ text }}", name, text="<b>") == "<b>"


def test_reasons_name_topics_by_their_titles_and_are_escaped() -> None:
    shown = render("{{ reasons | why }}", reasons=[Reason("topics", ("world",))])
    assert "The &lt;World&gt;" in shown
    assert "world" not in shown


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason("pin"), "Von der Redaktion ausgewählt"),
        (Reason("story"), "Aus demselben Dossier"),
        (Reason("copy"), "Fast der gleiche Text"),
        (Reason("linked"), "Einer verweist auf den anderen"),
        (Reason("links"), "Mit ähnlichen Artikeln verknüpft"),
        (Reason("words"), "Ähnliche Wörter"),
        (Reason("text", ("NATO", "Genf")), "Auch über: NATO, Genf"),
        (Reason("topics", ("world", "eu")), "Gleiches Thema: The &lt;World&gt;, eu"),
    ],
)
def test_reasons_are_in_the_language_of_the_page(reason: Reason, words: str) -> None:
    assert render("{{ [reason] | why }}", locale="de", reason=reason) == words


def test_words_are_those_of_the_page_and_escape_in_every_template() -> None:
    for name in ("broadsheet/test.html", "main.html"):
        shown = render('{{ words("byline", names=text) }} {{ words.plain("topics") }}', name, locale="de", text="<b>")
        assert shown == "Von &lt;b&gt; Themen"


def test_boxes_and_tasks_are_named_in_the_language_of_the_page() -> None:
    html = '<table></table><input type="checkbox" disabled>'
    shown = render("{{ html | finished | safe }}", locale="de", html=html)
    assert 'aria-label="Tabelle 1"' in shown
    assert 'aria-label="Zu erledigen"' in shown


def test_templates_have_the_edition_and_the_press() -> None:
    template = "{% for article in edition.articles %}{{ article.title }}{% endfor %} {{ press.spreads | length }}"
    assert render(template, "any.html") == "Talks 1"


# Whole pages.


def write_evil(site: Site) -> None:
    """A newspaper in which every text that anyone can write in front matter or registers is markup."""
    site.register("topics", world={"title": f"World {EVIL}", "summary": EVIL, "section": True}, nato={"title": "NATO"})
    site.register("authors", desk={"name": f"Desk {EVIL}", "role": EVIL, "bio": EVIL, "image": "desk.png"})
    site.register("stories", war={"title": f"War {EVIL}", "summary": EVIL, "topics": ["world"]})
    site.write("content/desk.png", PNG)
    site.write("content/articles/2026/01/hall.png", PNG)
    for number in range(3):
        site.article(
            f"talks-{number}",
            f"2026-01-1{number}",
            f"## {EVIL}\n\nTalks in Geneva {EVIL}\n\n![{EVIL}](hall.png '{EVIL}')\n\n[{EVIL}](talks-0.md)",
            title=f"Talks {number} {EVIL}",
            summary=EVIL,
            kicker=EVIL,
            dateline=EVIL,
            authors=["desk"],
            topics=["world", "nato"],
            story="war",
            image={"src": "hall.png", "alt": EVIL, "caption": EVIL, "credit": EVIL},
            sources=[{"title": EVIL, "url": "https://example.org/?a=1&b='2'"}],
            corrections=[{"date": "2026-01-20", "text": EVIL}],
            front="lead" if number else "feature",
            aliases=[f"/old/{number}/"],
            **{"x-own": EVIL},
        )


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Such a newspaper, built."""
    site = Site(tmp_path_factory.mktemp("evil"), {"broadsheet": {"per_page": 2}, "plugins": ["search"]})
    write_evil(site)
    run = site.build()
    assert run.code == 0, run.output
    return site


@site_test
def test_no_text_of_anyones_becomes_an_element_or_an_attribute(evil: Site) -> None:
    pages = evil.pages()
    assert len(pages) > 20
    for path, page in pages.items():
        for element in page:
            assert element.tag != "evil", path
            assert "onevil" not in element.attributes, path
            assert "evil.example" not in element["src"] + element["href"], path
        # A template that ran what it prints would show 49.
        assert "49" not in page.text, path


@site_test
def test_every_such_text_is_shown_as_it_was_written(evil: Site) -> None:
    page = evil.page("2026/01/talks-1/")
    # Entities in front matter are letters.
    shown = EVIL.replace("&lt;evil&gt;", "<evil>")
    article = page.one("article", css="bs-article")
    assert article.one("h1").text == f"Talks 1 {shown}"
    for css in ("bs-dek", "bs-kicker"):
        assert article.all("p", css=css)[0].text == shown
    assert article.one("span", css="bs-dateline").text == shown
    assert article.one("figure", css="bs-lead-image").one("img")["alt"] == shown
    title = page.one("title").text
    assert title.startswith("Talks 1 X</title></script>")
    assert title.endswith(" - The Daily Test")
    assert page.one("meta", name="description")["content"].startswith("X</title></script>")


@site_test
def test_search_and_sitemap_hold_no_markup_of_anyones(evil: Site) -> None:
    # As text: test_search_page sees to it that it is shown as such.
    shown = EVIL.replace("&lt;evil&gt;", "<evil>")
    assert evil.found()["2026/01/talks-1/"]["meta"]["title"] == f"Talks 1 {shown}"
    tree = ElementTree.fromstring(evil.files()["sitemap.xml"])  # noqa: S314 - our own
    assert len(tree) == len(evil.pages()) - 1 - 3 - 1


# What the handbook says about templates of one's own.


@site_test
def test_the_handbooks_additions_to_every_page_are_on_every_page(make_site: MakeSite) -> None:
    site = make_site()
    site.article("talks")
    site.write("overrides/main.html", read_example("`overrides/main.html`:"))
    assert site.build("--strict").code == 0
    for path, page in site.pages().items():
        assert "The paper is printed at six." in page.text, path
    assert ("About us", "../../../about/") in site.page("2026/01/talks/").links()


@site_test
def test_the_handbooks_change_of_a_template_shows_a_key_of_ones_own(make_site: MakeSite) -> None:
    site = make_site()
    site.article("talks", summary="A dek.", **{"x-warning": "Violence & <gore>."})
    site.article("accord", summary="A dek.")
    template = (TEMPLATES / "broadsheet" / "article.html").read_text(encoding="utf-8")
    (line,) = [line for line in template.splitlines() if "article.summary" in line]
    site.write("overrides/broadsheet/article.html", template.replace(line, f"{line}\n{read_example('Add a line to')}"))
    assert site.build("--strict").code == 0
    assert site.page("2026/01/talks/").one("p", css="bs-warning").text == "Violence & <gore>."
    assert not site.page("2026/01/accord/").all("p", css="bs-warning")


@site_test
def test_the_handbooks_page_with_articles_on_it_has_them(make_site: MakeSite) -> None:
    site = make_site(nav=None)
    for number in range(4):
        site.article(f"talks-{number}", f"2026-01-0{number + 1}", topics=["greenland"])
    site.write("docs/briefing.md", read_example("`docs/briefing.md`:"))
    site.write("overrides/briefing.html", read_example("`overrides/briefing.html`:"))
    assert site.build("--strict").code == 0
    page = site.page("briefing/")
    assert [link.text for heading in page.all("h2") for link in heading.all("a")] == ["Talks 3", "Talks 2", "Talks 1"]
    text = page.one("article", id="bs-text").text
    places = [text.index(phrase) for phrase in ("kept up to date", "Talks 3", "Talks 1", "Edit this page")]
    assert places == sorted(places)
    assert Path(site.output, "briefing", page.all("h2")[0].one("a")["href"], "index.html").is_file()


@site_test
def test_a_name_and_a_title_with_signs_of_markup_are_escaped_once(make_site: MakeSite) -> None:
    site = make_site(site_name="Ham & <Eggs>", nav=None)
    site.article("talks", title="Salt & <pepper>")
    site.write("docs/about.md", "# Salt & `<pepper>`\n")
    assert site.build("--strict").code == 0
    for url in ("about/", "2026/01/talks/"):
        (line,) = [line.strip() for line in site.html(url).splitlines() if "<title>" in line]
        assert line == "<title>Salt &amp; &lt;pepper&gt; - Ham &amp; &lt;Eggs&gt;</title>", url
