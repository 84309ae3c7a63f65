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
from broadsheet.core.file_store import PICTURES, FileStore, measure_store, remove_store
from broadsheet.core.output_dir import (
    Printed,
    SiteState,
    find_kept,
    find_unchanged,
    is_alive,
    make_staging,
    note,
    publish,
    scan,
)
from broadsheet.core.problems import (
    BroadsheetError,
    Problem,
    Severity,
    count,
    format_github,
    format_json,
    format_text,
    has_errors,
    show,
    suggest,
    suggester,
)
from broadsheet.core.processes import call_in_main_thread, make_pool
from broadsheet.core.serialization import digest
from broadsheet.core.sharing import RangeMapper, map_in_forks, map_in_process
from broadsheet.core.site_lock import SiteLock
from broadsheet.core.slugs import humanise, is_letter, is_slug, slugify
from broadsheet.core.translations import PLACE, Forms, Wording, check_words, fill, find_direction, find_wording
from broadsheet.core.urls import is_web_address, media_url, relative_url

__all__ = [
    "CACHE_FILE",
    "PICTURES",
    "PLACE",
    "BroadsheetError",
    "Cache",
    "FileStore",
    "Forms",
    "Moment",
    "Printed",
    "Problem",
    "RangeMapper",
    "Severity",
    "SiteLock",
    "SiteState",
    "Wording",
    "call_in_main_thread",
    "check_words",
    "count",
    "describe_cache",
    "digest",
    "fill",
    "fill_spare",
    "find_direction",
    "find_hindrance",
    "find_kept",
    "find_spare",
    "find_unchanged",
    "find_wording",
    "format_github",
    "format_json",
    "format_text",
    "has_errors",
    "humanise",
    "is_alive",
    "is_foreign",
    "is_letter",
    "is_slug",
    "is_web_address",
    "make_pool",
    "make_staging",
    "map_in_forks",
    "map_in_process",
    "measure_store",
    "media_url",
    "move_files",
    "note",
    "parse_moment",
    "publish",
    "recover_site",
    "relative_url",
    "remove_cache",
    "remove_store",
    "replace_files",
    "replace_site",
    "scan",
    "show",
    "slugify",
    "suggest",
    "suggester",
]
