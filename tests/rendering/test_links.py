"""Links: where an address in an article leads, and that none leads out of the site or to what is not public.

How links look in a body, with the lines of dead ones, is in golden/bodies/links.yml.
"""

from __future__ import annotations

import posixpath
import unicodedata
from dataclasses import replace
from typing import Any, Literal
from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from broadsheet.core.urls import media_url
from broadsheet.rendering.links import LinkMap, Resolved, may_lead_elsewhere, resolve_link, suggest_place
from hypothesis import example, given
from hypothesis import strategies as st

ROOT = "https://news.example/paper/"
FERRY = "articles/2026/01/ferry.md"
HERE, URL = "articles/2026/01/talks.md", "2026/01/talks/"
LINKS = LinkMap(
    articles={
        HERE: URL,
        "articles/2026/01/ferry.md": "2026/01/ferry-line-7/",
        "articles/2025/12/summit.md": "2025/12/summit/",
        "articles/2025/11/summit.md": "2025/11/summit/",
    },
    held={"articles/2026/02/secret.md": "2026/02/secret/", "articles/2026/02/faulty.md": ""},
    pages={"../docs/about.md": "about/", "../docs/index.md": "", "../docs/assets/logo.png": "assets/logo.png"},
    urls={"", "about/", "topics/world/", "topics/world/page/2/", "assets/logo.png", "feed.xml", "2019/index.html"}
    | {URL, "2026/01/ferry-line-7/", "2025/12/summit/", "2025/11/summit/"},
    media={"articles/2026/01/map.png", "articles/2026/01/film.mp4", "portraits/jane.jpg"},
    refused={"articles/2026/01/logo.svg": "'.svg' files are not published"},
    moved={"2019/old/": "2025/12/summit/", "2019/old.html": "2025/12/summit/", "topics/globe/": "topics/world/"},
)
KNOWN = {*LINKS.urls, *LINKS.pages.values(), *map(media_url, LINKS.media)}


def follow(address: str, *, fetched: bool = False) -> Resolved:
    return resolve_link(address, HERE, URL, LINKS, fetched=fetched)


def arrive(resolved: Resolved) -> str:
    """The address within the site at which a browser arrives."""
    assert resolved.url is not None
    place = urljoin(f"{ROOT}{quote(URL)}", resolved.url)
    assert place.startswith(ROOT), f"{resolved.url} leaves the site"
    return unquote(urlsplit(place).path).removeprefix("/paper/")


@pytest.mark.parametrize(
    ("address", "target", "article", "fragment"),
    [
        ("ferry.md", "2026/01/ferry-line-7/", "articles/2026/01/ferry.md", ""),
        ("./ferry.md", "2026/01/ferry-line-7/", "articles/2026/01/ferry.md", ""),
        (" ferry.md\n", "2026/01/ferry-line-7/", "articles/2026/01/ferry.md", ""),
        ("../../2026/../2025/12/summit.md#day-2", "2025/12/summit/", "articles/2025/12/summit.md", "day-2"),
        ("ferry%2Emd#caf%C3%A9", "2026/01/ferry-line-7/", "articles/2026/01/ferry.md", "café"),
        ("ferry.md?print=1", "2026/01/ferry-line-7/", "articles/2026/01/ferry.md", ""),
        ("talks.md", URL, HERE, ""),
        ("#day-2", URL, HERE, "day-2"),
        ("#", URL, HERE, ""),
        ("?page=2#x", URL, HERE, "x"),
        ("../../../../docs/about.md#team", "about/", "", ""),
        ("../../../../docs/index.md", "", "", ""),
        ("../../../../docs/assets/logo.png", "assets/logo.png", "", ""),
        ("/", "", "", ""),
        ("/about/", "about/", "", ""),
        ("/about", "about/", "", ""),
        ("/about/index.html", "about/", "", ""),
        ("/index.html", "", "", ""),
        ("/2019/index.html", "2019/index.html", "", ""),
        ("/feed.xml", "feed.xml", "", ""),
        ("/topics/../../../about/", "about/", "", ""),
        ("/2025/12/summit/#x", "2025/12/summit/", "articles/2025/12/summit.md", "x"),
        ("/2019/old/#x", "2025/12/summit/", "articles/2025/12/summit.md", "x"),
        ("/2019/old.html", "2025/12/summit/", "articles/2025/12/summit.md", ""),
        ("/topics/globe/", "topics/world/", "", ""),
        ("../ferry-line-7/", "2026/01/ferry-line-7/", "articles/2026/01/ferry.md", ""),
        ("../../../topics/world/page/2/", "topics/world/page/2/", "", ""),
        ("../../..", "", "", ""),
    ],
)
def test_an_address_leads_to_an_article_or_a_page(address: str, target: str, article: str, fragment: str) -> None:
    resolved = follow(address)
    assert (arrive(resolved), resolved.article, resolved.fragment) == (target, article, fragment)
    assert (resolved.fault, resolved.media, resolved.remote) == ("", "", "")


