"""Source: the content directory as it lies on the disk, read once and held as bytes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broadsheet.problems import BroadsheetError, Problem
from broadsheet.registers import REGISTER_FILES

ARTICLES_DIR = "articles"
"""The directory below content/ that holds the articles."""

MEDIA_SUFFIXES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".m4a", ".mp3", ".mp4", ".pdf", ".png", ".webm", ".webp"})
"""What may be published beside an article. SVG and HTML may not: opened by themselves, they run scripts."""

MAX_MEDIA = 25_000_000
"""The largest file that is published beside an article, in bytes: GitHub Pages ends at 1 GB for a whole site."""


@dataclass(frozen=True, slots=True)
class Source:
    """Everything that the content directory holds, by paths relative to it with forward slashes."""

    root: Path
    label: str
    """The directory as problems name it."""
    articles: Mapping[str, bytes] = field(default_factory=dict)
    registers: Mapping[str, bytes] = field(default_factory=dict)
    media: Mapping[str, int] = field(default_factory=dict)
    """Files that articles may publish, with their sizes in bytes."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Files that must not be published, with the reason."""
    problems: tuple[Problem, ...] = ()

    def name(self, path: str) -> str:
        """A file of the directory as problems name it."""
        return f"{self.label}/{path}"


def read_source(root: Path, label: str) -> Source:
    """Read a content directory: articles and registers whole, of other files only name and size.

    Symbolic links are never followed: in a stranger's pull request one could publish any file of the machine
    that builds the site.

    Raises:
        BroadsheetError: when there is no such directory.

    """
    if not root.is_dir():
        raise BroadsheetError(f"no content directory '{label}': create it, or mend 'content' under extra.broadsheet")
    articles: dict[str, bytes] = {}
    media: dict[str, int] = {}
    refused: dict[str, str] = {}
    problems: list[Problem] = []
    for path in _walk(root):
        relative = path.relative_to(root).as_posix()
        inside = relative.startswith(f"{ARTICLES_DIR}/")
        if path.is_symlink():
            refused[relative] = "a symbolic link, which is never followed"
            if path.suffix.lower() == ".md" or relative in REGISTER_FILES:
                problems.append(Problem(f"{label}/{relative}", 0, 0, "", refused[relative], "put the file itself here"))
        elif inside and path.suffix.lower() == ".md":
            try:
                articles[relative] = path.read_bytes()
            except OSError as error:
                problems.append(Problem(f"{label}/{relative}", 0, 0, "", f"not readable: {error.strerror}"))
        elif path.suffix.lower() in MEDIA_SUFFIXES:
            size = path.stat().st_size
            if size <= MAX_MEDIA:
                media[relative] = size
            else:
                refused[relative] = f"{size:,} bytes, more than {MAX_MEDIA:,}"
        elif relative not in REGISTER_FILES:
            refused[relative] = f"'{path.suffix or path.name}' files are not published"
    registers = {
        name: (root / name).read_bytes()
        for name in REGISTER_FILES
        if (root / name).is_file() and not (root / name).is_symlink()
    }
    return Source(root, label, articles, registers, media, refused, tuple(problems))


def _walk(root: Path) -> list[Path]:
    """Every file below a directory, sorted by path; names that begin with a dot are left alone."""
    found: list[Path] = []
    for directory, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(directory) / name).is_symlink()]
        found += [Path(directory) / name for name in [*names, *links] if not name.startswith(".")]
    return sorted(found, key=lambda path: path.as_posix())
