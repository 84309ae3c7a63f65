"""The search page in a real browser: on the shipped newspaper, on one of many alike articles, and while serving."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from html_tree import EVIL
from playwright.sync_api import Browser, Locator, Page, expect
from sites import MakeSite, Server, Site

pytestmark = [pytest.mark.browser, pytest.mark.site]


@pytest.fixture(scope="module")
def address(shipped: Site, serve: Callable[[Path], str]) -> str:
    """Where the shipped newspaper is served."""
    return serve(shipped.output)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper of 25 articles about ferries, one of which is full of markup."""
    site = Site(tmp_path_factory.mktemp("many"))
    site.register("topics", world={"title": "World"}, asia={"title": "Asia, far", "parent": "world"})
    site.register("authors", ann={"name": "Ann, M.D."}, ben={"name": "Ben"})
    for number in range(24):
        topic, author = ("asia", "ann") if number % 3 else ("world", "ben")
        date = f"{2024 + number % 2}-01-{number + 1:02}"
        site.article(f"ferry-{number}", date, f"The ferry sails {'far ' * number}.", topics=[topic], authors=[author])
    site.article("evil", "2026-05-01", f"Ferry {EVIL}", title=f"Ferry {EVIL}", language="fr")
    assert site.build().code == 0
    return site


@pytest.fixture(scope="module")
def ferries(many: Site, serve: Callable[[Path], str]) -> str:
    """Where they are served."""
    return serve(many.output)


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A page on which nothing goes wrong, and from which nobody else is asked for anything."""
    errors: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    yield page
    assert errors == []
    assert [url for url in asked if not url.startswith(("http://127.0.0.1:", "data:"))] == []
    # Nothing of Material's own search.
    assert [url for url in asked if "/workers/" in url or "search_index" in url] == []


def results(page: Page) -> Locator:
    return page.locator("[data-broadsheet=search] ol > li")


def say(page: Page, text: str) -> None:
    expect(page.get_by_role("status")).to_have_text(text)


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def options(page: Page, label: str) -> list[str]:
    return page.get_by_label(label, exact=True).locator("option").all_inner_texts()


def dates(page: Page) -> list[str]:
    return [str(time.get_attribute("datetime")) for time in results(page).locator("time").all()]


def test_words_are_found_and_marked_as_they_are_typed(quiet: Page, address: str) -> None:
    quiet.goto(f"{address}search/")
    box = quiet.get_by_label("Words to look for")
    expect(box).to_be_focused()
    box.press_sequentially("greenland", delay=30)
    expect(results(quiet).first).to_contain_text("Greenland")
    expect(results(quiet).first.locator("mark").first).to_have_text("Greenland")
    # A slow machine shows what the first letters find before it has all of them.
    quiet.wait_for_url("**/search/?q=greenland")
    quiet.wait_for_load_state("networkidle")
    count = results(quiet).count()
    assert count > 3
    say(quiet, f"{count} results")
    results(quiet).first.get_by_role("link").click()
    expect(quiet.locator("article.bs-article")).to_contain_text("Greenland")
    quiet.go_back()
    expect(results(quiet)).to_have_count(count)
    box.fill("")
    say(quiet, "")


def test_pages_of_the_sites_own_are_found_and_lists_are_not(quiet: Page, address: str) -> None:
    quiet.goto(f"{address}search/?q=corrections")
    expect(results(quiet).get_by_role("link", name="Corrections", exact=True)).to_be_visible()
    links = [link.get_attribute("href") or "" for link in results(quiet).get_by_role("link").all()]
    assert [link for link in links if link.startswith(("../topics/", "../archive/", "../authors/"))] == []


def test_filters_are_loaded_when_they_are_opened_and_narrow_the_search(quiet: Page, ferries: str) -> None:
    asked: list[str] = []
    quiet.on("request", lambda request: asked.append(request.url))
    quiet.goto(f"{ferries}search/?q=ferry")
    say(quiet, "25 results, the first 10 shown")
    assert [url for url in asked if "/facets-" in url] == []
    quiet.get_by_text("Narrow the search").click()
    # With its parent: an article about Asia is one about the world.
    expect(quiet.get_by_label("Topic").locator("option")).to_have_text(["All topics", "Asia, far (16)", "World (25)"])
    assert options(quiet, "Author") == ["All authors", "Ann, M.D. (16)", "Ben (8)"]
    assert options(quiet, "Year") == ["All years", "2026 (1)", "2025 (12)", "2024 (12)"]
    quiet.get_by_label("Topic").select_option("Asia, far")
    say(quiet, "16 results, the first 10 shown")
    expect(quiet.get_by_label("Year").locator("option")).to_have_text(["All years", "2025 (8)", "2024 (8)"])
    quiet.get_by_label("Year").select_option("2025")
    say(quiet, "8 results")
    assert query(quiet) == {"q": ["ferry"], "topic": ["Asia, far"], "year": ["2025"]}
    # What another choice of the same filter would give.
    assert options(quiet, "Year") == ["All years", "2025 (8)", "2024 (8)"]
    quiet.go_back()
    say(quiet, "16 results, the first 10 shown")
    expect(quiet.get_by_label("Year")).to_have_value("")
    quiet.go_forward()
    say(quiet, "8 results")
    expect(quiet.get_by_label("Year")).to_have_value("2025")
    # A choice alone will do.
    quiet.get_by_label("Words to look for").fill("")
    quiet.get_by_label("Topic").select_option("")
    say(quiet, "12 results, the first 10 shown")
    quiet.reload()
    say(quiet, "12 results, the first 10 shown")


def test_the_newest_come_first_when_a_reader_wants_that(quiet: Page, ferries: str) -> None:
    quiet.goto(f"{ferries}search/?q=ferry")
    say(quiet, "25 results, the first 10 shown")
    by_match = dates(quiet)
    quiet.get_by_label("Order").select_option("Newest first")
    quiet.wait_for_url("**/search/?q=ferry&sort=date")
    expect(results(quiet).first.locator("time")).to_have_text("1 May 2026")
    assert dates(quiet) == sorted(dates(quiet), reverse=True) != by_match
    quiet.get_by_role("button", name="Show more").click()
    say(quiet, "25 results, the first 20 shown")
    expect(results(quiet).nth(10).get_by_role("link")).to_be_focused()
    quiet.get_by_role("button", name="Show more").click()
    say(quiet, "25 results")
    expect(quiet.get_by_role("button", name="Show more")).to_be_hidden()
    assert dates(quiet) == sorted(dates(quiet), reverse=True)
    # The page without a date comes last, but comes.
    quiet.get_by_label("Words to look for").fill("page")
    expect(results(quiet).get_by_role("link", name="About", exact=True)).to_be_visible()
    quiet.go_back()
    say(quiet, "25 results, the first 10 shown")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, serve: Callable[[Path], str]) -> str:
    """Where an archive is served that has three bundles, of two years each and of the last one."""
    site = Site(tmp_path_factory.mktemp("archive"))
    site.register("topics", world={"title": "World"}, asia={"title": "Asia", "parent": "world"})
    site.register("authors", ann={"name": "Ann"}, ben={"name": "Ben"})
    for number in range(30):
        topic, author = ("asia", "ann") if number % 3 else ("world", "ben")
        date = f"{2022 + number % 5}-{1 + number % 4:02}-{1 + number // 2:02}"
        body = f"The walrus swims {'far ' * (number % 7)}, says page {number}."
        site.article(f"walrus-{number}", date, body, topics=[topic], authors=[author])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("broadsheet.search.index.MAX_RECORDS", 12)
        assert site.build("--strict").code == 0
    bundles = json.loads((site.output / "pagefind/bundles.json").read_text(encoding="utf-8"))["bundles"]
    assert [bundle["path"] for bundle in bundles] == ["", "2024_2025/", "2022_2023/"]
    return serve(site.output)


def test_several_bundles_are_searched_as_one(quiet: Page, archive: str) -> None:
    quiet.goto(f"{archive}search/?q=walrus")
    say(quiet, "30 results, the first 10 shown")
    assert len({date[:4] for date in dates(quiet)}) > 2
    # Twice in quick succession is once.
    quiet.get_by_role("button", name="Show more").evaluate("button => { button.click(); button.click() }")
    say(quiet, "30 results, the first 20 shown")
    quiet.get_by_role("button", name="Show more").click()
    say(quiet, "30 results")
    assert len(set(dates(quiet))) == 30
    quiet.goto(f"{archive}search/?q=zzzz")
    say(quiet, "Nothing was found.")
    # A search for a name finds what that author wrote, in the oldest bundle as well.
    quiet.goto(f"{archive}search/?q=ben&year=2022")
    say(quiet, "2 results")


def test_the_newest_come_first_over_several_bundles(quiet: Page, archive: str) -> None:
    quiet.goto(f"{archive}search/?q=page&sort=date")
    say(quiet, "31 results, the first 10 shown")
    for shown in ("31 results, the first 20 shown", "31 results, the first 30 shown", "31 results"):
        quiet.get_by_role("button", name="Show more").click()
        say(quiet, shown)
    assert dates(quiet) == sorted(dates(quiet), reverse=True)
    assert len(dates(quiet)) == 30
    # A page without a date comes last.
    expect(results(quiet).last.get_by_role("link")).to_have_text("About")


def test_choices_and_their_numbers_are_those_of_all_bundles(quiet: Page, archive: str) -> None:
    quiet.goto(f"{archive}search/?q=walrus")
    quiet.get_by_text("Narrow the search").click()
    expect(quiet.get_by_label("Topic").locator("option")).to_have_text(["All topics", "Asia (20)", "World (30)"])
    assert options(quiet, "Author") == ["All authors", "Ann (20)", "Ben (10)"]
    assert options(quiet, "Year") == ["All years", *(f"{year} (6)" for year in (2026, 2025, 2024, 2023, 2022))]
    quiet.get_by_label("Author").select_option("Ben")
    say(quiet, "10 results")
    assert options(quiet, "Topic") == ["All topics", "World (10)"]
    quiet.get_by_label("Year").select_option("2023")
    say(quiet, "2 results")
    assert options(quiet, "Author") == ["All authors", "Ann (4)", "Ben (2)"]
    # A choice without words, the newest first; and no choice at all.
    quiet.get_by_label("Words to look for").fill("")
    quiet.get_by_label("Author").select_option("")
    say(quiet, "6 results")
    assert dates(quiet) == sorted(dates(quiet), reverse=True)
    quiet.get_by_label("Year").select_option("")
    say(quiet, "")
    expect(quiet.get_by_label("Year").locator("option").first).to_have_text("All years")
    assert options(quiet, "Author") == ["All authors", "Ann (20)", "Ben (10)"]


def test_a_choice_alone_loads_a_small_part_of_the_index(quiet: Page, archive: str) -> None:
    asked: list[str] = []
    quiet.on("request", lambda request: asked.append(request.url.rpartition(".")[2]))
    quiet.goto(f"{archive}search/?year=2024")
    say(quiet, "6 results")
    assert asked.count("pf_index") == 3
    assert asked.count("pf_filter") == 0
    assert asked.count("pf_fragment") == 6


def test_those_who_come_back_find_what_they_had_opened(quiet: Page, ferries: str) -> None:
    quiet.goto(f"{ferries}search/?q=ferry")
    quiet.get_by_role("button", name="Show more").click()
    say(quiet, "25 results, the first 20 shown")
    results(quiet).nth(15).get_by_role("link").click()
    quiet.wait_for_url("**/ferry-*/")
    quiet.go_back()
    say(quiet, "25 results, the first 20 shown")


def test_the_keyboard_is_enough(quiet: Page, address: str) -> None:
    quiet.goto(f"{address}about/")
    quiet.keyboard.press("/")
    expect(quiet.locator("header input[name=q]")).to_be_focused()
    quiet.keyboard.type("ukraine and/or nato")
    quiet.keyboard.press("Control+A")
    quiet.keyboard.type("nato")
    quiet.keyboard.press("Enter")
    quiet.wait_for_url("**/search/?q=nato")
    expect(results(quiet).first).to_be_visible()
    quiet.keyboard.press("/")
    expect(quiet.get_by_label("Words to look for")).to_be_focused()
    passed = []
    for _ in range(12):
        quiet.keyboard.press("Tab")
        passed.append(quiet.evaluate("document.activeElement.tagName"))
        style = quiet.evaluate(
            "(({outlineStyle, outlineWidth}) => [outlineStyle, outlineWidth])(getComputedStyle(document.activeElement))"
        )
        assert style[0] != "none", passed
        if quiet.evaluate("!!document.activeElement.closest('ol li')"):
            break
        if passed[-1] == "SUMMARY":
            quiet.keyboard.press("Enter")
            expect(quiet.get_by_label("Year")).to_be_visible()
    assert passed == ["BUTTON", "SUMMARY", "SELECT", "SELECT", "SELECT", "SELECT", "A"]
    quiet.keyboard.press("Enter")
    quiet.wait_for_url("**/20*/**")


def test_the_key_types_where_one_types_and_can_be_switched_off(quiet: Page, address: str) -> None:
    quiet.goto(f"{address}search/")
    quiet.keyboard.type("and/or")
    expect(quiet.get_by_label("Words to look for")).to_have_value("and/or")
    quiet.get_by_label("The key / leads").uncheck()
    quiet.goto(f"{address}about/")
    quiet.keyboard.press("/")
    expect(quiet.locator("header input[name=q]")).not_to_be_focused()
    quiet.goto(f"{address}search/")
    quiet.get_by_label("The key / leads").check()
    quiet.goto(f"{address}about/")
    quiet.keyboard.press("Control+/")
    expect(quiet.locator("header input[name=q]")).not_to_be_focused()
    quiet.keyboard.press("/")
    expect(quiet.locator("header input[name=q]")).to_be_focused()


def test_on_a_phone_the_button_leads_to_the_page(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700})
    page = context.new_page()
    page.goto(address)
    expect(page.locator("header input[name=q]")).to_be_hidden()
    page.locator("header").get_by_role("button", name="Search").click()
    page.wait_for_url("**/search/**")
    page.get_by_label("Words to look for").fill("greenland")
    expect(results(page).first).to_be_visible()
    page.get_by_text("Narrow the search").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for control in page.locator("[data-broadsheet=search] :is(button, input, select, summary, a):visible").all():
        box = control.bounding_box()
        assert box is not None
        assert box["height"] >= 24 or control.get_attribute("type") == "checkbox", control
    context.close()


def test_without_scripts_the_box_leads_to_the_lists(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}about/")
    page.locator("header input[name=q]").fill("greenland")
    page.locator("header").get_by_role("button", name="Search").click()
    page.wait_for_url("**/search/?q=greenland")
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.get_by_label("Words to look for")).to_be_hidden()
    section = page.locator("section", has_text="Without a search")
    for name, url in (("Topics", "topics"), ("Authors", "authors"), ("Archive by date", "archive")):
        assert section.get_by_role("link", name=name).get_attribute("href") == f"../{url}/"
    context.close()


def test_markup_in_a_headline_or_a_text_is_shown_as_it_was_written(quiet: Page, ferries: str) -> None:
    quiet.goto(f"{ferries}search/?q=ferry&year=2026")
    say(quiet, "1 result")
    link = results(quiet).get_by_role("link")
    expect(link).to_have_text(f"Ferry {EVIL.replace('&lt;evil&gt;', '<evil>')}")
    expect(results(quiet).locator("h2")).to_have_attribute("lang", "fr")
    expect(results(quiet).locator("h2")).to_have_attribute("dir", "auto")
    assert results(quiet).locator("*").evaluate_all("all => [...new Set(all.map(one => one.tagName))].sort()") == [
        *("A", "H2", "MARK", "P", "TIME")
    ]


def test_words_that_nobody_wrote_are_not_found(quiet: Page, ferries: str) -> None:
    for words in ("zzzz", "a" * 3000, "ferry zzzz", "farthermost"):
        quiet.goto(f"{ferries}search/?q={words}")
        say(quiet, "Nothing was found.")
        assert results(quiet).count() == 0
        expect(quiet.get_by_role("link", name="Archive by date")).to_be_in_viewport()
    for words in ("FERRIES", "ferrie", "fér", "sail"):
        quiet.goto(f"{ferries}search/?q={words}")
        expect(results(quiet).first).to_be_visible()


@pytest.mark.parametrize("width", [375, 1280])
def test_nothing_moves_when_results_come(width: int, browser: Browser, ferries: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.add_init_script(
        "window.moved = 0;"
        "new PerformanceObserver(list => list.getEntries().forEach(one => (window.moved += one.value)))"
        ".observe({ type: 'layout-shift', buffered: true })"
    )
    for query in ("q=ferry", "q=zzzz", "topic=World"):
        page.goto(f"{ferries}search/?{query}")
        expect(page.get_by_role("status")).not_to_have_text("")
        page.wait_for_timeout(300)
        assert page.evaluate("window.moved") < 0.02, query
    page.close()


def test_an_address_that_is_made_up_does_no_harm(quiet: Page, ferries: str) -> None:
    quiet.goto(f"{ferries}search/?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E&topic=%3Cb%3E&sort=evil&year=x")
    say(quiet, "Nothing was found.")
    expect(quiet.get_by_label("Words to look for")).to_have_value("<img src=x onerror=alert(1)>")
    expect(quiet.get_by_label("Topic")).to_have_value("<b>")
    quiet.goto(f"{ferries}search/?q=%22sails%20far%22&sort=date")
    expect(results(quiet).first).to_be_visible()
    quiet.goto(f"{ferries}search/?q=%22far%20sails%22")
    say(quiet, "Nothing was found.")


def test_search_engines_do_not_keep_the_page(shipped: Site) -> None:
    assert shipped.page("search/").one("meta", name="robots")["content"] == "noindex"
    assert "/search/" not in shipped.files()["sitemap.xml"].decode()
    forms = {path: page.one("form", css="bs-searchbox")["action"] for path, page in shipped.pages().items()}
    assert forms["index.html"] == "search/"
    assert forms["about/index.html"] == "../search/"
    assert forms["404.html"] == "/paper/search/"


def test_a_build_without_an_index_fails_and_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    site = Site(tmp_path / "paper")
    site.article("talks")
    assert site.build("--strict").code == 0
    before = site.files()
    site.article("more")
    for _ in range(2):
        run = site.build(PAGEFIND_BINARY_PATH=str(tmp_path / "none"))
        assert run.code == 1
        assert "ERROR" in run.output
        assert "none does not run (No such file or directory): install Pagefind with 'make install'" in run.output
        assert "Traceback" not in run.output
        assert site.files() == before
        assert not [path for path in site.root.iterdir() if ".site.part" in path.name]
    assert site.build("--strict").code == 0
    assert "2026/01/more/" in site.found()


def test_a_page_whose_index_cannot_be_loaded_leads_to_the_lists(
    page: Page, tmp_path: Path, serve: Callable[[Path], str]
) -> None:
    site = Site(tmp_path / "paper")
    site.article("talks")
    assert site.build().code == 0
    (site.output / "pagefind/bundles.json").unlink()
    page.goto(f"{serve(site.output)}search/?q=talks")
    say(page, "The search is not available just now.")
    page.get_by_role("link", name="Archive by date").click()
    page.wait_for_url("**/archive/")


def test_the_search_can_be_switched_off(tmp_path: Path) -> None:
    site = Site(tmp_path / "paper")
    site.article("talks")
    assert site.build("--strict").code == 0
    assert site.has("pagefind/pagefind.js")
    site.configure(broadsheet={"search": False})
    assert site.build("--strict").code == 0
    assert not site.has("search/")
    assert [path for path in site.files() if "pagefind" in path] == []
    for path, page in site.pages().items():
        assert page.all("form", role="search") == [], path
        assert "search.css" not in str(page), path


def test_a_build_of_the_same_records_takes_the_index_as_it_is(tmp_path: Path) -> None:
    site = Site(tmp_path / "paper")
    site.article("talks")
    assert site.build("--strict").code == 0
    before = site.files()
    assert site.build("--strict", PAGEFIND_BINARY_PATH=str(tmp_path / "none")).code == 0
    assert site.files() == before
    site.article("talks", body="Other words.")
    assert site.build("--strict").code == 0
    assert "Other words." in site.found()["2026/01/talks/"]["content"]
    # What is not public any more is in no file of the index.
    site.article("talks", draft=True)
    site.article("more")
    assert site.build("--strict").code == 0
    assert set(site.found()) == {"2026/01/more/", "about/"}
    assert not [path for path, data in site.plain_files().items() if "pagefind/" in path and b"talks" in data]
    assert not [path for path in site.output.iterdir() if path.name.startswith(".")]


def test_a_page_can_stay_out_of_the_search(tmp_path: Path) -> None:
    site = Site(tmp_path / "paper")
    site.article("talks")
    site.write("docs/legal.md", "---\nsearch:\n  exclude: true\n---\n# Legal\n\nZanzibar.\n")
    site.configure(nav=[{"About": "about.md"}, {"Legal": "legal.md"}])
    assert site.build("--strict").code == 0
    assert set(site.found()) == {"2026/01/talks/", "about/"}


@pytest.mark.parametrize(
    ("language", "count", "message", "marked"),
    [("de", 1, "1 Treffer", ""), ("ar", 2, "نتيجتان", ""), ("ar", 3, "3 نتائج", ""), ("he", 2, "2 results", "en")],
)
def test_what_was_found_is_told_in_the_language_of_the_page(
    quiet: Page,
    make_site: MakeSite,
    serve: Callable[[Path], str],
    language: str,
    count: int,
    message: str,
    marked: str,
) -> None:
    site = make_site(theme={"name": "material", "language": language, "font": False})
    site.register("authors", ann={"name": "Ann"}, ben={"name": "Ben"})
    for number in range(count):
        site.article(f"ferry-{number}", body="Walrus.", authors=["ann", "ben"])
    assert site.build().code == 0
    quiet.goto(f"{serve(site.output)}search/?q=walrus")
    expect(results(quiet)).to_have_count(count)
    status = quiet.get_by_role("status")
    expect(status).to_contain_text(message.lstrip("0123456789 "))
    assert status.locator("span").count() == bool(marked)
    if marked:
        expect(status.locator("span")).to_have_attribute("lang", marked)
    line = results(quiet).first.locator(".bs-search__line").inner_text()
    assert {"de": "Von Ann und Ben", "ar": "بقلم Ann وBen", "he": "By Ann"}[language] in line


def wait_for_index(server: Server, old: str = "") -> str:
    """The list of bundles, once it is another than the old one."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        status, stamp = server.get("pagefind/bundles.json")
        if status == 200 and stamp != old:
            return stamp
        time.sleep(0.1)
    raise AssertionError(f"no new index:\n{server.log}")