@pytest.mark.parametrize("fetched", [False, True])
@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("map.png", "articles/2026/01/map.png"),
        ("../01/film.mp4#t=10", "articles/2026/01/film.mp4"),
        ("../../../portraits/jane.jpg", "portraits/jane.jpg"),
    ],
)
def test_an_address_of_a_file_beside_an_article_has_it_published(address: str, path: str, fetched: bool) -> None:
    resolved = follow(address, fetched=fetched)
    assert (arrive(resolved), resolved.media, resolved.article, resolved.fault) == (media_url(path), path, "", "")


def test_a_picture_of_the_site_s_own_can_be_shown() -> None:
    for address in ("/assets/logo.png", "../../../../docs/assets/logo.png"):
        assert arrive(follow(address, fetched=True)) == "assets/logo.png"
    # As the page has it is no way to write the address of a picture: beside the article it would be another.
    assert arrive(follow("../../../assets/logo.png")) == "assets/logo.png"
    assert follow("../../../assets/logo.png", fetched=True).fault.startswith("dead link")


@pytest.mark.parametrize(
    ("address", "target", "article", "fragment"),
    [
        (f"{ROOT}2026/01/ferry-line-7/", "2026/01/ferry-line-7/", "articles/2026/01/ferry.md", ""),
        ("HTTP://News.Example/paper/2026/01/ferry-line-7#day-2", "2026/01/ferry-line-7/", FERRY, "day-2"),
        ("//news.example/paper/2019/old.html", "2025/12/summit/", "articles/2025/12/summit.md", ""),
        ("https://news.example/paper", "", "", ""),
        (f"{ROOT}about/index.html", "about/", "", ""),
    ],
)
def test_full_addresses_of_the_site_itself_are_links_within_it(
    address: str, target: str, article: str, fragment: str
) -> None:
    resolved = resolve_link(address, HERE, URL, replace(LINKS, site=ROOT))
    assert (arrive(resolved), resolved.article, resolved.fragment) == (target, article, fragment)


def test_a_full_address_of_what_is_not_public_tells_nothing_of_it() -> None:
    resolved = resolve_link(f"{ROOT}2026/02/secret/", HERE, URL, replace(LINKS, site=ROOT))
    assert (resolved.url, resolved.severity) == (None, "note")


@pytest.mark.parametrize(
    "address",
    [
        "https://news.example/other/",
        "https://news.example/papers/about/",
        f"{ROOT}nowhere/",
        f"{ROOT}search/?q=ferry",
        "https://news.example:8000/paper/about/",
        "https://jane@news.example.org/paper/about/",
        "mailto:jane@news.example",
    ],
)
def test_what_is_beside_the_site_or_unknown_there_stays_as_it_is(address: str) -> None:
    assert resolve_link(address, HERE, URL, replace(LINKS, site=ROOT)) == follow(address)


