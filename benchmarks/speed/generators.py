"""Generators: Broadsheet and other tools that build a site of the same articles.

Plain MkDocs and Zensical get the articles as ordinary pages outside the navigation, because a navigation of thousands
of entries would slow them down; they make no pages of topics, authors or months and no related content. Material's
blog plugin makes pages of categories and years. Hugo makes pages of topics and related content, with minimal
templates. None of them has a search.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from abc import abstractmethod
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from benchmarks.corpus import Article, write_file
from benchmarks.processes import Limits, Run, run_measured
from benchmarks.tools import (
    HUGO_RELATED,
    HUGO_VERSION,
    OWN_COMMANDS,
    RELATED_COUNT,
    ROOT,
    Tool,
    find_hugo,
    format_front_matter,
)

COLD, WARM, ONE_EDIT, TEMPLATE_EDIT = "cold", "warm", "one edit", "template edit"
SERVE = "serve, save to reload"

INSTALLED = {"hugo": HUGO_VERSION, "zensical": "0.0.73"}
"""Packages that are installed for the benchmark only."""

_OWN_PACKAGES = ("mkdocs", "mkdocs-material", "markdown", "pymdown-extensions", "pygments", "jinja2", "pyyaml")
_TEMPLATE = "broadsheet/article.html"
_TITLE = re.compile(r"^(title: *['\"]?)", re.MULTILINE)


class Generator(Tool):
    """A site generator whose builds are measured."""

    articles = "docs"
    builds: tuple[str, ...] = (COLD,)
    """What is measured in every round, in this order. A generator that keeps no cache has cold builds only."""

    @property
    def site(self) -> Path:
        """The directory of the built site."""
        return self.directory / "site"

    def run(self, build: str, number: int, limits: Limits) -> Run:
        """Run one build of the round `number`, after the change that this kind of build is about."""
        self._prepare(build, number)
        return run_measured(self._list_arguments(), self.directory, self.env, limits=limits)

    def count_pages(self) -> int:
        """The number of pages of the site that was built last."""
        return sum(1 for _ in self.site.rglob("*.html"))

    def find_page(self, path: str) -> str:
        """The URL of an article's page in the site that was built last."""
        page = next(self.site.rglob(f"{Path(path).stem}/index.html"))
        return f"/{page.parent.relative_to(self.site).as_posix()}/"

    def _prepare(self, build: str, number: int) -> None:
        if build == COLD:
            shutil.rmtree(self.site, ignore_errors=True)
            shutil.rmtree(self.directory / ".cache", ignore_errors=True)

    @abstractmethod
    def _list_arguments(self) -> list[str]:
        """The command that builds the site."""


