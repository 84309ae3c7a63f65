"""Related headlines: articles in, ranked lists with reasons out; no disk, no clock, no MkDocs.

>>> from broadsheet.related import Document, relate
>>> relate([Document("only", "One article alone has nothing beside it")])
{'only': ()}
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from broadsheet.related.document import Document, Ranking, Reason, Related

if TYPE_CHECKING:
    from broadsheet.related.changes import Cause, ListChange, compare_lists
    from broadsheet.related.explaining import Explainer, Explanation
    from broadsheet.related.ranking import rank, relate
    from broadsheet.related.sharing import share_with_copies

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
    "share_with_copies",
]

_ROOMS = {
    "changes": ("Cause", "ListChange", "compare_lists"),
    "explaining": ("Explainer", "Explanation"),
    "ranking": ("rank", "relate"),
    "sharing": ("share_with_copies",),
}


def __getattr__(name: str) -> object:
    """What compares texts, once it is asked for: NumPy and SciPy take a quarter of a second to import, and a build
    with nothing changed compares nothing.
    """  # noqa: D205
    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{room}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
