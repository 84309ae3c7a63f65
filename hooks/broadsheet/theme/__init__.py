"""What templates can call: words, dates, pictures, links."""

from __future__ import annotations

from broadsheet.theme.dates import write_month
from broadsheet.theme.environment import TEMPLATES, equip_environment

__all__ = [
    "TEMPLATES",
    "equip_environment",
    "write_month",
]
