"""What writers wrote: front matter, registers and files, read, typed and checked."""

from __future__ import annotations

from broadsheet.content.article import ARTICLE_TYPES, Article
from broadsheet.content.article_file import parse_article
from broadsheet.content.content_dir import ARTICLES_DIR, Source, read_again, read_source
from broadsheet.content.library import Library, Rules, build_library, find_article, index_references
from broadsheet.content.link_scan import find_addresses
from broadsheet.content.new_article import NewArticle, write_article
from broadsheet.content.taxonomies import AUTHORS_FILE, REGISTER_FILES, TOPICS_FILE, Author, Story, Topic, trace_topic
from broadsheet.content.yaml_errors import explain_yaml
from broadsheet.content.yaml_nodes import Mark

__all__ = [
    "ARTICLES_DIR",
    "ARTICLE_TYPES",
    "AUTHORS_FILE",
    "REGISTER_FILES",
    "TOPICS_FILE",
    "Article",
    "Author",
    "Library",
    "Mark",
    "NewArticle",
    "Rules",
    "Source",
    "Story",
    "Topic",
    "build_library",
    "explain_yaml",
    "find_addresses",
    "find_article",
    "index_references",
    "parse_article",
    "read_again",
    "read_source",
    "trace_topic",
    "write_article",
]
