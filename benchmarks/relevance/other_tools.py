"""Other tools: related content of other site generators, each over the same articles.

Each gets what it compares (topics, as tags) and a theme of one template that prints the names of the related articles
and nothing else. None makes lists or feeds. MkDocs and Pelican render every body in any case; Hugo renders only what
a template asks for, so it renders none.
"""

from __future__ import annotations

import html
import json
import posixpath
import re
import shutil
from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import yaml

from benchmarks.corpus import Article, write_file
from benchmarks.processes import Limits, Run, run_measured
from benchmarks.tools import HUGO_RELATED, HUGO_VERSION, RELATED_COUNT, Tool, find_hugo, format_front_matter

VERSIONS: Mapping[str, str] = {
    "hugo": HUGO_VERSION,
    "mkdocs": "1.6.1",
    "mkdocs-related-content-plugin": "0.2.0",
    "pelican": "4.12.0",
    "pelican-similar-posts": "1.0.0",
    "markdown": "3.11.3",
}

_LINE = re.compile(r"^(article|related): (.*)$", re.MULTILINE)


class RelatedTool(Tool):
    """A tool that can be run with related content and without."""

    @property
    def output(self) -> Path:
        """The directory of the built site."""
        return self.directory / "output"

    @property
    def printed(self) -> Path:
        """The file of the standard output."""
        return self.directory / "printed.txt"

    def run(self, *, related: bool, limits: Limits) -> Run:
        """Build from cold."""
        shutil.rmtree(self.output, ignore_errors=True)
        command = self._list_arguments(related=related)
        return run_measured(command, self.directory, self.env, output=self.printed, limits=limits)

    def read_lists(self) -> dict[str, list[str]]:
        """The related articles of each article, best first, as the last run wrote them."""
        lists: dict[str, list[str]] = {}
        for page in self.output.rglob("*.html"):
            lines = [(key, html.unescape(name)) for key, name in _LINE.findall(page.read_text(encoding="utf-8"))]
            if lines and lines[0][0] == "article":
                article = lines[0][1]
                lists[article] = [self._resolve(name, article) for key, name in lines if key == "related"]
        return lists

    @abstractmethod
    def _list_arguments(self, *, related: bool) -> list[str]:
        """The command that builds the site."""

    def _resolve(self, name: str, article: str) -> str:
        """The path of a related article, from its name in the page of another."""
        return name


class Broadsheet(RelatedTool):
    """The command that prints all lists; without related content, the same command up to the comparison."""

    name = "Broadsheet"
    program = "broadsheet"

    def _write_settings(self) -> None:
        engine = {"content": "content", "topics": "open", "authors": "open", "related": {"count": RELATED_COUNT}}
        settings = {"site_name": "Archive", "theme": "mkdocs", "extra": {"broadsheet": engine}}
        write_file(self.directory / "mkdocs.yml", yaml.safe_dump(settings))
        write_file(self.directory / "docs" / "index.md", "# Archive\n")
        # The other tools take articles of the future as public, too.
        self.env = {**self.env, "SOURCE_DATE_EPOCH": "4102444800"}

    def _convert(self, article: Article) -> str:
        return article.text

    def _list_arguments(self, *, related: bool) -> list[str]:
        command = [self.command, "-f", str(self.directory / "mkdocs.yml"), "related"]
        if related:
            return [*command, "--format", "json"]
        # The command reads all articles, does not find this one, and ends with an error before it compares any.
        return ["sh", "-c", '"$@" || true', "sh", *command, "no-such-article"]

    def read_lists(self) -> dict[str, list[str]]:
        """The lists of the JSON that the command printed."""
        lists = json.loads(self.printed.read_text(encoding="utf-8"))
        return {article: [one["id"] for one in related] for article, related in lists.items()}


class MkDocs(RelatedTool):
    """MkDocs with mkdocs-related-content-plugin: the share of common tags, rare tags weighing more."""

    name = "mkdocs-related-content-plugin"
    program = "mkdocs"
    articles = "docs"

    def _write_settings(self) -> None:
        plain = {
            "site_name": "Archive",
            "docs_dir": "docs",
            "theme": {"name": None, "custom_dir": "theme"},
            "use_directory_urls": False,
            "nav": ["index.md"],
            "not_in_nav": "/articles/",
            "plugins": [],
            "validation": {"links": {"not_found": "ignore", "unrecognized_links": "ignore"}},
        }
        # The weight by rarity is off by default; the lists are better with it.
        options = {"max_related": RELATED_COUNT, "weight_by_tag_rarity": True, "export_tags_json": False}
        write_file(self.directory / "alone.yml", yaml.safe_dump(plain))
        write_file(self.directory / "related.yml", yaml.safe_dump(plain | {"plugins": [{"related-content": options}]}))
        write_file(self.directory / "docs" / "index.md", "# Archive\n")
        lines = "{% for one in related_pages %}related: {{ one.url }}\n{% endfor %}"
        write_file(self.directory / "theme" / "main.html", f"article: {{{{ page.file.src_uri }}}}\n{lines}")

    def _convert(self, article: Article) -> str:
        front = {"title": article.title, "date": article.date.isoformat(), "tags": article.topics}
        return format_front_matter(front | {"authors": article.authors}, article.body)

    def _list_arguments(self, *, related: bool) -> list[str]:
        settings = self.directory / ("related.yml" if related else "alone.yml")
        return [self.command, "build", "-q", "-f", str(settings), "-d", str(self.output)]

    def _resolve(self, name: str, article: str) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(article), unquote(name)))
        return f"{path.removesuffix('.html')}.md"


