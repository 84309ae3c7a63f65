"""The one package that hands the model to MkDocs and takes its site from it."""

from __future__ import annotations

from broadsheet.mkdocs_site.config import Settings, find_content, find_layout, find_locale, find_words, read_settings
from broadsheet.mkdocs_site.docs_files import add_files, find_edit_base
from broadsheet.mkdocs_site.error_messages import explain_disk_fault, explain_mishap, report_problems
from broadsheet.mkdocs_site.exposure import examine_templates
from broadsheet.mkdocs_site.files import MediaFile, PressFile, list_entries
from broadsheet.mkdocs_site.hidden_links import WordsOnly, find_rivals, find_withheld, prune_nav
from broadsheet.mkdocs_site.navigation import build_navigation
from broadsheet.mkdocs_site.page_writer import Printer, find_onlookers
from broadsheet.mkdocs_site.pages import adopt_pictures, build_files, make_article_file
from broadsheet.mkdocs_site.project import Newsroom, find_surroundings, inspect, open_newsroom, read_clock
from broadsheet.mkdocs_site.publisher import Publisher
from broadsheet.mkdocs_site.resources import CLUSTER, Tools, count_cores, find_cache, spare_archive
from broadsheet.mkdocs_site.search_build import SearchDesk, load_search, make_search_page
from broadsheet.mkdocs_site.site_digest import stamp_site

__all__ = [
    "CLUSTER",
    "MediaFile",
    "Newsroom",
    "PressFile",
    "Printer",
    "Publisher",
    "SearchDesk",
    "Settings",
    "Tools",
    "WordsOnly",
    "add_files",
    "adopt_pictures",
    "build_files",
    "build_navigation",
    "count_cores",
    "examine_templates",
    "explain_disk_fault",
    "explain_mishap",
    "find_cache",
    "find_content",
    "find_edit_base",
    "find_layout",
    "find_locale",
    "find_onlookers",
    "find_rivals",
    "find_surroundings",
    "find_withheld",
    "find_words",
    "inspect",
    "list_entries",
    "load_search",
    "make_article_file",
    "make_search_page",
    "open_newsroom",
    "prune_nav",
    "read_clock",
    "read_settings",
    "report_problems",
    "spare_archive",
    "stamp_site",
]
