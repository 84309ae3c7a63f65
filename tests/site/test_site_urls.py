"""The directories of a newspaper's URLs are written in one place, where they can be renamed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from broadsheet.core.urls import SITE_URLS
from sample_photos import draw, encode
from sites import ROOT, MakeSite, clean_environment

pytestmark = pytest.mark.site

NEW_URLS = {
    "topics": "themes/",
    "authors": "people/",
    "archive": "past/",
    "stories": "sagas/",
    "search": "find/",
    "media": "files/",
    "pictures": "assets/photos/",
    "pagefind": "index/",
}
LINK = re.compile(r"""(?:href|src|action|data-pagefind|data-site)="([^"]*)"|(?:srcset)="([^"]*)\"""")


def test_every_directory_can_be_renamed_in_one_line(make_site: MakeSite, tmp_path: Path) -> None:
    assert NEW_URLS.keys() == SITE_URLS.keys()
    engine = tmp_path / "hooks"
    shutil.copytree(ROOT / "hooks", engine, ignore=shutil.ignore_patterns("__pycache__"))
    urls = engine / "broadsheet/core/urls.py"
    text = urls.read_text(encoding="utf-8")
    for name, url in SITE_URLS.items():
        assert text.count(f'"{name}": "{url}",') == 1
        text = text.replace(f'"{name}": "{url}",', f'"{name}": "{NEW_URLS[name]}",')
    urls.write_text(text, encoding="utf-8")
    site = make_site(broadsheet={"per_page": 2, "timeline": {"count": 2}}, hooks=[str(engine / "entry.py")])
    site.register("topics", world={"title": "World", "section": True, "aliases": ["globe"]})
    site.register("authors", jane={"name": "Jane"})
    site.register("stories", war={"title": "The war"})
    site.write("content/articles/2026/01/harbour.jpg", encode(draw(900, 600)))
    image = {"src": "harbour.jpg", "alt": "A harbour"}
    for month in ("01", "02"):
        for day in range(10, 13):
            site.article(f"a-{day}", f"2026-{month}-{day}", story="war", authors=["jane"])
    site.article("talks", "2026-01-18", story="war", authors=["jane"], image=image)
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=site.root,
        env=clean_environment(PYTHONPATH=str(engine)),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode()
    files = site.files()
    for url in SITE_URLS.values():
        assert not [path for path in files if path.startswith(url)]
    for url in NEW_URLS.values():
        assert [path for path in files if path.startswith(url)], url
    assert "themes/globe/index.html" in files
    linked = set[str]()
    for path, data in files.items():
        if path.endswith(".html") and path != "404.html":
            targets = [target for match in LINK.findall(data.decode()) for target in match if target]
            for target in (piece.split()[0] for text in targets for piece in text.split(", ")):
                if not re.match(r"[a-z]+:|#|/", target):
                    joined = os.path.normpath(f"{Path(path).parent}/{target.partition('#')[0].partition('?')[0]}")
                    linked.add(joined)
    known = {os.path.normpath(path.removesuffix("index.html")) for path in files}
    assert {target for target in linked if target not in known and not (site.output / target).is_dir()} == set()
    assert {"themes", "people", "past", "sagas", "find", "index/pagefind.js", "themes/world", "sagas/war"} <= linked
    assert {target for target in linked if target.startswith(("files/", "assets/photos/"))}
