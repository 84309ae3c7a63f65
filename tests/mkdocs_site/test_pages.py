"""Pages: what MkDocs and its plugins see of the newspaper, and how the newspaper lives with the site's own files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from broadsheet.core.translations import load_translations
from broadsheet.mkdocs_site.pages import build_navigation, find_edit_base
from broadsheet.mkdocs_site.project import find_docs_files
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from PIL import ExifTags
from sample_photos import PLACE, load, make_photo
from sites import PNG, ROOT, MakeSite, Site

ENTRY = str(ROOT / "hooks" / "entry.py")
site_test = pytest.mark.site


def configure(site: Site, **settings: Any) -> MkDocsConfig:
    site.configure(**settings)
    return load_config(str(site.root / "mkdocs.yml"))


# Where "Edit this page" leads.

GITHUB = "https://github.com/owner/paper"


@pytest.mark.parametrize(
    ("settings", "base"),
    [
        ({}, f"{GITHUB}/edit/main/content/"),
        ({"repo_url": f"{GITHUB}/"}, f"{GITHUB}/edit/main/content/"),
        ({"edit_uri": "blob/trunk/docs/"}, f"{GITHUB}/blob/trunk/content/"),
        ({"edit_uri": "/owner/paper/edit/main/docs/"}, f"{GITHUB}/edit/main/content/"),
        ({"repo_url": "https://gitlab.com/owner/paper", "edit_uri": "-/edit/main/docs/"}, None),
        ({"edit_uri": "?query=root/docs/"}, f"{GITHUB}?query=root/content/"),
        ({"edit_uri_template": "edit/main/docs/{path}"}, f"{GITHUB}/edit/main/content/"),
        ({"docs_dir": "site-pages", "edit_uri": "edit/main/site-pages/"}, f"{GITHUB}/edit/main/content/"),
        ({"broadsheet": {"content": "the news"}}, f"{GITHUB}/edit/main/the%20news/"),
        # Where it cannot be told, there is no link rather than a wrong one.
        ({"edit_uri": "edit/main/pages/"}, ""),
        ({"edit_uri": ""}, ""),
        ({"edit_uri_template": "edit/main/docs/{path}?plain=1"}, ""),
        ({"edit_uri_template": "edit/main/docs/{path_noext}"}, ""),
        ({"broadsheet": {"content": "../content"}}, ""),
        ({"repo_url": "", "edit_uri": "edit/main/docs/"}, ""),
        ({"repo_url": "", "edit_uri": "https://example.org/edit/docs/"}, "https://example.org/edit/content/"),
        ({"repo_url": "ftp://example.org/", "edit_uri": "docs/"}, ""),
    ],
)
def test_the_way_to_edit_an_article_is_found_from_that_of_the_sites_own_pages(
    make_site: MakeSite, settings: dict[str, Any], base: str | None
) -> None:
    site = make_site()
    (site.root / "site-pages").mkdir()
    config = configure(site, **{"repo_url": GITHUB, **settings})
    content = settings.get("broadsheet", {}).get("content", "content")
    edit_base = find_edit_base(config, (site.root / content).resolve())
    assert edit_base == ("https://gitlab.com/owner/paper/-/edit/main/content/" if base is None else base)


@site_test
def test_every_article_has_its_own_link_to_edit_it(make_site: MakeSite) -> None:
    site = make_site(repo_url=GITHUB)
    site.article("会谈 100%", slug="talks")
    site.article("accord")
    assert site.build("--strict").code == 0
    for url, name in (("2026/01/talks/", "%E4%BC%9A%E8%B0%88%20100%25.md"), ("2026/01/accord/", "accord.md")):
        links = [link for text, link in site.page(url).links() if text == "Edit this page"]
        assert links == [f"{GITHUB}/edit/main/content/articles/2026/01/{name}"]
    assert site.build("--strict", "-f", site.write("other.yml", "INHERIT: mkdocs.yml\nedit_uri: ''\n").name).code == 0
    assert "Edit this page" not in site.page("2026/01/accord/").text


# The site's own pages and files.


def test_articles_can_link_to_what_the_site_publishes_and_to_nothing_else(make_site: MakeSite) -> None:
    site = make_site()
    site.write("docs/guide/read me.md", "# Guide\n")
    site.write("docs/img/logo.png", PNG)
    site.write("docs/drafts/secret.md", "# Secret\n")
    site.write("docs/templates/x.md", "# X\n")
    config = configure(site, exclude_docs="templates/", draft_docs="drafts/")
    assert find_docs_files(config, (site.root / "content").resolve()) == {
        "../docs/about.md": "about/",
        "../docs/guide/read me.md": "guide/read me/",
        "../docs/img/logo.png": "img/logo.png",
    }


@site_test
def test_a_page_of_the_site_gives_way_to_one_of_the_newspaper_and_its_owner_is_told(make_site: MakeSite) -> None:
    site = make_site(exclude_docs="archive/\n", nav=None)
    site.article("talks", body="![Hall](hall.png)")
    site.write("content/articles/2026/01/hall.png", PNG)
    for name in ("index.md", "topics/index.md", "2026/01/talks.md", "topics/world.html", "archive/index.md"):
        site.write(f"docs/{name}", "# Not the newspaper's\n")
    site.write("docs/media/2026/01/hall.png", b"not the newspaper's")
    run = site.build()
    assert run.code == 0
    replaced = re.findall(r"docs/(\S+) is not used: the newspaper has a page of its own in its place", run.output)
    # What MkDocs leaves out anyway is nothing to tell of; topics/world.html has an address of its own.
    assert sorted(replaced) == ["2026/01/talks.md", "index.md", "media/2026/01/hall.png", "topics/index.md"]
    assert b"Not the newspaper's" not in b"".join(
        data for path, data in site.files().items() if path != "topics/world.html"
    )
    assert site.files()["media/2026/01/hall.png"] == PNG


@site_test
def test_a_name_that_the_site_has_in_docs_may_be_an_articles_too(make_site: MakeSite) -> None:
    site = make_site(nav=None)
    site.write("docs/articles/2026/01/talks.md", "# A page of the site's own\n")
    site.article("talks", title="The newspaper's talks")
    run = site.build()
    assert run.code == 0
    assert site.page("2026/01/talks/").one("h1").text == "The newspaper's talks"
    assert "docs/articles/2026/01/talks.md is not used" in run.output


# What MkDocs and its plugins see.


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A newspaper of two pages of a topic, built."""
    site = Site(tmp_path_factory.mktemp("pages"), {"broadsheet": {"per_page": 2}, "plugins": ["search"]})
    site.register("topics", world={"title": "World", "summary": 'News "from abroad" & home.', "section": True})
    site.register("authors", desk={"name": "Desk", "bio": "A desk."})
    site.article("talks", updated="2026-03-04T10:00", summary='Eight "hours" <of> talks.', body="## Day one\n\nTalks.")
    site.article("accord", "2026-01-19")
    site.article("vote", "2026-02-01", authors=["desk"])
    assert site.build("--strict").code == 0
    return site


