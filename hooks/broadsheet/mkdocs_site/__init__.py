"""The one package that hands the model to MkDocs and takes its site from it."""

from __future__ import annotations

from broadsheet.mkdocs_site.error_messages import explain_disk_fault, explain_exception, report_problems
from broadsheet.mkdocs_site.files import MediaFile, PageFile, add_files, list_sitemap_entries, replace_docs_images
from broadsheet.mkdocs_site.hidden_links import HiddenLinkExtension, handle_hidden_files
from broadsheet.mkdocs_site.pages import (
    build_files,
    build_navigation,
    find_edit_base,
    make_article_file,
    make_media_file,
)
from broadsheet.mkdocs_site.project import Project, check_project, find_docs_files, open_project, read_clock
from broadsheet.mkdocs_site.publisher import PageWriter, Publisher, find_page_plugins
from broadsheet.mkdocs_site.resources import (
    CLUSTER,
    KEEP_GOING,
    ResourceManager,
    find_cache,
    reduce_garbage_collection,
)
from broadsheet.mkdocs_site.search_build import SearchBuild, load_search, make_search_page
from broadsheet.mkdocs_site.settings import (
    Settings,
    find_content,
    find_locale,
    find_markdown_extensions,
    find_words,
    make_site_config,
    read_settings,
)
from broadsheet.mkdocs_site.site_digest import digest_site, has_own_code

__all__ = [
    "CLUSTER",
    "KEEP_GOING",
    "HiddenLinkExtension",
    "MediaFile",
    "PageFile",
    "PageWriter",
    "Project",
    "Publisher",
    "ResourceManager",
    "SearchBuild",
    "Settings",
    "add_files",
    "build_files",
    "build_navigation",
    "check_project",
    "digest_site",
    "explain_disk_fault",
    "explain_exception",
    "find_cache",
    "find_content",
    "find_docs_files",
    "find_edit_base",
    "find_locale",
    "find_markdown_extensions",
    "find_page_plugins",
    "find_words",
    "handle_hidden_files",
    "has_own_code",
    "list_sitemap_entries",
    "load_search",
    "make_article_file",
    "make_media_file",
    "make_search_page",
    "make_site_config",
    "open_project",
    "read_clock",
    "read_settings",
    "reduce_garbage_collection",
    "replace_docs_images",
    "report_problems",
]