@pytest.mark.parametrize("fetched", [False, True])
@pytest.mark.parametrize(
    ("address", "file"),
    [
        (f"{ROOT}media/2026/01/map.png", "articles/2026/01/map.png"),
        (f"{ROOT}media/2026/01/map.png#x", "articles/2026/01/map.png"),
        ("//news.example/paper/articles/2026/01/map.png", "articles/2026/01/map.png"),
        (f"{ROOT}media/portraits/jane.jpg", "portraits/jane.jpg"),
        ("http://News.Example/paper/portraits/jane%2ejpg", "portraits/jane.jpg"),
        (f"{ROOT}media/ship.png", "media/ship.png"),
        (f"{ROOT}media/media/ship.png", "media/ship.png"),
        ("/media/ship.png", "media/ship.png"),
        ("/media/2026/01/film.mp4", "articles/2026/01/film.mp4"),
        ("/portraits/jane.jpg", "portraits/jane.jpg"),
    ],
)
def test_files_of_the_site_under_its_full_address_are_its_own(address: str, file: str, fetched: bool) -> None:
    links = replace(LINKS, site=ROOT, media={*LINKS.media, "media/ship.png"})
    found = resolve_link(address, HERE, URL, links, fetched=fetched)
    assert (arrive(found), found.media, found.fault, found.remote) == (media_url(file), file, "", "")


def test_a_picture_under_the_site_s_own_address_may_have_a_query() -> None:
    links = replace(LINKS, site=ROOT)
    for address in (f"{ROOT}media/2026/01/map.png?w=300", "/media/2026/01/map.png?w=300"):
        assert resolve_link(address, HERE, URL, links, fetched=True).media == "articles/2026/01/map.png"
    assert arrive(resolve_link(f"{ROOT}assets/logo.png", HERE, URL, links, fetched=True)) == "assets/logo.png"
    assert resolve_link(f"{ROOT}about/", HERE, URL, links, fetched=True).fault.endswith(
        "expected a picture or a recording"
    )


def test_a_picture_that_the_site_does_not_have_is_not_told_to_be_on_another_server() -> None:
    links = replace(LINKS, site=ROOT)
    for address in (f"{ROOT}portraits/jan.jpg", f"{ROOT}%2e%2e/portraits/jane.jpg", f"{ROOT}../../etc/passwd"):
        found = resolve_link(address, HERE, URL, links, fetched=True)
        assert (found.url, found.fault, found.media) == (None, f"dead link: there is no '{address}'", "")
    assert resolve_link(f"{ROOT}portraits/jan.jpg", HERE, URL, links, fetched=True).hint == (
        "did you mean '../../../portraits/jane.jpg'?"
    )


# A letter with an accent is one character (NFC) or two (NFD).


def spell(text: str, form: Literal["NFC", "NFD"]) -> str:
    return unicodedata.normalize(form, text)


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("in_link", ["NFC", "NFD"])
def test_a_link_meets_a_file_whose_name_is_composed_in_another_way(
    on_disk: Literal["NFC", "NFD"], in_link: Literal["NFC", "NFD"]
) -> None:
    folder = spell("articles/2026/01/fête", on_disk)
    links = LinkMap(
        articles={f"{folder}/Zoë.md": "2026/01/zoë/"},
        held={f"{folder}/née.md": "2026/01/née/"},
        pages={spell("../docs/über.md", on_disk): "über/"},
        urls={"2026/01/zoë/", "über/"},
        media={f"{folder}/fête.png"},
        refused={f"{folder}/élan.svg": "no"},
    )

    def follow_spelled(address: str, *, fetched: bool = False) -> Resolved:
        return resolve_link(spell(address, in_link), HERE, URL, links, fetched=fetched)

    shown = follow_spelled("fête/fête.png", fetched=True)
    assert (shown.media, arrive(shown)) == (f"{folder}/fête.png", media_url(f"{folder}/fête.png"))
    assert follow_spelled(quote(spell("fête/fête.png", in_link))).media == f"{folder}/fête.png"
    assert follow_spelled("fête/Zoë.md#x").article == f"{folder}/Zoë.md"
    assert follow_spelled("fête/née.md").severity == "note"
    assert arrive(follow_spelled("../../../../docs/über.md")) == "über/"
    assert arrive(follow_spelled("/2026/01/zoë/")) == "2026/01/zoë/"
    assert follow_spelled("fête/élan.svg").fault.endswith("is not published: no")


