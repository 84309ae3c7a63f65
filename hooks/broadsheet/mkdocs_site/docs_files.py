"""The files of docs_dir among those of the newspaper, and links to the editor of the repository."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote, unquote, urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files


def find_edit_base(config: MkDocsConfig, root: Path) -> str:
    """Return the URL of the content directory in the repository's web editor; '' where it is not known.

    MkDocs' `edit_uri` (`edit/main/docs/`) is the URL of docs_dir; the URL of content/ is derived from it.
    """
    base = Path(config.config_file_path).resolve().parent
    try:
        docs = Path(config.docs_dir).resolve().relative_to(base).as_posix()
        content = root.relative_to(base).as_posix()
    except ValueError:
        return ""  # The content is not in this repository.
    edit_uri, _, rest = str(config.edit_uri_template or f"{config.edit_uri or ''}{{path}}").partition("{path")
    if rest != "}" or not f"/{edit_uri}".endswith(f"/{docs}/"):
        return ""
    edit_uri = f"{edit_uri.removesuffix(f'{docs}/')}{quote(content)}/"
    repository = config.repo_url or ""
    if not repository.endswith("/") and not edit_uri.startswith(("?", "#")):
        repository += "/"
    url = urljoin(repository, edit_uri)
    return url if url.startswith(("https://", "http://")) else ""


def map_docs_files(config: MkDocsConfig, files: Files, root: Path) -> Mapping[str, str]:
    """Return the URLs of the files of docs_dir, by their path relative to content/."""
    prefix = Path(os.path.relpath(Path(config.docs_dir).resolve(), root))
    return {(prefix / file.src_uri).as_posix(): _get_url(file) for file in files if is_published(file)}


def add_files(files: Files, ours: Iterable[File]) -> list[str]:
    """Add the newspaper's files to MkDocs' files; return the names of the files that they replace."""
    by_url = {_get_url(file): file for file in files}
    replaced = []
    for file in ours:
        for rival in (by_url.get(_get_url(file)), files.get_file_from_path(file.src_uri)):
            if rival is not None and files.get_file_from_path(rival.src_uri) is rival:
                files.remove(rival)
                replaced += [rival.src_uri] if is_published(rival) else []
        files.append(file)
    return replaced


def _get_url(file: File) -> str:
    """Return a file's URL as the engine writes URLs: relative to the site's root, not percent-encoded."""
    return unquote(file.url).removesuffix("./")


def is_published(file: File) -> bool:
    """Whether MkDocs publishes a file: drafts in docs_dir are shown by `mkdocs serve` only."""
    return bool(file.inclusion.is_included())  # type: ignore[no-untyped-call]
