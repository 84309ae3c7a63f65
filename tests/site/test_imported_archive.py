"""An archive from another system: Hugo's directories, WordPress's and Jekyll's old addresses, pictures as they came."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page
from sample_photos import PLACE, draw, encode, insert_chunk, load, make_exif
from sites import Site
from web_server import Host, QuietHandler

pytestmark = pytest.mark.site

FOLDER = "content/articles/2026/01"
FETE = unicodedata.normalize("NFD", "fête.png")
ALIASES = {
    "/a(b)/": "a(b)/index.html",
    "/caf%C3%A9/": "café/index.html",
    "/2017-05-10_[gsoc]_x/": "2017-05-10_[gsoc]_x/index.html",
    "/it's,_a+b=c&d!/10:30.html": "it's,_a+b=c&d!/10:30.html",
    "/old/": "old/index.html",
}
BODY = """![Ship](https://hunt.example/media/ship.png) ![Fete](fête.png) ![Turned](turned.webp) ![Profile](gimp.png)

[bus](../bus/) [bus file](../bus/index.md) [flat](https://hunt.example/2026/01/flat/) [old](/a(b)/) [coffee](/café/)
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The archive, built strictly."""
    site = Site(tmp_path_factory.mktemp("archive"), {"site_url": "https://hunt.example/"})
    site.write("content/media/ship.png", encode(draw(900, 600), "PNG"))
    site.article("ferry/index", body=BODY, image={"src": "boat.jpg", "alt": "A boat"})
    site.write(f"{FOLDER}/ferry/boat.jpg", encode(draw(600, 400)))
    site.write(f"{FOLDER}/ferry/{FETE}", encode(draw(60, 40), "PNG"))
    site.write(f"{FOLDER}/ferry/turned.webp", encode(draw(120, 80), "WEBP", exif=make_exif(6)))
    site.write(f"{FOLDER}/ferry/gimp.png", insert_chunk(encode(draw(60, 40), "PNG"), b"iCCP", b"x\0\0", is_sound=False))
    site.article("bus/index", body="[ferry](../ferry/) and [flat](../flat.md)")
    site.article("flat", body="[ferry](ferry/)\n\n## Part", aliases=list(ALIASES))
    run = site.build("--strict")
    assert run.code == 0, run.output
    return site


def test_articles_in_directories_of_their_own_have_the_directory_s_name(archive: Site) -> None:
    assert archive.has("2026/01/ferry/")
    assert archive.has("2026/01/bus/")
    ferry = archive.page("2026/01/ferry/")
    links = {link.text: link["href"] for link in ferry.one("div", css="bs-body").all("a")}
    assert links == {
        "bus": "../bus/",
        "bus file": "../bus/",
        "flat": "../flat/",
        "old": "../flat/",
        "coffee": "../flat/",
    }
    for url in ("2026/01/bus/", "2026/01/flat/"):
        assert archive.page(url).one("div", css="bs-body").all("a")[0]["href"] == "../ferry/"
    assert ferry.one("figure", css="bs-lead-image").one("img")["src"] == "../../../media/2026/01/ferry/boat.jpg"


def test_pictures_are_shown_from_the_site_itself_with_their_sizes(archive: Site) -> None:
    images = {image["alt"]: image for image in archive.page("2026/01/ferry/").all("img")}
    assert images["Ship"]["src"] == "../../../media/media/ship.png"
    assert (images["Ship"]["width"], images["Ship"]["height"]) == ("900", "600")
    assert images["Fete"]["src"] == f"../../../media/2026/01/ferry/{quote(FETE)}"
    assert images["Fete"]["width"] == "60"
    assert (images["Turned"]["width"], images["Turned"]["height"]) == ("80", "120")
    assert images["Profile"]["width"] == "60"
    sources = [one["srcset"] for one in archive.page("2026/01/ferry/").all("source")]
    assert len(sources) == len(["lead", "Ship", "Turned"])
    assert not [path for path, data in archive.files().items() if PLACE in data]
    assert load(archive.files()["media/2026/01/ferry/gimp.png"]).info.get("icc_profile") is None


def test_old_addresses_lead_on_from_the_directories_that_a_server_looks_into(archive: Site) -> None:
    pages = archive.files()
    for path in ALIASES.values():
        assert b'content="0; url=../' in pages[path], path


@pytest.mark.parametrize(
    "alias", ["/%2e%2e/%2e%2e/etc/", "/..%2f..%2fetc/", "/a%5c..%5cb/", "/a%00/", "/C:/x/", "/%252e%252e/x/"]
)
def test_a_hostile_alias_stops_the_build_and_writes_nothing(tmp_path: Path, alias: str) -> None:
    site = Site(tmp_path / "a" / "b", {"broadsheet": {"search": False}})
    site.article("x", aliases=[alias])
    run = site.build()
    assert run.code == 1
    assert "is no address on this site" in run.output
    assert not site.output.exists()
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b"]


# In a browser.


class StrictHandler(QuietHandler):
    """A server that lets pages run no scripts but the site's own."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", "default-src 'self'")
        super().end_headers()


@pytest.fixture(scope="module")
def address(archive: Site) -> Iterator[str]:
    """Where a strict server shows the archive."""
    host = Host(archive.output, StrictHandler)
    yield host.address
    host.close()


@pytest.mark.browser
@pytest.mark.parametrize("end", ["", "?a=1&b=%2F#part", "#part", "?a=//evil.example/"])
@pytest.mark.parametrize("old", ["old/", "a(b)/", "caf%C3%A9/", "2017-05-10_[gsoc]_x/", "it's,_a+b=c&d!/10:30.html"])
def test_a_redirect_keeps_query_and_fragment(page: Page, address: str, old: str, end: str) -> None:
    page.goto(f"{address}{old}{end}")
    page.wait_for_url(f"{address}2026/01/flat/**")
    assert page.url == f"{address}2026/01/flat/{end}"


@pytest.mark.browser
def test_a_redirect_works_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}old/?a=1#part")
    page.wait_for_url(f"{address}2026/01/flat/**")
    context.close()


@pytest.mark.browser
def test_a_turned_picture_stands_upright(page: Page, serve: Callable[[Path], str], archive: Site) -> None:
    page.goto(f"{serve(archive.output)}2026/01/ferry/")
    image = page.locator("img[alt=Turned]")
    image.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('img[alt=Turned]').complete")
    box = image.bounding_box()
    assert box is not None
    assert (round(box["width"]), round(box["height"])) == (80, 120)
    # Only the upper left corner of the file is red: turned by a quarter, it is the upper right one.
    colours = image.evaluate(
        """image => {
            const canvas = Object.assign(document.createElement("canvas"), {width: 80, height: 120})
            const context = canvas.getContext("2d")
            context.drawImage(image, 0, 0, 80, 120)
            return [[8, 8], [72, 8]].map(([x, y]) => [...context.getImageData(x, y, 1, 1).data])
        }"""
    )
    is_red = [red > 150 and green < 90 and blue < 90 for red, green, blue, _ in colours]
    assert is_red == [False, True]
