"""Fingerprint: digests of what a build depends on beside its content: engine, dependencies, settings, templates."""

from __future__ import annotations

import importlib.metadata
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure import StructureItem
from mkdocs.structure.nav import Navigation

from broadsheet.core import digest
from broadsheet.edition import MarkdownConfig
from broadsheet.mkdocs_site.exposure import examine_templates
from broadsheet.mkdocs_site.own_code import digest_modules, digest_scripts, digest_tree, is_installed
from broadsheet.rendering import Limits

_ENGINE = Path(__file__).parents[1]
_NAME = re.compile(r"^[\w.-]+")
_ELSEWHERE = frozenset({"plugins", "hooks", "theme", "site_dir", "docs_dir", "config_file_path", "watch", "pages"})


@cache
def digest_engine() -> str:
    """Of the engine's code alone, which the workers of a cluster must have in common."""
    return digest(digest_tree(_ENGINE)).hex()


@cache
def describe_engine(modules: tuple[str, ...] = ()) -> dict[str, str]:
    """What the workers of a cluster must have in common, with words for it: code, Python, and packages by version.

    Args:
        modules: those that extensions of Markdown are in, whether they are installed or a site's own.

    """
    found = {"engine": digest_engine(), "Python": platform.python_version()}
    found["extension"] = digest_modules(modules).hex()
    tops = {name.partition(".")[0] for name in modules}
    left = ["broadsheet", *(name for top in tops for name in importlib.metadata.packages_distributions().get(top, ()))]
    while left:
        name = left.pop()
        with suppress(importlib.metadata.PackageNotFoundError):
            package = importlib.metadata.distribution(name)
            found[name] = package.version
            needs = (one for one in package.requires or () if "extra ==" not in one)
            names = {re.sub(r"[-_.]+", "-", _NAME.findall(one)[0]).lower() for one in needs}
            left += sorted(names - found.keys())
    return found


@cache
def digest_environment() -> str:
    """Of the engine's code, Python, and every package that is installed, by name and version."""
    packages = {path.name for folder in map(Path, sys.path) for path in folder.glob("*.dist-info")}
    machine = f"{sys.version} {platform.system()} {platform.machine()} {sys.byteorder}"
    return digest(machine.encode(), " ".join(sorted(packages)).encode(), digest_engine().encode()).hex()


def list_modules(config: MkDocsConfig) -> tuple[str, ...]:
    """The modules that a site's Markdown is rendered with: of extensions, and of functions in their settings."""
    modules = {name.partition(":")[0] for name in config.markdown_extensions}
    modules |= {str(getattr(one, "__module__", "")) for one in _walk(config.mdx_configs) if callable(one)}
    return tuple(sorted(modules))


def make_setup(config: MkDocsConfig, limits: Limits | None = None) -> MarkdownConfig:
    """How a site's Markdown is rendered, with the code of the extensions that are no installed package."""
    icons = [folder for one in _walk(config.mdx_configs) if isinstance(one, Mapping) for folder in _find_icons(one)]
    stamp = digest(digest_modules(list_modules(config)), *map(digest_tree, icons))
    return MarkdownConfig(tuple(config.markdown_extensions), dict(config.mdx_configs), stamp.hex(), limits or Limits())


def digest_site(config: MkDocsConfig, nav: Navigation, registers: Mapping[str, bytes], more: Sequence[str]) -> bytes:
    """Of all that every page of a site may show: settings, templates, hooks, navigation and registers."""
    settings = {key: value for key, value in config.items() if key not in _ELSEWHERE}
    plugins = {name: dict(getattr(plugin, "config", {})) for name, plugin in config.plugins.items()}
    theme = {"name": config.theme.name, **{key: config.theme[key] for key in config.theme}}
    # A hook is a plugin that is a module.
    hooks = [Path(file) for one in config.plugins.values() if (file := getattr(one, "__file__", None))]
    code = (digest_scripts(hooks), digest_modules(type(one).__module__ for one in config.plugins.values()))
    trees = [digest_tree(Path(folder)) for folder in config.theme.dirs if not is_installed(folder)]
    if examine_templates(config.theme.custom_dir).whole:
        # The site's own pages, too, may then be shown by others.
        trees.append(digest_tree(Path(config.docs_dir)))
    texts = (_describe(settings), _describe(plugins), _describe(theme), _describe_nav(nav.items), *more)
    known = [part for name, data in sorted(registers.items()) for part in (name.encode(), data)]
    return digest(
        digest_environment().encode(), *(text.encode(errors="replace") for text in texts), *code, *trees, *known
    )


def _describe(value: object) -> str:
    """A value of a configuration as text that is the same in every process."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_describe(one)}' for key, one in sorted(value.items(), key=str))}}}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(map(_describe, value))}]"
    if value is None or isinstance(value, str | int | float | Path):
        return repr(value)
    kind = value if hasattr(value, "__qualname__") else type(value)
    return f"<{getattr(kind, '__module__', '')}.{getattr(kind, '__qualname__', '')}>"


def _find_icons(options: Mapping[str, object]) -> list[Path]:
    """The directories of a site's own icons, which Material's emoji put into bodies."""
    folders = options.get("custom_icons")
    return [Path(str(folder)) for folder in folders] if isinstance(folders, list) else []


def _walk(value: object) -> Iterator[object]:
    parts: Iterable[object] = ()
    if isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, list | tuple):
        parts = value
    yield value
    for part in parts:
        yield from _walk(part)


def _describe_nav(items: Iterable[StructureItem]) -> str:
    told = (
        (item.title, getattr(item, "url", ""), _describe_nav(getattr(item, "children", None) or ())) for item in items
    )
    return repr(list(told))