def test_of_two_files_whose_names_look_the_same_each_is_reached_by_its_own_spelling() -> None:
    names = [spell("articles/2026/01/é.png", form) for form in ("NFC", "NFD")]
    links = LinkMap(media=names)
    assert [resolve_link(posixpath.basename(name), HERE, URL, links).media for name in names] == names


# An article in a directory of its own.


@pytest.mark.parametrize(
    ("address", "start"),
    [
        ("../ferry/", "articles/2026/01/bus/index.md"),
        ("../ferry", "articles/2026/01/bus/index.md"),
        ("../ferry/index.md", "articles/2026/01/bus/index.md"),
        ("/2026/01/ferry/", "articles/2026/01/bus/index.md"),
        ("ferry/", "articles/2026/01/talks.md"),
        ("ferry/index.md#x", "articles/2026/01/talks.md"),
        ("./", "articles/2026/01/ferry/index.md"),
        ("index.md", "articles/2026/01/ferry/index.md"),
        ("../01/ferry/", "articles/2026/02/talks.md"),
    ],
)
@pytest.mark.parametrize("is_public", [True, False])
def test_an_article_in_its_own_directory_is_linked_by_file_and_by_directory(
    address: str, start: str, is_public: bool
) -> None:
    path, url = "articles/2026/01/ferry/index.md", "2026/01/ferry/"
    links = LinkMap(**{"articles" if is_public else "held": {path: url}}, urls={url} if is_public else ())
    start_url = "2026/01/" + posixpath.basename(start.removesuffix(".md").removesuffix("/index")) + "/"
    found = resolve_link(address, start, start_url, links)
    assert found.article == path
    assert (found.url is None) == (not is_public and start != path)


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/x?y#z",
        "http://a.example",
        "HTTPS://a.example",
        "mailto:me@a.example",
        "tel:+44",
        "//a.example/x",
    ],
)
def test_links_to_other_sites_stay_as_they_are_but_for_a_scheme(address: str) -> None:
    assert follow(address) == Resolved(address if ":" in address else f"https:{address}")


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("javascript:alert(1)", "'javascript:alert(1)': addresses that begin with 'javascript:' are not allowed"),
        ("java\nscript:x", "'java\nscript:x': addresses that begin with 'javascript:' are not allowed"),
        ("\x01javascript:x", "'\x01javascript:x': addresses that begin with 'javascript:' are not allowed"),
        ("DATA:text/html,x", "'DATA:text/html,x': addresses that begin with 'data:' are not allowed"),
        ("file:///etc/passwd", "'file:///etc/passwd': addresses that begin with 'file:' are not allowed"),
        (f"x{'y' * 99}:z", f"'x{'y' * 79}': addresses that begin with 'x{'y' * 39}:' are not allowed"),
        ("http://[bad", "'http://[bad' is no address"),
        ("http:///x", "'http:///x' is no address"),
        ("https:a.example", "'https:a.example' is no address"),
        ("https:\\\\a.example", "'https:\\\\a.example' is no address"),
        ("https://a example/", "'https://a example/' is no address"),
        ("//a\\@b", "'//a\\@b' is no address"),
        ("//", "'//' is no address"),
        ("//#x", "'//#x' is no address"),
        ("//?x", "'//?x' is no address"),
        ("gone.md", "dead link: there is no 'gone.md'"),
        ("gone", "dead link: there is no 'gone'"),
        ("/gone/", "dead link: there is no '/gone/'"),
        ("../../../../etc/passwd", "dead link: there is no '../../../../etc/passwd'"),
        ("/../../etc/passwd", "dead link: there is no '/../../etc/passwd'"),
        ("%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "dead link: there is no '%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd'"),
        ("/\\a.example", "dead link: there is no '/\\a.example'"),
        ("\\\\a.example", "dead link: there is no '\\\\a.example'"),
        ("///a.example", "dead link: there is no '///a.example'"),
        ("map.png%00.md", "dead link: there is no 'map.png%00.md'"),
        ("logo.svg", "'logo.svg' is not published: '.svg' files are not published"),
        (f"/{'x' * 99}", f"dead link: there is no '/{'x' * 79}'"),
    ],
)
def test_what_leads_nowhere_is_a_fault_and_no_link(address: str, fault: str) -> None:
    resolved = follow(address)
    assert resolved.fault == fault
    assert resolved == Resolved(fault=fault, hint=resolved.hint)