@site_test
def test_every_page_has_a_title_of_its_own(paper: Site) -> None:
    titles = {path: page.one("title").text for path, page in paper.pages().items()}
    assert titles["index.html"] == "The Daily Test"
    for path, title in {
        "2026/01/talks/": "Talks",
        "topics/": "Topics",
        "topics/world/": "World",
        "topics/world/page/2/": "World, page 2",
        "authors/": "Authors",
        "authors/desk/": "Desk",
        "archive/": "Archive",
        "archive/2026/": "2026",
        "archive/2026/page/2/": "2026, page 2",
        "archive/2026/02/": "February 2026",
        "stories/": "Stories",
        "about/": "About",
    }.items():
        assert titles[f"{path}index.html"] == f"{title} - The Daily Test"
    own_titles = {path: title for path, title in titles.items() if path != "404.html"}
    assert len(set(own_titles.values())) == len(own_titles)


@site_test
def test_descriptions_are_those_of_the_article_the_topic_and_the_author(paper: Site) -> None:
    def description(url: str) -> str:
        return paper.page(url).one("meta", name="description")["content"]

    assert description("2026/01/talks/") == 'Eight "hours" <of> talks.'
    assert description("topics/world/") == 'News "from abroad" & home.'
    assert description("authors/desk/") == "A desk."
    # The second page of a list is not described as the first; those without words of their own have the site's.
    site = description("")
    assert site
    assert {description(url) for url in ("topics/world/page/2/", "2026/02/vote/", "archive/")} == {site}


@site_test
def test_search_finds_articles_and_the_sites_own_pages_but_no_lists(paper: Site) -> None:
    records = paper.found()
    assert set(records) == {"2026/01/talks/", "2026/01/accord/", "2026/02/vote/", "about/"}
    assert records["2026/01/talks/"]["content"] == 'Eight "hours" <of> talks. Day one Talks.'


