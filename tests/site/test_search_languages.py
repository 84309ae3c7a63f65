"""The search page in a real browser: words of many languages, in newspapers of other languages too."""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from broadsheet.search.segmentation import RULES, segment
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect
from sites import ROOT, Site

pytestmark = [pytest.mark.browser, pytest.mark.site]

ARTICLES = {
    "ja": (
        "北海道新幹線が延びる",
        "北海道新幹線が延びる。新幹線の駅が開業した。東京は晴れ。ＮＡＴＯ加盟国の首脳が2026年10月に会談する。",
    ),
    "ja-2": ("山の記事", "新しい幹が線になる。データベースの脆弱性を修正した。"),
    "zh": ("测试", "这是一段简单的测试文本。"),
    "th": ("ข่าว", "ประเทศไทยประกาศผลการเลือกตั้งทั่วไป"),
    "ko": ("뉴스", "윤대통령은 국회의사당에서 연설했다."),
    "km": ("ព័ត៌មាន", "រាជរដ្ឋាភិបាលកម្ពុជា"),
    "pl": ("Wiadomości", "Łukasz mówi o wojnie w Gdańsku."),
    "da": ("Mad", "Et smørrebrød på øen."),
    "de": ("Verkehr", "Die Straße ist gesperrt."),
    "tr": ("Haber", "Kadıköy vapuru."),
    "fr": ("Nouvelles", "La ministre de l’Économie—contestée—part."),
    "fa": ("خبر", "مردم می\u200cخواهند یک خبر بخوانند."),
    "en": ("Post", "An e-mail from a well-known and trustworthy coworker."),
}
FOUND = [
    ("新幹線", "ja"),
    ("幹線", "ja"),
    ("東京", "ja"),
    ("駅", "ja"),
    ("NATO", "ja"),
    ("nato加盟", "ja"),
    ("2026年10月", "ja"),
    ("新幹線 開業", "ja"),
    ('"新幹線の駅"', "ja"),
    ("脆弱性", "ja-2"),
    ("简单", "zh"),
    ("段简", "zh"),
    ("ไทย", "th"),
    ("เลือกตั้ง", "th"),
    ("대통령", "ko"),
    ("의사당", "ko"),
    ("កម្ពុជា", "km"),
    ("Lukasz", "pl"),
    ("Łukasz", "pl"),
    ("gdansk", "pl"),
    ("smorrebrod", "da"),
    ("SMØRREBRØD", "da"),
    ("strasse", "de"),
    ("STRASSE", "de"),
    ("kadikoy", "tr"),
    ("économie", "fr"),
    ("economie", "fr"),
    ("contestée", "fr"),
    ("خواهند", "fa"),
    ("يك", "fa"),
    ("email", "en"),
    ("e-mail", "en"),
    ("wellknown", "en"),
    ("well known", "en"),
    ("co-worker", "en"),
]


@pytest.fixture(scope="module", params=["en", "ja", "pl"])
def address(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]
) -> str:
    """Where a newspaper of that language is served, with an article of each language."""
    theme = {"name": "material", "language": request.param, "font": False}
    site = Site(tmp_path_factory.mktemp("paper"), {"theme": theme})
    for name, (title, body) in ARTICLES.items():
        site.article(name, body=body, title=title, language=name[:2])
    assert site.build().code == 0
    return serve(site.output)


def find(page: Page, address: str, query: str) -> list[str]:
    """Return the names of the articles that a query finds."""
    page.goto(f"{address}search/?q={query}")
    expect(page.get_by_role("status")).to_have_text(re.compile(r"\d|Nothing"))
    links = page.locator("[data-broadsheet=search] ol > li h2 a").all()
    return sorted((link.get_attribute("href") or "").rstrip("/").rpartition("/")[2] for link in links)


def test_words_of_every_language_are_found_in_a_newspaper_of_any(page: Page, address: str) -> None:
    faults = {}
    for query, name in FOUND:
        names = find(page, address, query)
        if names != [name]:
            faults[query] = names
    assert faults == {}


def test_letters_that_stand_apart_are_not_found_as_a_row(page: Page, address: str) -> None:
    for query in ("新駅", "性弱", "大阪", "新幹線 大阪", "대령"):
        assert find(page, address, query) == [], query


def test_an_excerpt_shows_the_text_as_it_was_written(page: Page, address: str) -> None:
    find(page, address, "新幹線")
    item = page.locator("[data-broadsheet=search] ol > li")
    expect(item.locator("h2")).to_have_text("北海道新幹線が延びる")
    assert item.locator("p").first.text_content() == ARTICLES["ja"][1]
    assert item.locator("mark").all_text_contents() == ["新幹線", "新幹線"]
    find(page, address, "駅")
    assert item.locator("mark").all_text_contents() == ["駅"]
    find(page, address, "lukasz")
    assert item.locator("p").first.text_content() == ARTICLES["pl"][1]
    assert item.locator("mark").all_text_contents() == ["Łukasz"]
    find(page, address, "economie")
    assert item.locator("p").first.text_content() == ARTICLES["fr"][1]


@pytest.fixture(scope="module")
def show(browser: Browser) -> Iterator[Callable[[str], Any]]:
    """A function that makes the original of a segmented text, by the script of the search page."""
    script = ROOT / "hooks/broadsheet/templates/assets/javascripts/search-segmentation.js"
    source = base64.b64encode(script.read_bytes()).decode()
    page = browser.new_page()
    page.evaluate(
        """async ([source, rules]) => {
            const { makeSegmentation } = await import(`data:text/javascript;base64,${source}`);
            window.segmentation = makeSegmentation(rules);
        }""",
        [source, json.loads(json.dumps(RULES))],
    )
    yield lambda text: page.evaluate("text => window.segmentation.show(text)", text)
    page.close()


SIGNS = "新幹がカ한한กำลី། 、。「」—–’…-~^\u00ad\u200b\u200cłŁßæſsaeoØ０Ｎ１1ςی '\"𠮷葛\U000e0100"
TEXTS = st.lists(st.sampled_from(SIGNS) | st.text(max_size=3), max_size=20).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(text=TEXTS)
@example(text="Łódź—ß’s 東京–大阪 ＮＡＴＯ加盟国、ไทย")
def test_the_browser_restores_every_text(text: str, show: Callable[[str], Any]) -> None:
    text = " ".join(text.split())
    shown = unicodedata.normalize("NFC", text.replace("~^", "~\u2060^"))
    for sign in "\u200b\ufeff":
        shown = shown.replace(sign, "")
    assert show(segment(text)) == " ".join(shown.split())