@pytest.mark.parametrize("address", ["", "  ", "\n"])
def test_without_an_address_there_is_no_link(address: str) -> None:
    hint = "write the address between ( and )"
    assert follow(address) == Resolved(fault="a link without an address", hint=hint)
    assert follow(address, fetched=True) == Resolved(fault="an image without an address", hint=hint)


@pytest.mark.parametrize(
    "address",
    [
        "../02/secret.md",
        "../02/faulty.md",
        "../02/secret.md#part",
        "/2026/02/secret/",
        "../../02/secret/",
        "/2026/02/secret",
    ],
)
def test_an_article_that_is_not_public_is_never_linked(address: str) -> None:
    resolved = follow(address)
    fault = f"'{address}' is not public yet: the words stay, without a link"
    assert (resolved.url, resolved.fault, resolved.severity) == (None, fault, "note")
    assert resolved.article in LINKS.held
    assert resolved.fragment == address.partition("#")[2], "whether the place is there is looked at all the same"
    shown = follow(address, fetched=True)
    assert (shown.url, shown.severity) == (None, "warning"), "no article is a picture, public or not"


@pytest.mark.parametrize("state", ["waits", "was withdrawn"])
def test_a_note_tells_why_an_article_is_not_public(state: str) -> None:
    links = replace(LINKS, reasons={"articles/2026/02/secret.md": state})
    assert resolve_link("../02/secret.md", HERE, URL, links).fault.startswith(f"'../02/secret.md' {state}: ")


HIDDEN = {
    "topics/rare/": "topics/rare/",
    "topics/world/page/3/": "topics/world/page/3/",
    "old/secret/": "2026/02/secret/",
    "old/secret.html": "2026/02/secret/",
}


@pytest.mark.parametrize(
    ("address", "article"),
    [
        ("/topics/rare/", ""),
        ("/topics/rare", ""),
        ("/topics/rare/index.html#x", ""),
        ("../../../topics/world/page/3/", ""),
        ("https://news.example/paper/topics/rare/", ""),
        ("/old/secret/#day", "articles/2026/02/secret.md"),
        ("/old/secret.html", "articles/2026/02/secret.md"),
        ("http://news.example/paper/old/secret/", "articles/2026/02/secret.md"),
    ],
)
def test_a_page_that_only_held_articles_bring_about_is_not_linked_and_no_dead_link(address: str, article: str) -> None:
    links = replace(LINKS, hidden=HIDDEN, site=ROOT)
    resolved = resolve_link(address, HERE, URL, links)
    assert (resolved.url, resolved.severity, resolved.article) == (None, "note", article)
    assert resolved.fragment == ("day" if address.endswith("#day") else "")
    if not address.startswith("http"):
        assert resolve_link(address, HERE, URL, links, fetched=True).severity == "warning"


def test_a_held_article_may_link_to_itself() -> None:
    path, url = "articles/2026/02/secret.md", "2026/02/secret/"
    for address in ("secret.md#x", "/2026/02/secret/#x", "../secret/#x"):
        resolved = resolve_link(address, path, url, LINKS)
        assert (resolved.url, resolved.article, resolved.fragment, resolved.fault) == ("./#x", path, "x", ""), address


