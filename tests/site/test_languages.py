"""A newspaper in another language: no word of the interface stays English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import material
import pytest
from babel import Locale
from broadsheet.core.translations import read_catalogue
from broadsheet.theme.environment import TEMPLATES
from html_tree import Element
from sample_photos import make_photo
from sites import Site

pytestmark = pytest.mark.site

# All that is the newspaper's own is Greek: what is in Latin letters comes from the engine, or from Material.
TEXT = "Λόγια για τη θάλασσα και το λιμάνι."
BODY = f"{TEXT}\n\n| α | β |\n|---|---|\n| 1 | 2 |\n\n- [ ] γ\n- [x] δ\n\n![Λιμάνι](wide.jpg)\n"
ENGLISH = read_catalogue("en")
MADE_UP = {
    key: f"⟦{' '.join(['', *sorted(set(re.findall(r'{[a-z]+}', forms['other'])))])}⟧" for key, forms in ENGLISH.items()
}
LATIN = re.compile(r"[A-Za-z]{2,}")
SHOWN = frozenset({"abbr", "alt", "aria-label", "label", "placeholder", "title"})
UNSEEN = frozenset({"script", "style"})


def write_paper(root: Path, language: str, **broadsheet: Any) -> Site:
    """A newspaper with every kind of page and all that pages can have on them, built."""
    counts = {"per_page": 3, "timeline": {"count": 3}, "latest": {"count": 3}, "related": {"count": 3}}
    theme = {"name": "material", "language": language, "font": False, "palette": {"scheme": "default"}}
    site = Site(
        root,
        {
            "site_name": "Η Εφημερίδα",
            "site_description": "Νέα",
            "theme": theme,
            "nav": [{"Για μας": "about.md"}],
            "repo_url": "https://github.com/owner/paper",
            "broadsheet": {"locale": language, **counts, **broadsheet},
        },
    )
    site.write("docs/about.md", "# Για μας\n\n" + "".join(f"## Μέρος {number}\n\nΛόγια.\n\n" for number in range(6)))
    site.register("topics", world={"title": "Κόσμος", "section": True}, asia={"title": "Ασία", "parent": "world"})
    author = {"role": "Ανταποκρίτρια", "email": "a@example.org", "url": "https://example.org/"}
    site.register("authors", anna={"name": "Άννα", **author}, vasilis={"name": "Βασίλης"}, petros={"name": "Πέτρος"})
    site.register("stories", ferry={"title": "Το πλοίο"})
    site.write("content/articles/2026/01/wide.jpg", make_photo(6000, 800))
    for number, kind in enumerate(("news", "brief", "analysis", "opinion", "live", "explainer", "news")):
        site.article(
            f"ferry-{number}",
            f"2026-01-{10 + number}T09:30",
            BODY,
            title=f"Τίτλος {number}",
            summary="Περίληψη.",
            type=kind,
            topics=["world", "asia"] if number % 2 else ["asia"],
            authors=["anna", "vasilis", "petros"][: 1 + number % 3],
            story="ferry",
            image={"src": "wide.jpg", "alt": "Λιμάνι", "caption": "Λιμάνι"},
            corrections=[{"date": "2026-01-20", "text": "Διόρθωση."}],
            updated="2026-01-21",
            sources=[{"title": "Πηγή"}],
            aliases=[f"old/{number}"],
            related={"pin": [f"ferry-{(number + 1) % 7}"]},
        )
    for number in range(4):
        site.article(f"old-{number}", f"2025-{number + 1:02}-03", TEXT, title=f"Παλιό {number}")
    run = site.build()
    assert run.code == 0, run.output
    return site


def read_pieces(element: Element, language: str = "") -> Iterator[tuple[str, str]]:
    """All that readers see or hear of a page, each with the language that it is said to be in; '' for attributes."""
    language = element["lang"] or language
    if element.tag == "meta" and element["name"] == "description":
        yield element["content"], ""
    for name, value in element.attributes.items():
        if name in SHOWN or (name.startswith("data-say-") and not name.endswith("-lang")):
            yield value, ""
    for child in element.children:
        if isinstance(child, Element):
            if child.tag not in UNSEEN:
                yield from read_pieces(child, language)
        elif child.strip():
            # A title can have no elements.
            yield child, "" if element.tag == "title" else language


def find_latin(site: Site) -> dict[str, set[tuple[str, str]]]:
    """The words in Latin letters of all pages, addresses and the zone of times left out, each with its language."""
    places: dict[str, set[tuple[str, str]]] = {}
    for path, page in site.pages().items():
        for piece, language in read_pieces(page):
            text = re.sub(r"https?://\S+|\S+@\S+|\bUTC\b|\{[a-z]+\}", "", piece)
            for word in LATIN.findall(text):
                places.setdefault(word, set()).add((path, language))
    return places


def list_known(language: str) -> set[str]:
    """The Latin words of a language: those of its catalogue, of its calendar, and Material's."""
    texts = [text for forms in read_catalogue(language).values() for text in forms.values()]
    locale = Locale(language)
    widths = [
        width
        for data in (locale.months, locale.days, locale.quarters)
        for kind in data.values()
        for width in kind.values()
    ]
    texts += [str(name) for width in widths for name in width.values()]
    folder = Path(material.__file__).parent / "templates" / "partials" / "languages"
    texts += re.findall(r': "(.*)"', (folder / f"{language}.html").read_text(encoding="utf-8"))
    return {word for text in texts for word in LATIN.findall(re.sub(r"\{[a-z]+\}", "", text))}


