"""Site settings: the newspaper's mkdocs.yml, read and written with its tags, and what other tools can take of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
_OURS = ("hooks", "extra", "nav", "not_in_nav", "repo_url", "edit_uri")


class _Tag(str):
    """A value behind a tag such as !!python/name."""


class _Loader(yaml.SafeLoader):
    """Reads mkdocs.yml, keeping MkDocs' own tags."""


_Loader.add_multi_constructor("tag:yaml.org,2002:python/name:", lambda _, suffix, __: _Tag(suffix))
_Loader.add_constructor("!ENV", lambda loader, node: loader.construct_sequence(node)[-1])  # the default


class _Dumper(yaml.SafeDumper):
    """Writes the tags back."""


_Dumper.add_representer(_Tag, lambda dumper, tag: dumper.represent_scalar(f"tag:yaml.org,2002:python/name:{tag}", ""))


def read_plain_settings() -> dict[str, Any]:
    """The newspaper's theme and extensions without its engine, its navigation and its links to a repository."""
    settings: dict[str, Any] = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a safe loader
    for key in _OURS:
        settings.pop(key, None)
    settings["theme"].pop("custom_dir", None)
    settings["validation"] = {"links": {"not_found": "ignore", "unrecognized_links": "ignore"}}
    return settings


def write_settings(file: Path, settings: Mapping[str, Any]) -> None:
    """Write a mkdocs.yml."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(yaml.dump(dict(settings), Dumper=_Dumper, sort_keys=False), encoding="utf-8")
