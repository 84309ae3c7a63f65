"""Source: the content directory as it lies on the disk, read once and held as bytes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broadsheet.article_file import MAX_ARTICLE
from broadsheet.nodes import MAX_REGISTER
from broadsheet.problems import BroadsheetError, Problem, show, suggest
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
    registers: dict[str, bytes] = {}
    media: dict[str, int] = {}
    refused: dict[str, str] = {}
    paths, problems = _walk(root, label)
    for path in paths:
        relative = path.relative_to(root).as_posix()
        try:
            reason = _refuse(path, relative)
            if not reason and relative in REGISTER_FILES:
                registers[relative] = _read(path, MAX_REGISTER)
            elif not reason and path.suffix.lower() == ".md":
                articles[relative] = _read(path, MAX_ARTICLE)
            elif not reason:
                media[relative] = path.stat().st_size
        except OSError as error:
            reason = _describe(error)
            problems.append(Problem(f"{label}/{relative}", 0, 0, "", reason))
        if reason:
            refused[relative] = reason
            problems += _warn(path, relative, reason, label)
    return Source(root, label, articles, registers, media, refused, tuple(problems))


def _walk(root: Path, label: str) -> tuple[list[Path], list[Problem]]:
    """Every file below a directory, sorted by path, with links to directories; hidden ones are left alone."""
    found: list[Path] = []
    problems: list[Problem] = []

    def note(error: OSError) -> None:
        name = Path(error.filename).relative_to(root).as_posix()
        problems.append(Problem(f"{label}/{name}", 0, 0, "", _describe(error)))

    for directory, folders, names in os.walk(root, onerror=note):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        links = [name for name in folders if (Path(directory) / name).is_symlink()]
        found += [Path(directory) / name for name in [*names, *links] if not name.startswith(".")]
    return sorted(found, key=lambda path: path.as_posix()), problems


def _refuse(path: Path, relative: str) -> str:
    """Why a file is neither read nor published, or ''."""
    suffix = path.suffix.lower()
    if path.is_symlink():
        return "a symbolic link, which is never followed"
    if show(relative) != relative:
        return "its name has characters that cannot be seen"
    if not path.is_file():
        return "no regular file"
    if relative in REGISTER_FILES or (suffix == ".md" and relative.startswith(f"{ARTICLES_DIR}/")):
        return ""
    if suffix not in MEDIA_SUFFIXES:
        return f"'{path.suffix or path.name}' files are not published"
    size = path.stat().st_size
    return f"{size:,} bytes, more than {MAX_MEDIA:,}" if size > MAX_MEDIA else ""


def _warn(path: Path, relative: str, reason: str, label: str) -> list[Problem]:
    """A problem for a refused file that its writer must have meant to be read."""
    where = f"{label}/{relative}"
    suffix = path.suffix.lower()
    if path.is_symlink() and (suffix == ".md" or relative in REGISTER_FILES or path.is_dir()):
        return [Problem(where, 0, 0, "", reason, "put the file itself here")]
    if suffix == ".md" and show(relative) != relative:
        return [Problem(where, 0, 0, "", reason, "rename it")]
    if suffix == ".md" and not relative.startswith(f"{ARTICLES_DIR}/") and path.stem.lower() != "readme":
        message, hint = f"not read: articles lie below {ARTICLES_DIR}/", f"move it to {label}/{ARTICLES_DIR}/"
        return [Problem(where, 0, 0, "", message, hint, "warning")]
    if suffix in {".markdown", ".mdown", ".mkd"}:
        message = f"not read: expected a name that ends with .md, found '{path.suffix}'"
        return [Problem(where, 0, 0, "", message, f"rename it to {path.stem}.md", "warning")]
    if suffix in {".yml", ".yaml"} and "/" not in relative:
        message = f"not read: expected one of {', '.join(REGISTER_FILES)}"
        return [Problem(where, 0, 0, "", message, suggest(f"{path.stem}.yml", REGISTER_FILES), "warning")]
    return []


def _read(path: Path, most: int) -> bytes:
    """A file's bytes; of one that is too large, one byte more than is allowed, so that its reader can tell."""
    with path.open("rb") as file:
        return file.read(most + 1)


def _describe(error: OSError) -> str:
    return f"not readable: {error.strerror}"
