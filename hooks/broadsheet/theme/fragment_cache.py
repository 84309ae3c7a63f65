"""Fragment cache: template fragments shared by many pages, rendered once per build."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context, Macro
from markupsafe import Markup

from broadsheet.content import Article


@dataclass(frozen=True, slots=True)
class _PageStandIn:
    """A stand-in for all pages of one depth: its URL shares no directory with the target of any link."""

    url: str
    title: str = ""
    meta: Mapping[str, object] = field(default_factory=dict)


class FragmentCache:
    """Keeps the rendered fragments of one build.

    Header, tabs, drawer and footer depend only on the depth of a page, to which links are relative, and on the
    section whose tab is marked. An article's entry in a list depends on the depth only. Rendering them for every
    page takes two thirds of the time of Material's templates. The list of the latest is the same on most pages.
    """

    def __init__(self, env: Environment, overrides: str | None) -> None:
        """Use the environment that loads the templates, and the directory of the site's own templates."""
        self._env = env
        self._overrides = Path(overrides).resolve() if overrides else None
        self._fragments: dict[tuple[object, ...], Markup] = {}
        self._overridden: dict[str, bool] = {}

    def install(self) -> None:
        """Add `once(name, super)` and `keep(macro, article)` to the templates' globals."""
        self._env.globals["once"] = self._once
        self._env.globals["keep"] = self._keep

    @pass_context
    def _once(self, context: Context, name: str, block: Callable[[], str] | None = None) -> Markup:
        """A partial template, or a block of Material's page, shared by all pages of one depth and section.

        Pages in the navigation mark their own place there, and a site's own template may show anything: for both
        the fragment is rendered again.
        """
        page, nav = context.get("page"), context.get("nav")
        own = self._is_overridden("main.html" if block else name)
        if own or page is None or any(page is nav_page for nav_page in nav.pages):
            return _mark(block() if block else self._render(name, context, page))
        key = (name, context.get("base_url"), context.get("section_url"))
        if key not in self._fragments:
            depth = str(context.get("base_url")).count("..")
            self._fragments[key] = _mark(block() if block else self._render(name, context, _PageStandIn("-/" * depth)))
        return self._fragments[key]

    @pass_context
    def _keep(self, context: Context, macro: Macro, shown: Article | Sequence[Article], *more: Any) -> Markup:
        """The result of a macro for one or more articles and the arguments `more`, shared by pages of one depth."""
        name = shown.path if isinstance(shown, Article) else tuple(article.path for article in shown)
        key = (macro.name, name, context.get("base_url"), *more)
        fragment = self._fragments.get(key)
        if fragment is None:
            fragment = self._fragments[key] = _mark(macro(shown, *more))
        return fragment

    def _render(self, name: str, context: Context, page: object) -> str:
        return self._env.get_template(name).render({**context.get_all(), "page": page})

    def _is_overridden(self, name: str) -> bool:
        if name not in self._overridden:
            filename = self._env.get_template(name).filename
            self._overridden[name] = bool(
                self._overrides and filename and Path(filename).resolve().is_relative_to(self._overrides)
            )
        return self._overridden[name]


def _mark(rendered: str) -> Markup:
    """Mark the output of a template as HTML: the template itself has escaped what it prints."""
    return Markup(rendered)  # noqa: S704 - never a text from elsewhere
