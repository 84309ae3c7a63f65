"""What is public at one instant, as a model of all pages; nothing in it knows MkDocs."""

from __future__ import annotations

from broadsheet.edition.build import Press, Spread, set_press, set_sound_press
from broadsheet.edition.edition import Edition, find_next_change
from broadsheet.edition.image_pipeline import read_rendition
from broadsheet.edition.listings import ListingPage, page_url
from broadsheet.edition.page_digests import KINDS, Exposure, Imprints
from broadsheet.edition.plan import INDEX_URLS, Layout, Plan, plan_edition
from broadsheet.edition.related_input import report_copies
from broadsheet.edition.related_lists import compare, find_key, start_ranking
from broadsheet.edition.render_articles import MarkdownSetup, Workshop, begin_work, find_renderer

__all__ = [
    "INDEX_URLS",
    "KINDS",
    "Edition",
    "Exposure",
    "Imprints",
    "Layout",
    "ListingPage",
    "MarkdownSetup",
    "Plan",
    "Press",
    "Spread",
    "Workshop",
    "begin_work",
    "compare",
    "find_key",
    "find_next_change",
    "find_renderer",
    "page_url",
    "plan_edition",
    "read_rendition",
    "report_copies",
    "set_press",
    "set_sound_press",
    "start_ranking",
]
