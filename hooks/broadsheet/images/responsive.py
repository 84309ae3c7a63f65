"""Framing: pictures as they stand on pages, in the size that fits the reader's screen, with room kept for them."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from urllib.parse import unquote

from broadsheet.images.inspect import Picture
from broadsheet.wording import Wording, find_wording

# As wide as the style sheet shows them, in pixels of CSS, and from which width of the window on: browsers choose
# before they know the style sheet. On narrower windows they are as wide as the window, without its margins.
_PLACES = {"lead": ("54.5em", 840), "text": ("36.375em", 550), "front": ("45em", 520), "feature": ("45em", 860)}
_NARROW = 288
"""Of the smallest phones."""
_NARROWEST = 220
"""Of the columns that features stand in."""
_PORTRAIT = 96
_TALLEST = 680
"""Of the picture that leads an article: one that is upright is narrower for it."""
_LOWEST, _PANORAMA = 180, 3
"""Of a picture this many times as wide as it is high."""
_CROPPED = {"front": 3 / 2, "feature": 3 / 2, "portrait": 1.0}
"""Where the style sheet shows a part of a picture, and in which shape: of a panorama the middle."""

_IMAGE = re.compile(r"<(/?picture|/?a|img)((?: [\w:-]+=\"[^\"]*\")*)>")
_PAIR = re.compile(r'([\w:-]+)="([^"]*)"')
# A picture before which there is no word of the text.
_OPENS = re.compile(r"\s*(?:<(?:p|figure|div|a)(?: [^>]*)?>\s*)*<img ")
_PIXELS = re.compile(r"[1-9]\d{0,4}")


def find_sizes(place: str, picture: Picture | None, columns: int = 1) -> str:
    """How wide a picture is shown, as HTML has it; what is cut off at its sides counts.

    >>> find_sizes("feature", Picture("a.jpg", "a.jpg", 900, 600), 2)
    '(min-width: 45em) 430px, calc(100vw - 32px)'
    >>> find_sizes("front", Picture("a.jpg", "a.jpg", 1200, 400))
    '(min-width: 45em) 1040px, calc(2 * (100vw - 32px))'

    Args:
        place: `lead` or `text` of an article, `front` for the lead of the front page, `feature` in one of so many
            columns, `portrait` of an author.
        picture: what is known of it.
        columns: see there.

    """
    ratio = picture.width / picture.height if picture is not None else 1.0
    stretch = max(1.0, round(ratio / _CROPPED[place], 2)) if place in _CROPPED else 1.0
    if place == "portrait":
        return f"{round(stretch * _PORTRAIT)}px"
    window, width = _PLACES[place]
    width = max(width // columns, _NARROWEST) if columns > 1 else width
    if picture is not None and place in {"lead", "text"}:
        fit = fit_picture(picture, place).width
        if is_panorama(picture):
            return f"{fit}px"
        width = min(width, fit) if place == "lead" else width
    narrow = "calc(100vw - 32px)" if stretch == 1 else f"calc({stretch:g} * (100vw - 32px))"
    return f"(min-width: {window}) {round(stretch * width)}px, {narrow}"


def fit_picture(picture: Picture, place: str) -> Picture:
    """A picture as large as it is shown in an article: upright ones are narrower than it, panoramas may be wider.

    >>> fit_picture(Picture("a.jpg", "a.jpg", 1000, 2000), "lead").width
    340
    >>> fit_picture(Picture("a.jpg", "a.jpg", 6000, 900), "text").width
    1200

    """
    width, wide = picture.width, _PLACES[place][1]
    if is_panorama(picture):
        width = min(width, max(wide, round(picture.width * _LOWEST / picture.height)))
    elif place == "lead" and picture.height > _TALLEST:
        narrow = max(1, round(picture.width * _TALLEST / picture.height))
        width = narrow if narrow < wide else width
    return replace(picture, width=width, height=max(1, round(picture.height * width / picture.width)))


def is_panorama(picture: Picture) -> bool:
    """Whether it would be too low to show anything if it had to fit a phone."""
    return picture.width >= _PANORAMA * picture.height and picture.width > _NARROW


def frame_picture(
    picture: Picture | None,
    attributes: Mapping[str, str],
    sizes: str,
    find_way: Callable[[str], str],
    *,
    first: bool = False,
    css: str = "",
    box: str = "",
) -> str:
    """A picture as HTML: smaller ones as WebP for the browser to choose from, behind them the original.

    >>> print(frame_picture(Picture("a.jpg", "a.jpg", 900, 600, ((320, "b.webp"),)), {"src": "a.jpg"}, "96px", str))
    <picture><source type="image/webp" srcset="b.webp 320w" sizes="96px"><img src="a.jpg" width="900" height="600" \
