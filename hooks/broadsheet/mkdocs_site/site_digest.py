"""Digests of what a build depends on beside its content: engine, packages, settings, templates, hooks, plugins."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import re
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, partial
from pathlib import Path

from markdown.util import get_installed_extensions
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.nav import Navigation

from broadsheet.core import digest
from broadsheet.edition import MarkdownConfig
from broadsheet.mkdocs_site.settings import Settings, find_markdown_extensions
from broadsheet.rendering import COMMONMARK, Limits

_ENGINE_DIR = Path(__file__).resolve().parents[1]
_STDLIB_DIRS = tuple({Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")})
_DISTRIBUTION_NAME = re.compile(r"^[\w.-]+")
# Plugins, hooks and theme are digested apart; the others are places, which no page shows.
_SKIPPED_SETTINGS = frozenset(
    {"plugins", "hooks", "theme", "site_dir", "docs_dir", "config_file_path", "watch", "pages"}
)
_TEMPLATE_SUFFIXES = frozenset({".html", ".xml"})
# Minified styles and scripts contain `{{`, and are no templates.
_ASSET_SUFFIXES = frozenset({".css", ".js", ".map", ".mjs"})


@cache
def digest_engine() -> str:
    """Return the digest of all files of the engine: code, templates and words."""
    return digest(digest_tree(_ENGINE_DIR)).hex()


@cache
def describe_engine(modules: tuple[str, ...] = ()) -> dict[str, str]:
    """Return what the workers of a cluster must have in common, by name: code, Python, and packages by version.

    Args:
        modules: the modules of Markdown extensions, whether they are installed or the site's own.

    """
    versions = {"engine": digest_engine(), "Python": platform.python_version()}
    versions["extension"] = digest(*map(_digest_own_module, modules)).hex()
    packages = {name.partition(".")[0] for name in modules}
    distributions = importlib.metadata.packages_distributions()
    pending = ["broadsheet", *(name for package in packages for name in distributions.get(package, ()))]
    while pending:
        name = pending.pop()
        with suppress(importlib.metadata.PackageNotFoundError):
            distribution = importlib.metadata.distribution(name)
            versions[name] = distribution.version
            requirements = (text for text in distribution.requires or () if "extra ==" not in text)
            names = {re.sub(r"[-_.]+", "-", _DISTRIBUTION_NAME.findall(text)[0]).lower() for text in requirements}
            pending += sorted(names - versions.keys())
    return versions


@cache
def digest_environment() -> str:
    """Return the digest of the engine, of Python, and of the names and versions of all installed packages."""
    packages = {path.name for folder in map(Path, sys.path) for path in folder.glob("*.dist-info")}
    machine = f"{sys.version} {platform.system()} {platform.machine()} {sys.byteorder}"
    return digest(machine.encode(), " ".join(sorted(packages)).encode(), digest_engine().encode()).hex()


def list_modules(config: MkDocsConfig) -> tuple[str, ...]:
    """Return the names of the modules that render a site's Markdown: extensions, and functions in their options."""
    # Python-Markdown looks up an extension by its short name first, as `toc`.
    installed = {entry.name: entry.value for entry in get_installed_extensions()}
    names = (name for name in config.markdown_extensions if name != COMMONMARK)
    modules = {installed.get(name, name).partition(":")[0] for name in names}
    for option in _walk(config.mdx_configs):
        modules |= _find_modules(option)
    return tuple(sorted(modules))


def make_markdown_config(config: MkDocsConfig, settings: Settings) -> MarkdownConfig:
    """Return how a site's Markdown is rendered.

    Bodies are not cached where an extension is the site's own code or shows icons of the site: their output may
    depend on any file.
    """
    own_icons = any(isinstance(option, Mapping) and option.get("custom_icons") for option in _walk(config.mdx_configs))
    own_code = own_icons or any(map(_is_own_module, list_modules(config)))
    extensions, options = find_markdown_extensions(settings, config)
    return MarkdownConfig(tuple(extensions), options, own_code, Limits(settings.rendering.seconds))


def has_own_code(config: MkDocsConfig) -> bool:
    """Whether a site has templates, hooks or plugins of its own: they may show anything on any page.

    Then every build renders all pages of the newspaper (about 1 ms a page). The publisher does not write those that
    come out the same. The engine's entry is no hook of the site's own, and installed plugins are none: their versions
    are digested.
    """
    handlers = [handler for registered in config.plugins.events.values() for handler in registered]
    if any(_is_own_module(module) for item in (*handlers, *config.plugins.values()) for module in _find_modules(item)):
        return True
    return any(_is_template(path) for folder in _list_own_theme_dirs(config) for path in list_files(folder))