@pytest.mark.parametrize("address", ["//a.example/x.png", "https://a.example/x.png", "http://a.example/x.png"])
def test_nothing_is_fetched_from_another_server(address: str) -> None:
    whole = address if address.startswith("http") else f"https:{address}"
    fault = f"'{whole}' is on another server, which would learn of every reader"
    hint = "put the file beside the article and link to it there"
    assert follow(address, fetched=True) == Resolved(fault=fault, hint=hint, remote=whole)


@pytest.mark.parametrize("address", ["mailto:me@a.example", "tel:+44"])
def test_what_no_browser_can_show_is_no_picture(address: str) -> None:
    assert follow(address, fetched=True) == Resolved(fault=f"'{address}' is no address")


@pytest.mark.parametrize(
    "address",
    [
        "ferry.md",
        "talks.md",
        "/",
        "/about/",
        "/2025/12/summit/#x",
        "../../../../docs/about.md#x",
        "#x",
        "?x",
    ],
)
def test_a_page_is_no_picture(address: str) -> None:
    assert arrive(follow(address)) in {"", URL, "2026/01/ferry-line-7/", "2025/12/summit/", "about/"}
    fault = f"'{address}' is a page, expected a picture or a recording"
    assert follow(address, fetched=True) == Resolved(fault=fault)


# What was probably meant.


@pytest.mark.parametrize(
    ("address", "hint"),
    [
        ("sumit.md", ""),
        ("summit.md", "did you mean '../../2025/11/summit.md'?"),
        ("/2025/12/summit.md", "did you mean '../../2025/11/summit.md'?"),
        ("../../2025/12/sumit.md", "did you mean '../../2025/12/summit.md'?"),
        ("fery.md", "did you mean 'ferry.md'?"),
        ("fery", ""),
        ("../02/secrt.md", ""),
        ("map.PNG", "did you mean 'map.png'?"),
        ("Map.png", "did you mean 'map.png'?"),
        ("mapp.png", "did you mean 'map.png'?"),
        ("map.jpg", "did you mean 'map.png'?"),
        ("film.mp3", "did you mean 'film.mp4'?"),
        ("jane.jpg", "did you mean '../../../portraits/jane.jpg'?"),
        ("Jane.JPG", "did you mean '../../../portraits/jane.jpg'?"),
        ("/portraits/jan.jpg", "did you mean '../../../portraits/jane.jpg'?"),
        ("ferry/index.md", "did you mean 'ferry.md'?"),
        ("FERRY.md", "did you mean 'ferry.md'?"),
    ],
)
def test_a_dead_link_is_told_what_was_probably_meant_of_what_is_public(address: str, hint: str) -> None:
    assert follow(address).hint == hint


def test_a_file_in_the_same_directory_is_meant_before_one_elsewhere() -> None:
    links = LinkMap(media=["a/photo.jpg", "articles/2026/01/photo.JPG", "b/dok.jpg", "articles/2026/01/dock.jpg"])
    assert resolve_link("photo.jpg", HERE, URL, links, fetched=True).hint == "did you mean 'photo.JPG'?"
    assert resolve_link("dok.jpg", HERE, URL, links, fetched=True).hint == "did you mean 'dock.jpg'?"
    assert resolve_link("b/dock.jpg", HERE, URL, links, fetched=True).hint == "did you mean 'dock.jpg'?"


def test_an_article_in_its_own_directory_is_meant_by_the_file_that_it_was() -> None:
    links = LinkMap(articles={"articles/2026/01/ferry/index.md": "2026/01/ferry/"})
    assert resolve_link("ferry.md", HERE, URL, links).hint == "did you mean 'ferry/index.md'?"
    assert resolve_link("../index.md", HERE, URL, links).hint == ""


@pytest.mark.parametrize("count", [10, 10_000])
def test_a_slip_is_found_among_any_number_of_pictures(count: int) -> None:
    links = LinkMap(media={f"articles/2026/01/IMG_{number}.jpg" for number in range(count)})
    for slip in ("IMG_7x.jpg", "IM_7.jpg", "IGM_7.jpg", "iMG-7.jpg", "img_7.JPG", "IMG_7.png", "IMG_7.jgp"):
        assert resolve_link(slip, HERE, URL, links, fetched=True).hint == "did you mean 'IMG_7.jpg'?", slip
    assert resolve_link("photo.jpg", HERE, URL, links, fetched=True).hint == ""


