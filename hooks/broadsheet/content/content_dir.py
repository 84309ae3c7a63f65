"""Source: the content directory as it lies on the disk, read once and held as bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broadsheet.content.article_file import MAX_ARTICLE
from broadsheet.content.taxonomies import REGISTER_FILES
from broadsheet.content.yaml_nodes import MAX_REGISTER
from broadsheet.core import BroadsheetError, Problem, escape_unprintable, suggest

ARTICLES_DIR = "articles"
"""The directory below content/ that holds the articles."""

MEDIA_SUFFIXES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".m4a", ".mp3", ".mp4", ".pdf", ".png", ".webm", ".webp"})
"""What may be published beside an article. SVG and HTML may not: opened by themselves, they run scripts."""

_MARKDOWN = ".md"
MAX_MEDIA = 25_000_000
"""The largest file that is published beside an article, in bytes: GitHub Pages ends at 1 GB for a whole site."""


@dataclass(frozen=True, slots=True)
class ContentFiles:
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


def read_content_dir(root: Path, label: str) -> ContentFiles:
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
    files, problems = _walk(root, label)
    for relative, entry in files:
        try:
            reason = _refuse(entry, relative)
            if not reason and relative in REGISTER_FILES:
                registers[relative] = _read(entry, MAX_REGISTER)
            elif not reason and _is_markdown(relative):
                articles[relative] = _read(entry, MAX_ARTICLE)
            elif not reason:
                media[relative] = entry.stat().st_size
        except OSError as error:
            reason = _describe(error)
            problems.append(Problem(f"{label}/{relative}", 0, 0, "", reason))
        if reason:
            refused[relative] = reason
            problems += _warn(Path(entry.path), relative, reason, label)
    return ContentFiles(root, label, articles, registers, media, refused, tuple(problems))


def read_article_bytes(root: Path, relative: str) -> bytes | None:
    """The bytes of an article's file as it is now; None where it is gone, or is what `read_content_dir` refuses.

    Args:
        root: the content directory.
        relative: the file's path in it.

    """
    file, kinds = root / relative, ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
    if any((root / parent).is_symlink() for parent in Path(relative).parents[:-1]) or file.is_symlink():
        return None
    try:
        # What is put there in this moment may be a link, or a pipe that nobody writes to.
        handle = os.open(file, os.O_RDONLY | sum(getattr(os, kind, 0) for kind in kinds))
        with os.fdopen(handle, "rb") as opened:
            return opened.read(MAX_ARTICLE + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else None
    except OSError:
        return None


def _walk(root: Path, label: str) -> tuple[list[tuple[str, os.DirEntry[str]]], list[Problem]]:
    """Every file below a directory, sorted by path, with links to directories; hidden ones are left alone.

    Cost: about 5 µs a file; with its reading, 30 µs.
    """
    found: list[tuple[str, os.DirEntry[str]]] = []
    problems: list[Problem] = []
    folders = [(str(root), "")]
    while folders:
        folder, prefix = folders.pop()
        try:
            with os.scandir(folder) as entries:
                inside = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            problems.append(Problem(f"{label}/{prefix.rstrip('/') or '.'}", 0, 0, "", _describe(error)))
            continue
        for entry in inside:
            if entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, f"{prefix}{entry.name}/"))
            else:
                found.append((f"{prefix}{entry.name}", entry))
    return sorted(found, key=lambda file: file[0]), sorted(problems)


def _is_markdown(relative: str) -> bool:
    return relative[-len(_MARKDOWN) :].lower() == _MARKDOWN


def _refuse(entry: os.DirEntry[str], relative: str) -> str:
    """Why a file is neither read nor published, or ''."""
    if entry.is_symlink():
        return "a symbolic link, which is never followed"
    if escape_unprintable(relative) != relative:
        return "its name has characters that cannot be seen"
    if not entry.is_file(follow_symlinks=False):
        return "no regular file"
    if relative in REGISTER_FILES or (_is_markdown(relative) and relative.startswith(f"{ARTICLES_DIR}/")):
        return ""
    suffix = Path(entry.name).suffix
    if suffix.lower() not in MEDIA_SUFFIXES:
        return f"'{suffix or entry.name}' files are not published"
    size = entry.stat().st_size
    return f"{size:,} bytes, more than {MAX_MEDIA:,}" if size > MAX_MEDIA else ""


def _warn(path: Path, relative: str, reason: str, label: str) -> list[Problem]:
    """A problem for a refused file that its writer must have meant to be read."""
    where = f"{label}/{relative}"
    suffix = path.suffix.lower()
    if path.is_symlink() and (suffix == ".md" or relative in REGISTER_FILES or path.is_dir()):
        return [Problem(where, 0, 0, "", reason, "put the file itself here")]
    if suffix == ".md" and escape_unprintable(relative) != relative:
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


def _read(entry: os.DirEntry[str], most: int) -> bytes:
    """A file's bytes; of one that is too large, one byte more than is allowed, so that its reader can tell."""
    with open(entry.path, "rb") as file:  # noqa: PTH123 - a path of its own costs as much as reading the file
        return file.read(most + 1)


def _describe(error: OSError) -> str:
    return f"not readable: {error.strerror}"
