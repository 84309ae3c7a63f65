"""HTML of responsive images: `srcset` and `sizes` for the reader's screen, width and height so that no text moves.

The code is ours because no Markdown extension knows the variants, or how wide this theme shows an image.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from urllib.parse import unquote

from broadsheet.core import Tag, Translations, load_translations, read_attributes, replace_tags

# The width of an image in CSS pixels, and the window width from which it applies. They repeat the style sheet, since
# browsers choose an image before they have that. In narrower windows an image fills the window except its margins.
_LAYOUT = {"lead": ("54.5em", 840), "text": ("36.375em", 550), "front": ("45em", 520), "feature": ("45em", 860)}
_MIN_TEXT_WIDTH = 288
"""The width of the text on the smallest phones."""
_MIN_COLUMN_WIDTH = 220
_PORTRAIT_WIDTH = 96
_MAX_LEAD_HEIGHT = 680
"""The height to which an upright lead image is limited; its width shrinks with it."""
_PANORAMA_RATIO = 3
"""Width divided by height, from which an image is a panorama."""
_MIN_PANORAMA_HEIGHT = 180
# The ratio of width to height to which the style sheet crops images; the centre of the image stays.
_CROP_RATIO = {"front": 3 / 2, "feature": 3 / 2, "portrait": 1.0}

# An image at the start of a text, with no word before it.
_OPENING_IMAGE = re.compile(r"\s*(?:<(?:p|figure|div|a)(?: [^>]*)?>\s*)*<img ")
_PIXELS = re.compile(r"[1-9]\d{0,4}")


@dataclass(frozen=True, slots=True)
class PublishedImage:
    """An image as pages show it."""

    url: str
    """The URL of the original file, published without metadata."""
    path: str
    """The path of the original file in the content directory."""
    width: int
    height: int
    variants: tuple[tuple[int, str], ...] = ()
    """Width and URL of each file to choose from, ascending; the last may be the original."""
    version: str = ""
    """Changes with the content of the file, and not with its modification time."""


def choose_sizes(place: str, image: PublishedImage | None, columns: int = 1) -> str:
    """Return the HTML attribute `sizes`: how wide an image is displayed, including what is cropped at its sides.

    >>> choose_sizes("feature", PublishedImage("a.jpg", "a.jpg", 900, 600), 2)
    '(min-width: 45em) 430px, calc(100vw - 32px)'
    >>> choose_sizes("front", PublishedImage("a.jpg", "a.jpg", 1200, 400))
    '(min-width: 45em) 1040px, calc(2 * (100vw - 32px))'

    Args:
        place: `lead` or `text` in an article, `front` for the lead of the front page, `feature` in a grid, or
            `portrait` of an author.
        image: the image, if it is one of the content directory.
        columns: the number of columns of the grid, for `feature`.

    """
    ratio = image.width / image.height if image is not None else 1.0
    stretch = max(1.0, round(ratio / _CROP_RATIO[place], 2)) if place in _CROP_RATIO else 1.0
    if place == "portrait":
        return f"{round(stretch * _PORTRAIT_WIDTH)}px"
    min_window, width = _LAYOUT[place]
    width = max(width // columns, _MIN_COLUMN_WIDTH) if columns > 1 else width
    if image is not None and place in {"lead", "text"}:
        fitted = fit_image(image, place).width
        if is_panorama(image):
            return f"{fitted}px"
        width = min(width, fitted) if place == "lead" else width
    narrow = "calc(100vw - 32px)" if stretch == 1 else f"calc({stretch:g} * (100vw - 32px))"
    return f"(min-width: {min_window}) {round(stretch * width)}px, {narrow}"


def fit_image(image: PublishedImage, place: str) -> PublishedImage:
    """Return an image with the size that an article shows: a tall lead image is narrower, a panorama may be wider.

    >>> fit_image(PublishedImage("a.jpg", "a.jpg", 1000, 2000), "lead").width
    340
    >>> fit_image(PublishedImage("a.jpg", "a.jpg", 6000, 900), "text").width
    1200

    """
    width, layout_width = image.width, _LAYOUT[place][1]
    if is_panorama(image):
        width = min(width, max(layout_width, round(width * _MIN_PANORAMA_HEIGHT / image.height)))
    elif place == "lead" and image.height > _MAX_LEAD_HEIGHT:
        narrow = _scale(_MAX_LEAD_HEIGHT, width, image.height)
        width = narrow if narrow < layout_width else width
    return replace(image, width=width, height=_scale(width, image.height, image.width))


def is_panorama(image: PublishedImage) -> bool:
    """Return whether an image is so wide that nothing could be seen if it had to fit the screen of a phone."""
    return image.width >= _PANORAMA_RATIO * image.height and image.width > _MIN_TEXT_WIDTH


def render_image(
    image: PublishedImage | None,
    attributes: Mapping[str, str],
    sizes: str,
    make_link: Callable[[str], str],
    *,
    eager: bool = False,
    css_class: str = "",
    scroll_label: str = "",
) -> str:
    """Return the HTML of an image: WebP variants for the browser to choose from, with the original as fallback.

    >>> image = PublishedImage("a.jpg", "a.jpg", 900, 600, ((320, "b.webp"),))
    >>> print(render_image(image, {"src": "a.jpg"}, "96px", str))
    <picture><source type="image/webp" srcset="b.webp 320w" sizes="96px"><img src="a.jpg" width="900" height="600" \
