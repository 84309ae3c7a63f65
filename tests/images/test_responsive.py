"""Images on pages have width and height, load lazily, and come in the size that fits the screen."""

from __future__ import annotations

import re

import pytest
from broadsheet.images import PublishedImage, choose_sizes, make_images_responsive, render_image
from html_tree import Element, parse
from hypothesis import given
from hypothesis import strategies as st

HALL = PublishedImage(
    "media/2026/01/hall.jpg",
    "articles/2026/01/hall.jpg",
    1600,
    1200,
    ((320, "assets/pictures/x-320.webp"), (800, "assets/pictures/x-800.webp")),
)
SMALL = PublishedImage("media/2026/01/ä & b.png", "articles/2026/01/ä & b.png", 30, 20)
IMAGES = {image.url: image for image in (HALL, SMALL)}
SRC = "../../../media/2026/01/hall.jpg"
URL = "2026/01/talks/"


def convert(content: str, *, leads: bool = False) -> str:
    return make_images_responsive(content, URL, IMAGES, leads=leads)


def find_image(content: str) -> Element:
    return parse(content).one("img")


def test_an_image_in_a_text_has_variants_and_the_original_as_fallback() -> None:
    page = parse(convert(f'<p>Words.</p><p><img loading="lazy" src="{SRC}" alt="A hall"></p>'))
    source, image = page.one("picture").one("source"), page.one("picture").one("img")
    assert source["type"] == "image/webp"
    assert source["srcset"] == ("../../../assets/pictures/x-320.webp 320w, ../../../assets/pictures/x-800.webp 800w")
    assert source["sizes"] == "(min-width: 36.375em) 550px, calc(100vw - 32px)"
    assert (image["src"], image["alt"], image["width"], image["height"]) == (SRC, "A hall", "1600", "1200")
    assert (image["loading"], image["decoding"]) == ("lazy", "async")


def test_only_an_image_that_opens_the_page_loads_eagerly() -> None:
    opening = f'<figure>\n<p><img src="{SRC}" alt="A"></p></figure><p><img src="{SRC}" alt="B"></p>'
    loadings = [
        (element["loading"], element["fetchpriority"]) for element in parse(convert(opening, leads=True)).all("img")
    ]
    assert loadings == [("eager", "high"), ("lazy", "")]
    for content in (opening, f'<p>Words. <img src="{SRC}" alt="A"></p>'):
        leads = content is not opening
        assert {element["loading"] for element in parse(convert(content, leads=leads)).all("img")} == {"lazy"}


def test_an_image_without_variants_has_width_and_height_only() -> None:
    html = convert('<p><img src="../../../media/2026/01/%C3%A4%20%26%20b.png" alt="A"></p>')
    assert "<picture" not in html
    assert (find_image(html)["width"], find_image(html)["height"]) == ("30", "20")


@pytest.mark.parametrize(
    ("given_size", "width", "height", "sizes"),
    [
        ('width="400"', "400", "300", "400px"),
        ('height="300"', "400", "300", "(min-width: 36.375em) 550px, calc(100vw - 32px)"),
        ('width="400" height="10"', "400", "10", "400px"),
        ('width="50%"', "50%", "", "(min-width: 36.375em) 550px, calc(100vw - 32px)"),
    ],
)
def test_the_size_that_the_writer_gives_is_kept(given_size: str, width: str, height: str, sizes: str) -> None:
    html = convert(f'<img src="{SRC}" alt="A" {given_size}>')
    assert (find_image(html)["width"], find_image(html)["height"]) == (width, height)
    assert parse(html).one("source")["sizes"] == sizes


def test_an_unknown_image_only_loads_lazily() -> None:
    image = find_image(convert('<p><img src="../../../images/logo.png" alt="A"></p>'))
    assert (image["width"], image["loading"], image["decoding"]) == ("", "lazy", "async")


def test_a_picture_element_of_the_writer_is_not_nested_in_another() -> None:
    html = convert(f'<picture><source type="image/avif"><img src="{SRC}" alt="A"></picture><img src="{SRC}" alt="B">')
    assert (html.count("<picture"), html.count("</picture"), html.count("srcset")) == (2, 2, 1)
    assert [element["width"] for element in parse(html).all("img")] == ["1600", "1600"]


def test_sizes_count_the_parts_that_are_cropped() -> None:
    wide = PublishedImage("a.jpg", "a.jpg", 6000, 800)
    assert choose_sizes("feature", wide, 4) == "(min-width: 45em) 1100px, calc(5 * (100vw - 32px))"
    assert choose_sizes("front", HALL) == choose_sizes("front", None) == "(min-width: 45em) 520px, calc(100vw - 32px)"
    assert choose_sizes("lead", wide) == choose_sizes("text", wide) == "1350px"
    upright = PublishedImage("a.jpg", "a.jpg", 900, 1350)
    assert choose_sizes("lead", upright) == "(min-width: 54.5em) 453px, calc(100vw - 32px)"
    assert (choose_sizes("portrait", HALL), choose_sizes("portrait", None)) == ("128px", "96px")
    assert choose_sizes("feature", HALL, 9) == "(min-width: 45em) 220px, calc(100vw - 32px)"


def test_a_css_class_is_set_on_the_picture_element() -> None:
    element = parse(render_image(None, {"src": "a.jpg", "alt": ""}, "9px", str, css_class="bs-x", eager=True))
    assert element.one("picture")["class"] == "bs-x"
    assert element.one("img")["fetchpriority"] == "high"
    assert not element.all("source")


@given(st.text(st.sampled_from("<>/imgpctures \"='&;x\n"), max_size=60))
def test_the_rest_of_a_text_stays_unchanged(text: str) -> None:
    content = f'{text}<img src="{SRC}" alt="A">'
    html = convert(content)
    # Without the elements around the image, the text is the same.
    assert re.sub(r"<picture><source [^>]*>(<img[^>]*>)</picture>", r"\1", html).startswith(text) or "<img" in text


def test_a_panorama_scrolls_in_a_focusable_box_unless_it_is_in_a_link() -> None:
    known = {"2026/a.jpg": PublishedImage("a.jpg", "2026/a.jpg", 6000, 900)}
    image = '<img src="../a.jpg" alt="A harbour">'
    page = parse(
        make_images_responsive(f'<p>{image}</p><p><a href="b/">{image}</a></p><p>{image}</p>', "2026/b/", known)
    )
    boxes = page.all("span", css="bs-panorama")
    assert [(element["role"], element["aria-label"], element["tabindex"]) for element in boxes] == [
        ("region", "Panorama 1", "0"),
        ("region", "Panorama 2", "0"),
    ]
    assert [(element["width"], element["height"]) for element in page.all("img")] == [
        ("1200", "180"),
        ("6000", "900"),
        ("1200", "180"),
    ]