def test_an_article_is_never_meant_where_a_picture_is_missing() -> None:
    assert follow("ferry.m4", fetched=True).hint == ""


def test_a_very_long_address_is_cut_where_it_is_told() -> None:
    end = "x" * 100
    links = LinkMap({HERE: URL}, {f"articles/2026/01/{end}.md": ""}, refused={f"articles/2026/01/{end}.svg": "no"})
    addresses = [f"{end}.md", f"{end}.svg", f"https:{end}", f"http://[{end}", f"//?{end}", f"gone/{end}", f"x:{end}"]
    for address in addresses:
        assert f"'{address[:80]}'" in resolve_link(address, HERE, URL, links).fault
    for address in (f"https://a.example/{end}", f"mailto:{end}", f"#{end}"):
        assert f"'{address[:80]}'" in resolve_link(address, HERE, URL, links, fetched=True).fault


@pytest.mark.parametrize(("length", "is_near"), [(100, True), (101, False)])
def test_a_name_that_is_too_long_for_a_slip_is_not_compared(length: int, is_near: bool) -> None:
    name = f"{'x' * (length - 3)}.md"
    assert len(name) == length
    links = LinkMap(articles={f"articles/x{name}": "x/"})
    hint = f"did you mean 'x{name}'?" if is_near else ""
    assert resolve_link(name, "articles/a.md", "a/", links).hint == hint


def test_an_address_that_an_article_shares_with_a_held_one_is_that_of_the_public_one() -> None:
    links = LinkMap(articles={"a.md": "x/"}, held={"b.md": "x/"}, urls={"x/"})
    assert links.path_at("x/") == "a.md"
    assert links.path_at("y/") == ""


# Whatever is written.

PARTS = r"""
    . .. ... %2e%2e %2E. ..%2f.. ..; \ ..\ %5c.. articles content docs etc passwd 2026 2025 12 01 02 talks.md ferry.md
    secret.md faulty.md map.png logo.svg about.md about topics world page 2 2019 old secret talks index.html é %00 % %zz
    @a.example a.example :80 &amp; *
"""
RELATIVE = st.builds(
    lambda start, parts, end: start + "/".join(parts) + end,
    st.sampled_from(["", "", "/", "./", "../", "../../", "../../../", "../../../../"]),
    st.lists(st.sampled_from([*PARTS.split(), "", "a b"]) | st.text(max_size=3), max_size=7),
    st.sampled_from(["", "", "/", "#x", "?a=b", "#../..", "?../../x", "/#/../"]),
)


@given(address=RELATIVE, fetched=st.booleans())
@example(address="../../../../etc/passwd", fetched=False)
@example(address="//", fetched=False)
@example(address="\\\\a.example", fetched=False)
@example(address="/\\a.example/", fetched=True)
@example(address="../../../../../../../about/", fetched=False)
def test_no_relative_address_leads_out_of_the_site_or_to_what_is_not_known(address: str, fetched: bool) -> None:
    resolved = follow(address, fetched=fetched)
    assert (resolved.url is None) == bool(resolved.fault)
    assert resolved.article not in LINKS.held or resolved.url is None
    if resolved.url is not None and not (urlsplit(address.strip()).scheme or urlsplit(address.strip()).netloc):
        assert arrive(resolved) in KNOWN
        assert resolved.article == "" or LINKS.articles[resolved.article] == arrive(resolved)
        assert resolved.media == "" or media_url(resolved.media) == arrive(resolved)
        assert not fetched or not (arrive(resolved) == "" or arrive(resolved).endswith("/"))


