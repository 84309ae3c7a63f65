"""Content directory: read its files from the disk, once, as bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from broadsheet.content.article import ARTICLES_DIR
from broadsheet.content.article_file import MAX_ARTICLE_BYTES
from broadsheet.content.taxonomies import TAXONOMY_FILES
from broadsheet.content.yaml_nodes import MAX_TAXONOMY_BYTES
from broadsheet.core import BroadsheetError, Problem, escape_unprintable, media_url, suggest

MEDIA_SUFFIXES = frozenset({".avif", ".gif", ".jpeg", ".jpg", ".m4a", ".mp3", ".mp4", ".pdf", ".png", ".webm", ".webp"})
"""Files that may be published beside an article. SVG and HTML are left out: a browser would run their scripts."""

_MARKDOWN_SUFFIX = ".md"
_OTHER_MARKDOWN_SUFFIXES = frozenset({".markdown", ".mdown", ".mdtext", ".mdtxt", ".mdwn", ".mdx", ".mkd", ".mkdn"})
"""Files in which other systems keep Markdown."""
_TEXT_SUFFIXES = frozenset(
    {".adoc", ".asc", ".asciidoc", ".doc", ".docx", ".htm", ".html", ".ipynb", ".odt", ".org", ".pages", ".qmd"}
    | {".rmd", ".rst", ".rtf", ".tex", ".textile", ".txt", ".wiki", ".xhtml"}
)
"""Files of other formats in which somebody may have written an article."""
MAX_MEDIA_BYTES = 25_000_000
"""The largest file that is published beside an article, in bytes: GitHub Pages allows 1 GB for a whole site."""


@dataclass(frozen=True, slots=True)
class ContentFiles:
    """The files of the content directory, by relative paths with forward slashes."""

    root: Path
    label: str
    """The directory as problems name it."""
    articles: Mapping[str, bytes] = field(default_factory=dict)
    taxonomy_files: Mapping[str, bytes] = field(default_factory=dict)
    media: Mapping[str, int] = field(default_factory=dict)
    """Files that articles may publish, with their sizes in bytes."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Files that must not be published, with the reason."""
    problems: tuple[Problem, ...] = ()

    def name(self, path: str) -> str:
        """Return the name of a file in problems."""
        return f"{self.label}/{path}"


def read_content_dir(root: Path, label: str, only: Collection[str] | None = None) -> ContentFiles:
    """Read a content directory: the bytes of articles and taxonomies, names and sizes of other files.

    Of articles, those at the paths `only` are read; without `only`, all.

    Symbolic links are never followed: in a stranger's pull request one could publish any file of the machine
    that builds the site.

    Raises:
        BroadsheetError: when there is no such directory.

    """
    if not root.is_dir():
        raise BroadsheetError(f"no content directory '{label}': create it, or mend 'content' under extra.broadsheet")
    articles: dict[str, bytes] = {}
    taxonomy_files: dict[str, bytes] = {}
    media: dict[str, int] = {}
    refused: dict[str, str] = {}
    files, problems = _walk(root, label)
    for relative, entry in files:
        try:
            reason = _find_refusal(entry, relative)
            is_read = only is None or relative in only or not _is_markdown(relative)
            if not reason and not is_read:
                continue
            if not reason and relative in TAXONOMY_FILES:
                taxonomy_files[relative] = _read(entry, MAX_TAXONOMY_BYTES)
            elif not reason and _is_markdown(relative):
                articles[relative] = _read(entry, MAX_ARTICLE_BYTES)
            elif not reason:
                media[relative] = entry.stat().st_size
        except OSError as error:
            reason = _describe(error)
            problems.append(Problem(f"{label}/{relative}", 0, 0, "", reason))
        if reason:
            refused[relative] = reason
            problems += _warn_about_refused(Path(entry.path), relative, reason, label)
    problems += _warn_about_shared_urls(media, label)
    return ContentFiles(root, label, articles, taxonomy_files, media, refused, tuple(problems))


