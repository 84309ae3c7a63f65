"""Templating: what Broadsheet's templates can call, and the rule that they escape what they print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel import Locale
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from broadsheet.dates import write_day, write_moment, write_month
from broadsheet.moments import Moment
from broadsheet.press import Press
from broadsheet.urls import relative_url

TEMPLATES = Path(__file__).parent / "templates"
"""Added to the theme's directories, behind the site's own overrides."""


def equip_environment(env: Environment, press: Press, locale: Locale) -> Environment:
    """Add filters and globals, and switch on escaping for the engine's own templates.

    MkDocs' environment escapes nothing, and Material's templates rely on that; headlines come from strangers.
    """
    env.autoescape = _escapes
    env.filters["link"] = _link
    env.filters["day"] = lambda moment: _time(moment, write_day(moment, locale))
    env.filters["moment"] = lambda moment: _time(moment, write_moment(moment, locale))
    env.filters["month"] = lambda key: write_month(key, locale)
    env.globals["press"] = press
    env.globals["edition"] = press.edition
    return env


def _escapes(name: str | None) -> bool:
    return name is not None and name.startswith("broadsheet/")


def _time(moment: Moment, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(moment.iso, text)


@pass_context
def _link(context: Context, target: str) -> Markup:
    """The way from the page that is shown to an address of the site."""
    page: Any = context.get("page")
    if page is not None:
        return escape(relative_url(target, page.file.dest_uri.removesuffix("index.html")))
    base = str(context.get("base_url") or ".").rstrip("/")
    return escape(f"{base}/{target}")
