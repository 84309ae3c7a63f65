"""Screenshots: the pictures of the handbook and the README, taken of this newspaper as it is.

Run as a program (`make screenshots`) it builds the newspaper and writes them anew.
"""

from __future__ import annotations

import base64
import tempfile
from dataclasses import dataclass
from pathlib import Path

from browser import ARGUMENTS, find_browser
from playwright.sync_api import Browser, sync_playwright
from sample_newspapers import write_shipped_paper
from sites import ROOT
from web_server import Host

PICTURES = ROOT / "docs" / "handbook" / "images"
# The evening of the newest articles.
_EPOCH = "1768935600"


@dataclass(frozen=True)
class Shot:
    """One picture: of which page, and how it is looked at."""

    name: str
    url: str
    width: int = 1280
    height: int = 860
    scheme: str = "light"
    palette: tuple[str, str] | None = None
    """Other colours than this newspaper's: primary and accent."""


SHOTS = (
    Shot("front", ""),
    Shot("article", "2026/01/trump-rutte-greenland-call/", height=760),
    Shot("topic", "topics/united-states/", height=600),
    Shot("month", "archive/2026/01/", height=520),
    Shot("phone", "2026/01/trump-rutte-greenland-call/", 375, 720, "dark"),
    Shot("colours", "stories/greenland/", height=520, palette=("teal", "deep-orange")),
)

# Browsers write WebP, and nothing else that is installed does.
_ENCODE = """async png => { const image = new Image(); image.src = "data:image/png;base64," + png; await image.decode();
const canvas = document.createElement("canvas"); canvas.width = image.width; canvas.height = image.height;
canvas.getContext("2d").drawImage(image, 0, 0); return canvas.toDataURL("image/webp", 0.82).split(",")[1] }"""


def take_shot(shot: Shot, browser: Browser, address: str) -> bytes:
    """A picture as WebP."""
    size = {"width": shot.width, "height": shot.height}
    context = browser.new_context(viewport=size, color_scheme=shot.scheme, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}{shot.url}", wait_until="networkidle")
    for name, color in zip(("primary", "accent"), shot.palette or (), strict=False):
        page.evaluate(f"document.body.setAttribute('data-md-color-{name}', '{color}')")
    png = base64.b64encode(page.screenshot()).decode()
    webp = base64.b64decode(page.evaluate(_ENCODE, png))
    context.close()
    return webp


def main() -> None:
    """Take all pictures."""
    PICTURES.mkdir(exist_ok=True)
    path = find_browser()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        site = write_shipped_paper(Path(place), SITE_URL="http://127.0.0.1/", SOURCE_DATE_EPOCH=_EPOCH)
        host = Host(site.output)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        for shot in SHOTS:
            picture = take_shot(shot, browser, host.address)
            (PICTURES / f"{shot.name}.webp").write_bytes(picture)
            print(f"{shot.name}.webp: {len(picture) / 1000:.0f} kB")
        browser.close()
        host.close()


if __name__ == "__main__":
    main()