class Broadsheet(Generator):
    """A copy of this project's site with another content directory; the project's files stay as they are."""

    name = "Broadsheet"
    program = "mkdocs"
    articles = "content"
    builds = (COLD, WARM, ONE_EDIT, TEMPLATE_EDIT)

    def __init__(self, directory: Path, commands: Path = OWN_COMMANDS, root: Path = ROOT) -> None:
        """Take the checkout of the project, and the commands of its virtual environment."""
        self.root = root
        self._paths: list[str] = []
        super().__init__(directory, commands)
        self.env = {**self.env, "BROADSHEET_CONTENT": str(directory / "content")}

    def _write_settings(self) -> None:
        for name in ("docs", "overrides"):
            # Without the handbook: the other generators have no pages of their own.
            shutil.copytree(self.root / name, self.directory / name, ignore=shutil.ignore_patterns("handbook"))
        settings = {"INHERIT": str(self.root / "mkdocs.yml"), "hooks": [str(self.root / "hooks" / "entry.py")]}
        write_file(self.directory / "mkdocs.yml", yaml.safe_dump(settings))

    def _convert(self, article: Article) -> str:
        self._paths.append(article.path)
        return article.text

    def _prepare(self, build: str, number: int) -> None:
        super()._prepare(build, number)
        override = self.directory / "overrides" / _TEMPLATE
        if build == COLD:
            override.unlink(missing_ok=True)
        elif build == ONE_EDIT:
            self._edit(self._paths[(len(self._paths) // 3 + number) % len(self._paths)], number)
        elif build == TEMPLATE_EDIT:
            write_file(override, self._edit_template(number))

    def _edit(self, path: str, number: int) -> None:
        """Change an article's headline and body."""
        file = self.directory / self.articles / path
        text = _TITLE.sub(rf"\g<1>Edition {number} of ", file.read_text(encoding="utf-8"), count=1)
        write_file(file, f"{text}\n\nThis is edition {number} of the article.\n")

    def _edit_template(self, number: int) -> str:
        """The engine's article template with another attribute in every page."""
        template = self.root / "hooks" / "broadsheet" / "templates" / _TEMPLATE
        text = template.read_text(encoding="utf-8") if template.is_file() else ""
        if "<header " not in text:
            sys.exit(f"'{template}' has no '<header ' to change: mend _edit_template in {__file__}")
        return text.replace("<header ", f'<header data-edition="{number}" ', 1)

    def _list_arguments(self) -> list[str]:
        return [self.command, "build", "-q"]


class PlainMkDocs(Generator):
    """MkDocs with Material and our extensions, each article a page."""

    name = "plain MkDocs"
    program = "mkdocs"
    settings: Mapping[str, object] = {"nav": ["index.md"], "not_in_nav": "/articles/"}

    def _write_settings(self) -> None:
        _write_plain_settings(self.directory, self.settings)

    def _convert(self, article: Article) -> str:
        return article.text

    def _list_arguments(self) -> list[str]:
        return [self.command, "build", "-q"]


class Zensical(PlainMkDocs):
    """Zensical, with the settings of plain MkDocs and the look of Material."""

    name = "Zensical"
    program = "zensical"
    builds = (COLD, WARM)

    def _write_settings(self) -> None:
        _write_plain_settings(self.directory, {"nav": ["index.md"]}, variant="classic")

    def _list_arguments(self) -> list[str]:
        return [self.command, "build"]


class Blog(PlainMkDocs):
    """Material's blog plugin with its defaults, topics as categories."""

    name = "Material's blog plugin"
    articles = "docs/blog/posts"
    settings: Mapping[str, object] = {"nav": ["index.md", "blog/index.md"], "plugins": ["blog"]}

    def _write_settings(self) -> None:
        super()._write_settings()
        write_file(self.directory / "docs" / "blog" / "index.md", "# Articles\n")

    def _convert(self, article: Article) -> str:
        front = {"title": article.title, "date": article.date.date(), "categories": list(article.topics)}
        # In YAML, because the plugin takes no date that is a string.
        return f"---\n{yaml.safe_dump(front | {'slug': Path(article.path).stem})}---\n{article.body}"


class Hugo(Generator):
    """Hugo with its related content."""

    name = "Hugo, related content"
    articles = "content"

    def _find_program(self, commands: Path) -> str:
        return find_hugo(commands)

    def _write_settings(self) -> None:
        settings = {
            "baseURL": "https://example.org/",
            "title": "Archive",
            "disableKinds": ["rss", "section"],
            "taxonomies": {"topic": "topics"},
            "buildFuture": True,
            "pagination": {"pagerSize": 20},
            "markup": {"goldmark": {"renderer": {"unsafe": True}}},
            "related": HUGO_RELATED,
        }
        write_file(self.directory / "hugo.json", json.dumps(settings))
        for name, text in _HUGO_LAYOUTS.items():
            write_file(self.directory / "layouts" / "_default" / f"{name}.html", text)
        self.env = {"HUGO_CACHEDIR": str(self.directory / ".cache")}

    def _convert(self, article: Article) -> str:
        front = {"title": article.title, "date": article.date.isoformat(), "summary": article.summary}
        return format_front_matter(front | {"topics": article.topics, "authors": article.authors}, article.body)

    def _list_arguments(self) -> list[str]:
        return [self.command, "--quiet", "-s", str(self.directory), "-d", str(self.site)]


def list_versions() -> dict[str, str]:
    """The versions of what the generators use."""
    return {name: version(name) for name in _OWN_PACKAGES} | INSTALLED


class _Tag(str):
    """The value of a YAML tag such as !!python/name."""


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml and keeps MkDocs' own tags."""


def _read_default(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    """The last value of `!ENV [NAME, default]`."""
    assert isinstance(node, yaml.SequenceNode)
    return loader.construct_sequence(node)[-1]


class _Dumper(yaml.SafeDumper):
    """Writes the tags back."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda _, suffix, __: _Tag(suffix))
_Loader.add_constructor("!ENV", _read_default)
_Dumper.add_representer(_Tag, lambda dumper, tag: dumper.represent_scalar(f"tag:yaml.org,2002:python/name:{tag}", ""))


def _write_plain_settings(directory: Path, changes: Mapping[str, object], **theme: str) -> None:
    """Write the project's mkdocs.yml without the engine, the navigation and the repository, and an index page."""
    settings: dict[str, Any] = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader
    for key in ("hooks", "extra", "nav", "not_in_nav", "repo_url", "edit_uri"):
        settings.pop(key, None)
    settings["theme"].pop("custom_dir", None)
    settings["theme"] |= theme
    settings["validation"] = {"links": {"not_found": "ignore", "unrecognized_links": "ignore"}}
    write_file(directory / "mkdocs.yml", yaml.dump(settings | dict(changes), Dumper=_Dumper, sort_keys=False))
    write_file(directory / "docs" / "index.md", "# All\n")


_HUGO_LINK = '<li><a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ .Date.Format "2 January 2006" }}</li>'
_HUGO_LIST = f"""\
{{{{ define "main" }}}}<h1>{{{{ .Title }}}}</h1>
<ul>{{{{ range (.Paginate PAGES).Pages }}}}{_HUGO_LINK}{{{{ end }}}}</ul>
{{{{ template "_internal/pagination.html" . }}}}{{{{ end }}}}
"""
_HUGO_LAYOUTS: Mapping[str, str] = {
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
<ul>{{{{ range first {RELATED_COUNT} (site.RegularPages.Related .) }}}}{_HUGO_LINK}{{{{ end }}}}</ul>
</article>{{{{ end }}}}
""",
    "home": _HUGO_LIST.replace("PAGES", "site.RegularPages"),
    "term": _HUGO_LIST.replace("PAGES", ".Pages"),
    "taxonomy": f'{{{{ define "main" }}}}<ul>{{{{ range .Pages }}}}{_HUGO_LINK}{{{{ end }}}}</ul>{{{{ end }}}}\n',
}
