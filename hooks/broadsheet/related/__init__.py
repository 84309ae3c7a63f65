"""Related headlines: which articles of an archive are related to each article, and why.

The package compares texts, dates, topics and links. It uses no disk, no clock and nothing else of the engine, so it
works as a library:

>>> from broadsheet.related import Document, relate
>>> first = Document("a", "Talks in Geneva end without a deal", body="Envoys talked about missiles.")
>>> second = Document("b", "More talks about missiles", body="Envoys meet again after Geneva.")
>>> relate([first, second], count=8)["a"]
(Related(id='b', score=0.744877, reasons=(Reason(kind='words', names=()),)),)

`rank` also returns near-duplicates, `Explainer` explains one list, `compare_lists` explains changes between two runs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from broadsheet.related.model import Document, Ranking, Reason, Related

if TYPE_CHECKING:
    from broadsheet.related.explain import Cause, Explainer, Explanation, ListChange, compare_lists
    from broadsheet.related.ranking import rank, relate

__all__ = [
    "Cause",
    "Document",
    "Explainer",
    "Explanation",
    "ListChange",
    "Ranking",
    "Reason",
    "Related",
    "compare_lists",
    "rank",
    "relate",
]

_LAZY_NAMES = {
    "explain": ("Cause", "Explainer", "Explanation", "ListChange", "compare_lists"),
    "ranking": ("rank", "relate"),
}


def __getattr__(name: str) -> object:
    """Import a module of the package when one of its names is first used.

    NumPy and SciPy take a quarter of a second to import, and a build without changes compares nothing.
    """
    for module, names in _LAZY_NAMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
