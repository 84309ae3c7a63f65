"""Furniture: parts of a page that many pages show alike, rendered once and kept for one build."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from broadsheet.article import Article


@dataclass(frozen=True, slots=True)
class _AnyPage:
    """Stands for all pages of one depth: it shares no directory with any link's target."""

    url: str
    title: str = ""
    meta: Mapping[str, object] = field(default_factory=dict)


class Furniture:
    """Keeps what was rendered, for the templates of one build.

    Header, tabs, drawer and footer depend on nothing but the depth of a page, from which links are relative,
    and the section whose tab is marked; an article's line in a list on nothing but the depth. Rendering them
    for every page anew is two thirds of what Material's templates cost. The list of the latest is the same on most.
    """

    def __init__(self, env: Environment, overrides: str | None) -> None:
        """Take the environment that loads the templates, and the site's own directory of overrides."""
        self._env = env
        self._overrides = Path(overrides).resolve() if overrides else None
        self._kept: dict[tuple[object, ...], Markup] = {}
        self._shared: dict[str, bool] = {}

    def install(self) -> None:
        """Let templates call `once(name, super)` and `keep(macro, article)`."""
        self._env.globals["once"] = self._once
        self._env.globals["keep"] = self._keep

    @pass_context
    def _once(self, context: Context, name: str, block: Callable[[], str] | None = None) -> Markup:
        """A partial template, or a block of Material's page, as on all pages of one depth and section.

        A page that the navigation shows marks its own place there, and a site's override may show anything:
        both are rendered anew.
        """
        page, nav = context.get("page"), context.get("nav")
        own = self._is_overridden("main.html" if block else name)
        if own or page is None or any(page is one for one in nav.pages):
            return _mark(block() if block else self._render(name, context, page))
        key = (name, context.get("base_url"), context.get("section_url"))
        if key not in self._kept:
            depth = str(context.get("base_url")).count("..")
            self._kept[key] = _mark(block() if block else self._render(name, context, _AnyPage("-/" * depth)))
        return self._kept[key]

    @pass_context
    def _keep(self, context: Context, macro: Macro, shown: Article | Sequence[Article], *more: Any) -> Markup:
        """What a macro makes of an article, or of some, `more` being further arguments, on all pages of one depth."""
        name = shown.path if isinstance(shown, Article) else tuple(one.path for one in shown)
        key = (macro.name, name, context.get("base_url"), *more)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = _mark(macro(shown, *more))
        return found

    def _render(self, name: str, context: Context, page: object) -> str:
        return self._env.get_template(name).render({**context.get_all(), "page": page})

    def _is_overridden(self, name: str) -> bool:
        if name not in self._shared:
            filename = self._env.get_template(name).filename
            self._shared[name] = bool(
                self._overrides and filename and Path(filename).resolve().is_relative_to(self._overrides)
            )
        return self._shared[name]


def _mark(rendered: str) -> Markup:
    """What a template has made: it is HTML, and escaped where that template escapes."""
    return Markup(rendered)  # noqa: S704 - never a text from elsewhere
