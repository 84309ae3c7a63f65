"""What every other package may use, and what knows nothing of newspapers: problems, URLs, dates, cache, processes."""

from __future__ import annotations

from broadsheet.core.cache import CACHE_FILE, Cache, describe_cache, is_foreign, remove_cache
from broadsheet.core.datetimes import Moment, parse_moment
from broadsheet.core.directory_swap import (
    fill_spare,
    find_hindrance,
    find_spare,
    move_files,
    recover_site,
    replace_files,
    replace_site,
)
from broadsheet.core.file_store import IMAGE_STORE, FileStore, measure_store, remove_store
from broadsheet.core.output_dir import (
    SiteState,
    WrittenPage,
    find_unchanged,
    find_unchanged_pages,
    is_process_alive,
    list_site_files,
    make_staging_dir,
    publish,
    record_pages,
)
from broadsheet.core.problems import (
    BroadsheetError,
    Problem,
    Severity,
    escape_unprintable,
    format_github,
    format_json,
    format_text,
    has_errors,
    make_suggester,
    pluralize,
    suggest,
)
from broadsheet.core.processes import call_in_main_thread, make_process_pool
from broadsheet.core.serialization import digest
from broadsheet.core.sharing import RangeMapper, map_in_forks, map_in_process
from broadsheet.core.site_lock import SiteLock
from broadsheet.core.slugs import is_letter, is_slug, slugify, title_from_id
from broadsheet.core.translations import (
    PLACEHOLDER,
    PluralForms,
    Translations,
    check_translations,
    fill_placeholders,
    load_translations,
    text_direction,
)
from broadsheet.core.urls import SITE_URLS, is_web_address, make_listing_url, make_relative_url, media_url

__all__ = [
    "CACHE_FILE",
    "IMAGE_STORE",
    "PLACEHOLDER",
    "SITE_URLS",
    "BroadsheetError",
    "Cache",
    "FileStore",
    "Moment",
    "PluralForms",
    "Problem",
    "RangeMapper",
    "Severity",
    "SiteLock",
    "SiteState",
    "Translations",
    "WrittenPage",
    "call_in_main_thread",
    "check_translations",
    "describe_cache",
    "digest",
    "escape_unprintable",
    "fill_placeholders",
    "fill_spare",
    "find_hindrance",
    "find_spare",
    "find_unchanged",
    "find_unchanged_pages",
    "format_github",
    "format_json",
    "format_text",
    "has_errors",
    "is_foreign",
    "is_letter",
    "is_process_alive",
    "is_slug",
    "is_web_address",
    "list_site_files",
    "load_translations",
    "make_listing_url",
    "make_process_pool",
    "make_relative_url",
    "make_staging_dir",
    "make_suggester",
    "map_in_forks",
    "map_in_process",
    "measure_store",
    "media_url",
    "move_files",
    "parse_moment",
    "pluralize",
    "publish",
    "record_pages",
    "recover_site",
    "remove_cache",
    "remove_store",
    "replace_files",
    "replace_site",
    "slugify",
    "suggest",
    "text_direction",
    "title_from_id",
]
