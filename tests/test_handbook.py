"""What the handbook shows of commands is what they print.

`UPDATE_GOLDEN=1 pytest tests/test_handbook.py` writes what they print into the handbook: look at the difference.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sites import ROOT, clean_environment

pytestmark = pytest.mark.site
HANDBOOK = ROOT / "docs" / "handbook"
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = sorted(path.name for path in HANDBOOK.glob("*.md") if _BLOCK.search(path.read_text(encoding="utf-8")))


def split_block(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with the output below it."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, output) for command, _, output in (block.partition("\n") for block in parts)]


def run(command: str, place: Path) -> str:
    """What a command prints in a copy of the project."""
    scripts = Path(sys.executable).parent
    environment = clean_environment(PATH=f"{scripts}{os.pathsep}{os.environ['PATH']}", COLUMNS="100")
    # The clock runs, unless the command sets it.
    environment["SOURCE_DATE_EPOCH"] = "1795521600"
    # `make` below `make test` would tell of itself.
    environment = {name: value for name, value in environment.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["bash", "-c", command.replace(".venv/bin/", "")],
        cwd=place,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return done.stdout.decode()


@pytest.mark.parametrize("name", PAGES)
def test_the_handbook_shows_what_commands_print(name: str, tmp_path: Path) -> None:
    for directory in ("content", "docs", "overrides"):
        shutil.copytree(ROOT / directory, tmp_path / directory)
    for directory in ("hooks", "Makefile"):
        (tmp_path / directory).symlink_to(ROOT / directory)
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    page = HANDBOOK / name
    text = page.read_text(encoding="utf-8")

    def execute(match: re.Match[str]) -> str:
        shown = [f"$ {command}\n{run(command, tmp_path)}" for command, _ in split_block(match[1])]
        return f"```console\n{''.join(shown)}```"

    printed = _BLOCK.sub(execute, text)
    if os.environ.get("UPDATE_GOLDEN"):
        page.write_text(printed, encoding="utf-8")
    assert printed == text


def test_no_page_has_a_gap_to_fill() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *HANDBOOK.glob("*.md")):
        assert "@@" not in page.read_text(encoding="utf-8"), page.name
