"""Exposure: a template may show what is known to be harmless; with anything else, any page may show anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from broadsheet.exposure import examine_templates
from broadsheet.imprints import Exposure
from broadsheet.templating import TEMPLATES
from conftest import MakeSite

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
    "{% for item in nav.items %}{{ item.title }}{{ item.url | url }}{% endfor %}",
    "{{ nav.items | map(attribute='title') | join }}",
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
    assert examine_templates(str(tmp_path)).whole


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
    assert examine_templates(str(tmp_path)).moments == moments


def test_scripts_and_pictures_are_no_templates(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("if(a){{b()}}else{%}")
    (tmp_path / "photo.png").write_bytes(b"\x89PNG{{\0\xff")
    assert examine_templates(str(tmp_path)) == Exposure()


def test_a_site_without_templates_of_its_own_shows_nothing_more() -> None:
    assert examine_templates(None) == Exposure()


@pytest.mark.parametrize("name", ["broadsheet/page", "base", "broadsheet/listing", "partials/contents"])
def test_the_engine_s_own_templates_would_show_nothing_more_when_copied(name: str, tmp_path: Path) -> None:
    (tmp_path / "copy.html").write_text((TEMPLATES / f"{name}.html").read_text(encoding="utf-8"))
    assert examine_templates(str(tmp_path)) == Exposure()


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
