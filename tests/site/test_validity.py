"""Validity: the Nu HTML checker finds no error in any page, and finds one where there is one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from page_checkers import check_pages
from sample_newspapers import HARD
from sites import ROOT, Site

pytestmark = pytest.mark.site


def test_no_page_of_any_kind_has_an_error(shipped: Site, hard: Site, mirrored: Site) -> None:
    # What the checker is to have seen: every kind of page, and one that leads on to another.
    for site in (hard, mirrored):
        assert [url for url in (*HARD.values(), "search/", "old/ferry/") if not site.has(url)] == []
        assert site.page("old/ferry/").all("meta", http_equiv="refresh")
    assert shipped.has("handbook/writing/")
    assert [str(fault) for fault in check_pages(shipped.output, hard.output, mirrored.output)] == []


def test_a_reloaded_page_does_not_open_the_drawer_again(shipped: Site) -> None:
    for path, page in shipped.pages().items():
        if not page.all("meta", http_equiv="refresh"):
            assert page.one("form", id="bs-toggles")["autocomplete"] == "off", path
            assert {checkbox["form"] for checkbox in page.all("input", css="md-toggle")} == {"bs-toggles"}, path


@pytest.mark.skipif(not os.environ.get("CORPUS"), reason="CORPUS is not set to a content directory")
def test_no_page_of_an_archive_of_ones_own_has_an_error(tmp_path: Path) -> None:
    site = Site(tmp_path, {"broadsheet": {"content": os.environ["CORPUS"]}})
    run = site.build()
    assert run.code == 0, run.output
    assert [str(fault) for fault in check_pages(site.output)] == []


def test_the_checker_names_file_and_line_of_what_is_wrong(tmp_path: Path) -> None:
    page = "<!doctype html>\n<html lang=en>\n<title>A page</title>\n{}\n</html>\n"
    for path, body in {
        "good/index.html": "<p>Good.</p>",
        "bad/index.html": "<p>One.</p>\n<p id=a>Two.</p>\n<p id=a>Three.</p>",
        "other.txt": "<b",
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(page.format(body), encoding="utf-8")
    faults = check_pages(tmp_path)
    bad = str(tmp_path / "bad/index.html")
    assert [(fault.path, fault.line) for fault in faults] == [(bad, 6)]
    assert str(faults[0]).startswith(f"{bad}:6: Duplicate ID “a”. [")


def test_what_npm_brings_is_locked_by_hashes_and_named_without_an_address() -> None:
    locked = json.loads((ROOT / "tests/web/package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = json.loads((ROOT / "tests/web/package.json").read_text(encoding="utf-8"))["devDependencies"]
    assert locked.pop("")["devDependencies"] == wanted
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, package in locked.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in locked.items() if "resolved" in package] == []
