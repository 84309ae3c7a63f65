"""The browser of the tests: the one on the PATH, else Playwright's own download, else Debian's package.

Run as a program it installs one where there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

ARGUMENTS = [
    "--no-sandbox" if hasattr(os, "geteuid") and os.geteuid() == 0 else "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
"""Chromium refuses its sandbox to root, and must not call home from a test."""


def find_browser() -> str:
    """The path of a Chromium that starts, or ''."""
    candidates = [os.environ.get("BROWSER_PATH", ""), *(shutil.which(name) or "" for name in _NAMES)]
    with sync_playwright() as playwright:
        candidates.append(playwright.chromium.executable_path)
        for path in candidates:
            if not path or not Path(path).exists():
                continue
            try:
                playwright.chromium.launch(executable_path=path, args=ARGUMENTS).close()
            except Error:
                continue
            return path
    return ""


def _run(*command: str, seconds: int) -> bool:
    print("$", " ".join(command), flush=True)
    try:
        return subprocess.run(command, timeout=seconds, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error)
        return False


def install_browser() -> None:
    """Download Playwright's Chromium; where that fails, ask Debian's package manager for one."""
    playwright = str(Path(sysconfig.get_path("scripts"), "playwright"))
    if _run(playwright, "install", "chromium", "--only-shell", seconds=600) and find_browser():
        return
    if shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "--non-interactive"]
        _run(*sudo, "apt-get", "update", "--quiet", seconds=300)
        _run(*sudo, "apt-get", "install", "--yes", "--quiet", "chromium", seconds=900)


if __name__ == "__main__":
    if not find_browser():
        install_browser()
    browser = find_browser()
    if not browser:
        sys.exit("No browser for the tests: install Chromium or Chrome, or set BROWSER_PATH to one.")
    print(f"Browser of the tests: {browser}")