loading="lazy" decoding="async"></picture>

    Args:
        picture: what is known of it, if anything.
        attributes: of the image, its address among them; their values are HTML.
        sizes: how wide it is shown, as HTML has it.
        find_way: gives the address of a URL on this page, as HTML.
        first: whether it is what the reader sees first: all others wait until they come near.
        css: a class for the whole.
        box: the name of a box that it scrolls in, if it shall.

    """
    waits = {"loading": "eager", "fetchpriority": "high"} if first else {"loading": "lazy", "decoding": "async"}
    kept = {name: value for name, value in attributes.items() if name not in {"loading", "decoding", "fetchpriority"}}
    if picture is not None:
        kept |= _find_room(picture, kept)
    told = " ".join(f'{name}="{value}"' for name, value in {**kept, **waits}.items())
    image = f"<img {told}>"
    source = ""
    if picture is not None and picture.renditions:
        found = ", ".join(f"{find_way(url)} {width}w" for width, url in picture.renditions)
        source = f'<source type="image/webp" srcset="{found}" sizes="{sizes}">'
    outside = f'<picture class="{css}">' if css else "<picture>"
    whole = f"{outside}{source}{image}</picture>" if source or css else image
    return f'<span class="bs-panorama" role="region" aria-label="{box}" tabindex="0">{whole}</span>' if box else whole


def frame_images(
    content: str, page_url: str, pictures: Mapping[str, Picture], *, leads: bool = False, words: Wording | None = None
) -> str:
    """The HTML of a text with its pictures framed.

    Args:
        content: as the cleaner has written it.
        page_url: where it is shown.
        pictures: what is known, by URL.
        leads: whether no picture stands before the text: then one that opens it is what the reader sees first.
        words: in which boxes are named; English unless given.

    """
    if "<img" not in content:
        return content
    opening = _OPENS.match(content) if leads else None
    inside = {"picture": False, "a": False}
    numbers, words = count(1), words or find_wording()

    def frame(tag: re.Match[str]) -> str:
        if tag[1] != "img":
            inside[tag[1].removeprefix("/")] = not tag[1].startswith("/")
            return tag[0]
        attributes = dict(_PAIR.findall(tag[2]))
        target = posixpath.normpath(posixpath.join("/", page_url, unquote(html.unescape(attributes.get("src", "")))))
        picture = pictures.get(target.lstrip("/"))
        wide = attributes.get("width", "")
        sizes = f"{wide}px" if _PIXELS.fullmatch(wide) else find_sizes("text", picture)
        first = opening is not None and opening.end() > tag.start()
        # What writers have put into a <picture> themselves has its sources.
        if inside["picture"] and picture is not None:
            picture = replace(picture, renditions=())
        box = ""
        # A link has no room for a box that can be reached by itself.
        if picture and is_panorama(picture) and not any(inside.values()) and not {"width", "height"} & {*attributes}:
            picture = fit_picture(picture, "text")
            box = html.escape(words.write("panorama_number", number=next(numbers)))
        up = "../" * page_url.count("/")
        return frame_picture(picture, attributes, sizes, lambda url: f"{up}{url}", first=first, box=box)

    return _IMAGE.sub(frame, content)


def _find_room(picture: Picture, attributes: Mapping[str, str]) -> dict[str, str]:
    """Width and height, so that nothing moves when the picture comes; one that the writer gave tells the other."""
    wide, high = attributes.get("width", ""), attributes.get("height", "")
    if wide and not high:
        found = _PIXELS.fullmatch(wide)
        return {"height": str(max(1, round(int(wide) * picture.height / picture.width)))} if found else {}
    if high and not wide:
        found = _PIXELS.fullmatch(high)
        return {"width": str(max(1, round(int(high) * picture.width / picture.height)))} if found else {}
    return {} if wide else {"width": str(picture.width), "height": str(picture.height)}
