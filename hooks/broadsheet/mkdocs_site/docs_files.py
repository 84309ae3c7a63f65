"""Surroundings: the site's own pages and files around the newspaper, and the repository that it lies in."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files


def find_edit_base(config: MkDocsConfig, root: Path) -> str:
    """The address of the content directory in the repository's web editor, or '' where it cannot be told.

    MkDocs' `edit_uri` (`edit/main/docs/`) leads to docs_dir; content/ is found from there.
    """
    base = Path(config.config_file_path).resolve().parent
    try:
        docs = Path(config.docs_dir).resolve().relative_to(base).as_posix()
        content = root.relative_to(base).as_posix()
    except ValueError:
        return ""  # Content from elsewhere is not in this repository.
    edit_uri, _, rest = str(config.edit_uri_template or f"{config.edit_uri or ''}{{path}}").partition("{path")
    if rest != "}" or not f"/{edit_uri}".endswith(f"/{docs}/"):
        return ""
    edit_uri = f"{edit_uri.removesuffix(f'{docs}/')}{quote(content)}/"
    repository = config.repo_url or ""
    if not repository.endswith("/") and not edit_uri.startswith(("?", "#")):
        repository += "/"
    address = urljoin(repository, edit_uri)
    return address if address.startswith(("https://", "http://")) else ""


def map_docs_files(config: MkDocsConfig, files: Files, root: Path) -> Mapping[str, str]:
    """The site's own pages and files by their path relative to content/, with their URLs."""
    way = Path(os.path.relpath(Path(config.docs_dir).resolve(), root))
    return {(way / file.src_uri).as_posix(): _address(file) for file in files if is_published(file)}


def add_files(files: Files, ours: Iterable[File]) -> list[str]:
    """Add the newspaper's files to the site's own; give the names of those whose place they take."""
    by_address = {_address(file): file for file in files}
    replaced = []
    for file in ours:
        for rival in (by_address.get(_address(file)), files.get_file_from_path(file.src_uri)):
            if rival is not None and files.get_file_from_path(rival.src_uri) is rival:
                files.remove(rival)
                replaced += [rival.src_uri] if is_published(rival) else []
        files.append(file)
    return replaced


def _address(file: File) -> str:
    """A file's URL as the engine writes URLs: relative to the site's root, not percent-encoded."""
    return unquote(file.url).removesuffix("./")


def is_published(file: File) -> bool:
    """Whether MkDocs publishes a file: a draft of docs/ is shown while serving only."""
    return bool(file.inclusion.is_included())  # type: ignore[no-untyped-call]
