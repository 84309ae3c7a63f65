"""Tools: programs that are given the same articles, each in its own form and directory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from benchmarks.corpus import Article, write_file
from benchmarks.processes import log

ROOT = Path(__file__).resolve().parents[1]
OWN_COMMANDS = Path(sys.executable).parent
"""The commands of the virtual environment that runs the benchmark: Broadsheet, MkDocs."""

RELATED_COUNT = 8
"""The length of a list of related articles."""

HUGO_VERSION = "0.168.0"
HUGO_RELATED: Mapping[str, object] = {
    "includeNewer": True,
    "threshold": 80,
    "toLower": False,
    "indices": [{"name": "topics", "weight": 100}, {"name": "date", "weight": 10}],
}
"""Hugo's related content, as in the example of its documentation."""


class Tool(ABC):
    """A tool with its copy of the articles."""

    name: str
    program: str
    articles = "content"
    """The directory that the paths of articles are relative to."""
    env: Mapping[str, str] = {"NO_MKDOCS_2_WARNING": "1"}

    def __init__(self, directory: Path, commands: Path) -> None:
        """Write the settings into an empty directory; `commands` is the directory of the program."""
        self.directory = directory
        self.command = self._find_program(commands)
        """The path of the program; '' when it is not installed."""
        self._write_settings()

    def add(self, article: Article) -> None:
        """Write an article in the tool's own form."""
        write_file(self.directory / self.articles / article.path, self._convert(article))

    def _find_program(self, commands: Path) -> str:
        return shutil.which(self.program, path=commands) or ""

    @abstractmethod
    def _write_settings(self) -> None:
        """Write settings and templates."""

    @abstractmethod
    def _convert(self, article: Article) -> str:
        """An article's file in the tool's own form."""


AnyTool = TypeVar("AnyTool", bound=Tool)


def find_hugo(commands: Path) -> str:
    """Hugo's binary, or '': the command in `commands` is a Python program that starts it."""
    return next(map(str, commands.parent.rglob("hugo/binaries/hugo*")), "")


def skip_missing(tools: Sequence[AnyTool]) -> list[AnyTool]:
    """The tools that are installed; prints the names of the others."""
    for tool in tools:
        if not tool.command:
            log(f"{tool.name} is not installed: skipped")
    return [tool for tool in tools if tool.command]


def install_tools(directory: Path, versions: Mapping[str, str], *, install: bool) -> Path:
    """Install packages into a virtual environment unless they are there; return its directory of commands.

    When `install` is false or pip fails, the tools stay missing and the benchmark skips them.
    """
    requirements = [f"{name}=={version}" for name, version in versions.items()]
    stamp, commands = directory / "tools.stamp", directory / ("Scripts" if sys.platform == "win32" else "bin")
    installed = stamp.is_file() and stamp.read_text(encoding="utf-8").split() == requirements
    if install and not installed:
        log(f"installing {', '.join(requirements)} …")
        venv.create(directory, clear=True, with_pip=True)
        pip = [str(commands / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        if subprocess.run([*pip, *requirements], check=False).returncode == 0:
            stamp.write_text("\n".join(requirements), encoding="utf-8")
    return commands


def format_front_matter(front: Mapping[str, object], body: str) -> str:
    """An article with front matter in JSON, which is valid YAML and needs no quoting."""
    return f"---\n{json.dumps(front, ensure_ascii=False)}\n---\n{body}"


def format_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; a column whose name begins with a space is aligned to the left, as is the first column."""
    alignment = ["---" if number == 0 or name.startswith(" ") else "---:" for number, name in enumerate(head)]
    lines = [f"| {' | '.join(cell.strip() for cell in row)} |" for row in (head, *rows)]
    return "\n".join([lines[0], f"|{'|'.join(alignment)}|", *lines[1:]])
