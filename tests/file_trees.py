"""File trees: files with a known modification time, for tests of directories."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

Tree = Mapping[str, bytes]
OLD = 1_000_000_000_000_000_000
"""A modification time of long ago, in nanoseconds."""


def write(root: Path, tree: Tree) -> None:
    """Write the files of a tree, all with the modification time `OLD`."""
    for path, data in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)
        os.utime(root / path, ns=(OLD, OLD))