@site_test
def test_the_sitemap_has_every_page_and_when_an_article_was_changed(paper: Site) -> None:
    sitemap = paper.files()["sitemap.xml"].decode()
    entries = dict(re.findall(r"<loc>https://news\.example/paper/(.*?)</loc>\s*<lastmod>(.*?)</lastmod>", sitemap))
    pages = {path.removesuffix("index.html") for path in paper.pages() if path not in {"404.html", "search/index.html"}}
    assert set(entries) == pages
    assert entries["2026/01/talks/"] == "2026-03-04"
    assert entries["2026/01/accord/"] == "2026-01-19"


PLUGIN = """
def on_page_markdown(markdown, page, config, files):
    if page.file.src_uri.endswith("talks.md"):
        return markdown.replace("ADDED", "## Added\\n\\n![Map](map.png) [gone](gone.md) <script>alert(1)</script>")
"""


@site_test
def test_a_plugin_can_change_an_article_whose_page_then_is_as_whole_as_any(make_site: MakeSite) -> None:
    site = make_site()
    plugin = site.write("plugin.py", PLUGIN)
    site.configure(hooks=[ENTRY, str(plugin)])
    site.article("talks", body="[Known](missing.md)\n\nADDED")
    site.article("accord", body="ADDED")
    site.write("content/articles/2026/01/map.png", PNG)
    run = site.build()
    assert run.code == 0
    body = site.page("2026/01/talks/").one("div", css="bs-body")
    assert body.one("h2")["id"] == "added"
    assert site.files()["media/2026/01/map.png"] == PNG
    assert body.one("img")["src"] == "../../../media/2026/01/map.png"
    assert "<script>alert(1)" not in site.html("2026/01/talks/")
    assert "ADDED" in site.page("2026/01/accord/").text
    # What the plugin made wrong is told; what was wrong before, only once.
    assert run.output.count("dead link: there is no 'gone.md'") == 1
    assert run.output.count("missing.md") == 1
    assert site.build("--strict").code == 1


@site_test
def test_a_plugin_that_adds_a_picture_which_is_published_already_adds_it_once(make_site: MakeSite) -> None:
    site = make_site()
    site.configure(hooks=[ENTRY, str(site.write("plugin.py", PLUGIN))])
    site.article("talks", body="![Map](map.png) ADDED")
    site.write("content/articles/2026/01/map.png", PNG)
    assert site.build().code == 0
    assert len(site.page("2026/01/talks/").one("div", css="bs-body").all("img")) == 2
    assert [path for path in site.files() if path.endswith("map.png")] == ["media/2026/01/map.png"]


# Redirects.


@site_test
@pytest.mark.parametrize("site_url", ["https://news.example/paper/", "https://news.example/paper", ""])
def test_an_old_address_leads_on_whether_or_not_the_site_knows_its_own(make_site: MakeSite, site_url: str) -> None:
    site = make_site(site_url=site_url)
    site.article("会谈", aliases=["/old-page/", "/old.html"], title='A "title" & <more>')
    assert site.build("--strict").code == 0
    for path, way in (("old-page/index.html", "../2026/01/"), ("old.html", "2026/01/")):
        page = site.pages()[path]
        target = f"{way}%E4%BC%9A%E8%B0%88/"
        assert page.one("meta", http_equiv="refresh")["content"] == f"0; url={target}"
        assert [link for _, link in page.links()] == [target]
        canonical = page.one("link", rel="canonical")["href"]
        assert canonical == ("https://news.example/paper/2026/01/%E4%BC%9A%E8%B0%88/" if site_url else target)
        assert (site.output / Path(path).parent / way / "会谈" / "index.html").is_file()


