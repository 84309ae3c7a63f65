"""Exposure: a template may show what is known to be harmless; with anything else, any page may show anything."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from broadsheet.edition.page_digests import KINDS, Exposure
from broadsheet.mkdocs_site.exposure import examine_templates
from broadsheet.theme.environment import TEMPLATES
from sites import MakeSite

HARMLESS = [
    "Ours.",
    "{{ article.title }}",
    '{% extends "base.html" %}{% block content %}{{ super() }}{{ page.content }}{% endblock %}',
    "{{ config.extra.note.whatever }} {{ config['site_name'] }} {{ lang.t('search') }}",
    "{{ article.extra.warning.anything }}",
    "{% for one in page.spread.related %}{{ one[0].title }}{% if loop.last %}.{% endif %}{% endfor %}",
    "{% for one in page.view.page.articles %}{{ one.title }}{% endfor %}",
    "{% set shown = page.view.page %}{% for one in shown.articles %}{{ one.date | day }}{% endfor %}",
    "{{ page.view.listing.articles | length }}",
    "{{ words('byline', names=article.title) }} {{ words.plain('topics') }} {{ words.gap(0, 2) }}",
    "{% for item in nav.items %}{{ item.title }}{{ item.url | url }}{% endfor %}",
    "{{ nav.items | map(attribute='title') | join }}",
    "{{ edition.sections | map(attribute='id') | join }} {{ edition['sections'][0].title }}",
    "{% for id in article.topics %}{{ edition.topics[id].title }}{% endfor %}",
    "{{ edition.stories[article.story].title }} {{ edition.topics[article.topics[0]].title }}",
    "{% set mine = {} %}{% set _ = mine.update({'title': page.title}) %}{{ mine.get('title')[:3] | upper }}",
]
OPEN = [
    "{% for one in edition.articles %}{{ one.title }}{% endfor %}",
    "{{ press.spreads | length }}",
    "{{ article.body | truncate(200) }}",
    "{{ article['body'] }}",
    "{{ page.view.listings.years | length }}",
    "{{ spread.related[0][1].score }}",
    "{{ page.view.listing.articles[0].title }}",
    "{% set shown = page.view.page %}{% set shown = page.view.listing %}{{ shown.articles[0].title }}",
    "{% macro tell(shown) %}{{ shown.articles[0].title }}{% endmacro %}{% set shown = page.view.page %}",
    "{% for p in pages %}{{ p.page.content | length }}{% endfor %}",
    "{% for p in nav.pages %}{{ p.content }}{% endfor %}",
    "{% for p in nav.pages %}{{ p.meta.note }}{% endfor %}",
    "{{ nav.pages | map(attribute='content') | join }}",
    "{{ nav.pages | map(attribute=name) | join }}",
    "{{ page.spread.latest | map(attribute='body') | join }}",
    "{{ nav.pages[0] | attr('content') }}",
    "{{ nav.pages | unheard_of }}",
    "{{ something_of_a_hook }}",
    "{% for pages in pages %}{{ pages.title }}{% endfor %}",
    "{{ page.view[config.extra.key] }}",
    "{% unheard_of %}{{ page.title }}",
    "{% for id in edition.topics %}{{ edition.topics[id].title }}{% endfor %}",
    "{% for topic in edition.topics.values() %}{{ topic.title }}{% endfor %}",
    "{% if 'world' in edition.topics %}World{% endif %}",
    "{{ edition.topics['world'].title }}",
    "{{ edition.topics[name].title }}{% for name in article.topics %}{% endfor %}{% set name = 'world' %}",
    "{% macro tell(id) %}{{ edition.topics[id] }}{% endmacro %}{% for id in article.topics %}{{ id }}{% endfor %}",
    "{% set e = edition %}{{ e.sections }}",
    "{{ words('byline', names=edition.articles[0].title) }}",
    "{% for words in edition.by_topic %}{{ words.articles }}{% endfor %}",
    "{% set words = page %}{{ words.content }}",
    "{% include 'broadsheet/missing.html' %}",
    "{% for page in nav.items %}{{ page.meta.description }}{{ page.content }}{% endfor %}",
    "{% macro m(page) %}{{ page.content }}{% endmacro %}{{ m(nav.homepage) }}",
    "{% for paper in page.view.listing.children %}{{ paper.articles[0].title }}{% endfor %}",
    "{% for child in page.view.listing.children %}{{ loop.previtem.articles[0].title }}{% endfor %}",
    "{{ picture('media/logo.jpg', 'portrait') }}",
    "{{ paper.teaser(article, image='media/logo.jpg') }}",
    "{% set image = 'media/logo.jpg' %}{{ picture(image, 'portrait') }}",
    "{% include ['note.html', 'broadsheet/front.html'] ignore missing %}",
]


@pytest.mark.parametrize("template", HARMLESS)
def test_what_the_imprints_of_pages_tell_of_is_harmless(template: str, tmp_path: Path) -> None:
    (tmp_path / "main.html").write_text(template)
    assert examine_templates(str(tmp_path)) == Exposure()


@pytest.mark.parametrize("template", OPEN)
def test_with_anything_else_any_page_may_show_anything(template: str, tmp_path: Path) -> None:
    (tmp_path / "main.html").write_text("Ours.")
    (tmp_path / "partials").mkdir()
    (tmp_path / "partials" / "note.html").write_text(template)
    assert examine_templates(str(tmp_path)).whole == KINDS


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_the_template_of_a_kind_of_page_shows_is_shown_by_that_kind_alone(kind: str, tmp_path: Path) -> None:
    (tmp_path / "broadsheet").mkdir()
    (tmp_path / "broadsheet" / f"{kind}.html").write_text("{{ press.spreads | length }} {{ build_date_utc }}")
    assert examine_templates(str(tmp_path)) == Exposure(frozenset({kind}), frozenset({(kind, "")}))


def test_what_only_the_page_for_dead_addresses_shows_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "404.html").write_text("{{ press.spreads | length }}")
    assert examine_templates(str(tmp_path)) == Exposure()


@pytest.mark.parametrize("template", ["{% extends 'broadsheet/front.html' %}", "{% include config.extra.template %}"])
def test_a_template_that_others_may_name_is_shown_by_all_kinds_of_page(template: str, tmp_path: Path) -> None:
    (tmp_path / "broadsheet").mkdir()
    (tmp_path / "broadsheet" / "front.html").write_text("{{ press.spreads | length }}")
    (tmp_path / "note.html").write_text(template)
    assert examine_templates(str(tmp_path)).whole == KINDS


@pytest.mark.parametrize(
    ("template", "moments"),
    [
        ("{{ build_date_utc.year }}", ("%Y",)),
        ("{{ build_date_utc.day }}.{{ build_date_utc.month }}", ("%d", "%m")),
        ("{{ build_date_utc.strftime('%B %Y') }}", ("%B %Y",)),
        ("{{ build_date_utc.strftime(config.extra.form) }}", ("",)),
        ("{{ build_date_utc }}", ("",)),
        ("{{ build_date_utc.year }} {{ build_date_utc }}", ("", "%Y")),
        ("{{ edition.at }}", ("",)),
        ("{{ edition.at | weekday }}", ("%Y-%m-%d",)),
        ("{% set e = edition %}{{ e.at }}", ("",)),
        ("{{ press.edition.at }}", ("",)),
        ("{{ edition.articles[0].title }}", ()),
        ("{{ article.date.at.year }}", ()),
        ("{{ page.update_date }}", ("%Y-%m-%d",)),
    ],
)
def test_the_moment_of_a_build_counts_as_finely_as_it_is_shown(
    template: str, moments: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "main.html").write_text(template)
    assert examine_templates(str(tmp_path)).moments == {(kind, form) for kind in KINDS for form in moments}


def test_scripts_and_pictures_are_no_templates(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("if(a){{b()}}else{%}")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG{{\0\xff")
    assert examine_templates(str(tmp_path)) == Exposure()


def test_a_site_without_templates_of_its_own_shows_nothing_more() -> None:
    assert examine_templates(None) == Exposure()


def test_copies_of_the_engine_s_own_templates_leave_articles_and_lists_as_they_are(tmp_path: Path) -> None:
    shutil.copytree(TEMPLATES, tmp_path / "overrides")
    found = examine_templates(str(tmp_path / "overrides"))
    assert found == Exposure(frozenset({"directory", "front"}), frozenset({("front", "%Y-%m-%d")}))


STALE = {
    "main": (
        '{% extends "base.html" %}{% block announce %}{{ build_date_utc.year }}{% endblock %}',
        lambda site: None,
    ),
    "broadsheet/listing": (
        '{% extends "broadsheet/page.html" %}{% block sheet %}{{ page.view.listing.articles[0].title }}{% endblock %}',
        lambda site: site.article("a-0", "2026-01-20", title="Another headline"),
    ),
}


@pytest.mark.site
@pytest.mark.parametrize("name", STALE)
def test_pages_that_show_more_come_out_as_from_scratch(name: str, make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False, "per_page": 2})
    site.register("topics", world={"title": "World", "section": True})
    for number in range(6):
        site.article(f"a-{number}", f"2026-01-{20 - number}")
    template, change = STALE[name]
    site.write(f"overrides/{name}.html", template)
    assert site.build(SOURCE_DATE_EPOCH="1797000000").code == 0
    change(site)
    assert site.build(SOURCE_DATE_EPOCH="1800000000").code == 0
    found = site.files()
    for path in (".cache", "site"):
        (site.root / path).rename(site.root / f"old{path}")
    assert site.build(SOURCE_DATE_EPOCH="1800000000").code == 0
    assert {path for path, data in site.files().items() if found.get(path) != data} == set()


@pytest.mark.site
def test_an_edit_prints_no_more_pages_with_a_copy_of_a_template_than_without(make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False, "related": {"count": 0}})
    for number in range(12):
        site.article(f"a-{number}", f"2026-01-{20 - number:02}", "As it was.")
    source = (TEMPLATES / "broadsheet" / "article.html").read_text(encoding="utf-8")
    site.write("overrides/broadsheet/article.html", source.replace("<header ", '<header data-copy="" ', 1))
    assert site.build().code == 0
    times = {path: (site.output / path).stat().st_mtime_ns for path in site.files()}
    site.article("a-7", "2026-01-13", "As it is.")
    assert site.build().code == 0
    changed = {path for path in site.files() if (site.output / path).stat().st_mtime_ns != times[path]}
    assert {path for path in changed if path.startswith("2026/")} == {"2026/01/a-7/index.html"}
