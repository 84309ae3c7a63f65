"""What templates can call: words, dates, pictures, links."""

from __future__ import annotations

from broadsheet.theme.dates import format_month
from broadsheet.theme.environment import TEMPLATES, prepare_environment

__all__ = [
    "TEMPLATES",
    "format_month",
    "prepare_environment",
]