@given(
    address=st.text(st.sampled_from("ahtps:/\\@#?.%2e&\t\n []") | st.characters(codec="utf-8"), max_size=30),
    scheme=st.sampled_from(
        ["", "", "http:", "https://", "//", "javascript:", "data:", "\x00javascript:", "mailto:", "x:"]
    ),
    fetched=st.booleans(),
)
def test_any_text_is_a_safe_link_or_a_fault(address: str, scheme: str, fetched: bool) -> None:
    resolved = follow(scheme + address, fetched=fetched)
    assert (resolved.url is None) == bool(resolved.fault)
    assert bool(resolved.remote) <= fetched
    if resolved.remote:
        assert urlsplit(resolved.remote).scheme in {"http", "https"}
    parts = urlsplit(resolved.url or "")
    assert parts.scheme in ({""} if fetched else {"", "http", "https", "mailto", "tel"})
    assert bool(parts.netloc) == (parts.scheme in {"http", "https"})


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=6).filter(
    lambda name: name.strip() == name and name not in {".", ".."}
)


@given(
    folders=st.lists(NAMES, max_size=3).map("/".join),
    beside=st.lists(NAMES, max_size=3).map("/".join),
    name=NAMES,
    fragment=st.text(st.characters(codec="utf-8"), max_size=5),
)
@example(folders="2026/01", beside="2026/01", name="report #2?", fragment="day 2")
@example(folders="", beside="", name="a:b", fragment="")
def test_every_file_can_be_linked_from_every_other_whatever_its_name(
    folders: str, beside: str, name: str, fragment: str
) -> None:
    here, there = posixpath.join("articles", folders, "here.md"), posixpath.join("articles", beside, f"{name}.md")
    links = LinkMap(articles={here: "2026/01/here/", there: "2026/01/there/"})
    way = posixpath.relpath(there, posixpath.dirname(here))
    address = quote(way) + (f"#{quote(fragment)}" if fragment else "")
    resolved = resolve_link(address, here, "2026/01/here/", links)
    assert (resolved.article, resolved.fault, resolved.fragment) == (there, "", fragment)
    place = urlsplit(urljoin(f"{ROOT}2026/01/here/", resolved.url))
    assert (place.path, unquote(place.fragment)) == (f"/paper/{links.articles[there]}", fragment)


@given(
    st.sampled_from(
        [
            "a.md",
            "#part",
            "/2026/01/talks/",
            f"{ROOT}2026/01/talks/",
            "//News.Example/paper/about/",
            "mailto:a@b",
            "http://[",
        ]
    )
    | st.text(max_size=12),
    st.booleans(),
    st.sampled_from(["", ROOT, "https://example.net/"]),
)
def test_what_may_not_change_leads_to_the_same_place_whatever_there_is(address: str, fetched: bool, site: str) -> None:
    if not may_lead_elsewhere(address, site):
        full = resolve_link(address, HERE, URL, replace(LINKS, site=site), fetched=fetched)
        assert full == resolve_link(address, HERE, URL, LinkMap(site=site), fetched=fetched)


@pytest.mark.parametrize(
    "address", ["https://elsewhere.net/a", "mailto:a@example.net", "tel:+1", "//elsewhere.net", "http://["]
)
def test_what_leads_to_other_sites_may_not_change(address: str) -> None:
    assert not may_lead_elsewhere(address, ROOT)
    assert may_lead_elsewhere(f"{ROOT}2026/01/talks/", ROOT)
    assert may_lead_elsewhere("talks.md", "")


def heading(place: str, *below: dict[str, Any]) -> dict[str, Any]:
    return {"id": place, "children": list(below)}


@pytest.mark.parametrize(
    ("fragment", "hint"),
    [
        ("_2", "did you mean '東京'?"),
        ("groe", "did you mean 'größe'?"),
        ("the-bil", "did you mean 'the-bill'?"),
        ("_3", ""),
    ],
)
def test_a_place_that_had_another_name_once_is_suggested(fragment: str, hint: str) -> None:
    toc = [heading("結果", heading("größe")), heading("東京"), heading("the-bill")]
    assert suggest_place(fragment, toc, ["結果", "größe", "東京", "the-bill"]) == hint
