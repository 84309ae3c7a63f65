"""The site model as MkDocs' pages and files: articles, listings, redirects, media and the navigation."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC
from functools import partial
from operator import methodcaller
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urljoin

from babel import Locale
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from broadsheet.content import Article, Topic
from broadsheet.core import (
    SITE_URLS,
    Translations,
    fill_placeholders,
    make_listing_url,
    make_relative_url,
    media_url,
    text_direction,
)
from broadsheet.edition import INDEX_URLS, ArticleView, ListingPage, PageDigests, SiteModel
from broadsheet.images import PublishedImage
from broadsheet.mkdocs_site.files import ImageVariantFile, MediaFile, PageFile
from broadsheet.rendering import RenderedBody
from broadsheet.theme import format_month

_REDIRECT_SCRIPT = "assets/javascripts/redirect.js"
_INDEX_PAGES = (f"{SITE_URLS['topics']}index.md", f"{SITE_URLS['archive']}index.md")

RenderBody = Callable[[Article], RenderedBody]


class NewspaperPage(Page):
    """A page whose content comes from the site model, not from a file that MkDocs reads."""

    def __init__(self, title: str, template: str, file: File, config: MkDocsConfig, **view: Any) -> None:
        """Take the template and its variables: `view` is `page.view` there.

        MkDocs' themes print titles and descriptions as HTML, so both are escaped here.
        """
        super().__init__(_escape(title), file, config)
        self.view = view
        self.description = ""
        self.search = False
        self.template = template
        self.word = ""
        """The key of the page's name in the navigation, where the name is one of the engine's words."""

    def read_source(self, config: MkDocsConfig) -> None:
        """Set the metadata; a listing has no Markdown."""
        self.markdown = ""
        self.meta = {"template": self.template, "description": _escape(self.description)}
        if not self.search:
            self.meta["search"] = {"exclude": True}

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Render nothing: all content comes from the template."""
        self.content = ""
        self.present_anchor_ids = set()


class ArticlePage(NewspaperPage):
    """The page of an article, whose body is already rendered."""

    def __init__(self, spread: ArticleView, render_body: RenderBody, file: File, config: MkDocsConfig) -> None:
        """Take an article's view; `render_body` renders the body again when another plugin has changed the Markdown."""
        article = spread.article
        super().__init__(article.title, "broadsheet/article.html", file, config, spread=spread, article=article)
        self.spread = spread
        self.render_body = render_body
        self.description = article.summary
        self.search = True
        self.update_date = (article.updated or article.date).at.date().isoformat()

    def read_source(self, config: MkDocsConfig) -> None:
        """Give the Markdown to plugins, which may change it."""
        super().read_source(config)
        self.markdown = self.spread.article.body

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Take the rendered body; render it again if a plugin has changed the Markdown."""
        if self.markdown != self.spread.article.body:
            article = replace(self.spread.article, body=self.markdown or "")
            self.spread = replace(self.spread, article=article, body=self.render_body(article))
            for path in self.spread.body.media:
                if files.get_file_from_path(path) is None:
                    files.append(make_media_file(path, media_url(path), str(self.file.src_dir), config))
        self.content = self.spread.body.html
        self.toc = get_toc(cast("Any", [dict(token) for token in self.spread.body.toc]))
        self.present_anchor_ids = set(self.spread.body.ids)


def build_files(
    model: SiteModel,
    root: Path,
    config: MkDocsConfig,
    locale: Locale,
    words: Translations,
    render_body: RenderBody,
    read_variant: Callable[[PublishedImage, str], bytes],
) -> list[File]:
    """Return MkDocs' files for a site model: articles, listings, redirects and media.

    Args:
        model: the model of the site.
        root: the content directory.
        config: MkDocs' configuration.
        locale: the locale of month names.
        words: the words of the pages.
        render_body: renders an article whose Markdown another plugin has changed.
        read_variant: returns the bytes of the variant of a picture at a URL.

    """
    edit_base = find_edit_base(config, root)
    files: list[File] = [make_article_file(spread, root, config, edit_base, render_body) for spread in model.spreads]
    for page in model.listing_pages:
        make = partial(_make_listing_page, page, model, config, locale, words)
        files.append(make_page_file(page.url, config, make, methodcaller("of_listing", page), page.articles))
    for name, url in INDEX_URLS.items():
        view = {"name": name, "listings": model.listings}
        make = partial(_make_plain_page, name, words.write(name), "directory", config, view)
        files.append(make_page_file(url, config, make, methodcaller("of_directory", name), model.edition.articles[:1]))
    make = partial(_make_plain_page, "front_page", config.site_name, "front", config, {"front": model.front})
    zone = model.edition.articles[0].date.at.tzinfo if model.edition.articles else None
    day = model.edition.at.astimezone(zone or UTC).date().isoformat()
    files.append(make_page_file("", config, make, methodcaller("of_front", day), model.edition.articles[:1]))
    files += [_make_redirect_file(old, new, config, words) for old, new in model.redirects.items()]
    for path, url in model.media.items():
        media = make_media_file(path, url, str(root), config)
        media.version = model.pictures[url].version if url in model.pictures else ""
        files.append(media)
    images = model.pictures.values()
    variants = {url: image for image in images for _, url in image.variants if url != image.url}
    files += [
        ImageVariantFile(url, config, partial(read_variant, image, url)) for url, image in sorted(variants.items())
    ]
    return files


def _escape(text: str) -> str:
    """Return a text as HTML. Apostrophes stay: Material's search would not find a word with `&#x27;` in it."""
    return html.escape(text, quote=False).replace('"', "&quot;")


