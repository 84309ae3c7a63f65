"""Templating: what Broadsheet's templates can call, and the rule that they escape what they print."""

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

from broadsheet.article import Article
from broadsheet.calendars import build_month
from broadsheet.coverage import count_coverage
from broadsheet.dates import (
    write_day,
    write_moment,
    write_month,
    write_month_name,
    write_period,
    write_weekday,
    write_weekdays,
)
from broadsheet.finishing import finish_text
from broadsheet.furniture import Furniture
from broadsheet.images import choose_sizes, fit_image, is_panorama, make_images_responsive, render_image
from broadsheet.languages import find_direction
from broadsheet.moments import Moment
from broadsheet.phrases import Phrases
from broadsheet.press import Press
from broadsheet.related import Reason, name_reason
from broadsheet.wording import Wording

TEMPLATES = Path(__file__).parent / "templates"
"""Added to the theme's directories, behind the site's own overrides."""


def equip_environment(
    env: Environment, press: Press, locale: Locale, wording: Wording, overrides: str | None
) -> Environment:
    """Add filters and globals, and switch on escaping for the engine's own templates.

    MkDocs' environment escapes nothing, and Material's templates rely on that; headlines come from strangers.

    Args:
        env: MkDocs' environment.
        press: the edition that is shown.
        locale: the language of dates.
        wording: the words of the pages.
        overrides: the directory of the site's own templates.

    """
    env.autoescape = _escapes
    env.bytecode_cache = _compiled
    env.filters["link"] = _link
    env.filters["day"] = cache(lambda moment: _time(moment, write_day(moment, locale)))
    env.filters["moment"] = cache(lambda moment: _time(moment, write_moment(moment, locale)))
    env.filters["month"] = lambda key: write_month(key, locale)
    env.filters["month_name"] = lambda key: write_month_name(key, locale)
    env.filters["period"] = lambda start, unit: write_period(start, unit, locale)
    env.filters["weekdays"] = lambda first: write_weekdays(first, locale)
    env.filters["weekday"] = lambda at: _write_edition_day(at, press, locale)
    env.filters["coverage"] = count_coverage
    env.filters["calendar"] = lambda page: build_month(page, locale.first_week_day)
    env.filters["direction"] = find_direction
    env.filters["lang"] = _write_language
    words = env.globals["words"] = Phrases(wording)
    env.filters["finished"] = lambda text: finish_text(text, wording)
    titles = {name: topic.title for name, topic in press.edition.topics.items()}
    env.filters["why"] = lambda reasons: Markup(". ").join(_write_reason(one, titles, words) for one in reasons)
    env.filters["framed"] = lambda text, url, leads: make_images_responsive(
        text, url, press.pictures, leads=leads, words=wording
    )
    env.globals["picture"] = _picture
    env.globals["press"] = press
    env.globals["edition"] = press.edition
    _reach_behind(env)
    Furniture(env, overrides).install()
    return env


class _Compiled(BytecodeCache):
    """Compiled templates, for the next build of a server: compiling Material's takes a third of a second."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._code:
            bucket.bytecode_from_string(self._code[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


_compiled = _Compiled()


def _reach_behind(env: Environment) -> None:
    """Let the engine's `base.html` extend the theme's template of the same name, as `material/base.html`."""
    directories = list(getattr(env.loader, "searchpath", ()))
    behind = list(dropwhile(lambda one: one != str(TEMPLATES), directories))[1:]
    if env.loader is not None and behind:
        env.loader = ChoiceLoader([env.loader, PrefixLoader({"material": _MendingLoader(behind)})])


class _MendingLoader(FileSystemLoader):
    """Loads the theme's templates, its frame without the one error in it that stands in no block.

    Material keeps Firefox from opening the drawer again with a page that is reloaded by an attribute that HTML does
    not know on a checkbox (https://github.com/squidfunk/mkdocs-material/issues/1513). On a form that the checkbox
    belongs to, HTML knows it, and Firefox heeds it as well.
    """

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        text, path, is_current = super().get_source(environment, template)
        if template == "base.html":
            text = _TOGGLE.sub(rf'\1 form="{_FORM}">', text)
            text = text.replace(_FIRST, f'<form id="{_FORM}" autocomplete="off" hidden></form>\n    {_FIRST}', 1)
        return text, path, is_current


_FORM = "bs-toggles"
_FIRST = '<input class="md-toggle"'
_TOGGLE = re.compile(rf'({_FIRST}[^>]*) autocomplete="off">')


def _write_edition_day(at: datetime, press: Press, locale: Locale) -> Markup:
    """The day of an edition where the newspaper is: every moment of an article is in its zone."""
    articles = press.edition.articles
    here = at.astimezone(articles[0].date.at.tzinfo) if articles else at
    return Markup('<time datetime="{}">{}</time>').format(here.date(), write_weekday(here, locale))


def _write_language(article: Article) -> Markup:
    """The attributes of what stands in an article's own language; what the paper adds is in the paper's."""
    if not article.language:
        return Markup("")
    return Markup(' lang="{}" dir="{}"').format(article.language, find_direction(article.language))


def _write_reason(reason: Reason, titles: Mapping[str, str], words: Phrases) -> Markup:
    key, names = name_reason(reason, titles)
    return words(f"reason_{key}", **({"names": words.plain("comma").join(names)} if names else {}))


def _escapes(name: str | None) -> bool:
    # The page of a 404 is named by MkDocs, and Jinja asks for the name of the template that a page begins with.
    return name is not None and (name == "404.html" or name.startswith("broadsheet/"))


def _time(moment: Moment, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(moment.iso, text)


@pass_context
def _picture(
    context: Context, url: str, place: str, columns: int = 1, *, first: bool = False, css: str = "", **more: object
) -> Markup:
    """The picture at a URL of the site, for some place (see `choose_sizes`); `more` are attributes of the image."""
    image = cast("Press", context.get("press")).pictures.get(url)
    attributes = {"src": _link(context, url), **{name: escape(value) for name, value in more.items() if value != ""}}
    attributes.setdefault("alt", Markup(""))
    sizes = choose_sizes(place, image, columns)
    label = ""
    if image and place == "lead":
        label = str(cast("Phrases", context.get("words")).plain("panorama")) if is_panorama(image) else ""
        image = fit_image(image, place)
    make_link = partial(_link, context)
    tag = render_image(image, attributes, sizes, make_link, eager=first, css_class=css, scroll_label=label)
    return Markup(tag)  # noqa: S704 - of parts that are escaped


@pass_context
def _link(context: Context, target: str) -> Markup:
    """The way from the page that is shown to an address of the site: up to the root, then down.

    So it depends on the depth of the page alone, not on where it is (see `furniture`).
    """
    return _find_way(str(context.get("base_url") or "."), str(target))


@lru_cache(100_000)
def _find_way(base: str, target: str) -> Markup:
    base = base.rstrip("/")
    way = "" if base == "." else f"{base}/"
    return escape(f"{way}{quote(target, safe='/.~')}" or "./")