@pytest.mark.parametrize("language", ["de", "ar"])
def test_a_newspaper_in_another_language_has_no_english_word(language: str, tmp_path: Path) -> None:
    site = write_paper(tmp_path, language)
    known = list_known(language)
    assert {word: where for word, where in find_latin(site).items() if word not in known} == {}


def test_every_word_can_be_replaced(tmp_path: Path) -> None:
    site = write_paper(tmp_path, "el", words=MADE_UP)
    assert find_latin(site) == {}
    pieces = {piece for page in site.pages().values() for piece, _ in read_pieces(page) if "⟦" in piece}
    assert pieces


def test_words_without_a_catalogue_are_english_and_say_so(tmp_path: Path) -> None:
    site = write_paper(tmp_path, "el")
    languages_by_word = find_latin(site)
    assert languages_by_word
    assert {
        word: where for word, where in languages_by_word.items() if {language for _, language in where} - {"en", ""}
    } == {}
    # A page that leads on is in one language.
    assert 'lang="en"' in site.html("old/1/")


def test_every_word_is_on_some_page(tmp_path: Path) -> None:
    marks = {key: text.replace("⟦", f"⟦{key} ") for key, text in MADE_UP.items()}
    site = write_paper(tmp_path, "el", words=marks)
    html = "".join(data.decode() for path, data in site.files().items() if path.endswith(".html"))
    empty = Site(tmp_path / "empty", {"theme": {"name": "material", "language": "el"}, "broadsheet": {"words": marks}})
    assert empty.build().code == 0
    html += empty.html("")
    missing = {key for key in ENGLISH if key != "comma" and f"⟦{key} " not in html}
    # What depends on how the articles of this newspaper lie, and not on its language.
    assert missing <= {"articles_a_quarter", "articles_a_year", "column_quarter", "column_year"} | {
        f"reason_{kind}" for kind in ("copy", "linked", "links", "text", "topics", "words")
    }


def test_no_template_has_a_word_of_its_own() -> None:
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = re.sub(r"\{#.*?#\}|<script\b.*?</script>|<style\b.*?</style>", "", path.read_text(), flags=re.DOTALL)
        text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", text, flags=re.DOTALL)
        shown = re.findall(r'(?:aria-label|alt|title|placeholder)="([^"]*)"', text)
        shown += re.findall(r"(?<=>)[^<>]*(?=<)", re.sub(r'<[^>]*>|[\w-]+=""', "<>", text))
        assert [text.strip() for text in shown if LATIN.search(text)] == [], path.name
