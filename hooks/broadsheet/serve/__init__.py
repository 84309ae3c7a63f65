"""What a writer sees under `mkdocs serve`: previews, rebuilds, reloads and errors."""

from __future__ import annotations

from broadsheet.serve.preview import ProofPress
from broadsheet.serve.revising import render_again
from broadsheet.serve.session import ServerDesk

__all__ = [
    "ProofPress",
    "ServerDesk",
    "render_again",
]
