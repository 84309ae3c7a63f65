"""Handbook examples: those of the page on customising, for tests that do what it says."""

from __future__ import annotations

import re

from sites import ROOT


def read_example(caption: str) -> str:
    """The block of code of the handbook's page that follows a caption."""
    text = (ROOT / "docs" / "handbook" / "customising.md").read_text(encoding="utf-8")
    block = re.search(rf"{re.escape(caption)}[^\n]*\n+ *```\w+\n(.*?)\n *```", text, re.DOTALL)
    assert block, f"no example after {caption!r}"
    return block[1]
