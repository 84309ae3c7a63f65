"""Related headlines: articles in, ranked lists with reasons out; no disk, no clock, no MkDocs.

>>> from broadsheet.related import Document, relate
>>> relate([Document("only", "One article alone has nothing beside it")])
{'only': ()}
"""

from broadsheet.related.changes import Change, compare_lists, mark_text
from broadsheet.related.document import Document, Reason, Related
from broadsheet.related.explaining import Explainer, Explanation
from broadsheet.related.ranking import Ranking, rank, relate
from broadsheet.related.telling import name_reason, write_reason

__all__ = [
    "Change",
    "Document",
    "Explainer",
    "Explanation",
    "Ranking",
    "Reason",
    "Related",
    "compare_lists",
    "mark_text",
    "name_reason",
    "rank",
    "relate",
    "write_reason",
]
