"""Templating: what Broadsheet's templates can call, and the rule that they escape what they print."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import quote

from babel import Locale
from jinja2 import BytecodeCache, Environment, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from markupsafe import Markup, escape

from broadsheet.dates import write_day, write_moment, write_month
from broadsheet.furniture import Furniture
from broadsheet.moments import Moment
from broadsheet.press import Press
from broadsheet.related import write_reason

TEMPLATES = Path(__file__).parent / "templates"
"""Added to the theme's directories, behind the site's own overrides."""


def equip_environment(env: Environment, press: Press, locale: Locale, overrides: str | None) -> Environment:
    """Add filters and globals, and switch on escaping for the engine's own templates.

    MkDocs' environment escapes nothing, and Material's templates rely on that; headlines come from strangers.

    Args:
        env: MkDocs' environment.
        press: the edition that is shown.
        locale: the language of dates.
        overrides: the directory of the site's own templates.

    """
    env.autoescape = _escapes
    env.bytecode_cache = _compiled
    env.filters["link"] = _link
    env.filters["day"] = cache(lambda moment: _time(moment, write_day(moment, locale)))
    env.filters["moment"] = cache(lambda moment: _time(moment, write_moment(moment, locale)))
    env.filters["month"] = lambda key: write_month(key, locale)
    titles = {name: topic.title for name, topic in press.edition.topics.items()}
    env.filters["why"] = lambda reason: write_reason(reason, titles)
    env.globals["press"] = press
    env.globals["edition"] = press.edition
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


def _escapes(name: str | None) -> bool:
    return name is not None and name.startswith("broadsheet/")


def _time(moment: Moment, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(moment.iso, text)


@pass_context
def _link(context: Context, target: str) -> Markup:
    """The way from the page that is shown to an address of the site: up to the root, then down.

    So it depends on the depth of the page alone, not on where it is (see `furniture`).
    """
    base = str(context.get("base_url") or ".").rstrip("/")
    way = "" if base == "." else f"{base}/"
    return escape(f"{way}{quote(target, safe='/.~')}" or "./")
