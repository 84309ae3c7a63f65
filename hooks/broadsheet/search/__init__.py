"""Search: records of a site, and the search index that Pagefind makes from them."""

from __future__ import annotations

from broadsheet.search.bundle_store import FOLDER, BundleStore, measure_bundles, remove_bundles
from broadsheet.search.index import INDEX_DIR, IndexContents, SearchIndex
from broadsheet.search.pagefind import IndexingError
from broadsheet.search.records import SEARCH_URL, Record, digest_records, record_articles, record_page

__all__ = [
    "FOLDER",
    "INDEX_DIR",
    "SEARCH_URL",
    "BundleStore",
    "IndexContents",
    "IndexingError",
    "Record",
    "SearchIndex",
    "digest_records",
    "measure_bundles",
    "record_articles",
    "record_page",
    "remove_bundles",
]