def test_while_serving_an_edit_is_found_and_the_old_index_stays_until_then(page: Page, tmp_path: Path) -> None:
    site = Site(tmp_path / "paper")
    site.article("talks", body="The first version about walruses.")
    with Server(site, "--livereload") as server:
        stamp = wait_for_index(server)
        page.goto(f"{server.address}search/?q=walrus")
        say(page, "1 result")
        with server.rebuild():
            site.article("talks", body="The second version about penguins.")
        assert server.get("pagefind/pagefind.js")[0] == 200
        stamp = wait_for_index(server, stamp)
        page.goto(f"{server.address}search/?q=penguin")
        say(page, "1 result")
        page.goto(f"{server.address}search/?q=walrus")
        say(page, "Nothing was found.")
        # What changes no record makes no index.
        with server.rebuild():
            site.write("content/articles/2026/01/note.txt", "no article")
        assert server.get("pagefind/bundles.json") == (200, stamp)
        # A build that fails leaves the site, and the index of it that is being made.
        with server.rebuild():
            site.article("talks", body="The third version about zebras.")
        with server.rebuild("is undefined"):
            site.write("overrides/main.html", "{{ pgae.title }}\n")
        wait_for_index(server, stamp)
        page.goto(f"{server.address}search/?q=zebra")
        say(page, "1 result")
        assert server.alive
    assert "Traceback" not in server.log


def test_while_serving_a_missing_index_is_an_error_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEFIND_BINARY_PATH", str(tmp_path / "none"))
    site = Site(tmp_path / "paper")
    site.article("talks")
    with Server(site, "--livereload") as server:
        end = time.monotonic() + 60
        while "the search index cannot be made" not in server.log and time.monotonic() < end:
            time.sleep(0.1)
        line = next(line for line in server.log.splitlines() if "the search index cannot be made" in line)
        assert line.startswith("ERROR")
        assert "install Pagefind with 'make install'" in line
        assert server.get("2026/01/talks/")[0] == 200
        assert server.alive
    assert "Traceback" not in server.log
