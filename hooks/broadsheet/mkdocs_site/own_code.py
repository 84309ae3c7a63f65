"""Own code: that of a site's own extensions, hooks and plugins, with every module and file that it may be made of."""

from __future__ import annotations

import ast
import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from broadsheet.core import digest

_ENGINE = Path(__file__).resolve().parents[1]
_PYTHON = tuple({Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib")})


def digest_modules(names: Iterable[str]) -> bytes:
    """Of the modules of these names that belong to the site, and of all that these import; others count for nothing.

    Code is taken as it was first read, since no process reads a module again: what old code has made must not be
    kept under the digest of new code.
    """
    return digest_scripts(found for name in sorted(set(names)) if (found := _find_module(name)))


def digest_scripts(files: Iterable[Path]) -> bytes:
    """The same for files of Python, such as MkDocs' hooks."""
    left: list[tuple[Path, tuple[Path, ...]]] = [(path.resolve(), ()) for path in files if _is_own(path)]
    seen: dict[Path, str] = {}
    while left:
        path, roots = left.pop()
        if path in seen:
            continue
        root, beside = _find_unit(path)
        # A module's own modules are looked for where those that led to it were: a hook's directory is one of these.
        roots = tuple(dict.fromkeys((*roots, root)))
        for one in (path, *beside):
            if one not in seen:
                seen[one] = one.relative_to(root).as_posix()
                left += [(found, roots) for found in _follow_imports(one, roots)] if one.suffix == ".py" else ()
    parts = sorted((name, digest(read_first(path))) for path, name in seen.items())
    return digest(*(part for name, data in parts for part in (name.encode(errors="surrogateescape"), data)))


@cache
def read_first(path: Path) -> bytes:
    """A file as it was when this process first read it."""
    return path.read_bytes()


def is_installed(path: str | Path) -> bool:
    """Whether a file or directory is that of an installed package, whose version tells enough of it."""
    return not {"site-packages", "dist-packages"}.isdisjoint(Path(path).parts)


def list_files(folder: Path) -> list[Path]:
    """Every file below a directory, compiled code left out."""
    found, seen = [], set()
    for place, folders, names in os.walk(folder, followlinks=True):
        # A link may lead back to where it lies.
        if (real := Path(place).resolve()) in seen:
            folders.clear()
            continue
        seen.add(real)
        found += [path for name in names if (path := Path(place, name)).is_file() and path.suffix != ".pyc"]
    return sorted(found)


def digest_tree(folder: Path) -> bytes:
    """Of every file below a directory, by name and content."""
    files = list_files(folder)
    names = [path.relative_to(folder).as_posix().encode(errors="surrogateescape") for path in files]
    return digest(*names, *(path.read_bytes() for path in files))


def _is_own(path: Path) -> bool:
    real = path.resolve()
    foreign = is_installed(path) or is_installed(real) or real.is_relative_to(_ENGINE)
    return not foreign and not any(real.is_relative_to(folder) for folder in _PYTHON)


def _find_module(name: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(name) if name else None
    except (ImportError, ValueError, AttributeError):
        return None
    origin = spec.origin if spec else None
    return Path(origin) if origin and origin.endswith(".py") and Path(origin).is_file() else None


def _find_unit(path: Path) -> tuple[Path, list[Path]]:
    """The directory that a file's module is imported from, and what counts with it.

    Of a package all files, as it may read some; of a module alone the modules beside it, as one may be imported by
    a name that is made up while it runs.
    """
    top = None
    for folder in path.parents:
        if not (folder / "__init__.py").is_file():
            break
        top = folder
    if top is not None:
        return top.parent, [one for one in list_files(top) if one.is_relative_to(top)]
    return path.parent, sorted(one for one in path.parent.glob("*.py") if one.is_file())


def _follow_imports(path: Path, roots: Iterable[Path]) -> Iterator[Path]:
    """The site's own modules that a file of Python imports, in whatever place of it."""
    try:
        tree = ast.parse(read_first(path))
    except (SyntaxError, ValueError):
        return
    everywhere = [*roots, *(Path(one or ".").resolve() for one in sys.path if not is_installed(one))]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _locate(alias.name, everywhere)
        elif isinstance(node, ast.ImportFrom):
            above = path.parents[node.level - 1 : node.level] if node.level else everywhere
            for alias in node.names:
                yield from _locate(f"{node.module or ''}.{alias.name}".lstrip("."), above)


def _locate(name: str, roots: Iterable[Path]) -> Iterator[Path]:
    """The files of a module and of the packages it lies in, or of what a name may be taken from."""
    parts = name.split(".")
    for root in roots:
        for count in range(1, len(parts) + 1):
            place = root.joinpath(*parts[:count])
            for found in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
                if found.is_file() and _is_own(found):
                    yield found.resolve()