def read_article_bytes(root: Path, relative: str) -> bytes | None:
    """Return the current bytes of an article's file; None when it is gone, or `read_content_dir` would refuse it.

    Args:
        root: the content directory.
        relative: the file's path in it.

    """
    file, kinds = root / relative, ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
    if any((root / parent).is_symlink() for parent in Path(relative).parents[:-1]) or file.is_symlink():
        return None
    try:
        # The file may just have been replaced by a link, or by a pipe that nobody writes to.
        handle = os.open(file, os.O_RDONLY | sum(getattr(os, kind, 0) for kind in kinds))
        with os.fdopen(handle, "rb") as opened:
            return opened.read(MAX_ARTICLE_BYTES + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else None
    except OSError:
        return None


def _walk(root: Path, label: str) -> tuple[list[tuple[str, os.DirEntry[str]]], list[Problem]]:
    """Return all files below a directory, sorted by path, with links to directories but without hidden files.

    Cost: about 5 µs a file; with its reading, 30 µs.
    """
    files: list[tuple[str, os.DirEntry[str]]] = []
    problems: list[Problem] = []
    folders = [(str(root), "")]
    while folders:
        folder, prefix = folders.pop()
        try:
            with os.scandir(folder) as entries:
                children = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError as error:
            problems.append(Problem(f"{label}/{prefix.rstrip('/') or '.'}", 0, 0, "", _describe(error)))
            continue
        for entry in children:
            if entry.is_dir(follow_symlinks=False):
                folders.append((entry.path, f"{prefix}{entry.name}/"))
            else:
                files.append((f"{prefix}{entry.name}", entry))
    return sorted(files, key=lambda file: file[0]), sorted(problems)


def _is_markdown(relative: str) -> bool:
    return relative[-len(_MARKDOWN_SUFFIX) :].lower() == _MARKDOWN_SUFFIX


def _find_refusal(entry: os.DirEntry[str], relative: str) -> str:
    """Return the reason why a file is neither read nor published, or ''."""
    if entry.is_symlink():
        return "a symbolic link, which is never followed"
    if escape_unprintable(relative) != relative:
        return "its name has characters that cannot be seen"
    if not entry.is_file(follow_symlinks=False):
        return "no regular file"
    if relative in TAXONOMY_FILES or (_is_markdown(relative) and relative.startswith(f"{ARTICLES_DIR}/")):
        return ""
    suffix = Path(entry.name).suffix
    if suffix.lower() not in MEDIA_SUFFIXES:
        return f"'{suffix or entry.name}' files are not published"
    size = entry.stat().st_size
    return f"{size:,} bytes, more than {MAX_MEDIA_BYTES:,}" if size > MAX_MEDIA_BYTES else ""


def _warn_about_refused(path: Path, relative: str, reason: str, label: str) -> list[Problem]:
    """Report a refused file that its writer probably meant to be read."""
    where = f"{label}/{relative}"
    suffix = path.suffix.lower()
    is_article = relative.startswith(f"{ARTICLES_DIR}/")
    if path.is_symlink() and (suffix == ".md" or relative in TAXONOMY_FILES or path.is_dir()):
        return [Problem(where, 0, 0, "", reason, "put the file itself here")]
    if suffix == ".md" and escape_unprintable(relative) != relative:
        return [Problem(where, 0, 0, "", reason, "rename it")]
    # An office program marks an open document by a file of its own, as `~$talks.docx`.
    if path.stem.lower() == "readme" or path.name.startswith("~$"):
        return []
    if suffix == ".md" and not is_article:
        message, hint = f"not read: articles lie below {ARTICLES_DIR}/", f"move it to {label}/{ARTICLES_DIR}/"
        return [Problem(where, 0, 0, "", message, hint, "warning")]
    if suffix in _OTHER_MARKDOWN_SUFFIXES or (is_article and suffix in _TEXT_SUFFIXES):
        message = f"not read: expected a name that ends with .md, found '{path.suffix}'"
        hint = _explain_how_to_convert(path, suffix, is_article, label)
        return [Problem(where, 0, 0, "", message, hint, "warning")]
    if suffix in {".yml", ".yaml"} and "/" not in relative:
        message = f"not read: expected one of {', '.join(TAXONOMY_FILES)}"
        return [Problem(where, 0, 0, "", message, suggest(f"{path.stem}.yml", TAXONOMY_FILES), "warning")]
    return []


def _warn_about_shared_urls(media: Collection[str], label: str) -> list[Problem]:
    """Report each file that has the address of a file of the same name below the articles."""
    problems = []
    for path in media:
        other = f"{ARTICLES_DIR}/{path}"
        if other in media:
            message = f"the address /{media_url(path)} is also that of {label}/{other}"
            problems.append(Problem(f"{label}/{path}", 0, 0, "", message, "rename one of the two", "warning"))
    return problems


def _explain_how_to_convert(path: Path, suffix: str, is_article: bool, label: str) -> str:
    """Return the hint for a text file that is not read, as its name does not end with .md."""
    # Some editors of Windows add .txt to a name that has a suffix.
    name = path.stem if path.stem.lower().endswith(_MARKDOWN_SUFFIX) else f"{path.stem}{_MARKDOWN_SUFFIX}"
    elsewhere = f", or move it out of {label}/{ARTICLES_DIR}/" if is_article else ""
    if suffix in _OTHER_MARKDOWN_SUFFIXES or suffix == ".txt":
        return f"rename it to {name}{elsewhere}"
    return f"write its text as Markdown in {name}{elsewhere}"


def _read(entry: os.DirEntry[str], max_bytes: int) -> bytes:
    """Read a file, but at most one byte more than is allowed: then the caller knows that it is too large."""
    with open(entry.path, "rb") as file:  # noqa: PTH123 - making a Path costs as much as reading the file
        return file.read(max_bytes + 1)


def _describe(error: OSError) -> str:
    return f"not readable: {error.strerror}"