loading="lazy" decoding="async"></picture>

    Args:
        image: the image, if it is one of the content directory.
        attributes: the attributes of the `<img>`, with `src`; their values are HTML.
        sizes: the attribute `sizes`, from `choose_sizes`.
        make_link: returns the link on this page, as HTML, to a URL of the site.
        eager: whether the reader sees this image first; all others load when the reader comes near.
        css_class: a class for the whole.
        scroll_label: the accessible name of a box to scroll the image in; '' for no box.

    """
    loading = {"loading": "eager", "fetchpriority": "high"} if eager else {"loading": "lazy", "decoding": "async"}
    kept = {name: value for name, value in attributes.items() if name not in {"loading", "decoding", "fetchpriority"}}
    if image is not None:
        kept |= _find_missing_size(image, kept)
    written = " ".join(f'{name}="{value}"' for name, value in {**kept, **loading}.items())
    tag = f"<img {written}>"
    source = ""
    if image is not None and image.variants:
        srcset = ", ".join(f"{make_link(url)} {width}w" for width, url in image.variants)
        source = f'<source type="image/webp" srcset="{srcset}" sizes="{sizes}">'
    if source or css_class:
        start = f'<picture class="{css_class}">' if css_class else "<picture>"
        tag = f"{start}{source}{tag}</picture>"
    if scroll_label:
        return f'<span class="bs-panorama" role="region" aria-label="{scroll_label}" tabindex="0">{tag}</span>'
    return tag


def make_images_responsive(
    content: str,
    page_url: str,
    images: Mapping[str, PublishedImage],
    *,
    leads: bool = False,
    words: Translations | None = None,
) -> str:
    """Return the HTML of a text in which each image is responsive.

    Args:
        content: the HTML, as the sanitizer writes it.
        page_url: the URL of the page that shows the text.
        images: the images of the content directory, by URL.
        leads: whether no image stands before the text, so that one at its start is the first that the reader sees.
        words: the translations for the names of panoramas; English by default.

    """
    if "<img" not in content:
        return content
    opening = _OPENING_IMAGE.match(content) if leads else None
    inside = {"picture": False, "a": False}
    panorama_numbers, words = count(1), words or load_translations()
    to_root = "../" * page_url.count("/")

    def replace_tag(tag: Tag) -> str:
        if tag.name != "img":
            inside[tag.name] = not tag.closing
            return tag.source
        attributes = read_attributes(tag.attributes)
        target = posixpath.normpath(posixpath.join("/", page_url, unquote(html.unescape(attributes.get("src", "")))))
        image = images.get(target.lstrip("/"))
        width = attributes.get("width", "")
        sizes = f"{width}px" if _PIXELS.fullmatch(width) else choose_sizes("text", image)
        eager = opening is not None and opening.end() > tag.start
        # A <picture> that the writer made has its own sources.
        if inside["picture"] and image is not None:
            image = replace(image, variants=())
        label = ""
        # A link must not contain another element that takes the keyboard focus.
        if image and is_panorama(image) and not any(inside.values()) and not {"width", "height"} & {*attributes}:
            image = fit_image(image, "text")
            label = html.escape(words.write("panorama_number", number=next(panorama_numbers)))
        return render_image(image, attributes, sizes, lambda url: f"{to_root}{url}", eager=eager, scroll_label=label)

    return replace_tags(content, "picture|a|img", replace_tag)


def _find_missing_size(image: PublishedImage, attributes: Mapping[str, str]) -> dict[str, str]:
    """Return the attributes `width` and `height` that are missing; one that the writer gave determines the other."""
    width, height = attributes.get("width", ""), attributes.get("height", "")
    if width and height:
        return {}
    if width:
        return {"height": str(_scale(int(width), image.height, image.width))} if _PIXELS.fullmatch(width) else {}
    if height:
        return {"width": str(_scale(int(height), image.width, image.height))} if _PIXELS.fullmatch(height) else {}
    return {"width": str(image.width), "height": str(image.height)}


def _scale(length: int, numerator: int, denominator: int) -> int:
    return max(1, round(numerator * length / denominator))
