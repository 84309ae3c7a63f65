"""Framing: pictures on pages have their size, wait until they are wanted, and come in the width that fits."""

from __future__ import annotations

import re

import pytest
from broadsheet.images.inspect import Picture
from broadsheet.images.responsive import find_sizes, frame_images, frame_picture
from hypothesis import given
from hypothesis import strategies as st
from markup import Element, parse

HALL = Picture(
    "media/2026/01/hall.jpg",
    "articles/2026/01/hall.jpg",
    1600,
    1200,
    ((320, "assets/pictures/x-320.webp"), (800, "assets/pictures/x-800.webp")),
)
SMALL = Picture("media/2026/01/ä & b.png", "articles/2026/01/ä & b.png", 30, 20)
PICTURES = {one.url: one for one in (HALL, SMALL)}
SRC = "../../../media/2026/01/hall.jpg"
URL = "2026/01/talks/"


def frame(content: str, *, leads: bool = False) -> str:
    return frame_images(content, URL, PICTURES, leads=leads)


def find_image(content: str) -> Element:
    return parse(content).one("img")


def test_a_picture_of_a_text_comes_in_several_widths_with_the_original_behind_them() -> None:
    page = parse(frame(f'<p>Words.</p><p><img loading="lazy" src="{SRC}" alt="A hall"></p>'))
    source, image = page.one("picture").one("source"), page.one("picture").one("img")
    assert source["type"] == "image/webp"
    assert source["srcset"] == ("../../../assets/pictures/x-320.webp 320w, ../../../assets/pictures/x-800.webp 800w")
    assert source["sizes"] == "(min-width: 36.375em) 550px, calc(100vw - 32px)"
    assert (image["src"], image["alt"], image["width"], image["height"]) == (SRC, "A hall", "1600", "1200")
    assert (image["loading"], image["decoding"]) == ("lazy", "async")


def test_only_a_picture_that_opens_the_page_does_not_wait() -> None:
    opening = f'<figure>\n<p><img src="{SRC}" alt="A"></p></figure><p><img src="{SRC}" alt="B"></p>'
    found = [(one["loading"], one["fetchpriority"]) for one in parse(frame(opening, leads=True)).all("img")]
    assert found == [("eager", "high"), ("lazy", "")]
    for content in (opening, f'<p>Words. <img src="{SRC}" alt="A"></p>'):
        leads = content is not opening
        assert {one["loading"] for one in parse(frame(content, leads=leads)).all("img")} == {"lazy"}


def test_without_renditions_it_has_its_size_and_no_more() -> None:
    found = frame('<p><img src="../../../media/2026/01/%C3%A4%20%26%20b.png" alt="A"></p>')
    assert "<picture" not in found
    assert (find_image(found)["width"], find_image(found)["height"]) == ("30", "20")


@pytest.mark.parametrize(
    ("given_size", "width", "height", "sizes"),
    [
        ('width="400"', "400", "300", "400px"),
        ('height="300"', "400", "300", "(min-width: 36.375em) 550px, calc(100vw - 32px)"),
        ('width="400" height="10"', "400", "10", "400px"),
        ('width="50%"', "50%", "", "(min-width: 36.375em) 550px, calc(100vw - 32px)"),
    ],
)
def test_a_width_that_the_writer_gives_counts(given_size: str, width: str, height: str, sizes: str) -> None:
    found = frame(f'<img src="{SRC}" alt="A" {given_size}>')
    assert (find_image(found)["width"], find_image(found)["height"]) == (width, height)
    assert parse(found).one("source")["sizes"] == sizes


def test_pictures_that_are_not_known_only_wait() -> None:
    found = find_image(frame('<p><img src="../../../images/logo.png" alt="A"></p>'))
    assert (found["width"], found["loading"], found["decoding"]) == ("", "lazy", "async")


def test_a_picture_element_of_the_writer_s_own_is_not_put_into_another() -> None:
    found = frame(f'<picture><source type="image/avif"><img src="{SRC}" alt="A"></picture><img src="{SRC}" alt="B">')
    assert (found.count("<picture"), found.count("</picture"), found.count("srcset")) == (2, 2, 1)
    assert [one["width"] for one in parse(found).all("img")] == ["1600", "1600"]


def test_where_part_of_a_picture_is_shown_the_whole_must_be_large_enough() -> None:
    wide = Picture("a.jpg", "a.jpg", 6000, 800)
    assert find_sizes("feature", wide, 4) == "(min-width: 45em) 1100px, calc(5 * (100vw - 32px))"
    assert find_sizes("front", HALL) == find_sizes("front", None) == "(min-width: 45em) 520px, calc(100vw - 32px)"
    assert find_sizes("lead", wide) == find_sizes("text", wide) == "1350px"
    upright = Picture("a.jpg", "a.jpg", 900, 1350)
    assert find_sizes("lead", upright) == "(min-width: 54.5em) 453px, calc(100vw - 32px)"
    assert (find_sizes("portrait", HALL), find_sizes("portrait", None)) == ("128px", "96px")
    assert find_sizes("feature", HALL, 9) == "(min-width: 45em) 220px, calc(100vw - 32px)"


def test_a_class_is_that_of_the_whole() -> None:
    found = parse(frame_picture(None, {"src": "a.jpg", "alt": ""}, "9px", str, css="bs-x", first=True))
    assert found.one("picture")["class"] == "bs-x"
    assert found.one("img")["fetchpriority"] == "high"
    assert not found.all("source")


@given(st.text(st.sampled_from("<>/imgpctures \"='&;x\n"), max_size=60))
def test_nothing_else_of_a_text_changes(text: str) -> None:
    content = f'{text}<img src="{SRC}" alt="A">'
    found = frame(content)
    # What is put around a picture taken away again, it is the same text.
    assert re.sub(r"<picture><source [^>]*>(<img[^>]*>)</picture>", r"\1", found).startswith(text) or "<img" in text


def test_a_panorama_gets_a_box_that_can_be_scrolled_by_keyboard_unless_it_is_in_a_link() -> None:
    known = {"2026/a.jpg": Picture("a.jpg", "2026/a.jpg", 6000, 900)}
    image = '<img src="../a.jpg" alt="A harbour">'
    framed = parse(frame_images(f'<p>{image}</p><p><a href="b/">{image}</a></p><p>{image}</p>', "2026/b/", known))
    boxes = framed.all("span", css="bs-panorama")
    assert [(one["role"], one["aria-label"], one["tabindex"]) for one in boxes] == [
        ("region", "Panorama 1", "0"),
        ("region", "Panorama 2", "0"),
    ]
    assert [(one["width"], one["height"]) for one in framed.all("img")] == [
        ("1200", "180"),
        ("6000", "900"),
        ("1200", "180"),
    ]
