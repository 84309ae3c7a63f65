"""Planning: what `broadsheet related` does before it compares articles: read, check and settle what is public.

usage: python benchmarks/planning.py CONFIG_FILE
"""

from __future__ import annotations

import sys

from broadsheet.cli_related import load_site
from broadsheet.newsroom import find_surroundings, open_newsroom, read_clock
from broadsheet.plan import plan_edition
from broadsheet.settings import find_layout

if __name__ == "__main__":
    config = load_site(sys.argv[1])
    newsroom = open_newsroom(config)
    around = find_surroundings(config, newsroom.root)
    plan = plan_edition(newsroom.library, read_clock(), find_layout(newsroom.settings, config), around)
    print(len(plan.documents))
