"""What is public at one instant, as a model of all pages; nothing in it knows MkDocs."""

from __future__ import annotations

from broadsheet.edition.build import ArticleView, SiteModel, build_new_views, build_site_model
from broadsheet.edition.image_pipeline import read_image_variant
from broadsheet.edition.listings import ListingPage, page_url
from broadsheet.edition.page_digests import PageDigests
from broadsheet.edition.plan import INDEX_URLS, Plan, plan_edition
from broadsheet.edition.public_articles import Edition, find_next_change
from broadsheet.edition.related_lists import (
    compute_related_key,
    compute_related_lists,
    report_near_duplicates,
    start_related_lists,
)
from broadsheet.edition.render_articles import BuildResources, MarkdownConfig, get_renderer, submit_task

__all__ = [
    "INDEX_URLS",
    "ArticleView",
    "BuildResources",
    "Edition",
    "ListingPage",
    "MarkdownConfig",
    "PageDigests",
    "Plan",
    "SiteModel",
    "build_new_views",
    "build_site_model",
    "compute_related_key",
    "compute_related_lists",
    "find_next_change",
    "get_renderer",
    "page_url",
    "plan_edition",
    "read_image_variant",
    "report_near_duplicates",
    "start_related_lists",
    "submit_task",
]
