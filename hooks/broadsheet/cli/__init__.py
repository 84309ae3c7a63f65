"""The `broadsheet` command."""

from __future__ import annotations

from broadsheet.cli.main import main

__all__ = [
    "main",
]
