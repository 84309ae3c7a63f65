"""Related headlines: articles in, ranked lists out; no disk, no clock, no MkDocs.

>>> from broadsheet.related import Document, relate
>>> relate([Document("only", "One article alone has nothing beside it")])
{'only': ()}
"""

from broadsheet.related.ranking import PINNED, Document, Related, relate

__all__ = ["PINNED", "Document", "Related", "relate"]
