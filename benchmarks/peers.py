"""Peers: other sites' related content, installed in an environment of their own, each over the same articles.

Each gets what it compares (topics, as tags) and a theme of one template that prints the names of the related
articles and nothing else. None makes lists or feeds. MkDocs and Pelican render every body in any case; Hugo does
only what a template asks for, and so renders none.
"""

from __future__ import annotations

import json
import posixpath
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote

import yaml
from contender import COUNT, Contender, write
from piece import Piece

VERSIONS: Mapping[str, str] = {
    "hugo": "0.168.0",
    "mkdocs": "1.6.1",
    "mkdocs-related-content-plugin": "0.2.0",
    "pelican": "4.12.0",
    "pelican-similar-posts": "1.0.0",
    "markdown": "3.11.3",
}


def install_peers(place: Path, versions: Mapping[str, str] = VERSIONS) -> Path:
    """Make an environment with the peers unless it stands already; the directory of its commands."""
    wanted = [f"{name}=={version}" for name, version in versions.items()]
    stamp, commands = place / "peers.stamp", place / ("Scripts" if sys.platform == "win32" else "bin")
    if not stamp.is_file() or stamp.read_text(encoding="utf-8").split() != wanted:
        print("installing the peers …", file=sys.stderr, flush=True)
        venv.create(place, clear=True, with_pip=True)
        pip = [str(commands / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted], check=True)
        stamp.write_text("\n".join(wanted), encoding="utf-8")
    return commands


def _fence(front: Mapping[str, object], body: str) -> str:
    """An article with front matter in JSON, which is YAML as well and needs no quoting of one's own."""
    return f"---\n{json.dumps(front, ensure_ascii=False)}\n---\n{body}"


class MkDocs(Contender):
    """MkDocs with mkdocs-related-content-plugin: the share of the tags that both have, rare ones weighing more."""

    name = "mkdocs-related-content-plugin"
    articles = "docs"

    def _furnish(self) -> None:
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
        # Rare tags weigh more only when asked for; its lists are the better for it.
        options = {"max_related": COUNT, "weight_by_tag_rarity": True, "export_tags_json": False}
        plugin = {"related-content": options}
        write(self.place / "alone.yml", yaml.safe_dump(plain))
        write(self.place / "related.yml", yaml.safe_dump(plain | {"plugins": [plugin]}))
        write(self.place / "docs" / "index.md", "# Archive\n")
        lines = "{% for one in related_pages %}related: {{ one.url }}\n{% endfor %}"
        write(self.place / "theme" / "main.html", f"article: {{{{ page.file.src_uri }}}}\n{lines}")

    def _form(self, piece: Piece) -> str:
        front = {"title": piece.title, "date": piece.date.isoformat(), "tags": piece.topics, "authors": piece.authors}
        return _fence(front, piece.body)

    def _command(self, *, related: bool) -> list[str]:
        settings = self.place / ("related.yml" if related else "alone.yml")
        return [str(self.commands / "mkdocs"), "build", "-q", "-f", str(settings), "-d", str(self.output)]

    def _resolve(self, name: str, article: str) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(article), unquote(name)))
        return f"{path.removesuffix('.html')}.md"


class Pelican(Contender):
    """Pelican with similar-posts: TF-IDF of tags, every pair compared."""

    name = "pelican-similar-posts"

    def _furnish(self) -> None:
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
        write(self.place / "alone.py", f"{settings}PLUGINS = []\n")
        plugin = f'PLUGINS = ["similar_posts"]\nSIMILAR_POSTS_MAX_COUNT = {COUNT}\n'
        write(self.place / "related.py", settings + plugin)
        lines = "{% for one in article.similar_posts %}related: {{ one.relative_source_path }}\n{% endfor %}"
        page = f"article: {{{{ article.relative_source_path }}}}\n{lines}"
        write(self.place / "theme" / "templates" / "article.html", page)
        (self.place / "theme" / "static").mkdir()

    def _form(self, piece: Piece) -> str:
        front = {
            "Title": piece.title,
            "Date": piece.date.isoformat(),
            "Slug": piece.path.removesuffix(".md").replace("/", "-"),
            "Tags": ", ".join(piece.topics),
            "Authors": "; ".join(piece.authors),
            "Summary": piece.summary,
        }
        headers = "".join(f"{key}: {value}\n" for key, value in front.items() if value)
        return f"{headers}\n{piece.body}"

    def _command(self, *, related: bool) -> list[str]:
        settings = self.place / ("related.py" if related else "alone.py")
        return [str(self.commands / "pelican"), "-q", "-s", str(settings), "-o", str(self.output)]


class Hugo(Contender):
    """Hugo with its own related content: topics weigh 100, the date 10, as in the example of its documentation."""

    name = "Hugo"

    def _furnish(self) -> None:
        kinds = ["home", "section", "taxonomy", "term", "rss", "sitemap", "robotstxt", "404"]
        plain = {
            "baseURL": "/",
            "title": "Archive",
            "disableKinds": kinds,
            "taxonomies": {},
            "uglyURLs": True,
            "buildFuture": True,
            "markup": {"goldmark": {"renderer": {"unsafe": True}}},
        }
        indices = [{"name": "topics", "weight": 100}, {"name": "date", "weight": 10}]
        related = {"includeNewer": True, "threshold": 80, "toLower": False, "indices": indices}
        write(self.place / "alone.json", json.dumps(plain | {"params": {"related": False}}))
        write(self.place / "related.json", json.dumps(plain | {"params": {"related": True}, "related": related}))
        page = """\
article: {{ .File.Path }}
{{ if site.Params.related -}}
{{ range first COUNT (site.RegularPages.Related .) }}related: {{ .File.Path }}
{{ end }}
{{ end }}
"""
        write(self.place / "layouts" / "_default" / "single.html", page.replace("COUNT", str(COUNT)))
        self.env = {"HUGO_CACHEDIR": str(self.place / "cache")}

    def _form(self, piece: Piece) -> str:
        front = {"title": piece.title, "date": piece.date.isoformat(), "topics": piece.topics, "authors": piece.authors}
        return _fence(front, piece.body)

    def _command(self, *, related: bool) -> list[str]:
        # The binary itself: the command beside it is a Python program that starts it.
        hugo = next(self.commands.parent.rglob("hugo/binaries/hugo*"))
        settings = self.place / ("related.json" if related else "alone.json")
        return [str(hugo), "--quiet", "-s", str(self.place), "--config", str(settings), "-d", str(self.output)]