def find_edit_base(config: MkDocsConfig, root: Path) -> str:
    """Return the URL of the content directory in the repository's web editor; '' where it is not known.

    MkDocs' `edit_uri` (`edit/main/docs/`) is the URL of docs_dir; the URL of content/ is derived from it.
    """
    base = Path(config.config_file_path).resolve().parent
    try:
        docs = Path(config.docs_dir).resolve().relative_to(base).as_posix()
        content = root.relative_to(base).as_posix()
    except ValueError:
        return ""  # The content is not in this repository.
    edit_uri, _, rest = str(config.edit_uri_template or f"{config.edit_uri or ''}{{path}}").partition("{path")
    if rest != "}" or not f"/{edit_uri}".endswith(f"/{docs}/"):
        return ""
    edit_uri = f"{edit_uri.removesuffix(f'{docs}/')}{quote(content)}/"
    repository = config.repo_url or ""
    if not repository.endswith("/") and not edit_uri.startswith(("?", "#")):
        repository += "/"
    url = urljoin(repository, edit_uri)
    return url if url.startswith(("https://", "http://")) else ""


def make_article_file(
    spread: ArticleView, root: Path, config: MkDocsConfig, edit_base: str, render_body: RenderBody
) -> PageFile:
    """Return the file of an article's page; for the arguments see `build_files`."""
    article = spread.article
    edit_url = f"{edit_base}{quote(article.path)}" if edit_base else ""

    def make(file: File) -> NewspaperPage:
        page = ArticlePage(spread, render_body, file, config)
        page.edit_url = edit_url or None
        return page

    def digest_page(digests: PageDigests) -> bytes:
        return digests.of_article(spread, edit_url)

    file = PageFile(f"{article.url}index.html", article.path, config, make, digest_page, str(root))
    file.changed = _find_last_change([article])
    return file


def _make_listing_page(
    page: ListingPage, model: SiteModel, config: MkDocsConfig, locale: Locale, words: Translations, file: File
) -> NewspaperPage:
    listing = page.listing
    title = format_month(listing.key, locale) if listing.kind == "month" else listing.title
    title = title if page.number == 1 else words.write("title_page", title=title, number=page.number)
    listing_page = NewspaperPage(title, "broadsheet/listing.html", file, config, page=page, listing=listing)
    listing_page.description = listing.summary if page.number == 1 else ""
    listing_page.view["portrait"] = model.author_images.get(listing.key, "") if listing.kind == "author" else ""
    return listing_page


