"""What writers wrote: front matter, registers and files, read, typed and checked."""

from __future__ import annotations

from broadsheet.content.article import ARTICLE_TYPES, Article
from broadsheet.content.article_file import parse_article
from broadsheet.content.content_dir import ARTICLES_DIR, ContentFiles, read_article_bytes, read_content_dir
from broadsheet.content.library import Library, build_library, find_article, index_references
from broadsheet.content.link_scan import find_link_targets
from broadsheet.content.new_article import NewArticle, write_article
from broadsheet.content.site_config import SiteConfig
from broadsheet.content.taxonomies import (
    AUTHORS_FILE,
    REGISTER_FILES,
    TOPICS_FILE,
    Author,
    Story,
    Topic,
    list_topic_ancestors,
)
from broadsheet.content.yaml_errors import explain_yaml
from broadsheet.content.yaml_nodes import SourcePosition

__all__ = [
    "ARTICLES_DIR",
    "ARTICLE_TYPES",
    "AUTHORS_FILE",
    "REGISTER_FILES",
    "TOPICS_FILE",
    "Article",
    "Author",
    "ContentFiles",
    "Library",
    "NewArticle",
    "SiteConfig",
    "SourcePosition",
    "Story",
    "Topic",
    "build_library",
    "explain_yaml",
    "find_article",
    "find_link_targets",
    "index_references",
    "list_topic_ancestors",
    "parse_article",
    "read_article_bytes",
    "read_content_dir",
    "write_article",
]