@site_test
@pytest.mark.parametrize("hook", [False, True])
def test_pictures_of_the_site_s_own_pages_tell_no_more_than_those_of_articles(hook: bool, make_site: MakeSite) -> None:
    site = make_site(broadsheet={"search": False})
    site.article("talks")
    site.write("docs/about.md", "# About\n\n![The harbour](pictures/harbour.jpg)\n")
    site.write("docs/pictures/harbour.jpg", make_photo(600, 400, orientation=6))
    site.write("docs/noise.jpg", b"no picture")
    site.write("docs/paper.pdf", PLACE)
    if hook:
        site.write("watch.py", "def on_page_content(html, **_):\n    return html\n")
        site.configure(hooks=[ENTRY, str(site.root / "watch.py")])
    run = site.build()
    assert run.code == 0
    assert "docs/noise.jpg: not a picture (where it was taken may still be in it" in run.output
    files = site.files()
    assert 'src="../pictures/harbour.jpg"' in files["about/index.html"].decode()
    assert PLACE not in files["pictures/harbour.jpg"]
    assert load(files["pictures/harbour.jpg"]).getexif()[ExifTags.Base.Orientation] == 6
    assert (files["noise.jpg"], files["paper.pdf"]) == (b"no picture", PLACE)
    times = {path: (site.output / path).stat().st_mtime_ns for path in files if path.startswith("pictures/")}
    site.write("docs/noise.jpg", b"another")
    assert site.build().code == 0
    assert site.files()["noise.jpg"] == b"another"
    assert {path: (site.output / path).stat().st_mtime_ns for path in times} == times


# Navigation: the newspaper's parts before the site's own pages, each of them once.


def build(site: Site) -> Site:
    site.register(
        "topics",
        world={"title": "World", "section": True},
        nato={"title": "NATO", "parent": "world"},
        trade={"title": "Trade", "section": True},
    )
    site.article("talks")
    run = site.build("--strict")
    assert run.code == 0, run.output
    return site


def tabs(site: Site, url: str = "") -> list[tuple[str, str]]:
    """The words of each tab, and the address from the site's root that it leads to."""
    root = "https://news.example/"
    links = site.page(url).one("nav", css="md-tabs").links()
    return [(text, urljoin(root + url, link).removeprefix(root)) for text, link in links]


OURS = [("Front page", ""), ("World", "topics/world/"), ("Trade", "topics/trade/")]
OURS += [("Topics", "topics/"), ("Archive", "archive/")]


@site_test
def test_the_front_page_and_the_sections_stand_before_the_sites_own_pages(make_site: MakeSite) -> None:
    site = build(make_site())
    for url in ("", "2026/01/talks/", "topics/trade/", "about/"):
        assert tabs(site, url) == [*OURS, ("About", "about/")]
    drawer = site.page("").one("nav", css="md-nav--primary")
    assert [text for text, _ in drawer.links() if text in {"World", "Trade", "Topics", "Archive", "About"}] == [
        text for text, _ in tabs(site)[1:]
    ]


@site_test
def test_the_page_that_is_shown_is_marked(make_site: MakeSite) -> None:
    site = build(make_site())
    for url, name in (("", "Front page"), ("topics/trade/", "Trade"), ("archive/", "Archive"), ("about/", "About")):
        navigation = site.page(url).one("nav", css="md-tabs")
        assert [item.text for item in navigation.all("li", css="md-tabs__item--active")] == [name], url
        assert [link.text for link in navigation.all("a", aria_current="page")] == [name], url


@site_test
def test_a_navigation_that_names_the_newspapers_pages_shows_them_once(make_site: MakeSite) -> None:
    nav = [
        {"Home": "index.md"},
        {"About": "about.md"},
        {"Lists": "topics/index.md"},
        {"World": "topics/world/index.md"},
    ]
    site = build(make_site(nav=nav))
    assert tabs(site) == [*OURS, ("About", "about/")]


@site_test
def test_without_a_navigation_every_page_of_the_site_has_its_place_behind(make_site: MakeSite) -> None:
    site = make_site(nav=None)
    site.write("docs/contact.md", "# Contact\n")
    assert tabs(build(site)) == [*OURS, ("About this paper", "about/"), ("Contact", "contact/")]


@site_test
def test_links_and_groups_of_the_site_stay(make_site: MakeSite) -> None:
    nav = [{"House": [{"About": "about.md"}]}, {"Elsewhere": "https://example.org/"}]
    site = build(make_site(nav=nav))
    assert tabs(site)[len(OURS) :] == [("House", "about/"), ("Elsewhere", "https://example.org/")]


@site_test
def test_without_sections_there_are_none(make_site: MakeSite) -> None:
    site = make_site()
    site.article("talks")
    assert site.build("--strict").code == 0
    assert [text for text, _ in tabs(site)] == ["Front page", "Topics", "Archive", "About"]


def test_nothing_is_added_that_is_not_there() -> None:
    nav = build_navigation(Navigation([], []), Files([]), (), load_translations())
    assert (nav.items, nav.pages) == ([], [])
