"""Pictures of a whole site: what readers get of a photograph, and what a build does again when one changes."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from sample_photos import PLACE, draw, encode, load, make_bomb, make_photo
from sites import Site

pytestmark = pytest.mark.site

EPOCH = "1800000000"
FOLDER = "content/articles/2026/01"
PHOTO = make_photo(1600, 1200, 6)
ODD = "föto & 100% #1.jpg"
TELLING = (PLACE, b"Phones Inc.")


@pytest.fixture
def paper(tmp_path: Path) -> Site:
    """A newspaper with pictures in every place."""
    site = Site(tmp_path, {"broadsheet": {"search": False}})
    site.register("topics", world={"title": "World", "section": True})
    site.register("authors", jane={"name": "Jane", "image": "jane.jpg"})
    site.write("content/jane.jpg", make_photo(900, 900))
    site.write(f"{FOLDER}/phone.jpg", PHOTO)
    site.write(f"{FOLDER}/{ODD}", make_photo(600, 400))
    site.article(
        "talks",
        "2026-01-18",
        f"Words.\n\n![A hall](phone.jpg)\n\n![Odd]({quote(ODD)})\n\n[The photograph](phone.jpg)",
        image={"src": "phone.jpg", "alt": 'A "hall"'},
        authors=["jane"],
        front="lead",
    )
    site.article("vote", "2026-01-17", image={"src": quote(ODD), "alt": "Odd"}, front="feature", language="ar")
    site.article("plain", "2026-01-16", "No picture.")
    return site


def build(site: Site, *flags: str) -> str:
    run = site.build(*flags, SOURCE_DATE_EPOCH=EPOCH)
    assert run.code == 0, run.output
    return run.output


def times(site: Site) -> dict[str, int]:
    return {path: (site.output / path).stat().st_mtime_ns for path in site.files()}


def test_nothing_that_is_published_tells_where_a_photograph_was_taken(paper: Site) -> None:
    assert all(telling in PHOTO for telling in TELLING)
    build(paper, "--strict")
    for path, data in paper.files().items():
        assert not [telling for telling in TELLING if telling in data], path
    original = paper.files()["media/2026/01/phone.jpg"]
    assert load(original).info["icc_profile"]
    assert load(original).tobytes() == load(PHOTO).tobytes()


def test_pictures_stand_on_pages_in_all_places(paper: Site) -> None:
    build(paper)
    talks, front, jane = paper.page("2026/01/talks/"), paper.page(""), paper.page("authors/jane/")
    lead = talks.one("figure", css="bs-lead-image").one("img")
    assert (lead["src"], lead["alt"]) == ("../../../media/2026/01/phone.jpg", 'A "hall"')
    assert (lead["width"], lead["height"], lead["fetchpriority"]) == ("510", "680", "high")
    odd = talks.one("img", alt="Odd")
    assert odd["src"] == "../../../media/2026/01/f%C3%B6to%20%26%20100%25%20%231.jpg"
    assert (odd["width"], odd["height"], odd["loading"]) == ("600", "400", "lazy")
    first, second = front.all("img")
    assert (first["loading"], second["loading"]) == ("eager", "lazy")
    assert (second["lang"], second["dir"]) == ("ar", "rtl")
    portrait = jane.one("img", css="bs-portrait")
    assert (portrait["width"], portrait["height"]) == ("96", "96")
    for page, base in ((talks, "2026/01/talks"), (front, "."), (jane, "authors/jane")):
        for source in page.all("source"):
            assert source["type"] == "image/webp"
            for candidate in source["srcset"].split(", "):
                url, _, width = candidate.partition(" ")
                data = (paper.output / base / url).resolve().read_bytes()
                assert f"{load(data).width}w" == width


def test_the_lead_of_the_front_page_has_its_picture_though_no_editor_chose_it(tmp_path: Path) -> None:
    site = Site(tmp_path, {"broadsheet": {"search": False}})
    site.write(f"{FOLDER}/phone.jpg", PHOTO)
    site.article("old", "2026-01-16", image={"src": "phone.jpg", "alt": "Old"})
    site.article("talks", "2026-01-18", image={"src": "phone.jpg", "alt": "A hall"})
    build(site)
    assert [picture["alt"] for picture in site.page("").all("img")] == ["A hall"]
    site.article("talks", "2026-01-18", image={"src": "phone.jpg", "alt": "Another hall"})
    build(site)
    assert [picture["alt"] for picture in site.page("").all("img")] == ["Another hall"]
    site.article("talks", "2026-01-18")
    build(site)
    assert site.page("").all("img") == []


def test_pictures_that_cannot_be_shown_are_problems_with_file_and_line_and_the_site_stands(paper: Site) -> None:
    paper.write(f"{FOLDER}/cut.jpg", PHOTO[:30_000])
    paper.write(f"{FOLDER}/text.jpg", b"I am a photograph.\n")
    paper.write(f"{FOLDER}/bomb.png", make_bomb())
    paper.write(f"{FOLDER}/phone.png", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    paper.write("content/jane.jpg", b"Jane.")
    body = "![Cut](cut.jpg)\n\n![Bomb](bomb.png)\n\n[A phone's](phone.png)"
    paper.article("bad", "2026-01-19", body, image={"src": "text.jpg", "alt": "A text"})
    problems = build(paper)
    kinds = "expected a picture of the kind AVIF, GIF, JPEG, PNG or WebP"
    for problem in (
        f"bad.md:7:8: image.src: 'text.jpg' is not published: {kinds}, found a text",
        "bad.md:13: 'bomb.png' is not published: more than 80 million pixels: make it smaller",
        f"bad.md:15: 'phone.png' is not published: {kinds}, found HEIC, as phones write it",
        "cut.jpg: the picture is damaged or cut off (",
        f"content/authors.yml: jane.image: 'jane.jpg' is not published: {kinds}, found a text",
    ):
        assert problem in problems
    page = paper.page("2026/01/bad/")
    assert [picture["alt"] for picture in page.all("img")] == ["Cut"]
    assert "Bomb" in page.text
    assert "A phone’s" in page.text
    published = {path for path in paper.files() if path.startswith("media/")}
    assert published == {"media/2026/01/cut.jpg", "media/2026/01/phone.jpg", f"media/2026/01/{ODD}"}
    checked = paper.run("broadsheet", "check")
    assert "cut.jpg: the picture is damaged or cut off (" in checked.output
    assert "bad.md:13: 'bomb.png' is not published" in checked.output
    assert paper.build("--strict", SOURCE_DATE_EPOCH=EPOCH).code == 1


def test_a_picture_of_what_is_not_public_is_looked_at_and_not_published(paper: Site) -> None:
    paper.write(f"{FOLDER}/secret.jpg", PHOTO[:30_000])
    paper.article("draft", "2026-01-19", "![Secret](secret.jpg)", draft=True)
    assert "secret.jpg: the picture is damaged or cut off (" in build(paper)
    assert not [path for path in paper.files() if "secret" in path]


def test_a_warm_build_writes_nothing_and_another_picture_of_the_same_name_its_pages(paper: Site) -> None:
    build(paper)
    before = times(paper)
    build(paper)
    assert times(paper) == before
    paper.write(f"{FOLDER}/phone.jpg", make_photo(1500, 1000))
    build(paper)
    after = times(paper)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    pages = {"index.html", "2026/01/talks/index.html", "media/2026/01/phone.jpg"}
    assert {path for path in changed if not path.startswith("assets/pictures/")} == pages
    # What was kept is what a build from nothing makes.
    ours = paper.files()
    assert paper.run("broadsheet", "cache", "--clear").output == "the cache is removed\n"
    assert not (paper.root / ".cache" / "pictures").exists()
    build(paper)
    assert paper.files() == ours
    assert times(paper) == after


def test_after_a_fresh_checkout_nothing_is_written_again(paper: Site) -> None:
    build(paper)
    before = times(paper)
    for path in (paper.root / "content").rglob("*.jpg"):
        os.utime(path, (1, 1))
    assert "0 files of the site are new or changed" in build(paper)
    assert times(paper) == before


def test_workers_and_other_plugins_make_the_same_bytes(paper: Site) -> None:
    for number in range(4):
        paper.write(f"{FOLDER}/{number}.jpg", make_photo(500 + number, 400))
    body = "\n\n".join(f"![Number {number}]({number}.jpg)" for number in range(4))
    paper.article("more", "2026-01-15", body)
    run = paper.run("mkdocs", "build", "--strict", SOURCE_DATE_EPOCH=EPOCH)
    assert run.code == 0, run.output
    ours = paper.files()
    assert "pictures/: 23 files, " in paper.run("broadsheet", "cache").output
    paper.write("onlooker.py", "def on_page_content(html, **_):\n    return html\n")
    settings = (paper.root / "mkdocs.yml").read_text(encoding="utf-8")
    paper.write("mkdocs.yml", settings.replace("hooks:\n", "hooks:\n- onlooker.py\n"))
    build(paper, "--strict")
    theirs = paper.files()
    assert {path for path in ours if ours[path] != theirs.get(path)} <= {"sitemap.xml", "sitemap.xml.gz"}
    paper.configure(broadsheet={"search": False, "cache": False})
    build(paper, "--strict")
    assert paper.files() == ours


def test_a_moving_picture_moves_still(paper: Site) -> None:
    frames = [draw(600, 400).rotate(angle) for angle in (0, 90)]
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:])
    paper.write(f"{FOLDER}/film.gif", data)
    paper.article("film", "2026-01-15", "Words.\n\n![A film](film.gif)")
    build(paper, "--strict")
    image = paper.page("2026/01/film/").one("img")
    assert (image["src"], image["width"], image["height"]) == ("../../../media/2026/01/film.gif", "600", "400")
    assert getattr(load(paper.files()["media/2026/01/film.gif"]), "n_frames", 1) == 2
