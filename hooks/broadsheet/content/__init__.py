"""Content: articles and taxonomies, parsed from the content directory, typed and checked."""

from __future__ import annotations

from broadsheet.content.article import ARTICLE_TYPES, ARTICLES_DIR, Article
from broadsheet.content.article_file import NewArticle, find_link_targets, format_new_article, parse_article
from broadsheet.content.content_dir import MEDIA_SUFFIXES, ContentFiles, read_article_bytes, read_content_dir
from broadsheet.content.front_matter import BUNDLE_FILE
from broadsheet.content.library import Library, build_library, find_article, index_references, update_library
from broadsheet.content.site_config import SiteConfig
from broadsheet.content.taxonomies import (
    AUTHORS_FILE,
    TAXONOMY_FILES,
    TOPICS_FILE,
    Author,
    Story,
    Topic,
    list_topic_ancestors,
)
from broadsheet.content.withholding import Withholding, find_earliest, find_latest, read_withholding
from broadsheet.content.yaml_errors import explain_yaml_error

__all__ = [
    "ARTICLES_DIR",
    "ARTICLE_TYPES",
    "AUTHORS_FILE",
    "BUNDLE_FILE",
    "MEDIA_SUFFIXES",
    "TAXONOMY_FILES",
    "TOPICS_FILE",
    "Article",
    "Author",
    "ContentFiles",
    "Library",
    "NewArticle",
    "SiteConfig",
    "Story",
    "Topic",
    "Withholding",
    "build_library",
    "explain_yaml_error",
    "find_article",
    "find_earliest",
    "find_latest",
    "find_link_targets",
    "format_new_article",
    "index_references",
    "list_topic_ancestors",
    "parse_article",
    "read_article_bytes",
    "read_content_dir",
    "read_withholding",
    "update_library",
]
