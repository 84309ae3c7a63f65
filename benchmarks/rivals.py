"""Rivals: other tools that build a site of the same articles, installed in an environment of their own.

Plain MkDocs and Zensical get the articles as ordinary pages, out of the navigation, as a navigation of thousands would
slow them down without need; they make no topic, author or archive pages and nothing related. Material's blog plugin
makes pages of categories and years. Hugo makes pages of topics and related content, with the barest of templates.
None has a search.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import yaml
from builder import ENV, Builder
from contender import COUNT, write
from peers import VERSIONS
from piece import Piece
from site_settings import read_plain_settings, write_settings

_SHARED = ("mkdocs", "mkdocs-material", "markdown", "pymdown-extensions", "pygments", "jinja2", "pyyaml")


def list_versions() -> dict[str, str]:
    """What is installed for the rivals: where we use the same package, the version that we use."""
    return {name: version(name) for name in _SHARED} | {"hugo": VERSIONS["hugo"], "zensical": "0.0.73"}


def _fence(front: Mapping[str, object], body: str) -> str:
    return f"---\n{yaml.dump(dict(front), Dumper=_DUMPER, allow_unicode=True)}---\n{body}"


_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class PlainMkDocs(Builder):
    """MkDocs with Material and our extensions, each article a page. It keeps nothing: every build is a cold one."""

    name = "plain MkDocs"

    def _furnish(self) -> None:
        settings = read_plain_settings() | {"nav": ["index.md"], "not_in_nav": "/articles/"}
        write_settings(self.place / "mkdocs.yml", settings)
        write(self.place / "docs" / "index.md", "# All\n")

    def _form(self, piece: Piece) -> str:
        return piece.text

    def _command(self) -> list[str]:
        return [str(self.commands / "mkdocs"), "build", "-q"]


class Zensical(PlainMkDocs):
    """Zensical, with the settings of plain MkDocs and the look of Material."""

    name = "Zensical"
    builds = ("cold", "warm")

    def _furnish(self) -> None:
        super()._furnish()
        settings = read_plain_settings() | {"nav": ["index.md"]}
        settings["theme"]["variant"] = "classic"
        write_settings(self.place / "mkdocs.yml", settings)

    def _command(self) -> list[str]:
        return [str(self.commands / "zensical"), "build"]


class Blog(Builder):
    """Material's blog plugin as it comes, topics as categories."""

    name = "Material's blog plugin"
    articles = "docs/blog/posts"

    def _furnish(self) -> None:
        settings = read_plain_settings() | {"nav": ["index.md", "blog/index.md"], "plugins": ["blog"]}
        write_settings(self.place / "mkdocs.yml", settings)
        write(self.place / "docs" / "index.md", "# All\n")
        write(self.place / "docs" / "blog" / "index.md", "# Articles\n")

    def _form(self, piece: Piece) -> str:
        front = {"title": piece.title, "date": piece.date.date(), "categories": list(piece.topics)}
        return _fence(front | {"slug": Path(piece.path).stem}, piece.body)

    def _command(self) -> list[str]:
        return [str(self.commands / "mkdocs"), "build", "-q"]


class Hugo(Builder):
    """Hugo with its related content: topics weigh 100, the date 10, as in the example of its documentation."""

    name = "Hugo, related content"
    articles = "content"

    def _furnish(self) -> None:
        indices = [{"name": "topics", "weight": 100}, {"name": "date", "weight": 10}]
        settings = {
            "baseURL": "https://example.org/",
            "title": "Archive",
            "disableKinds": ["rss", "section"],
            "taxonomies": {"topic": "topics"},
            "buildFuture": True,
            "pagination": {"pagerSize": 20},
            "markup": {"goldmark": {"renderer": {"unsafe": True}}},
            "related": {"includeNewer": True, "threshold": 80, "toLower": False, "indices": indices},
        }
        write(self.place / "hugo.json", json.dumps(settings))
        for name, text in _LAYOUTS.items():
            write(self.place / "layouts" / "_default" / f"{name}.html", text.replace("COUNT", str(COUNT)))
        self.env = {**ENV, "HUGO_CACHEDIR": str(self.place / ".cache")}

    def _form(self, piece: Piece) -> str:
        front = {"title": piece.title, "date": piece.date.isoformat(), "summary": piece.summary}
        return _fence(front | {"topics": list(piece.topics), "authors": list(piece.authors)}, piece.body)

    def _command(self) -> list[str]:
        # The binary itself: the command beside it is a Python program that starts it.
        hugo = next(self.commands.parent.rglob("hugo/binaries/hugo*"))
        return [str(hugo), "--quiet", "-s", str(self.place), "-d", str(self.site)]


_LINK = '<li><a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ .Date.Format "2 January 2006" }}</li>'
_LIST = f"""\
{{{{ define "main" }}}}<h1>{{{{ .Title }}}}</h1>
<ul>{{{{ range (.Paginate PAGES).Pages }}}}{_LINK}{{{{ end }}}}</ul>
{{{{ template "_internal/pagination.html" . }}}}{{{{ end }}}}
"""
_LAYOUTS: Mapping[str, str] = {
    "baseof": """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ .Title }} - {{ site.Title }}</title>
<link rel="canonical" href="{{ .Permalink }}"></head>
<body><header><a href="/">{{ site.Title }}</a></header><main>{{ block "main" . }}{{ end }}</main></body></html>
""",
    "single": f"""\
{{{{ define "main" }}}}<article><h1>{{{{ .Title }}}}</h1><p>{{{{ .Params.summary }}}}</p>
<p>{{{{ .Date.Format "2 January 2006" }}}} {{{{ delimit .Params.authors ", " }}}}</p>
<p>{{{{ range .GetTerms "topics" }}}}<a href="{{{{ .RelPermalink }}}}">{{{{ .Title }}}}</a> {{{{ end }}}}</p>
{{{{ .Content }}}}
<ul>{{{{ range first COUNT (site.RegularPages.Related .) }}}}{_LINK}{{{{ end }}}}</ul></article>{{{{ end }}}}
""",
    "home": _LIST.replace("PAGES", "site.RegularPages"),
    "term": _LIST.replace("PAGES", ".Pages"),
    "taxonomy": f'{{{{ define "main" }}}}<ul>{{{{ range .Pages }}}}{_LINK}{{{{ end }}}}</ul>{{{{ end }}}}\n',
}