def digest_site(config: MkDocsConfig, nav: Navigation, registers: Mapping[str, bytes], texts: Sequence[str]) -> bytes:
    """Return the digest of all that every page may show beside content: settings, theme, navigation and registers.

    It also depends on other `texts`.
    """
    settings = {key: value for key, value in config.items() if key not in _SKIPPED_SETTINGS}
    plugins = {name: dict(getattr(plugin, "config", {})) for name, plugin in config.plugins.items()}
    theme = {"name": config.theme.name, **{key: config.theme[key] for key in config.theme}}
    texts = (digest_environment(), *map(_describe, (settings, plugins, theme)), str(nav), *texts)
    # A hook is a plugin that is a module.
    hooks = [Path(file).read_bytes() for hook in config.plugins.values() if (file := getattr(hook, "__file__", None))]
    # The theme's templates include files that are no templates, such as icons.
    trees = map(digest_tree, _list_own_theme_dirs(config))
    entries = (field for name, data in sorted(registers.items()) for field in (name.encode(), data))
    return digest(*(text.encode(errors="replace") for text in texts), *hooks, *trees, *entries)


def list_files(folder: Path) -> list[Path]:
    """Return all files below a directory, without compiled code."""
    files, seen = [], set()
    for parent, folders, names in os.walk(folder, followlinks=True):
        # A symbolic link may lead to a directory above it.
        if (real := Path(parent).resolve()) in seen:
            folders.clear()
            continue
        seen.add(real)
        files += [path for name in names if (path := Path(parent, name)).is_file() and path.suffix != ".pyc"]
    return sorted(files)


def digest_tree(folder: Path) -> bytes:
    """Return the digest of the names and contents of all files below a directory."""
    files = list_files(folder)
    names = [path.relative_to(folder).as_posix().encode(errors="surrogateescape") for path in files]
    return digest(*names, *(path.read_bytes() for path in files))


def _list_own_theme_dirs(config: MkDocsConfig) -> list[Path]:
    return [path for path in map(Path, config.theme.dirs) if not _is_installed(path)]


def _is_template(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in _TEMPLATE_SUFFIXES | _ASSET_SUFFIXES:
        return suffix in _TEMPLATE_SUFFIXES
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return False
    return "{{" in text or "{%" in text


def _is_installed(path: Path) -> bool:
    """Whether a path belongs to Python, to the engine or to an installed package: versions or digests cover these."""
    if not {"site-packages", "dist-packages"}.isdisjoint(path.parts):
        return True
    real = path.resolve()
    return any(real.is_relative_to(folder) for folder in (_ENGINE_DIR, *_STDLIB_DIRS))


def _find_module_file(name: str) -> Path | None:
    """Return the file of a module, which need not be imported; None where there is none."""
    file = getattr(sys.modules.get(name), "__file__", None)
    with suppress(ImportError, ValueError):
        spec = None if file else importlib.util.find_spec(name)
        file = spec.origin if spec is not None and spec.has_location else file
    return Path(file) if file else None


def _is_own_module(name: str) -> bool:
    """Whether a module is the site's own; one that cannot be found counts as its own."""
    file = _find_module_file(name)
    return name not in sys.builtin_module_names if file is None else not _is_installed(file)


def _find_modules(value: object) -> set[str]:
    """Return the names of the modules in which a function or an object is made; none for plain values."""
    if value is None or isinstance(value, str | int | float | Mapping | list | tuple):
        return set()
    owner = getattr(value, "__self__", None)
    makers = (value, type(value), *(() if owner is None else (type(owner),)))
    # A hook is a module: the function that it defines or imports tells where its code is.
    return {str(maker.__module__) for maker in makers if getattr(maker, "__module__", None)}


def _digest_own_module(name: str) -> bytes:
    """Return the digest of the source of a module of the site's own, with its package or the modules beside it."""
    file = _find_module_file(name)
    if file is None or not _is_own_module(name):
        return b""
    folder = file.parent
    while (folder.parent / "__init__.py").is_file():
        folder = folder.parent
    if (folder / "__init__.py").is_file():
        return digest_tree(folder)
    return digest(*(path.read_bytes() for path in sorted(folder.glob("*.py")) if path.is_file()))


def _describe(value: object) -> str:
    """Return a value of a configuration as text that is the same in every process."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_describe(item)}' for key, item in sorted(value.items(), key=str))}}}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(map(_describe, value))}]"
    if value is None or isinstance(value, str | int | float | Path):
        return repr(value)
    kind = value if hasattr(value, "__qualname__") else type(value)
    return f"<{getattr(kind, '__module__', '')}.{getattr(kind, '__qualname__', '')}>"


def _walk(value: object) -> Iterator[object]:
    """Yield a value of a configuration and all values within it, the arguments of partial functions too."""
    children: Iterable[object] = ()
    if isinstance(value, Mapping):
        children = value.values()
    elif isinstance(value, list | tuple):
        children = value
    elif isinstance(value, partial):
        children = (value.func, *value.args, *value.keywords.values())
    yield value
    for child in children:
        yield from _walk(child)
