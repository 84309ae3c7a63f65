"""Template environment: the filters and globals of Broadsheet's templates, and automatic escaping in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, lru_cache, partial
from itertools import dropwhile
from pathlib import Path
from typing import cast
from urllib.parse import quote

from babel import Locale
from jinja2 import BytecodeCache, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup, escape

from broadsheet.content import Article
from broadsheet.core import SITE_URLS, Moment, Translations, text_direction
from broadsheet.edition import SiteModel
from broadsheet.images import choose_sizes, fit_image, is_panorama, make_images_responsive, render_image
from broadsheet.related import Reason
from broadsheet.theme.accessible_html import make_text_accessible
from broadsheet.theme.dates import (
    build_calendar,
    count_by_period,
    format_day,
    format_moment,
    format_month,
    format_month_name,
    format_period,
    format_weekday,
    list_weekday_names,
)
from broadsheet.theme.fragment_cache import FragmentCache
from broadsheet.theme.messages import Messages

TEMPLATES = Path(__file__).parents[1] / "templates"
"""The engine's templates; the theme looks for them after the site's own."""

_FORM_ID = "bs-toggles"
_FIRST_TOGGLE = '<input class="md-toggle"'
_TOGGLE = re.compile(rf'({_FIRST_TOGGLE}[^>]*) autocomplete="off">')


def prepare_environment(
    env: Environment, model: SiteModel, locale: Locale, wording: Translations, overrides: str | None
) -> Environment:
    """Add filters and globals, and switch on automatic escaping for the engine's own templates.

    MkDocs' environment escapes nothing, and Material's templates rely on that; but headlines come from strangers.

    Args:
        env: MkDocs' environment.
        model: the model of the site.
        locale: the locale of dates.
        wording: the words of the pages.
        overrides: the directory of the site's own templates.

    """
    env.autoescape = _is_escaped
    env.bytecode_cache = _bytecode_cache
    env.filters["link"] = _link
    env.filters["day"] = cache(lambda moment: _time(moment, format_day(moment, locale)))
    env.filters["moment"] = cache(lambda moment: _time(moment, format_moment(moment, locale)))
    env.filters["month"] = lambda key: format_month(key, locale)
    env.filters["month_name"] = lambda key: format_month_name(key, locale)
    env.filters["period"] = lambda start, unit: format_period(start, unit, locale)
    env.filters["weekdays"] = lambda first: list_weekday_names(first, locale)
    env.filters["weekday"] = lambda at: _write_edition_day(at, model, locale)
    env.filters["coverage"] = count_by_period
    env.filters["calendar"] = lambda page: build_calendar(page, locale.first_week_day)
    env.filters["direction"] = text_direction
    env.filters["lang"] = _write_language
    words = env.globals["words"] = Messages(wording)
    env.filters["finished"] = lambda text: make_text_accessible(text, wording)
    titles = {name: topic.title for name, topic in model.edition.topics.items()}
    env.filters["why"] = lambda reasons: Markup(". ").join(_write_reason(reason, titles, words) for reason in reasons)
    env.filters["framed"] = lambda text, url, leads: make_images_responsive(
        text, url, model.pictures, leads=leads, words=wording
    )
    env.globals["picture"] = _picture
    env.globals["site_urls"] = SITE_URLS
    env.globals["press"] = model
    env.globals["edition"] = model.edition
    _add_theme_prefix(env)
    FragmentCache(env, overrides).install()
    return env


class _MemoryBytecodeCache(BytecodeCache):
    """Keeps compiled templates for the next build of a server: compiling Material's takes a third of a second."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_bytecode_cache = _MemoryBytecodeCache()


class _MaterialLoader(FileSystemLoader):
    """Loads the theme's templates, and moves the attribute `autocomplete` of `base.html` from checkboxes to a form.

    Material sets `autocomplete="off"` on the checkboxes that open drawer and search, so that Firefox does not open them
    again after a reload (https://github.com/squidfunk/mkdocs-material/issues/1513). HTML does not allow the attribute
    on a checkbox, but on the form that the checkbox belongs to, and Firefox obeys it there too. The checkboxes stand in
    no block of the template and Material is no longer maintained, so there is no public way to change them: without
    this class every page would have an error of the Nu HTML checker.
    """

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        text, path, is_current = super().get_source(environment, template)
        if template == "base.html":
            form = f'<form id="{_FORM_ID}" autocomplete="off" hidden></form>\n    '
            text = _TOGGLE.sub(rf'\1 form="{_FORM_ID}">', text)
            text = text.replace(_FIRST_TOGGLE, f"{form}{_FIRST_TOGGLE}", 1)
        return text, path, is_current


def _add_theme_prefix(env: Environment) -> None:
    """Let the engine's `base.html` extend the theme's `base.html`, under the name `material/base.html`."""
    directories = list(getattr(env.loader, "searchpath", ()))
    theme = list(dropwhile(lambda directory: directory != str(TEMPLATES), directories))[1:]
    if env.loader is not None and theme:
        env.loader = ChoiceLoader([env.loader, PrefixLoader({"material": _MaterialLoader(theme)})])


def _write_edition_day(at: datetime, model: SiteModel, locale: Locale) -> Markup:
    """The day of an edition in the newspaper's time zone, which is that of every article's date."""
    articles = model.edition.articles
    local = at.astimezone(articles[0].date.at.tzinfo) if articles else at
    return Markup('<time datetime="{}">{}</time>').format(local.date(), format_weekday(local, locale))


def _write_language(article: Article) -> Markup:
    """The attributes `lang` and `dir` of an article with a language of its own, else ''."""
    if not article.language:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(article.language, text_direction(article.language))


def _write_reason(reason: Reason, titles: Mapping[str, str], words: Messages) -> Markup:
    names = reason.list_names(titles)
    return words(f"reason_{reason.kind}", **({"names": words.plain("comma").join(names)} if names else {}))


def _is_escaped(name: str | None) -> bool:
    # Jinja passes the name of the outermost template; that of the page for missing addresses is set by MkDocs.
    return name is not None and (name == "404.html" or name.startswith("broadsheet/"))


def _time(moment: Moment, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(moment.iso, text)


@pass_context
def _picture(
    context: Context, url: str, place: str, columns: int = 1, *, first: bool = False, css: str = "", **more: object
) -> Markup:
    """The `<img>` of a picture at a URL of the site, for a place (see `choose_sizes`); `more` are its attributes."""
    image = cast("SiteModel", context.get("press")).pictures.get(url)
    attributes = {"src": _link(context, url), **{name: escape(value) for name, value in more.items() if value != ""}}
    attributes.setdefault("alt", Markup(""))
    sizes = choose_sizes(place, image, columns)
    label = ""
    if image and place == "lead":
        label = str(cast("Messages", context.get("words")).plain("panorama")) if is_panorama(image) else ""
        image = fit_image(image, place)
    make_link = partial(_link, context)
    tag = render_image(image, attributes, sizes, make_link, eager=first, css_class=css, scroll_label=label)
    return Markup(tag)  # noqa: S704 - of parts that are escaped


@pass_context
def _link(context: Context, target: str) -> Markup:
    """The relative link from the current page to a URL of the site: up to the root, then down.

    So it depends on the depth of the page only, and fragments can be shared (see `FragmentCache`).
    """
    return _make_link(str(context.get("base_url") or "."), str(target))


@lru_cache(100_000)
def _make_link(base: str, target: str) -> Markup:
    base = base.rstrip("/")
    prefix = "" if base == "." else f"{base}/"
    return escape(f"{prefix}{quote(target, safe='/.~')}" or "./")