def _make_plain_page(
    word: str, title: str, template: str, config: MkDocsConfig, view: dict[str, Any], file: File
) -> NewspaperPage:
    page = NewspaperPage(title, f"broadsheet/{template}.html", file, config, **view)
    page.word = word
    return page


def make_page_file(
    url: str,
    config: MkDocsConfig,
    make: Callable[[File], NewspaperPage],
    digest_page: Callable[[PageDigests], bytes],
    articles: Sequence[Article],
) -> PageFile:
    """Return the file of a generated page, at a URL that ends in a slash; see `PageFile`."""
    file = PageFile(f"{url}index.html", f"{url}index.md", config, make, digest_page)
    file.changed = _find_last_change(articles)
    return file


def _find_last_change(articles: Sequence[Article]) -> str:
    """Return the day of the last change of some articles, as `2026-01-18`; '' without articles."""
    return max(((article.updated or article.date).at.date().isoformat() for article in articles), default="")


def make_media_file(path: str, url: str, root: str, config: MkDocsConfig) -> MediaFile:
    """Return the file beside articles that is published at a URL; `root` is the content directory."""
    return MediaFile(path, root, config.site_dir, True, dest_uri=url, inclusion=InclusionLevel.NOT_IN_NAV)


def _make_redirect_file(old: str, new: str, config: MkDocsConfig, words: Translations) -> File:
    """Return a page that redirects: GitHub Pages has no redirects, and search engines accept such a page as one.

    A script of the site's own keeps the query and the fragment; HTML does the same without them where no script runs.
    A refresh outside `<noscript>` would compete with the script.
    """
    target, script = html.escape(make_relative_url(new, old)), html.escape(make_relative_url(_REDIRECT_SCRIPT, old))
    canonical = html.escape(f"{config.site_url.rstrip('/')}/{quote(new)}") if config.site_url else target
    language = words.find("page_moved_to").language
    direction = ' dir="rtl"' if text_direction(language) == "rtl" else ""
    link = f'<a href="{target}">{_escape(words.write("moved"))}</a>'
    sentence = fill_placeholders(_escape(words.find("page_moved_to").choose()), {"link": link})
    content = (
        f'<!doctype html>\n<html lang="{language}"{direction}>\n<meta charset="utf-8">\n'
        f"<title>{_escape(words.write('page_has_moved'))}</title>\n"
        f'<link rel="canonical" href="{canonical}">\n<script src="{script}" data-target="{target}"></script>\n'
        f'<noscript><meta http-equiv="refresh" content="0; url={target}"></noscript>\n'
        f"<p>{sentence}</p>\n</html>\n"
    )
    dest_uri = old if old.endswith(".html") else f"{old}index.html"
    file = File.generated(config, dest_uri, content=content, inclusion=InclusionLevel.NOT_IN_NAV)
    file.dest_uri = dest_uri
    return file


def build_navigation(nav: Navigation, files: Files, sections: Sequence[Topic], words: Translations) -> Navigation:
    """Return the navigation with the newspaper's pages first; Material shows its top level as tabs."""
    front = _find_page(files, "index.md")
    if front is not None:
        front.title = html.escape(words.write("front_page"))
    pages = [front]
    pages += [_find_page(files, f"{make_listing_url('topics', topic.id)}index.md") for topic in sections]
    pages += [_find_page(files, uri) for uri in _INDEX_PAGES]
    own_pages = [page for page in pages if page is not None]
    # A site's `nav` may name a page of the newspaper too, such as index.md.
    items = [item for item in nav.items if not any(item is page for page in own_pages)]
    site_pages = [page for page in nav.pages if not any(page is own_page for own_page in own_pages)]
    return Navigation([*own_pages, *items], [*own_pages, *site_pages])


def _find_page(files: Files, src_uri: str) -> Page | None:
    file = files.get_file_from_path(src_uri)
    return file.page if file is not None else None