class Pelican(RelatedTool):
    """Pelican with similar-posts: TF-IDF of tags, all pairs compared."""

    name = "pelican-similar-posts"
    program = "pelican"

    def _write_settings(self) -> None:
        settings = """\
SITENAME = "Archive"
SITEURL = ""
TIMEZONE = "UTC"
PATH = "content"
ARTICLE_PATHS = ["articles"]
THEME = "theme"
PATH_METADATA = r"(?P<path_no_ext>.*)\\..*"
ARTICLE_URL = ARTICLE_SAVE_AS = "{path_no_ext}.html"
ARTICLE_TRANSLATION_ID = None
USE_FOLDER_AS_CATEGORY = False
DEFAULT_CATEGORY = "news"
DIRECT_TEMPLATES = []
TAG_SAVE_AS = CATEGORY_SAVE_AS = AUTHOR_SAVE_AS = ""
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
"""
        write_file(self.directory / "alone.py", f"{settings}PLUGINS = []\n")
        plugin = f'PLUGINS = ["similar_posts"]\nSIMILAR_POSTS_MAX_COUNT = {RELATED_COUNT}\n'
        write_file(self.directory / "related.py", settings + plugin)
        lines = "{% for one in article.similar_posts %}related: {{ one.relative_source_path }}\n{% endfor %}"
        page = f"article: {{{{ article.relative_source_path }}}}\n{lines}"
        write_file(self.directory / "theme" / "templates" / "article.html", page)
        (self.directory / "theme" / "static").mkdir()

    def _convert(self, article: Article) -> str:
        front = {
            "Title": article.title,
            "Date": article.date.isoformat(),
            "Slug": article.path.removesuffix(".md").replace("/", "-"),
            "Tags": ", ".join(article.topics),
            "Authors": "; ".join(article.authors),
            "Summary": article.summary,
        }
        headers = "".join(f"{key}: {value}\n" for key, value in front.items() if value)
        return f"{headers}\n{article.body}"

    def _list_arguments(self, *, related: bool) -> list[str]:
        settings = self.directory / ("related.py" if related else "alone.py")
        return [self.command, "-q", "-s", str(settings), "-o", str(self.output)]


class Hugo(RelatedTool):
    """Hugo with its own related content."""

    name = "Hugo"

    def _find_program(self, commands: Path) -> str:
        return find_hugo(commands)

    def _write_settings(self) -> None:
        plain = {
            "baseURL": "/",
            "title": "Archive",
            "disableKinds": ["home", "section", "taxonomy", "term", "rss", "sitemap", "robotstxt", "404"],
            "taxonomies": {},
            "uglyURLs": True,
            "buildFuture": True,
            "markup": {"goldmark": {"renderer": {"unsafe": True}}},
            "related": HUGO_RELATED,
        }
        for name, related in (("alone", False), ("related", True)):
            write_file(self.directory / f"{name}.json", json.dumps(plain | {"params": {"related": related}}))
        page = """\
article: {{ .File.Path }}
{{ if site.Params.related -}}
{{ range first COUNT (site.RegularPages.Related .) }}related: {{ .File.Path }}
{{ end }}
{{ end }}
"""
        write_file(self.directory / "layouts" / "_default" / "single.html", page.replace("COUNT", str(RELATED_COUNT)))
        self.env = {"HUGO_CACHEDIR": str(self.directory / "cache")}

    def _convert(self, article: Article) -> str:
        front = {"title": article.title, "date": article.date.isoformat(), "topics": article.topics}
        return format_front_matter(front | {"authors": article.authors}, article.body)

    def _list_arguments(self, *, related: bool) -> list[str]:
        settings = self.directory / ("related.json" if related else "alone.json")
        place = str(self.directory)
        return [self.command, "--quiet", "-s", place, "--config", str(settings), "-d", str(self.output)]
