"""What a writer sees under `mkdocs serve`: previews, rebuilds, reloads and errors."""

from __future__ import annotations

from broadsheet.serve.preview import ArticlePreview, rerender_article
from broadsheet.serve.session import ServeSession

__all__ = [
    "ArticlePreview",
    "ServeSession",
    "rerender_article",
]
