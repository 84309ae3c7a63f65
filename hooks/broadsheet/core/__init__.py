"""What every other package may use, and what knows nothing of newspapers: problems, URLs, dates, cache, processes."""

from __future__ import annotations

from broadsheet.core.cache import CACHE_FILE, Cache, describe_cache, is_foreign, remove_cache
from broadsheet.core.datetimes import Moment, find_repeated_time, parse_moment
from broadsheet.core.directory_swap import StagedSite
from broadsheet.core.file_store import IMAGE_DIR, FileStore, measure_store, remove_store
from broadsheet.core.html_tags import ANY_NAME, Tag, find_tags, read_attributes, replace_tags
from broadsheet.core.output_dir import SiteState, is_process_alive, list_site_files, record_pages
from broadsheet.core.problems import (
    BroadsheetError,
    Problem,
    Severity,
    escape_unprintable,
    explain_unknown,
    format_github,
    format_json,
    format_text,
    has_errors,
    make_suggester,
    pluralize,
    suggest,
)
from broadsheet.core.processes import (
    RangeMapper,
    call_in_main_thread,
    count_cores,
    make_process_pool,
    map_in_forks,
    map_in_process,
    run_in_forks,
)
from broadsheet.core.serialization import digest
from broadsheet.core.site_lock import SiteLock
from broadsheet.core.translations import (
    PLACEHOLDER,
    PluralForms,
    Translations,
    check_translations,
    fill_placeholders,
    load_translations,
    text_direction,
)
from broadsheet.core.urls import (
    SITE_URLS,
    is_letter,
    is_slug,
    is_web_address,
    make_listing_url,
    make_relative_url,
    media_url,
    slugify,
    title_from_id,
)

__all__ = [
    "ANY_NAME",
    "CACHE_FILE",
    "IMAGE_DIR",
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
    "StagedSite",
    "Tag",
    "Translations",
    "call_in_main_thread",
    "check_translations",
    "count_cores",
    "describe_cache",
    "digest",
    "escape_unprintable",
    "explain_unknown",
    "fill_placeholders",
    "find_repeated_time",
    "find_tags",
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
    "make_suggester",
    "map_in_forks",
    "map_in_process",
    "measure_store",
    "media_url",
    "parse_moment",
    "pluralize",
    "read_attributes",
    "record_pages",
    "remove_cache",
    "remove_store",
    "replace_tags",
    "run_in_forks",
    "slugify",
    "suggest",
    "text_direction",
    "title_from_id",
]
